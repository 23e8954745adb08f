"""`fieldbench new` and `conform`: the first and the last thing that the author of a case asks for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fieldbench.doors.session import Session
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.loading.discovery import select

if TYPE_CHECKING:
    from fieldbench.authoring.conform import Finding

LACKS = 4


def new(claim: str, to: Path | None, out: Output) -> None:
    """Write a case that runs into a folder that is empty or not there."""
    from fieldbench.authoring.new import write_case

    taken: dict[str, Path] = {}
    with suppress(BadInput):  # somewhere without cases every id is free
        taken = known(None)
    folder = to or Path(claim.replace("-", "_"))
    files = write_case(claim, folder, taken)
    for path in files:
        out.line(str(path))
    out.line(f"it runs as it is: fieldbench run {folder}; what to replace: fieldbench conform {folder}")
    out.value({"claim": claim, "folder": str(folder), "files": [str(path) for path in files]})


def conform(where: str, out: Output) -> int:
    """Say what each case at a path lacks, and return 0 if none lacks anything, else 4."""
    offered = {} if Path(where).exists() else known(None, out.note)
    code, value = 0, []
    for claim, path in select(offered, [where]).items():
        found: list[Finding] = []
        for finding in findings(path):
            found.append(finding)
            out.line(f"{claim}: {'' if finding.missing else 'better: '}{finding.about}: {finding.sentence}")
        missing = [finding for finding in found if finding.missing]
        out.line(f"{claim}: {f'{len(missing)} to mend' if missing else 'conforms'}")
        code = LACKS if missing else code
        value.append(
            {"claim": claim, "file": str(path), "conforms": not missing,
             "findings": [{"about": f.about, "sentence": f.sentence, "missing": f.missing} for f in found]}
        )  # fmt: skip
    out.value({"exit_code": code, "cases": value})
    return code


def findings(path: Path) -> Iterator[Finding]:
    """What a case lacks: in its facts, in its declarations, in a whole run of its quick tier with nothing stored."""
    from fieldbench.authoring.conform import QUICK, Finding, in_declarations, in_facts, in_run
    from fieldbench.cells.numerics import numerics
    from fieldbench.loading.load import explained, load_case, load_worlds

    try:
        with numerics():
            case = load_case(path)
            worlds = load_worlds(case)
    except FieldbenchError as error:
        yield Finding("declarations", str(error))
        return
    yield from in_facts(case.claim)
    yield from in_declarations(case, worlds)
    if QUICK not in case.tiers:
        return
    try:
        with tempfile.TemporaryDirectory() as store:
            wall, cpu = time.perf_counter(), time.process_time()
            result = Session(tier=QUICK, store=Path(store), results=None, compiled=None).run(path)
            # The smaller one is what a machine with nothing else to do takes.
            seconds = min(time.perf_counter() - wall, time.process_time() - cpu)
        with numerics(), explained(path):
            yield from in_run(result, seconds, load_worlds(result.case))
    except FieldbenchError as error:
        yield Finding("run", str(error))
