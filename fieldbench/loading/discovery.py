"""Discovery: which files are cases, found without importing them.

A case is a `case.py` with a `claim.toml` beside it; in the first form, a Python file that binds CLAIM at top level. A
file that cannot be parsed is still a case: loading it says what is wrong, and where.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fieldbench.claims.facts import FILE, read_claim
from fieldbench.errors import BadInput

CASE = "case.py"
_BINDS = re.compile(r"^CLAIM\s*(:[^=\n]+)?=", re.MULTILINE)
_ID = re.compile(r"\bid\s*=\s*[\"']([^\"']+)[\"']")


def is_case(path: Path) -> bool:
    """Whether a file is a case, of either form."""
    if path.name == CASE and path.with_name(FILE).is_file():
        return True
    return is_first_form(path)


def is_first_form(path: Path) -> bool:
    """Whether a file binds CLAIM at top level, also where it does not parse."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if "CLAIM" not in text:
        return False
    try:
        return any(_binds_claim(node) for node in ast.parse(text).body)
    except SyntaxError:
        return bool(_BINDS.search(text))


def find_cases(folder: Path) -> dict[str, Path]:
    """Claim id → case file, for the cases at or below a path, without importing them.

    Raises:
        BadInput: two cases of the same id.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    found: dict[str, Path] = {}
    for path in files:
        if is_case(path):
            name = claim_id(path)
            if name in found:
                raise BadInput(f"claim id {name!r} is bound by both {found[name]} and {path}; ids are unique")
            found[name] = path
    return found


def claim_id(path: Path) -> str:
    """The id of a case's claim."""
    if path.name == CASE and path.with_name(FILE).is_file():
        try:
            return read_claim(path.with_name(FILE)).id
        except BadInput:  # loading it says why; it does not keep the others from running
            return path.resolve().parent.name.replace("_", "-")
    match = _ID.search(_BINDS.split(path.read_text(encoding="utf-8"), maxsplit=1)[-1])
    return match[1] if match else path.stem.replace("_", "-")


def stem(path: Path) -> str:
    """The case's own name on disk: that of its folder, or of its file in the first form."""
    return path.resolve().parent.name if path.name == CASE else path.stem


def select(cases: Mapping[str, Path], names: Iterable[str]) -> dict[str, Path]:
    """The named cases (claim ids, folders, file stems or paths), or all if no name is given.

    Raises:
        BadInput: a name is unknown; the nearest known ones are suggested.
    """
    chosen: dict[str, Path] = {}
    for name in names:
        wanted = name.replace("_", "-").rstrip("/")
        match = next((i for i, p in cases.items() if wanted in (i, stem(p).replace("_", "-")) or name == str(p)), None)
        if match is not None:
            chosen[match] = cases[match]
        elif (Path(name).is_file() and is_case(Path(name))) or (Path(name).is_dir() and find_cases(Path(name))):
            chosen |= find_cases(Path(name))
        elif Path(name).is_dir():
            raise BadInput(f"{name} holds no case: a case is a {CASE} with a {FILE} beside it")
        else:
            near = difflib.get_close_matches(wanted, cases, n=3) or list(cases)
            raise BadInput(f"unknown case {name!r}; did you mean {', '.join(near) or '(no case was found)'}?")
    return chosen or dict(cases)


def _binds_claim(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == "CLAIM" for target in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "CLAIM"
