"""Discovery: which files are cases, found without importing them.

A case is a `case.py` with a `claim.toml` beside it. One that cannot be read is still a case: loading it says what is
wrong, and where.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from fieldbench.claims.facts import FILE, read_claim
from fieldbench.claims.names import require_kebab
from fieldbench.errors import BadInput

CASE = "case.py"


def is_case(path: Path) -> bool:
    """Whether a file is a case."""
    return path.name == CASE and path.is_file() and path.with_name(FILE).is_file()


def find_cases(folder: Path) -> dict[str, Path]:
    """Claim id → case file, for the cases at or below a path, without importing them.

    Raises:
        BadInput: two cases of the same id.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob(CASE))
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
    try:
        return read_claim(path.with_name(FILE)).id
    except BadInput:  # loading it says why; it does not keep the others from running
        return _folder(path)


def select(cases: Mapping[str, Path], names: Iterable[str]) -> dict[str, Path]:
    """The named cases (claim ids, folders or paths), or all if no name is given.

    The id of a case in a folder of that name in the working directory is known too.

    Raises:
        BadInput: a name is unknown; the nearest known ones are suggested.
    """
    chosen: dict[str, Path] = {}
    for name in names:
        wanted = name.replace("_", "-").rstrip("/")
        match = next((i for i, p in cases.items() if wanted in (i, _folder(p)) or name == str(p)), None)
        if match is not None:
            chosen[match] = cases[match]
        elif (Path(name).is_file() and is_case(Path(name))) or (Path(name).is_dir() and find_cases(Path(name))):
            chosen |= find_cases(Path(name))
        elif own := beside(wanted):
            chosen |= own
        elif Path(name).is_dir():
            raise BadInput(f"{name} holds no case: a case is a {CASE} with a {FILE} beside it")
        else:
            near = difflib.get_close_matches(wanted, cases, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else "`fieldbench list` has the cases that are known"
            raise BadInput(f"unknown case {name!r}; {hint} (one of your own is named by its folder, or with --cases)")
    return chosen or dict(cases)


def beside(claim: str) -> dict[str, Path]:
    """The case of that id in a folder of that name in the working directory, if there is one: an id may be a record's,
    which is anybody's text, so one that is no name of a folder here leads nowhere."""
    try:
        require_kebab(claim, "claim id")
    except BadInput:
        return {}
    folder = Path(claim.replace("-", "_"))
    own = find_cases(folder) if folder.is_dir() else {}
    return {claim: own[claim]} if claim in own else {}


def _folder(path: Path) -> str:
    """The case's own name on disk, spelt as an id."""
    return path.resolve().parent.name.replace("_", "-")
