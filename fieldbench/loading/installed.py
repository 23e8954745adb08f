"""Installed cases: those of other packages, found by their entry points in the group `fieldbench.cases`.

An entry point names a package, `their_claims = "their_package.cases"`. Its folder is searched as any other: nothing of
it is imported, and what is wrong with one package keeps no other from running.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from fieldbench.errors import BadInput
from fieldbench.loading.discovery import find_cases

GROUP = "fieldbench.cases"


def installed_cases(taken: Mapping[str, Path], say: Callable[[str], None]) -> dict[str, Path]:
    """Claim id → case file, for the cases of all installed packages.

    Args:
        taken: ids that are bound already, with their files; they stay what they are.
        say: called with one sentence for each package that cannot be read and each id that is taken.
    """
    found: dict[str, Path] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_owner(entry), entry.name)):
        try:
            theirs = _cases_of(entry)
        except BadInput as error:
            say(f"cases of the installed package {_owner(entry)} are left out: {error}")
            continue
        for claim, path in theirs.items():
            other = taken.get(claim) or found.get(claim)
            if other is None:
                found[claim] = path
            elif other.resolve() != path.resolve():
                say(
                    f"claim id {claim!r} of the installed package {_owner(entry)} is left out: {other} has it already; "
                    f"run theirs by its folder, {path.parent}"
                )
    return found


def folders_of(package: str) -> list[Path]:
    """The folders of a package, `a.b.c`; none of it is imported where its folders lie in one another.

    Raises:
        BadInput: there is no such package, or one that holds it cannot be imported.
    """
    top, *rest = package.split(".")
    if not all(part.isidentifier() for part in (top, *rest)):
        raise BadInput(f"{package!r} is no name of a package; write it as package.cases")
    places = _places(top)
    folders = [place.joinpath(*rest) for place in places]
    if places and rest and not any(folder.is_dir() for folder in folders):
        folders = _places(package)  # in an editable installation a part may lie elsewhere
    if not (folders := [folder for folder in folders if folder.is_dir()]):
        raise BadInput(f"there is no package {package!r} with a folder; install it, or correct its entry point")
    return folders


def _cases_of(entry: EntryPoint) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders_of(entry.value.partition(":")[0].strip()):
        found |= find_cases(folder)
    if not found:
        raise BadInput(
            f"{entry.value!r} holds no case: a case is a case.py with a claim.toml, as package data, beside it"
        )
    return found


def _places(package: str) -> list[Path]:
    try:
        spec: ModuleSpec | None = importlib.util.find_spec(package)
    except Exception as error:  # the parents of a dotted name are imported, and may raise anything
        raise BadInput(f"{package!r} cannot be looked up: {type(error).__name__}: {error}") from error
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.name
