"""`fieldbench flips`: which verdicts depended on the seed, from the records of a run with fresh seeds."""

from __future__ import annotations

from pathlib import Path

from fieldbench import atomic
from fieldbench.doors.terminal.output import Output
from fieldbench.errors import BadInput
from fieldbench.records import files as record
from fieldbench.records.schema import Record
from fieldbench.report.flips import markdown, stability


def flips(where: Path, tier: str, to: Path | None, out: Output) -> None:
    """Pool the newest record of each claim and seed at or below a path, without exploratory ones and older revisions.

    Raises:
        BadInput: no record of that tier there.
        StoreError: `to` cannot be written.
    """
    newest: dict[tuple[str, int, int], Record] = {}
    for path in record.find(where):
        found = record.read(path)
        if found.tier == tier and found.complete and not found.exploratory:
            key = (found.claim.id, found.claim.revision, found.seed)
            if key not in newest or found.date >= newest[key].date:
                newest[key] = found
    if not newest:
        raise BadInput(f"no record of tier {tier!r} below {where}; make some with `fieldbench run --fresh-seeds 20`")
    last = {claim: max(r for name, r, _ in newest if name == claim) for claim, _, _ in newest}
    latest = [found for (claim, revision, _), found in newest.items() if revision == last[claim]]
    seeds = stability(latest)
    for line in seeds.lines():
        out.line(line)
    if to is not None:
        with atomic.explained(to, "the records are untouched", "choose a writable file with --to"):
            atomic.write(to, markdown(latest).encode())
        out.line(str(to))
    out.value({"records": [found.run_id for found in latest], **seeds.as_value()})
