"""Discovery: which files are cases, found by reading them; nothing is imported or run."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from fieldbench.errors import BadInput


def is_case(path: Path) -> bool:
    """Whether a file binds CLAIM at top level; nothing is imported or run."""
    try:
        text = path.read_text(encoding="utf-8")
        return "CLAIM" in text and any(_binds_claim(node) for node in ast.parse(text).body)
    except (OSError, UnicodeDecodeError, SyntaxError):
        return False


def find_cases(folder: Path) -> dict[str, Path]:
    """Claim id → file for the cases of a folder (or of one file), without importing them.

    The id is read from the literal `id=` of CLAIM = Claim(...).
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    found: dict[str, Path] = {}
    for path in files:
        if is_case(path):
            name = _claim_id(path) or path.stem.replace("_", "-")
            if name in found:
                raise BadInput(f"claim id {name!r} is bound by both {found[name]} and {path}; ids are unique")
            found[name] = path
    return found


def select(cases: Mapping[str, Path], names: Iterable[str]) -> dict[str, Path]:
    """The named cases (claim ids, file stems or paths), or all if no name is given.

    Raises:
        BadInput: a name is unknown; the nearest known ones are suggested.
    """
    chosen: dict[str, Path] = {}
    for name in names:
        wanted = name.replace("_", "-")
        match = next((i for i, p in cases.items() if wanted in (i, p.stem.replace("_", "-")) or name == str(p)), None)
        if match is None and Path(name).is_file() and is_case(Path(name)):
            chosen |= find_cases(Path(name))
        elif match is None:
            near = difflib.get_close_matches(wanted, cases, n=3) or list(cases)
            raise BadInput(f"unknown case {name!r}; did you mean {', '.join(near) or '(no case was found)'}?")
        else:
            chosen[match] = cases[match]
    return chosen or dict(cases)


def _binds_claim(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == "CLAIM" for target in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "CLAIM"


def _claim_id(path: Path) -> str | None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if _binds_claim(node) and isinstance(getattr(node, "value", None), ast.Call):
            for keyword in node.value.keywords:  # type: ignore[attr-defined]
                if keyword.arg == "id" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return None
