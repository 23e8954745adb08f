"""`fieldbench verify`: do records follow from their own cells?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.loading.discovery import beside


def verify(where: Path, folder: Path | None, out: Output) -> int:
    """Recompute every verdict of the records at or below a path.

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

    paths = record.find(where)
    if not paths:
        raise BadInput(f"no record below {where}; name a results directory or a record file")
    cases, code = known(folder), 0
    entries: list[dict[str, Any]] = []
    with numerics():
        for path in paths:
            moved = False
            try:
                found = record.read(path)
                if folder is None and found.claim.id not in cases:
                    cases |= beside(found.claim.id)
                if found.claim.id not in cases:
                    raise BadInput(f"no case here has the claim id {found.claim.id}; name its folder with --cases")
                case = load_case(cases[found.claim.id])
                moved = found.upgraded_from is not None
                problems = own_differences(found) if moved else differences(found, case)
                own, summary = found.exit_code, found.summary
            except FieldbenchError as error:
                problems, own, summary = [str(error)], 5, ""
            code = worst([code, own, 5 if problems else 0])
            entries.append(
                {"record": str(path), "reproduces": not problems, "differences": problems, "verdict": summary}
            )
            how = "follows from its own numbers (the case has another form by now)" if moved else "reproduces itself"
            out.line(f"{path}: {'does not reproduce itself' if problems else how + ': ' + summary}")
            for problem in problems:
                out.line(f"  {problem}")
    moved_files = manifest_differences(where) if where.is_dir() else []
    for problem in moved_files:
        out.line(f"manifest: {problem}")
    code = worst([code, 5 if moved_files else 0])
    out.value({"exit_code": code, "records": entries, "manifest": moved_files})
    return code
