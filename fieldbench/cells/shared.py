"""What a measurement shares with the theory that it tests: functions of the project that both reach.

A formula on both sides cannot be found wrong by comparing them. So what is shared is listed, module by module, and
claim.toml says in `[shared]` why each may be. Reach is followed by names, function by function: from what `measure`
uses, and from what a case's theories and rivals use, through the faces of packages to the definitions. An attribute
that has the name of a member of an experiment is taken for that member: what a theory reads off an experiment, it
shares. What is passed as data, and what a port brings, is not seen.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldbench.cells.codehash import PACKAGE, module_file, tree
from fieldbench.claims.case import Case

ROOMS = ("theory", "regression", "sampling", "statistics")
"""Physics of the library that two sides may share; data sets are shared by nature."""


@dataclass(frozen=True, order=True)
class Unit:
    """A definition at the top of a file, or a member of an experiment, "Kind.member"."""

    path: Path
    name: str


def shared(case: Case) -> dict[str, tuple[str, ...]]:
    """Module → functions and classes of it that both a measurement and a theory of the case reach.

    Modules of the library have their full name, those in the case's folder their own.
    """
    for looked_up in (_file, _resolved):
        looked_up.cache_clear()  # a file that was edited is read anew, once for all that leads to it
    kinds = (*case.kinds, *(control.experiment for control in case.controls if control.experiment is not None))
    files = {Path(inspect.getfile(kind)).resolve() for kind in kinds}
    members = _Members(files)
    measured = _closure(members.named("measure"), members)
    told = _closure({unit for theory in _theories(case) for unit in _units_of(theory, members)}, members)
    found: dict[str, list[str]] = {}
    for unit in sorted(measured & told):
        where = _module_name(unit.path, case.path.resolve().parent)
        definition = _file(unit.path).definitions.get(unit.name)
        kinds_of = (
            ast.FunctionDef if unit.path in files else ast.FunctionDef | ast.ClassDef
        )  # an experiment: its members
        if where and isinstance(definition, kinds_of):
            found.setdefault(where, []).append(unit.name)
    public = {module: [name for name in names if not name.startswith("_")] for module, names in found.items()}
    return {module: tuple(public[module] or found[module]) for module in sorted(found)}


def argument(module: str, argued: Mapping[str, str]) -> str:
    """Why a module may be shared: what is said of it, or of the room that it lies in; empty where nothing is."""
    rooms = [module.rsplit(".", depth)[0] for depth in range(module.count(".") + 1)]
    return next((argued[room] for room in rooms if room in argued), "")


def unargued(found: Iterable[str], argued: Mapping[str, str]) -> list[str]:
    """Modules that are shared without an argument, and arguments for what is not shared any more."""
    modules = list(found)
    idle = [room for room in argued if not any(f"{module}.".startswith(f"{room}.") for module in modules)]
    return sorted([module for module in modules if not argument(module, argued)] + idle)


def _theories(case: Case) -> list[Any]:
    return [*case.theories.values(), *(theory for _, theory in case.theory_names.values())]


def _units_of(theory: Any, members: _Members) -> Iterator[Unit]:
    """Where a theory is written, and the functions that it was made with."""
    if isinstance(theory, functools.partial):
        for part in (theory.func, *theory.args, *theory.keywords.values()):
            yield from _units_of(part, members)
        return
    function = inspect.unwrap(theory) if callable(theory) else None
    code = getattr(function, "__code__", None)
    if code is None or not Path(code.co_filename).is_file():
        return
    path = Path(code.co_filename).resolve()
    if code.co_name == "<lambda>":  # it stands within a larger statement
        for name in code.co_names:
            yield from (*_resolved(path, name), *members.named(name))
    else:
        yield from (Unit(path, name) for name in _file(path).at_line(code.co_firstlineno))
    for cell in getattr(function, "__closure__", None) or ():
        yield from _units_of(cell.cell_contents, members)


class _File:
    """A module's definitions and imports by name."""

    def __init__(self, path: Path) -> None:
        self.tree = tree(path)
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, tuple[str, str, int]] = {}
        for node in self.tree.body:
            self.definitions |= dict.fromkeys(_bound(node), node)
        for part in ast.walk(self.tree):
            if isinstance(part, ast.ImportFrom):
                self.imports |= {a.asname or a.name: (part.module or "", a.name, part.level) for a in part.names}
            elif isinstance(part, ast.Import):
                self.imports |= {a.asname: (a.name, "", 0) for a in part.names if a.asname}

    def at_line(self, line: int) -> list[str]:
        """The names that the statement around a line binds."""
        for node in self.tree.body:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            if first <= line <= (node.end_lineno or first):
                return _bound(node)
        return []


@functools.cache
def _file(path: Path) -> _File:
    return _read(path, path.stat().st_mtime_ns)


@functools.cache
def _read(path: Path, modified: int) -> _File:
    return _File(path)


class _Members:
    """The members of experiments, by name: `at.name` and `self.name` lead to them."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = set(files)
        self.nodes = {
            Unit(path, f"{kind.name}.{name}"): node
            for path in self.files for kind in _file(path).tree.body if isinstance(kind, ast.ClassDef)
            for node in kind.body for name in _bound(node)
        }  # fmt: skip
        self._named: dict[str, set[Unit]] = {}
        for unit in self.nodes:
            self._named.setdefault(unit.name.rpartition(".")[2], set()).add(unit)

    def named(self, name: str) -> set[Unit]:
        return self._named.get(name, set())

    def node(self, unit: Unit) -> ast.AST | None:
        """What a unit is written in; an experiment itself says only what its members are."""
        if unit in self.nodes:
            return self.nodes[unit]
        node = _file(unit.path).definitions.get(unit.name)
        return None if isinstance(node, ast.ClassDef) and unit.path in self.files else node


def _closure(start: Iterable[Unit], members: _Members) -> set[Unit]:
    found: set[Unit] = set()
    todo = list(start)
    while todo:
        unit = todo.pop()
        if unit not in found and _computes(unit.path):
            found.add(unit)
            node = members.node(unit)
            todo += [] if node is None else _used(node, unit.path, members)
    return found


def _used(node: ast.AST, path: Path, members: _Members) -> Iterator[Unit]:
    """The units that a piece of code names, types of arguments apart."""
    for part in _code(node):
        if isinstance(part, ast.Name):
            yield from _resolved(path, part.id)
        elif isinstance(part, ast.Attribute):
            yield from members.named(part.attr)
            if isinstance(part.value, ast.Name):
                yield from _resolved(path, part.value.id, part.attr)


@functools.cache
def _resolved(path: Path, name: str, attribute: str = "") -> tuple[Unit, ...]:
    """Where a name in a file is defined; of a module, the attribute of it."""
    file = _file(path)
    if name in file.definitions and not attribute:
        return (Unit(path, name),)
    if name not in file.imports:
        return ()
    module, original, level = file.imports[name]
    below = module_file(f"{module}.{original}".strip("."), path, level)
    if below:
        return _resolved(below[0], attribute) if attribute else ()
    if attribute:
        return ()
    return tuple(unit for home in module_file(module, path, level) for unit in _resolved(home, original))


def _code(node: ast.AST) -> Iterator[ast.AST]:
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        for name, value in ast.iter_fields(part):
            if name not in ("annotation", "returns"):
                todo += [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, ast.AST)]


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _computes(path: Path) -> bool:
    """Whether a file is a case's, or a room of physics: what declares and judges computes no number of either side."""
    return PACKAGE not in path.parents or path.relative_to(PACKAGE).parts[0] in ROOMS


def _module_name(path: Path, folder: Path) -> str:
    """Name of a module of the library, or of the case's folder; empty for any other."""
    if PACKAGE in path.parents:
        return ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))
    return path.stem if path.parent == folder else ""
