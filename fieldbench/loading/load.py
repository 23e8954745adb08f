"""Loading: a case's folder becomes a Case, or an error that names file and line and says what to do."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import hashlib
import importlib
import importlib.util
import sys
import sysconfig
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.claims.facts import FILE, read_claim
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.loading.discovery import CASE, is_case

if TYPE_CHECKING:
    from fieldbench.claims.case import Case


WORLDS = "worlds.py"


class CaseError(BadInput):
    """A case that cannot be loaded or that fails while it runs; the message names its file and line."""


def load_case(path: Path) -> Case:
    """Import a case and check that its parts fit together.

    Call inside `numerics()`: a case may build arrays while it is imported.

    Raises:
        CaseError: it cannot be imported.
        BadInput: its declarations do not fit together.
    """
    from fieldbench.claims.case import Case
    from fieldbench.loading.consistency import require_consistent

    if not is_case(path):
        raise BadInput(f"{path} is no case: a case is a {CASE} with a {FILE} beside it")
    claim = read_claim(path.with_name(FILE))
    with explained(path):
        _require_case_is_last(path)
        module = import_file(path)
    declared = getattr(module, "CASE", None)
    if not isinstance(declared, Case):
        raise CaseError(f"{path} binds no CASE; end it with CASE = Case(theories=…, tiers=…, checks=…, controls=…)")
    case = dataclasses.replace(declared, claim=claim, path=path)
    require_consistent(case)
    return case


def load_worlds(case: Case) -> dict[str, dict[str, Any]]:
    """The worlds in which a loaded case's claim would be false: id of a statement check → name → theory or number.

    `worlds.py` beside the case has them as `WORLDS = {CHECK: {"name": theory}}`; none where there is no such file.

    Raises:
        CaseError: it cannot be imported, or binds no WORLDS.
    """
    path = case.path.with_name(WORLDS)
    if not path.exists():
        return {}
    with explained(path):  # beside the case as it was loaded: its experiments are of the same classes
        declared = getattr(importlib.import_module(f"{_package(case.path)}.{path.stem}"), "WORLDS", None)
    if not isinstance(declared, dict):
        raise CaseError(f'{path} binds no WORLDS; end it with WORLDS = {{CHECK: {{"name": theory}}}}')
    return {check.id: dict(worlds) for check, worlds in declared.items()}


def _require_case_is_last(path: Path) -> None:
    """No neighbour imports the case: what is measured would reach the theories, checks and rivals that judge it.

    The worlds in which it would be false are imported by nothing, and may.
    """
    from fieldbench.cells.codehash import reach

    neighbours = [file for file in sorted(path.parent.glob("*.py")) if file.name not in (path.name, WORLDS)]
    if path.resolve() not in reach(neighbours):
        return
    for neighbour in neighbours:
        if path.resolve() in reach([neighbour]):
            raise BadInput(
                f"{neighbour} reaches {path.name}, which defines the theory and judges: a measurement must not share "
                "the formula that it tests; find the number in another way"
            )


def import_file(path: Path) -> types.ModuleType:
    """Import a case's file afresh; `from .experiment import …` finds its neighbours in the same folder."""
    folder, package = path.resolve().parent, _package(path)
    for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
        del sys.modules[name]
    parent = types.ModuleType(package)
    parent.__path__ = [str(folder)]
    sys.modules[package] = parent
    importlib.invalidate_caches()
    # A case may import its neighbours by plain names too, as a script would.
    sys.path.insert(0, str(folder))
    before = set(sys.modules)
    try:
        return importlib.import_module(f"{package}.{path.stem}")
    finally:
        sys.path.remove(str(folder))
        # They go again: another case may have a neighbour of the same plain name.
        for name in set(sys.modules) - before:
            home = getattr(sys.modules[name], "__file__", None)
            if home and Path(home).parent == folder and not name.startswith(package):
                del sys.modules[name]


def _package(path: Path) -> str:
    """Name of the package that a case's folder is imported as."""
    mark = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    return f"fieldbench_case_{path.resolve().parent.name.replace('-', '_')}_{mark}"


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn whatever a case's own code, or a port's, raises into one sentence with its file and line.

    The cause is kept. What was raised without either being on the way is a bug of ours and goes through as it is.
    """
    try:
        yield
    except FieldbenchError:
        raise
    except SyntaxError as error:
        raise CaseError(f"{error.filename}, line {error.lineno}: {error.msg}; the case cannot be read") from error
    except Exception as error:
        place = _place(path, error)
        if place is None:
            raise
        raise CaseError(f"{place}: {type(error).__name__}: {error}{_hint(error)}") from error


def _place(path: Path, error: Exception) -> str | None:
    """The innermost line of the traceback in the case's folder or in a port: neither ours nor a library's."""
    folder = path.resolve().parent
    ours = [Path(__file__).resolve().parents[1], *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_file() and (folder == file.resolve().parent or not set(ours) & set(file.resolve().parents)):
            return f"{file}, line {frame.lineno}"
    return None


def _hint(error: Exception) -> str:
    """The nearest name, where an attribute was misspelt."""
    if not isinstance(error, AttributeError) or error.obj is None or not error.name:
        return ""
    subject: Any = error.obj
    known = [name for name in dir(subject) if not name.startswith("_")]
    near = difflib.get_close_matches(error.name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
