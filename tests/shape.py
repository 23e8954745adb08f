"""The house, measured: `make shape` prints it; cycles and imports against the direction fail the tests.

Rooms are packages; each stands on a floor and imports only from floors below it.
"""

from __future__ import annotations

import ast
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST_ROOM, LONGEST_CASE = 14, 150

FLOORS = (
    ("theory.kernels", "statistics", "data", "verdicts"),
    (
        "theory.curves",
        "theory.networks",
        "theory.adaptation",
        "theory.attention",
        "theory.langevin",
        "theory.ising",
        "theory.modular",
        "theory.variational",
        "regression.tiled",
    ),
    ("theory.decimation", "theory.departures", "theory.fluctuations", "regression", "sampling.integrators", "claims"),
    ("theory.transition", "regression.modes", "sampling.networks", "sampling.attention", "sampling.ising", "cells"),
    ("sampling", "loading", "judging"),
    ("records", "authoring"),
    ("report.figure",),
    ("report", "archive"),
    ("report.site", "doors.ports", "doors.terminal"),
    ("doors.session",),
    ("doors.verbs",),
    ("doors",),
)
"""Lowest first: what stands on a floor imports from lower floors and from the package's own leaves, never across."""

PHYSICS = ("theory", "regression", "sampling", "statistics", "data")
"""What computes; what declares, judges, keeps and reports knows nothing of it, and it knows nothing of them."""

JUDGES = ("claims", "loading", "judging", "verdicts", "cells", "records", "authoring", "report", "archive")


class House:
    """The modules of the package and the cases, and who imports whom, read from their syntax trees."""

    def __init__(self, root: Path = ROOT) -> None:
        self.paths = {
            _dotted(path.relative_to(root)): path
            for top in ("fieldbench", "cases")
            for path in sorted((root / top).rglob("*.py"))
        }
        self.trees = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in self.paths.items()}
        self.imports = {module: set(self._imported(module)) - {module} for module in self.paths}

    def _imported(self, module: str) -> Iterator[str]:
        """Modules of the project that one imports as it is loaded or later; not what type checkers alone read."""
        for source, name in self._taken(module):
            yield from self._home(source, name)
        for node in _run(self.trees[module]):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name in self.paths)

    def _taken(self, module: str) -> Iterator[tuple[str, str]]:
        """Each `from source import name` of a module, a relative source spelt out."""
        package = self.room_of(module).split(".")
        for node in _run(self.trees[module]):
            if isinstance(node, ast.ImportFrom):
                base = package[: len(package) + 1 - node.level] if node.level else []
                source = ".".join([*base, *filter(None, [node.module])])
                yield from ((source, alias.name) for alias in node.names)

    def _home(self, source: str, name: str) -> Iterator[str]:
        below = f"{source}.{name}"
        if below in self.paths:
            yield below
        elif source in self.paths:
            yield source

    def rooms(self) -> dict[str, list[str]]:
        """Room → its modules, faces apart."""
        found: dict[str, list[str]] = defaultdict(list)
        for module, path in self.paths.items():
            if path.name != "__init__.py":
                found[module.rpartition(".")[0]].append(module)
        return dict(found)

    def room_of(self, module: str) -> str:
        """The package a module lies in; a face is in its own."""
        return module if self.paths[module].name == "__init__.py" else module.rpartition(".")[0]

    def cycles(self) -> list[list[str]]:
        """Knots of modules that import each other, directly or through others."""
        return [sorted(knot) for knot in _strongly_connected(self.imports) if len(knot) > 1]

    def room_cycles(self) -> list[list[str]]:
        """Knots of rooms."""
        arrows: dict[str, set[str]] = defaultdict(set)
        for module, targets in self.imports.items():
            for target in targets:
                here, there = self.room_of(module), self.room_of(target)
                if here != there and there != "fieldbench":
                    arrows[here].add(there)
                    arrows.setdefault(there, set())
        return [sorted(knot) for knot in _strongly_connected(arrows) if len(knot) > 1]

    def against(self) -> list[str]:
        """Imports that go up, across, or between what computes and what judges."""
        floor = {f"fieldbench.{room}": level for level, rooms in enumerate(FLOORS) for room in rooms}
        found = []
        for module, targets in self.imports.items():
            for target in targets:
                here, there = self.room_of(module), self.room_of(target)
                if here == there or not module.startswith("fieldbench."):
                    continue
                if "fieldbench" in (here, there):  # a leaf
                    continue
                own, other = here.split(".")[1], there.split(".")[1]
                if not {here, there} <= set(floor):
                    found.append(f"{module} imports {target}: a room that stands on no floor")
                elif floor[there] >= floor[here]:
                    found.append(f"{module} imports {target}, which is not below it")
                elif (own in PHYSICS and other in JUDGES) or (own in JUDGES and other in PHYSICS):
                    found.append(f"{module} imports {target}: what computes and what judges know nothing of each other")
        return found

    def around_faces(self) -> list[str]:
        """Names that a library's room does not list and that another room, or a case, takes all the same."""
        found = []
        for module in self.paths:
            for source, name in self._taken(module):
                where = self._behind_a_face(module, source, name)
                found += [f"{module} takes {where}"] if where else []
        return found

    def _behind_a_face(self, module: str, source: str, name: str) -> str:
        room, _, leaf = source.rpartition(".")
        physics = source.startswith(tuple(f"fieldbench.{room}" for room in PHYSICS))
        if not physics or source not in self.paths or self.paths[source].name == "__init__.py":
            return ""
        inside = self.room_of(module) == room or self.paths[module].name == "__init__.py"
        return "" if inside or leaf in self.face(room) else f"{name} from {source}, which {room} does not list"

    def face(self, room: str) -> set[str]:
        """Names that a room's `__init__` lists."""
        return {alias.asname or alias.name for node in ast.walk(self.trees[room]) if isinstance(node, ast.ImportFrom)
                for alias in node.names}  # fmt: skip

    def of_one_claim(self) -> dict[str, str]:
        """Modules of the library's physics that one claim alone reaches → that claim's folder."""
        reach = {case: self._reach(case) for case in {m.split(".")[1] for m in self.paths if m.startswith("cases.")}}
        users = Counter(module for modules in reach.values() for module in modules)
        return {
            module: next(case for case, modules in reach.items() if module in modules)
            for module in sorted(self.paths)
            if users[module] == 1 and module.split(".")[1] in PHYSICS and self.paths[module].name != "__init__.py"
        }

    def _reach(self, case: str) -> set[str]:
        found: set[str] = set()
        todo = [module for module in self.paths if module.split(".")[:2] == ["cases", case]]
        while todo:
            module = todo.pop()
            if module not in found:
                found.add(module)
                todo += self._defining(module)
        return found

    def _defining(self, module: str) -> list[str]:
        """What a module imports, faces followed to the defining modules of the names that it takes."""
        return [home for source, name in self._taken(module) for home in self._definition(source, name)]

    def _definition(self, source: str, name: str) -> list[str]:
        if f"{source}.{name}" in self.paths:
            return [f"{source}.{name}"]
        path = self.paths.get(source)
        if path is None or path.name != "__init__.py":
            return [source] if path else []
        for node in ast.walk(self.trees[source]):
            if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
                return self._definition(node.module or "", name)
        return []

    def meanings(self) -> dict[str, list[str]]:
        """Public names of the library that mean several things: defined at the top of more than one module."""
        homes: dict[str, list[str]] = defaultdict(list)
        for module, tree in self.trees.items():
            if module.startswith("fieldbench."):
                for node in tree.body:
                    for name in _bound(node):
                        if not name.startswith("_") and name not in ALIASES:
                            homes[name].append(module.removeprefix("fieldbench."))
        return {name: modules for name, modules in sorted(homes.items()) if len(modules) > 1}

    def misleading(self) -> set[str]:
        """Names with several meanings of which two belong to physics: there a reader could take one for the other."""
        return {
            name for name, modules in self.meanings().items()
            if sum(module.split(".")[0] in PHYSICS for module in modules) > 1
        }  # fmt: skip

    def cases(self) -> dict[str, dict[str, int]]:
        """Case → file → lines."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for module, path in self.paths.items():
            if module.startswith("cases."):
                found[module.split(".")[1]][path.name] = len(path.read_text(encoding="utf-8").splitlines())
        return dict(sorted(found.items()))


ALIASES = ("Vector", "Matrix", "FloatArray", "Floats", "Grid", "Sets", "Indices")
"""Shapes, spelt where they are used."""


LARGE_ROOMS = {
    "fieldbench.claims": "what an author writes with, one kind of declaration a module, behind one face of names",
}
"""Rooms above the limit, each with the reason why it is one room."""

ARGUED = {
    "ORDERS": "how many orders each of these expansions keeps; no room lists it, and modules are read one at a time",
    "TOLERANCE": "of each iteration for itself; no room lists it",
    "available": "whether a data set, or an accelerator, is on this machine: always called by its module's name",
    "eigenvalues": "of the measure that its module is named after: `sphere.eigenvalues`, `markov_circle.eigenvalues`",
    "gaussian": "inputs x ~ N(0, 1) in `data.synthetic`, exp(−z²) among activations; both sources are in cells' keys",
    "normals": "N(0, 1) by NumPy in float64 for measurements, by JAX inside a chain; both sources are in cells' keys",
    "parse": "the bytes of one data set each: `mnist.parse`, `cifar10.parse`",
}
"""Names that two rooms of physics define, and why a reader is not misled. Names of what declares, judges and reports
are verbs of the command line, which bear the name of what they call, and constants that no room lists."""


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _run(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those below `if TYPE_CHECKING:`."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        todo += ast.iter_child_nodes(node)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _strongly_connected(arrows: dict[str, set[str]]) -> list[set[str]]:
    """Tarjan's components, without recursion's limit."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(start: str) -> None:
        work = [(start, iter(sorted(arrows.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(sorted(arrows.get(other, ())))))
                    break
                if other in stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    knot = set()
                    while node not in knot:
                        knot.add(stack.pop())
                    found.append(knot)

    for node in arrows:
        if node not in index:
            visit(node)
    return found


def report(house: House) -> Iterator[str]:
    """What `make shape` prints."""
    yield "# lines a case"
    for case, files in house.cases().items():
        parts = ", ".join(f"{name} {count}" for name, count in sorted(files.items(), key=lambda item: -item[1]))
        yield f"{case}: {sum(files.values())} ({parts})"
    lengths = [files.get("case.py", 0) for files in house.cases().values()]
    yield f"median case.py: {statistics.median(lengths):.0f} (aim: at most {LONGEST_CASE})"
    yield "\n# modules a room"
    for room, modules in sorted(house.rooms().items()):
        if room.startswith("fieldbench"):
            large = f" ({LARGE_ROOMS.get(room, 'more than one room?')})" if len(modules) > LARGEST_ROOM else ""
            yield f"{room}: {len(modules)}{large}"
    yield "\n# modules of the library that one claim alone reaches"
    for module, case in house.of_one_claim().items():
        yield f"{module}: {case}"
    yield "\n# public names with several meanings"
    for name, modules in house.meanings().items():
        yield f"{name}: {', '.join(modules)}{f' ({ARGUED[name]})' if name in ARGUED else ''}"
    for title, rows in (
        ("cycles of modules", [" ".join(knot) for knot in house.cycles()]),
        ("cycles of rooms", [" ".join(knot) for knot in house.room_cycles()]),
        ("imports against the direction", house.against()),
        ("imports around a face", house.around_faces()),
    ):
        yield f"\n# {title}: {len(rows) or 'none'}"
        yield from rows


if __name__ == "__main__":
    print("\n".join(report(House())))
