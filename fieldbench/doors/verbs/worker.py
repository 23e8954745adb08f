"""`fieldbench worker`: measure what a store lacks, beside other workers; `fieldbench run` then judges what is there."""

from __future__ import annotations

import dataclasses
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fieldbench.doors.session import Session
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.doors.verbs.run import pace_of
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.loading.discovery import select


def parse_share(text: str) -> tuple[int, int]:
    """Turn "2/4" into (1, 4): the second of four. Raises BadInput for anything that is no share."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise BadInput(f"--share {text!r}: give this worker's number and how many there are, as 2/4")
    return int(match[1]) - 1, int(match[2])


def worker(names: Sequence[str], folder: Path | None, session: Session, out: Output) -> int:
    """Measure the cells of cases that no other process on the store has or does.

    Returns:
        0, also where others are not done yet; 5 if a case cannot run, which does not keep the others from running.
    """
    chosen, code = select(known(folder, out.note), names), 0
    entries: list[dict[str, Any]] = []
    # Whoever preempts a job asks it to end first: leave as from any error, so that its lease is given back.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with out.watch(pace_of(chosen, session.tier)) as watcher:
        for claim, path in chosen.items():
            try:
                found, wanted = dataclasses.replace(session, progress=watcher.start(claim)).measure(path)
            except FieldbenchError as error:
                out.failure(error, claim, bug=False)
                entries.append({"claim": claim, "error": str(error)})
                code = 5
                continue
            finally:
                watcher.finish(claim)
            here = sum(not cell.reused for cell in found)
            entries.append({"claim": claim, "measured": here, "there": len(found) - here, "wanted": wanted})
            left = f"{wanted - len(found)} are left to other workers"
            out.line(f"{claim}: {here} cells measured here, {len(found) - here} were there, {left}")
    out.value({"exit_code": code, "cases": entries})
    return code
