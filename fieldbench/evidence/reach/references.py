"""What a piece of source refers to outside itself: global names with their attributes, imports, and dynamic code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Chain = tuple[str, ...]
"""A name and the attributes taken from it: `sphere.spectrum(…)` is ("sphere", "spectrum")."""

DYNAMIC = frozenset(
    {
        "eval",
        "exec",
        "globals",
        "locals",
        "vars",
        "__import__",
        "importlib",
        "import_module",
        "__dict__",
        "__getattribute__",
    }
)
"""Names whose use hides what is reached; so does `getattr` whose attribute is not a constant."""

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSION = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Import:
    """A name bound by an import: `module` alone, or the entity `entity` of it; `level` counts leading dots."""

    module: str
    entity: str | None
    level: int


@dataclass
class References:
    """What a piece of source refers to outside itself.

    Attributes:
        chains: global names with their attributes.
        imports: names bound by imports inside the piece.
        attributes: every attribute name taken from anything (to find properties of a setup).
        dynamic: whether it uses anything that static reading cannot follow.
    """

    chains: set[Chain] = field(default_factory=set)
    imports: dict[str, Import] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    dynamic: bool = False


def references(nodes: Iterable[ast.AST]) -> References:
    """What the nodes, taken as module-level code, refer to. Annotations are left out."""
    found = References()
    for node in nodes:
        _walk(node, frozenset(), found)
    return found


def _walk(node: ast.AST, local: frozenset[str], found: References) -> None:
    """Depth-first over `node`; `local` are the names that an enclosing function binds."""
    if isinstance(node, ast.Name | ast.Attribute):
        _note_chain(node, local, found)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        stars: list[Import] = []
        note_import(node, found.imports, stars)
        found.dynamic |= bool(stars) or any(entry.module in DYNAMIC for entry in found.imports.values())
    elif isinstance(node, FUNCTION | ast.Lambda):
        _walk_function(node, local, found)
    elif isinstance(node, COMPREHENSION):
        inner = local | {name for part in node.generators for name in stored(part.target)}
        for child in ast.iter_child_nodes(node):
            _walk(child, inner, found)
        _walk(node.generators[0].iter, local, found)  # the first iterable belongs to the enclosing scope
    elif isinstance(node, ast.AnnAssign):
        _walk(node.target, local, found)
        if node.value is not None:
            _walk(node.value, local, found)
    else:
        if isinstance(node, ast.Call):
            _note_getattr(node, found)
        for child in ast.iter_child_nodes(node):
            _walk(child, local, found)


def _walk_function(node: FUNCTION | ast.Lambda, local: frozenset[str], found: References) -> None:
    """Decorators and defaults in the enclosing scope, the body with the function's own names on top."""
    for outside in (*getattr(node, "decorator_list", ()), *node.args.defaults, *node.args.kw_defaults):
        if outside is not None:
            _walk(outside, local, found)
    arguments = node.args
    everyone = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    names = {argument.arg for argument in everyone if argument is not None}
    outer: set[str] = set()
    for inner in same_scope(body):
        names |= bound_here(inner)
        if isinstance(inner, ast.Global):
            outer |= set(inner.names)
        if isinstance(inner, ast.Import | ast.ImportFrom):
            outer |= {alias.asname or alias.name.split(".")[0] for alias in inner.names}
    for child in body:
        _walk(child, (local | names) - outer, found)


def _note_chain(node: ast.expr, local: frozenset[str], found: References) -> None:
    """Record a name or a dotted chain; what a chain starts from, if not a name, is walked on its own."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    found.attributes.update(attributes)
    if not isinstance(node, ast.Name):
        _walk(node, local, found)
    elif node.id not in local:
        found.chains.add((node.id, *reversed(attributes)))
        found.dynamic |= node.id in DYNAMIC or (node.id, *attributes[-1:]) == ("sys", "modules")
    found.dynamic |= not DYNAMIC.isdisjoint(attributes)


def _note_getattr(call: ast.Call, found: References) -> None:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called not in ("getattr", "attrgetter", "methodcaller"):
        return
    names = {"getattr": call.args[1:2], "methodcaller": call.args[:1]}.get(called, call.args)
    for name in names:
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.attributes.update(name.value.split("."))
            if isinstance(call.args[0], ast.Name) and called == "getattr":
                found.chains.add((call.args[0].id, name.value))
        else:
            found.dynamic = True


def note_import(node: ast.Import | ast.ImportFrom, names: dict[str, Import], stars: list[Import]) -> None:
    """Add the names that an import binds to `names`, and modules imported whole to `stars`."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            entry = Import(node.module or "", alias.name, node.level)
            if alias.name == "*":
                stars.append(entry)
            else:
                names[alias.asname or alias.name] = entry
        elif alias.asname:
            names[alias.asname] = Import(alias.name, None, 0)
        else:  # `import a.b` binds a
            root = alias.name.split(".")[0]
            names[root] = Import(root, None, 0)


def same_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes and those below them in the same scope; nested functions, classes, comprehensions are not entered."""
    for node in nodes:
        yield node
        if not isinstance(node, FUNCTION | ast.ClassDef | ast.Lambda | COMPREHENSION):
            yield from same_scope(ast.iter_child_nodes(node))


def bound_here(node: ast.AST) -> set[str]:
    """Names that this very node binds in its scope, imports apart."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store | ast.Del) else set()
    if isinstance(node, FUNCTION | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        return {node.name}
    if isinstance(node, ast.MatchMapping) and node.rest:
        return {node.rest}
    return set()


def stored(target: ast.AST) -> set[str]:
    """All names in a target or expression."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
