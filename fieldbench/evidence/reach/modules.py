"""From a name in a module to the first-party source that defines it, through imports and lazy re-exports."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from fieldbench.evidence.reach.references import Chain, Import
from fieldbench.evidence.reach.syntax import ModuleSource, read


@dataclass(frozen=True)
class Module:
    """A first-party module: dotted name, package that relative imports start from, label free of machine paths."""

    name: str
    package: str
    label: str
    path: Path

    @property
    def source(self) -> ModuleSource:
        """Its parsed source."""
        return read(self.path)


@dataclass(frozen=True)
class Target:
    """Where a reference leads: the top-level `name` of `module`, or all of it (None)."""

    module: Module
    name: str | None


class Modules:
    """First-party modules: those of the packages `roots`, and those below the `homes`, directories added as needed."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self.roots = roots
        self.homes: list[Path] = []
        self._known: dict[str, Module | None] = {}
        self._following: list[tuple[Path, Chain]] = []

    def add_home(self, directory: Path) -> None:
        """Count the modules in `directory` and below as first-party."""
        if directory not in self.homes:
            self.homes.append(directory)
            self._known.clear()

    def find(self, name: str) -> Module | None:
        """The first-party module of that dotted name, None if there is none or it is somebody else's."""
        if name not in self._known:
            path, package = _locate(name, self.homes)
            self._known[name] = None if path is None else self.at(path, name, package)
        return self._known[name]

    def at(self, path: Path, name: str, package: str) -> Module | None:
        """The module at `path` if it is first-party."""
        for number, home in enumerate(self.homes):
            if path.is_relative_to(home):
                inside = path.relative_to(home).with_suffix("")
                if "site-packages" not in inside.parts:
                    return Module(name, package, f"{number}/{inside.as_posix()}", path)
        return Module(name, package, name, path) if name.split(".")[0] in self.roots else None

    def resolve(self, module: Module, chain: Chain, local: Mapping[str, Import]) -> Iterator[Target]:
        """Where a chain used inside `module` leads; `local` are imports inside the function that uses it.

        Builtins, third-party names and names of enclosing scopes lead nowhere.
        """
        name, rest = chain[0], chain[1:]
        if name in local:
            yield from self._imported(module, local[name], rest)
        yield from self._own(module, name, rest)

    def attribute(self, module: Module, chain: Chain) -> Iterator[Target]:
        """Where attributes taken from a module lead; the module itself if there are none."""
        if not chain:
            yield Target(module, None)
            return
        name, rest = chain[0], chain[1:]
        own = list(self._own(module, name, rest))
        submodule = self.find(f"{module.name}.{name}")
        if own or name in module.source.imports:
            yield from own
        elif submodule is not None:
            yield from self.attribute(submodule, rest)
        elif "__getattr__" in module.source.bindings:
            yield from self._lazy(module, name)

    def of_object(self, value: Any) -> Target | None:
        """The source of a class, function or module met at run time."""
        if isinstance(value, ModuleType):
            found = self.find(value.__name__)
            return None if found is None else Target(found, None)
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if not isinstance(module, str) or not isinstance(name, str):
            return None
        found = self.find(module)
        top = name.split(".")[0]
        return Target(found, top) if found is not None and top in found.source.bindings else None

    def _own(self, module: Module, name: str, rest: Chain) -> Iterator[Target]:
        source = module.source
        if name in source.bindings:
            yield Target(module, name)
        if name in source.imports:
            yield from self._imported(module, source.imports[name], rest)
        if name not in source.bindings and name not in source.imports:
            for star in source.stars:
                origin = self.find(_absolute(module, star))
                if origin is not None:
                    yield from self._own(origin, name, rest)

    def _imported(self, module: Module, entry: Import, rest: Chain) -> Iterator[Target]:
        base = _absolute(module, entry)
        chain = rest if entry.entity is None else (entry.entity, *rest)
        found = self.find(base)
        if found is not None and (found.path, chain) not in self._following:
            self._following.append((found.path, chain))  # packages may import from each other in circles
            yield from list(self.attribute(found, chain))
            self._following.pop()
        elif entry.entity is not None:  # `from . import module`, or a package without __init__
            submodule = self.find(f"{base}.{entry.entity}")
            if submodule is not None:
                yield from self.attribute(submodule, rest)

    def _lazy(self, module: Module, name: str) -> Iterator[Target]:
        """A name that the module makes on demand (PEP 562): ask it, then find where that object is defined."""
        try:
            value = getattr(importlib.import_module(module.name), name)
        except (ImportError, AttributeError):
            return
        target = self.of_object(value)
        if target is not None:
            yield target
            return
        for other, loaded in sorted(sys.modules.items()):  # a constant: the module that holds this very object
            if other.startswith(module.name + ".") and vars(loaded).get(name) is value:
                found = self.find(other)
                if found is not None and name in found.source.bindings:
                    yield Target(found, name)
                    return
        yield Target(module, None)


def _absolute(module: Module, entry: Import) -> str:
    """Dotted name of an import, relative ones resolved against the module's package."""
    if not entry.level:
        return entry.module
    package = module.package.split(".")
    base = package[: len(package) - entry.level + 1]
    return ".".join([*base, entry.module] if entry.module else base)


def _locate(name: str, homes: list[Path]) -> tuple[Path | None, str]:
    """Source file and package of a module, without running it if it is not loaded."""
    loaded = sys.modules.get(name)
    file = getattr(loaded, "__file__", None)
    if loaded is not None and file is not None:
        package = getattr(loaded, "__package__", None) or ""
        return (Path(file).resolve() if file.endswith(".py") else None), package
    if name.split(".")[0] not in sys.stdlib_module_names:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError, AttributeError):
            spec = None
        if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
            return Path(spec.origin).resolve(), spec.parent or ""
    for home in homes:
        beside = home.joinpath(*name.split(".")).with_suffix(".py")
        if beside.is_file():
            return beside, name.rpartition(".")[0]
    return None, ""
