"""A module as syntax: its top level as a table of names, and the normalised text of its parts."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fieldbench.evidence.reach.references import FUNCTION, Import, bound_here, note_import, same_scope, stored


@dataclass
class ModuleSource:
    """The top level of a module.

    Attributes:
        tree: its syntax tree as written.
        bindings: name → statements that define or change it.
        imports: name → import.
        stars: modules imported with `*`.
    """

    tree: ast.Module
    bindings: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    stars: list[Import] = field(default_factory=list)


def read(path: Path) -> ModuleSource:
    """The parsed module at `path`; parsed again only when the file has changed."""
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=512)
def _read(path: Path, modified: int, size: int) -> ModuleSource:
    return module(path.read_text(encoding="utf-8"))


def module(source: str) -> ModuleSource:
    """Parse source text and index its top level."""
    found = ModuleSource(ast.parse(source))
    for statement in found.tree.body:
        for node in same_scope([statement]):
            if isinstance(node, ast.Import | ast.ImportFrom):
                note_import(node, found.imports, found.stars)
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            for name in _bound(statement):
                found.bindings.setdefault(name, []).append(statement)
    for statement in found.tree.body:
        for name in _changed(statement, found.bindings.keys()):
            if statement not in found.bindings[name]:
                found.bindings[name].append(statement)
    return found


def normalised(node: ast.AST) -> str:
    """Source text of a node without comments, docstrings, annotations and layout: equal texts mean equal code."""
    copy = ast.parse(ast.unparse(node))
    return ast.unparse(ast.fix_missing_locations(_Strip().visit(copy)))


class _Strip(ast.NodeTransformer):
    """Drop docstrings (any bare string) and annotations."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(value=...)  # a field of a dataclass stays one
        return self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, FUNCTION):
            node.returns = None
        if isinstance(node, FUNCTION | ast.ClassDef) and not node.body:
            node.body = [ast.Pass()]
        return node


def _bound(statement: ast.stmt) -> set[str]:
    return {name for node in same_scope([statement]) for name in bound_here(node)}


def _changed(statement: ast.stmt, known: Iterable[str]) -> set[str]:
    """Module-level names that a statement changes without binding them.

    `TABLE["erf"] = erf`, `table.update(…)`, `register(Setup)`, and functions decorated by something defined in the same
    module (`@overload.register`), whose definition is reachable through that something.
    """
    roots: set[str] = set()
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.Delete):
        targets = [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
        for target in targets:
            roots |= stored(target)
    elif isinstance(statement, ast.Expr):
        roots |= stored(statement)
    elif isinstance(statement, FUNCTION | ast.ClassDef):
        for decorator in statement.decorator_list:
            roots |= stored(decorator)
    return roots & set(known)
