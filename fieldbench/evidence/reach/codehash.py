"""A hash of the code that a measurement can reach, so that stored cells survive every edit that cannot matter.

Starting from a function, references are followed through syntax trees: functions, whole classes with their bases,
module-level constants and whatever changes them (`TABLE["erf"] = …`, registrations), through every form of import and
through names that a package re-exports lazily (PEP 562), into decorators, default arguments and nested functions. What
is followed is *first-party*: the packages in `roots` and the modules in the function's own directory. Third-party
packages are left out; their versions are in each cell's provenance.

Hashed is the normalised text of each piece reached: comments, docstrings, annotations and layout are gone. So a
docstring, a margin, or another function of the same module keeps every cell; a helper or a constant on the path drops
them. Code that hides what it reaches (`eval`, `exec`, `globals`, `vars`, `importlib`, `getattr` with a computed name)
counts as its whole module, and a module passed around as a value counts whole too.

A setup reaches the measurement as an argument, not by name: properties and methods of classes in the function's own
module are followed when reached code takes an attribute of that name.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.evidence import canonical
from fieldbench.evidence.reach.modules import Module, Modules, Target
from fieldbench.evidence.reach.references import references
from fieldbench.evidence.reach.syntax import normalised

MAXIMUM_DEPTH = 8  # of instances within instances: deep enough for configurations, finite for cyclic ones


def reachable_hash(
    function: Callable[..., Any], roots: tuple[str, ...] = ("fieldbench",), *, ports: Mapping[str, object] | None = None
) -> str:
    """SHA-256 of everything first-party that `function` and the `ports` can reach.

    Args:
        function: the measurement.
        roots: names of the packages whose code counts.
        ports: port name → implementation (instance, class, function or module) that is passed to the measurement.

    Returns:
        A hexadecimal digest, the same wherever the source is the same.
    """
    parts = [_reached(function, roots)]
    parts += [f"port {name}\n{_reached(value, roots)}" for name, value in sorted((ports or {}).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _reached(value: object, roots: tuple[str, ...]) -> str:
    reach = Reach(roots)
    reach.start(value)
    return reach.text()


class Reach:
    """The pieces of first-party code reached so far: (module label, name) → normalised text."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self.modules = Modules(roots)
        self.pieces: dict[tuple[str, str], str] = {}
        self.attributes: set[str] = set()

    def text(self) -> str:
        """All pieces in a fixed order."""
        return "\n".join(f"# {label}:{name}\n{text}" for (label, name), text in sorted(self.pieces.items()))

    def start(self, value: object) -> None:
        """Follow a measurement or an implementation; the modules beside it count as first-party."""
        origin = _origin(value)
        if not isinstance(origin, types.FunctionType | type | types.ModuleType):
            origin = type(origin)
        path = _source_path(origin)
        if path is not None:
            self.modules.add_home(path.parent)
        self.follow(value, "")
        if isinstance(origin, types.FunctionType) and path is not None:
            module = self.modules.at(path, origin.__module__, origin.__globals__.get("__package__") or "")
            if module is not None:
                self._members(module)

    def follow(self, value: object, place: str) -> None:
        """Follow an object met at run time; `place` says where it hangs (an argument, a closure, a field)."""
        value = _unwrap(value)
        if isinstance(value, functools.partial):
            for name, part in [("func", value.func), *enumerate(value.args), *sorted(value.keywords.items())]:
                self.follow(part, f"{place}.{name}")
        elif isinstance(value, types.MethodType):
            self.follow(value.__func__, place)
            self.follow(value.__self__, f"{place}.self")
        elif isinstance(value, types.FunctionType):
            self._function(value, place)
        elif isinstance(value, type | types.ModuleType):
            target = self.modules.of_object(value)
            if target is not None:
                self.visit(target)
            else:
                self.pieces["external", place] = f"{getattr(value, '__module__', '')}.{value.__name__}"
        else:
            self._value(value, place)

    def _value(self, value: object, place: str) -> None:
        """A constant by its value; a container or an instance by its parts."""
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            self.pieces["value", place] = f"{value.dtype} {value.shape} {digest}"
        elif isinstance(value, Mapping):
            for name, part in sorted(value.items(), key=lambda entry: repr(entry[0])):
                self.follow(part, f"{place}[{name!r}]")
        elif isinstance(value, list | tuple):
            for number, part in enumerate(value):
                self.follow(part, f"{place}[{number}]")
        else:
            try:
                self.pieces["value", place] = canonical.text(value)
            except BadInput:
                if ("instance", place) not in self.pieces and place.count(".") < MAXIMUM_DEPTH:
                    self.pieces["instance", place] = type(value).__qualname__
                    self.follow(vars(value) if hasattr(value, "__dict__") else {}, f"{place}.")
            if type(value).__module__ != "builtins":
                self.follow(type(value), f"{place}.type")

    def _function(self, function: types.FunctionType, place: str) -> None:
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.follow(cell.cell_contents, f"{place}.{name}")
        path = _source_path(function)
        if path is None:
            self._sourceless(function, place)
            return
        module = self.modules.at(path, function.__module__, function.__globals__.get("__package__") or "")
        if module is None:
            self.pieces["external", place] = f"{function.__module__}.{function.__qualname__}"
            return
        top = function.__qualname__.split(".")[0]
        if top in module.source.bindings:
            self.visit(Target(module, top))
        else:
            line = function.__code__.co_firstlineno
            found = [n for n in ast.walk(module.source.tree) if isinstance(n, ast.Lambda) and n.lineno == line]
            self._take(module, f"lambda {place}", found or [module.source.tree])

    def _sourceless(self, function: types.FunctionType, place: str) -> None:
        """A function typed into an interpreter or notebook: by its own text, else by its byte code."""
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            code = function.__code__
            self.pieces["code", place] = f"{code.co_code.hex()} {code.co_consts!r} {code.co_names!r}"
            return
        if ("typed", function.__qualname__) in self.pieces:
            return
        self.pieces["typed", function.__qualname__] = normalised(tree)
        for chain in sorted(references(tree.body).chains):
            if chain[0] in function.__globals__ and chain[0] != function.__name__:
                self.follow(function.__globals__[chain[0]], f"{function.__qualname__}.{chain[0]}")

    def visit(self, target: Target) -> None:
        """Take a piece and everything it refers to."""
        source = target.module.source
        if target.name is None:
            self._take(target.module, "*", [source.tree])
        else:
            self._take(target.module, target.name, source.bindings[target.name])

    def _take(self, module: Module, name: str, nodes: Sequence[ast.AST]) -> None:
        if (module.label, name) in self.pieces:
            return
        self.pieces[module.label, name] = "\n".join(normalised(node) for node in nodes)
        found = references(nodes)
        self.attributes |= found.attributes
        for chain in sorted(found.chains):
            for target in list(self.modules.resolve(module, chain, found.imports)):
                self.visit(target)
        if found.dynamic:
            self.visit(Target(module, None))

    def _members(self, module: Module) -> None:
        """Properties and methods that the classes beside the measurement (its setup) offer to the code reached."""
        classes = [node for node in module.source.tree.body if isinstance(node, ast.ClassDef)]
        while True:
            before = len(self.pieces)
            for owner in classes:
                for member in owner.body:
                    for name in _member_names(member) & self.attributes:
                        self._take(module, f"{owner.name}.{name}", [member])
            if len(self.pieces) == before:
                return


def _member_names(member: ast.stmt) -> set[str]:
    """Names of methods and plain class attributes; fields are part of the setup's own values."""
    if isinstance(member, ast.FunctionDef):
        return {member.name}
    if isinstance(member, ast.Assign):
        return {target.id for target in member.targets if isinstance(target, ast.Name)}
    return set()


def _unwrap(value: Any) -> Any:
    """The Python function below `jax.jit`, `functools.wraps` and the like."""
    return inspect.unwrap(value) if callable(value) and not isinstance(value, type) else value


def _origin(value: Any) -> Any:
    """The function or class whose file tells which modules are beside it."""
    value = _unwrap(value)
    if isinstance(value, functools.partial):
        return _origin(value.func)
    return value.__func__ if isinstance(value, types.MethodType) else value


def _source_path(value: Any) -> Path | None:
    """The .py file an object was defined in, None if there is none (interpreter, notebook, extension module)."""
    try:
        found = inspect.getsourcefile(value)
    except TypeError:
        return None
    return Path(found).resolve() if found is not None and Path(found).is_file() else None
