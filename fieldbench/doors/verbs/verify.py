"""`fieldbench verify`: do records follow from their own cells, and cells and predictions from the code that is here?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.doors.session import Session
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput, FieldbenchError

if TYPE_CHECKING:
    from fieldbench.claims.case import Case
    from fieldbench.records.schema import Record


def verify(where: Path, folder: Path | None, out: Output, *, predictions: bool = False, remeasure: int = 0) -> int:
    """Recompute every verdict of the records at or below a path.

    Args:
        where, folder, out: the records, whose cases these are, and where it is said.
        predictions: also ask every theory anew.
        remeasure: also measure so many cells of each record anew.

    Returns:
        The worst exit code of the records; 5 if one does not reproduce itself or cannot be read, or if the
        directory's manifest says that one was altered, lost or added.
    """
    from fieldbench.archive.manifest import differences as manifest_differences
    from fieldbench.cells.numerics import numerics
    from fieldbench.loading.load import load_case
    from fieldbench.records import files as record
    from fieldbench.records.verify import differences, own_differences
    from fieldbench.verdicts.outcome import worst

    if remeasure < 0:
        raise BadInput(f"--remeasure {remeasure}: give the number of cells to measure anew, at least 0")
    paths = record.find(where)
    if not paths:
        raise BadInput(f"no record below {where}; name a results directory or a record file")
    cases, code = known(folder), 0
    entries: list[dict[str, Any]] = []
    with numerics():
        for path in paths:
            moved, notes = False, list[str]()
            try:
                found = record.read(path)
                if found.claim.id not in cases:
                    raise BadInput(f"no case here has the claim id {found.claim.id}; name its folder with --cases")
                case = load_case(cases[found.claim.id])
                moved = found.upgraded_from is not None
                problems = own_differences(found) if moved else differences(found, case)
                own, summary = found.exit_code, found.summary
                if not moved:
                    problems += _anew(found, case, predictions, remeasure, notes)
            except FieldbenchError as error:
                problems, own, summary = [str(error)], 5, ""
            except Exception as error:  # a record is a stranger's file: the next one is judged all the same
                problems, own, summary = [f"cannot be judged: {type(error).__name__}: {error}"], 5, ""
            code = worst([code, own, 5 if problems else 0])
            entries.append(
                {
                    "record": str(path),
                    "reproduces": not problems,
                    "differences": problems,
                    "notes": notes,
                    "verdict": summary,
                }
            )
            how = "follows from its own numbers (the case has another form by now)" if moved else "reproduces itself"
            out.line(f"{path}: {'does not reproduce itself' if problems else how + ': ' + summary}")
            for line in [*problems, *notes]:
                out.line(f"  {line}")
    moved_files = manifest_differences(where) if where.is_dir() else []
    for problem in moved_files:
        out.line(f"manifest: {problem}")
    code = worst([code, 5 if moved_files else 0])
    out.value({"exit_code": code, "records": entries, "manifest": moved_files})
    return code


def _anew(found: Record, case: Case, predictions: bool, remeasure: int, notes: list[str]) -> Iterator[str]:
    """What is not as the code, the data and the generator here have it; what is told beside that goes to `notes`."""
    from fieldbench.records import anew

    settings = Session(tier=found.tier, seed=found.seed).settings(case)
    yield from anew.bits_differ(found)
    yield from anew.data_differ(found, settings)
    if idle := anew.unread(found, case):
        notes.append(f"read by no check, guard or figure: {', '.join(idle)}")
    if predictions:
        yield from anew.predictions_differ(found, case)
    again = anew.measured_again(found, case, settings, remeasure) if remeasure else []
    if remeasure:
        same = sum(one.same for one in again)
        notes.append(f"{len(again)} of its {len(found.cells)} cells measured anew, {same} to the same bits")
    for one in again:
        if not one.same and one.expected:
            yield f"{one.where}: measured anew on the same arithmetic it differs by {one.off:.1e}"
        elif not one.same:
            notes.append(f"{one.where}: on another arithmetic than the record's it differs by {one.off:.1e}")
