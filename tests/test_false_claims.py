"""The false-claim test: would each statement notice a world in which it is false?

Every case lists such worlds in `worlds.py`, before anybody looked whether its statement notices them. Data are
simulated from each at the noise of the committed records. A world two margins or more from the theory has to be
contradicted; what lies closer is tabled as what the statement cannot see. A world that is a rival or a control of the
case says what the record has of it, as the case's own theory does: run a case to ask its theories themselves.

Run `pytest tests/test_false_claims.py --slow`, or `python tests/test_false_claims.py` for the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fieldbench.cells.numerics import numerics
from fieldbench.claims.check import Limit
from fieldbench.errors import DataMissing
from fieldbench.judging.worlds import FEWEST, NEARLY_ALWAYS, Met, meet
from fieldbench.loading.discovery import find_cases
from fieldbench.loading.load import load_case, load_worlds
from fieldbench.records import files
from fieldbench.records.reread import evidence_in, experiments_of, predictions_of
from fieldbench.records.schema import Record

ROOT = Path(__file__).resolve().parents[1]
CASES = find_cases(ROOT / "cases")
TIERS = ("quick", "standard")
COSTLY = {"rg-cifar-mnist": ("quick",)}
"""Claims of whose worlds each commit asks some tiers only: on 3,000 images they take minutes, `--whole` asks all."""


@cache
def met(claim: str, tiers: tuple[str, ...] = TIERS) -> list[tuple[str, Met]]:
    """(tier, what the statement said) for each world of each statement that the committed records judge."""
    found = []
    with numerics():
        case = load_case(CASES[claim])
        worlds = load_worlds(case)

        @cache
        def once(world: Any) -> Any:
            """A world that several checks and tiers ask at one experiment answers once."""
            return cache(world) if callable(world) and id(world) not in case.theory_names else world

        for record in records_of(claim, tiers):
            experiments = experiments_of(record, case)
            measured, said = evidence_in(record, experiments)["main"], predictions_of(record, experiments)
            judged = {part.id for part in record.checks if part.labels}
            for check in case.checks:
                if check.statement and check.id in judged and not isinstance(check, Limit):
                    for name, world in worlds.get(check.id, {}).items():
                        found.append((record.tier, meet(case, check, once(world), measured, said, name)))
    return found


def records_of(claim: str, tiers: tuple[str, ...]) -> Iterator[Record]:
    """The newest record of its latest revision at each tier: no other claim's is read."""
    revision = max(int(path.name[1:]) for path in (ROOT / "results" / claim).glob("r*"))
    found = (files.latest(ROOT / "results", claim, revision, tier) for tier in tiers)
    return (record for record in found if record)


@pytest.mark.parametrize("claim", CASES)
def test_every_statement_lists_three_worlds_or_more_in_which_it_is_false(claim):
    with numerics():
        case = load_case(CASES[claim])
        worlds = load_worlds(case)
    statements = {check.id for check in case.checks if check.statement and not isinstance(check, Limit)}
    assert set(worlds) == statements
    for check, listed in worlds.items():
        assert len(listed) >= FEWEST, check


@pytest.mark.slow
@pytest.mark.usefixtures("unchecked")  # annotations are checked where theories are tested
@pytest.mark.parametrize("claim", CASES)
def test_a_world_two_margins_away_is_contradicted(claim):
    require_noticed(claim, COSTLY.get(claim, TIERS))


@pytest.mark.whole
@pytest.mark.parametrize("claim", COSTLY)
def test_so_it_is_where_that_takes_minutes(claim):
    require_noticed(claim, TIERS)


def require_noticed(claim: str, tiers: tuple[str, ...]) -> None:
    try:
        found = met(claim, tiers)
    except DataMissing as missing:
        pytest.skip(str(missing))
    missed = [
        f"{tier}: {one.check} in world {one.world}, {one.margins:.1f} margins away: {one.contradicted:.0%} contradicted"
        for tier, one in found if one.far and one.contradicted < NEARLY_ALWAYS
    ]  # fmt: skip
    assert not missed, missed
    assert any(one.far for _, one in found), "no world is far enough to be noticed"


PREAMBLE = """
# Worlds in which a statement is false

Listed beforehand in each case's `worlds.py`; 200 data sets a world, simulated at the noise of the committed record. A
world two margins or more from the theory has to be contradicted; a closer one is what the statement cannot see. For a
bound, margins are half 98 % intervals.

"""


def table() -> str:
    """The worlds of all statements, as Markdown."""
    text = (
        PREAMBLE
        + "| claim | tier | statement | world | margins away | contradicted | reproduced |\n"
        + "|---" * 7
        + "|\n"
    )
    for claim in CASES:
        for tier, one in met(claim):
            seen = f"{one.contradicted:.1%}" if one.far else f"{one.contradicted:.1%} (closer than it can see)"
            reproduced = one.verdicts.get("reproduced", 0.0)
            text += (
                f"| {claim} | {tier} | {one.check} | {one.world} | {one.margins:.1f} | {seen} | {reproduced:.1%} |\n"
            )
    return text


if __name__ == "__main__":
    print(table(), end="")
