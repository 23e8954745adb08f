"""One screen on all claims, from the committed records."""

from collections import Counter
from pathlib import Path

import pytest

from fieldbench.records import files
from fieldbench.records.schema import SkippedPart
from fieldbench.report.headline import data_words, headline, nearest_rival, speaker
from fieldbench.report.screen import left_out, plain, reasons_of, screen
from fieldbench.verdicts.words import STYLES

RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def records():
    """The quick reference record of every claim."""
    return [files.read(max(path.glob("*.json"))) for path in sorted(RESULTS.glob("*/r*/quick"))]


@pytest.fixture(scope="module")
def by_claim(records):
    return {record.claim.id: record for record in records}


def with_check(record, name, **changes):
    """A record in which one check has other numbers or another verdict."""
    checks = [c.model_copy(update=changes) if c.id == name else c for c in record.checks]
    return record.model_copy(update={"checks": checks, "exit_code": 3})


def texts(*arguments, **options):
    return [plain(line) for line in screen(*arguments, **options)]


def test_all_claims_fit_eighty_columns_and_seven_lines_more_than_there_are_claims(records):
    lines = texts(records, 80, left_out={"left to the standard tier": 373}, seconds=1300.0, where="records in x\nmore")
    assert len(lines) <= len(records) + 7
    assert max(map(len, lines)) <= 80
    assert len(records) >= 20
    for record in records:
        head = headline(record)
        (line,) = [line for line in lines if line.startswith(f"✓ {record.claim.id[:23]}")]
        for piece in (" reproduced ", head.measured, head.predicted, head.distance, head.rival[:5]):
            assert piece in line
    assert f"{len(records)} claims in 22 min: {len(records)} reproduced; all as declared" in lines
    assert "not run: 373 left to the standard tier" in lines
    assert lines[-2:] == ["records in x", "more"]


def test_a_wide_terminal_cuts_nothing(records):
    lines = texts(records, 160)
    assert not any("…" in line for line in lines)
    assert all(any(record.claim.id in line for line in lines) for record in records)
    assert sum(" reproduced " in line for line in lines[3:-1]) == len(records)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("verdict", ["reproduced", "inconclusive"])
def test_a_verdict_is_a_word_at_every_width_and_other_columns_go(records, width, verdict):
    """In its colour, on the line of its claim, which never runs over."""
    changed = [with_check(record, speaker(record).id, verdict=verdict) for record in records]
    lines = [line for line in screen(changed, width) if plain(line)[:1] in "✓?" and plain(line)[1:2] in " !"]
    told = [line for line in lines if [text for text, _ in line[2:3]] == [verdict]]
    assert len(told) == len(records)
    assert {style for line in told for _, style in (line[0], line[2])} == {STYLES[verdict]}
    assert max(len(plain(line)) for line in told) <= width


def test_a_sampled_number_with_rivals_speaks_before_an_identity_and_before_a_bound(by_claim):
    identity, bound = by_claim["linear-adaptation-is-rescaling"], by_claim["cross-dataset-bound"]
    for record in (identity, bound):
        spoken = speaker(record)
        assert spoken.statement
        assert spoken.replicates
        assert spoken.rivals
    assert next(c for c in identity.checks if c.statement).replicates == 0
    assert next(c for c in bound.checks if c.statement).side == "below"


def test_the_gravest_statement_speaks_and_nothing_is_said_where_nothing_ran(by_claim):
    record = by_claim["ising-universality"]
    last = [check for check in record.checks if check.statement][-1]
    for verdict in ("inconclusive", "contradicted"):
        changed = with_check(record, last.id, verdict=verdict)
        assert speaker(changed).id == last.id
        assert headline(changed).verdict == verdict
    empty = record.model_copy(update={"checks": [c.model_copy(update={"labels": []}) for c in record.checks]})
    assert speaker(empty) is None
    assert headline(empty).verdict == "not run"


def test_the_distance_of_the_nearest_rival_is_one_over_the_resolution(records):
    counted = 0
    for record in records:
        for check in record.checks:
            if check.labels and check.side == "both" and check.rivals and check.resolution and min(check.margin) > 0:
                assert nearest_rival(check)[1] == pytest.approx(1 / check.resolution, rel=1e-6), check.id
                counted += 1
    assert counted > 100


def test_what_is_not_as_declared_leads_with_its_reason(records, by_claim):
    record = by_claim["eigenlearning"]
    spoken = speaker(record)
    wrong = with_check(record, spoken.id, verdict="contradicted", as_declared=False,
                       measured=[m + 0.5 for m in spoken.measured])  # fmt: skip
    lines = texts(
        [r if r is not record else wrong for r in records], 80, errors={"broken-one": "BadInput: no such tier"}
    )
    assert lines[0] == "NOT AS DECLARED"
    assert lines[1] == "  broken-one: could not run: BadInput: no such tier"
    assert lines[2].startswith(f"  eigenlearning: {spoken.id}: contradicted; measured")
    assert any(line.startswith("✗!eigenlearning") for line in lines)
    assert " ".join(lines[-2:]).endswith("1 contradicted, 1 could not run; 2 NOT as declared")
    assert max(map(len, lines)) <= 80


def test_controls_rivals_and_guards_that_fail_are_reasons(by_claim):
    record = by_claim["ising-universality"]
    control = record.controls[0]
    deaf = control.model_copy(
        update={"noticed": False, "outcome": control.outcome.model_copy(update={"verdict": "reproduced"})}
    )
    check = next(c for c in record.checks if c.statement)
    near = check.rivals[0].model_copy(update={"rejected": False, "t": 2.5})
    guard = record.guards[0].model_copy(update={"passed": False})
    odd = record.model_copy(
        update={
            "controls": [deaf],
            "guards": [guard],
            "checks": [check.model_copy(update={"rivals": [near]})],
            "exit_code": 4,
        }
    )
    said = [text for text, _ in reasons_of(odd)]
    assert said[0].startswith(f"guard {guard.id} failed: {guard.array} reached ")
    assert f"rival {near.id} is NOT rejected, at 2.5 standard errors of 5; 4 times the replicates" in said[1]
    assert said[2] == f"control {control.id} is NOT noticed by {control.contradicts}: reproduced"


def test_data_that_are_not_here_leave_digits_only(by_claim):
    record = by_claim["rg-cifar-mnist"]
    assert data_words(record) == "digits, MNIST, CIFAR-10"
    absent = SkippedPart(kind="Images", parameters={}, reason="data set 'mnist' is not on this machine (no file)")
    alone = record.model_copy(update={"data": {"digits": record.data["digits"]}, "skipped": [absent]})
    assert data_words(alone) == "digits only"
    lines = texts([alone], 80)
    assert " digits* " in lines[3]
    assert any(line.startswith("* digits only: ") for line in lines)
    assert " 3 sets " in texts([record], 80)[3]


def test_the_mark_of_missing_data_stays_in_a_narrow_terminal(records, by_claim):
    record = by_claim["rg-cifar-mnist"]
    absent = SkippedPart(kind="Images", parameters={}, reason="data set 'mnist' is not on this machine (no file)")
    alone = record.model_copy(update={"data": {"digits": record.data["digits"]}, "skipped": [absent]})
    assert sum(" digits* " in line for line in texts([r if r is not record else alone for r in records], 80)) == 1


def test_several_seeds_are_told_apart_and_their_claims_counted_once(by_claim):
    record = by_claim["eigenlearning"]
    lines = texts([record, record.model_copy(update={"seed": 1})], 80, seconds=3.0)
    assert [line[2:24] for line in lines[3:5]] == ["eigenlearning (seed 0)", "eigenlearning (seed 1)"]
    assert lines[-1] == "1 claim at 2 seeds in 3.0 s: 2 reproduced; all as declared"


def test_skips_are_counted_in_words():
    reasons = ["left to the standard tier"] * 3
    reasons += ["data set 'mnist' is not on this machine (no mnist/x); data set 'cifar10' is not on this machine (y)"]
    reasons += ["a: rival b cannot be told from the theory: they differ by less than both margins"]
    assert left_out(reasons) == Counter(
        {"left to the standard tier": 3, "for want of mnist, cifar10": 1, "about rivals within the margins": 1}
    )
    reasons += ["left to the standard and paper and source and off-the-ray and nearer and outer-wells tiers"] * 2
    assert left_out(reasons) == Counter(
        {"left to other tiers": 5, "for want of mnist, cifar10": 1, "about rivals within the margins": 1}
    )
