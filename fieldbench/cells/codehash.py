"""The hash of the project's sources that a measurement reaches.

A cell belongs to the file that defines its experiment and to every file of the project that this one imports,
directly or through others. A name imported from a package's face is followed to the module that defines it, so that
the face and its other rooms do not count. Files are compared as syntax trees without docstrings and the types of
arguments: a comment, a line break, a better sentence or a truer type drops no cell. Libraries outside are not followed;
each cell's provenance has their versions.
"""

from __future__ import annotations

import ast
import hashlib
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import fieldbench
from fieldbench.errors import BadInput

STARTED = time.time()
PACKAGE = Path(fieldbench.__file__).resolve().parent
# What declares and what judges computes no measured number.
DECLARING = frozenset(PACKAGE / "claims" / f"{name}.py" for name in ("experiment", "expression"))


def code_hash(files: Iterable[Path]) -> str:
    """SHA-256 of everything that the files reach, themselves included."""
    digest = hashlib.sha256()
    for path in sorted(reach(files), key=_place):
        digest.update(_normal(path, path.stat().st_mtime_ns).encode())
    return digest.hexdigest()


def require_as_imported(reached: Iterable[Path]) -> None:
    """Raise `BadInput` if a file of the package changed since it was imported: its cells would be of other code."""
    now = time.time()
    for path in reached:
        if PACKAGE in path.parents and STARTED < path.stat().st_mtime <= now:
            raise BadInput(
                f"{path.name} changed while this process was running; start it again, finished cells are kept"
            )


def _place(path: Path) -> tuple[bool, str]:
    """An order that does not depend on where a case lies: its own files by name, then those of the package."""
    inside = PACKAGE in path.parents
    return inside, str(path.relative_to(PACKAGE)) if inside else path.name


def reach(files: Iterable[Path]) -> set[Path]:
    """The project's files that the given ones import, directly or through others, and these themselves."""
    found: set[Path] = set()
    todo = [path.resolve() for path in files]
    while todo:
        path = todo.pop()
        if path not in found and path not in DECLARING:
            found.add(path)
            todo += _imports(path, path.stat().st_mtime_ns)
    return found


@cache
def _imports(path: Path, modified: int) -> tuple[Path, ...]:
    """Files of the project that the imports anywhere in a file lead to."""
    found: list[Path] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [home for alias in node.names for home in module_file(alias.name, path, 0)]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found += _name(node.module or "", alias.name, path, node.level)
    return tuple(dict.fromkeys(found))


def _name(module: str, name: str, path: Path, level: int) -> list[Path]:
    """Where `from module import name` leads: a submodule, a module, or through a package's face to the definition."""
    below = module_file(f"{module}.{name}".strip("."), path, level)
    if below:
        return below
    homes = module_file(module, path, level)
    if not homes or homes[0].name != "__init__.py":
        return homes
    # A face re-exports, by an import (also one for type checkers only) that binds the name.
    offered = _offered(homes[0], homes[0].stat().st_mtime_ns).get(name)
    return _name(offered[0], offered[1], homes[0], offered[2]) if offered else homes


@cache
def _offered(face: Path, modified: int) -> dict[str, tuple[str, str, int]]:
    """Name that a face binds by an import → module, name there and level; the first of several."""
    found: dict[str, tuple[str, str, int]] = {}
    for node in ast.walk(tree(face)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, (node.module or "", alias.name, node.level))
    return found


def module_file(name: str, path: Path, level: int) -> list[Path]:
    """The file of a module of the project: below the package, or beside the importing file."""
    parts = [part for part in name.split(".") if part]
    base = path.parent
    for _ in range(level - 1):
        base = base.parent
    if not level and parts[0] == PACKAGE.name:
        base = PACKAGE.parent
    elif not level and PACKAGE in path.parents:
        return []  # inside the package an absolute name is never a neighbour
    place = base.joinpath(*parts)
    candidates = (place.with_suffix(".py"), place / "__init__.py") if parts else (place / "__init__.py",)
    return [candidate.resolve() for candidate in candidates if candidate.is_file()][:1]


def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is no text in UTF-8 ({error.reason} at byte {error.start}); save it as such") from error


@cache
def _normal(path: Path, modified: int) -> str:
    """The file's syntax tree without positions, docstrings and the types of arguments and results."""
    found = tree(path)
    for node in ast.walk(found):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if not getattr(node, "type_params", True):
            del node.type_params  # type: ignore[attr-defined]  # a field since Python 3.12: the same text before and after
    for node in _documented(found):
        if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:]
    return ast.dump(found)


def _documented(tree: ast.Module) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            yield node
