"""Which records the site shows: the newest of each claim and tier, and a line of history for every other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fieldbench.claims.names import require_kebab
from fieldbench.errors import BadInput
from fieldbench.records import files
from fieldbench.records.schema import CheckPart, ClaimPart, Record
from fieldbench.report.table import order

SPEAKING = ("standard", "paper", "quick")
"""Whose record speaks for a claim on the front page: the standard tier resolves every statement."""

LISTS = ("measured", "standard_error", "interval", "expected", "margin", "smallest_caught")
"""Values of a check, one a point."""

Kinds = Mapping[str, tuple[str, str]]
"""Claim id → kind of theory, kind of network."""


@dataclass(frozen=True)
class Entry:
    """A record in the history of its claim: when, of what, and how far its statement lay from the theory."""

    date: str
    revision: int
    tier: str
    seed: int
    commit: str
    summary: str
    statement: CheckPart | None


@dataclass
class Shown:
    """A claim with its newest record of each tier, in the order of the tiers, and its history, oldest first."""

    claim: ClaimPart
    records: dict[str, Record]
    history: list[Entry]
    theory: str = ""
    network: str = ""

    @property
    def speaking(self) -> Record:
        """The record that speaks for the claim on the front page."""
        return next(
            (self.records[tier] for tier in SPEAKING if tier in self.records), next(iter(self.records.values()))
        )


@dataclass
class Gathered:
    """The claims of a directory of records, and a sentence for each record that was refused."""

    claims: list[Shown] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def gather(results: Path, kinds: Kinds) -> Gathered:
    """Read all records below a directory; a bad one is refused with a sentence and keeps no other from being shown.

    Args:
        results: directory of records.
        kinds: what the cases at hand say of claims whose records are older than these words.

    Raises:
        BadInput: there is no record to show.
    """
    gathered = Gathered()
    best: dict[tuple[str, int], dict[str, Record]] = {}
    history: dict[str, list[Entry]] = {}
    for record in _read(results, gathered.refused):
        history.setdefault(record.claim.id, []).append(_entry(record))
        if record.complete and files.speaks_for_suite(record):
            tiers = best.setdefault((record.claim.id, record.claim.revision), {})
            if record.tier not in tiers or files.standing(record) > files.standing(tiers[record.tier]):
                tiers[record.tier] = record
    latest = dict(sorted(best))  # the last revision of a name wins
    for name, revision in latest.items():
        records = dict(sorted(best[name, revision].items(), key=lambda item: order(item[0])))
        gathered.claims.append(_shown(records, sorted(history[name], key=lambda entry: entry.date), kinds))
    if not gathered.claims:
        more = f" ({'; '.join(gathered.refused)})" if gathered.refused else ""
        raise BadInput(f"no complete record of the suite's own in {results}{more}; make one with `fieldbench run`")
    return gathered


def refusal(record: Record) -> str:
    """Why a record cannot be shown, or nothing: names become addresses, lists are read side by side."""
    try:
        require_kebab(record.claim.id, "claim id")
        require_kebab(record.tier, "tier")
        for check in (*record.checks, *(control.outcome for control in record.controls)):
            require_kebab(check.id, "check id")
            _aligned(check)
    except BadInput as error:
        return str(error)
    return ""


def _aligned(check: CheckPart) -> None:
    points = len(check.labels)
    lists = {name: getattr(check, name) for name in LISTS}
    lists |= {f"part {part.name!r}": part.values for part in check.parts}
    for name, values in lists.items():
        if len(values) != points:
            raise BadInput(f"check {check.id} has {points} points, but {len(values)} values of {name}")
    for rival in check.rivals if points else ():
        if len(rival.expected) != points or not 0 <= rival.point < points:
            raise BadInput(f"check {check.id} has {points} points, but rival {rival.id!r} is not of them")


def _read(results: Path, refused: list[str]) -> Iterator[Record]:
    for path in files.find(results):
        try:
            record = files.read(path)
        except BadInput as error:
            refused.append(str(error))
            continue
        if why := refusal(record):
            refused.append(f"{path}: {why}")
        else:
            yield record


def _entry(record: Record) -> Entry:
    commit = str(record.provenance.get("commit") or "")[:10] + ("+" if record.provenance.get("dirty") else "")
    return Entry(
        record.date, record.claim.revision, record.tier, record.seed, commit, record.summary, _followed(record)
    )  # fmt: skip


def _followed(record: Record) -> CheckPart | None:
    """The check that a history follows, the same one in each record: the first statement that ran, else the first
    check that did."""
    ran = [check for check in record.checks if check.labels]
    return next((check for check in ran if check.statement), next(iter(ran), None))


def _shown(records: dict[str, Record], history: list[Entry], kinds: Kinds) -> Shown:
    newest = max(records.values(), key=lambda record: record.date).claim
    theory, network = kinds.get(newest.id, ("", ""))
    return Shown(newest, records, history, newest.theory or theory, newest.network or network)
