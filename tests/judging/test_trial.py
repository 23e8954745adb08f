"""A small case through the one way: verdicts, rivals, controls, guards, skips, resumption."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fieldbench.cells.runner import Settings
from fieldbench.claims import Control, Guard, Known, Remainder, Tier
from fieldbench.errors import BadInput, DataMissing
from fieldbench.judging.trial import run_case
from fieldbench.verdicts.outcome import ExitCode
from fieldbench.verdicts.rule import Verdict


def verdicts(result):
    return {check.id: str(check.verdict) for check in result.judgement.checks}


def with_sum(case, **changes):
    """The case with its first check changed; controls go on to refer to it."""
    first = replace(case.checks[0], **changes)
    controls = tuple(replace(control, contradicts=first) for control in case.controls)
    return replace(case, checks=(first, *case.checks[1:]), controls=controls)


def test_a_sound_case_is_as_declared(case, store):
    result = run_case(case, store, Settings())
    assert set(verdicts(result).values()) == {"reproduced"}
    assert all(rival.as_declared for check in result.judgement.checks for rival in check.rivals)
    assert all(control.as_declared for control in result.judgement.controls)
    assert all(guard.passed for guard in result.judgement.guards)
    assert result.exit_code is ExitCode.AS_DECLARED
    assert result.summary == "reproduced"
    assert result.computed == 3 * 8 + 8


def test_a_second_run_measures_nothing_and_agrees_to_the_bit(case, store):
    first, second = run_case(case, store, Settings()), run_case(case, store, Settings())
    assert second.computed == 0
    for a, b in zip(first.judgement.checks, second.judgement.checks, strict=True):
        np.testing.assert_array_equal(a.measured, b.measured)
        np.testing.assert_array_equal(a.standard_error, b.standard_error)


def test_a_wrong_theory_is_contradicted(case, kind, store):
    def wrong(at):
        return {kind.sum: Known(1.3 * at.size, Remainder("finite size", 0.05, relative=True))}

    result = run_case(replace(case, theories={kind: wrong}), store, Settings())
    assert verdicts(result)["sum"] == "contradicted"
    assert result.exit_code is ExitCode.CONTRADICTED


def test_a_toothless_control_is_noticed(case, kind, store):
    toothless = Control("nothing-broken", contradicts=case.checks[0], theory=case.theories[kind])
    result = run_case(replace(case, controls=(*case.controls, toothless)), store, Settings())
    assert not result.judgement.controls[-1].as_declared
    assert result.exit_code is ExitCode.INCONCLUSIVE


def test_an_expected_contradiction_is_strict(case, store):
    declared = with_sum(case, rivals={}, expect="contradicted", because="not so")
    result = run_case(declared, store, Settings())
    assert verdicts(result)["sum"] == "reproduced"
    assert result.exit_code is ExitCode.CONTRADICTED


def test_a_failed_guard_makes_what_it_is_about_inconclusive(case, kind, store):
    strict = Guard("tight", kind.residual, of=(kind.sum,), at_most=1e-9)
    result = run_case(replace(case, guards=(strict,)), store, Settings())
    found = verdicts(result)
    assert found["sum"] == found["exponent"] == "inconclusive"
    assert found["limit"] == "reproduced"  # rests on no sample
    assert "guard failed: tight" in result.judgement.checks[0].reason
    assert result.exit_code is ExitCode.INCONCLUSIVE
    free = replace(case, guards=(replace(strict, of=(kind.residual,)),))
    assert verdicts(run_case(free, store, Settings()))["sum"] == "reproduced"


def test_overrides_are_exploratory(case, store):
    result = run_case(case, store, Settings(overrides={"scatter": 0.05}))
    assert result.exploratory
    assert {m.experiment.scatter for m in result.measurements} == {0.05}
    with pytest.raises(BadInput, match="cannot set"):
        run_case(case, store, Settings(overrides={"colour": 1}))


def test_missing_data_is_a_skip_with_its_reason_never_a_stand_in(case, kind, store):
    @dataclass(frozen=True)
    class WithData(kind):
        datasets: tuple[str, ...] = ()

    @dataclass(frozen=True)
    class Broken(WithData):
        measure = case.controls[1].experiment.measure

    def checksum(name):
        raise DataMissing(f"{name} is not here; run `fieldbench data fetch {name}`")

    experiments = [WithData(100), WithData(1000), WithData(1000, datasets=("moon",))]
    controls = (case.controls[0], replace(case.controls[1], experiment=Broken))
    partial = replace(case, tiers={"quick": Tier(experiments, 8)}, controls=controls)
    result = run_case(partial, store, Settings(checksum=checksum))
    assert result.exit_code is ExitCode.AS_DECLARED
    assert result.summary == "reproduced; not run: moon is not here; run `fieldbench data fetch moon`"
    assert len(result.measurements) == 2 * 8 + 8
    nothing = replace(partial, tiers={"quick": Tier(experiments[2:], 8)}, checks=case.checks[:1])
    result = run_case(nothing, store, Settings(checksum=checksum))
    assert result.judgement.checks[0].verdict is Verdict.NOT_RUN
    assert result.exit_code is ExitCode.COULD_NOT_RUN


def test_unknown_tier_names_the_known_ones(case, store):
    with pytest.raises(BadInput, match="no tier 'huge'; it has quick, standard"):
        run_case(case, store, Settings(tier="huge"))


def test_a_theory_without_remainders_leaves_its_check_without_a_margin(case, kind, store):
    bare = replace(case, theories={kind: lambda at: {kind.sum: at.size}})
    with pytest.raises(BadInput, match=r"case\.py, line \d+: check sum: it has no margin"):
        run_case(bare, store, Settings())
    assert not list(store.root.rglob("*.npz"))  # it was said before the first cell


@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "negative or not finite"), (np.ones(7), "7 values do not fit 2 points")]
)
def test_margins_that_are_no_numbers_or_misshapen_are_refused(case, store, value, message):
    with pytest.raises(BadInput, match=message):
        run_case(with_sum(case, margin=(Remainder("x", value),)), store, Settings())


def test_a_single_experiment_cannot_give_an_exponent_and_does_not_stop_the_rest(case, store):
    """`--set size=1000` leaves one experiment: the exponent is not run with its reason, a rival with a free constant
    stands."""
    result = run_case(case, store, Settings(overrides={"size": 1000}))
    found = verdicts(result)
    assert found["sum"] == "reproduced"
    assert found["exponent"] == found["statement"] == "not run"
    assert result.judgement.checks[1].reason == "exponent needs 2 experiments, this tier has 1"
    assert not result.judgement.checks[0].rivals[0].as_declared


def test_a_partial_run_measures_nothing_and_judges_only_what_is_whole(case, store):
    nothing = run_case(case, store, Settings(partial=True))
    assert (nothing.judgement, nothing.measurements, nothing.computed) == (None, (), 0)
    assert nothing.summary == "partial: 0 cells measured, nothing judged"
    assert nothing.exit_code is ExitCode.COULD_NOT_RUN
    whole = run_case(case, store, Settings())
    for path in sorted(store.root.rglob("*.json"))[:5]:
        path.unlink()
    some = run_case(case, store, Settings(partial=True))
    assert (some.judgement, some.figure, len(some.measurements)) == (None, None, 27)
    assert some.summary == "partial: 27 cells measured, nothing judged"
    again = run_case(case, store, Settings())
    assert again.computed == 5
    assert run_case(case, store, Settings(partial=True)).judgement.exit_code is ExitCode.AS_DECLARED
    for a, b in zip(whole.judgement.checks, again.judgement.checks, strict=True):
        np.testing.assert_array_equal(a.measured, b.measured)
