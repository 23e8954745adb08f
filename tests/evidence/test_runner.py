"""A small case through the one way: verdicts, rivals, controls, guards, skips, resumption."""

from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np
import pytest

from fieldbench.errors import BadInput, DataMissing
from fieldbench.evidence import AtMost, Check, Control, Guard, Tier, batched
from fieldbench.evidence.case import load_case
from fieldbench.evidence.keys import replicate_key
from fieldbench.evidence.observables import each
from fieldbench.evidence.result import ExitCode
from fieldbench.evidence.runner import Options, run_case
from fieldbench.evidence.store import Store
from fieldbench.evidence.verdict import Verdict

TOY = Path(__file__).with_name("toy_case.py")


@pytest.fixture
def case():
    return load_case(TOY)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", pytest.fail)


def verdicts(result):
    return {check.id: str(check.verdict) for check in result.judgement.checks}


def test_a_sound_case_is_as_declared(case, store):
    result = run_case(case, store, Options())
    assert set(verdicts(result).values()) == {"reproduced"}
    assert all(rival.as_declared for check in result.judgement.checks for rival in check.rivals)
    assert all(control.as_declared for control in result.judgement.controls)
    assert result.exit_code is ExitCode.AS_DECLARED
    assert result.summary == "reproduced"
    assert result.computed == 3 * 8 + 8


def test_a_second_run_measures_nothing_and_agrees_to_the_bit(case, store):
    first, second = run_case(case, store, Options()), run_case(case, store, Options())
    assert second.computed == 0
    for a, b in zip(first.judgement.checks, second.judgement.checks, strict=True):
        np.testing.assert_array_equal(a.measured, b.measured)
        np.testing.assert_array_equal(a.standard_error, b.standard_error)


def test_replicates_are_independent_and_keys_depend_on_everything(case):
    setup = case.tiers["quick"].setups[0]
    keys = {
        jax.random.key_data(replicate_key(*arguments)).tobytes()
        for arguments in [(0, "a", setup, 0), (1, "a", setup, 0), (0, "b", setup, 0), (0, "a", setup, 1),
                          (0, "a", replace(setup, size=11), 0)]
    }  # fmt: skip
    assert len(keys) == 5


def test_a_wrong_theory_is_contradicted(case, store):
    wrong = replace(case, predict=lambda setup: {"sum": 1.3 * setup.size, "square root": setup.size**0.5})
    result = run_case(wrong, store, Options())
    assert verdicts(result)["sum"] == "contradicted"
    assert result.exit_code is ExitCode.CONTRADICTED


def test_a_toothless_control_is_noticed(case, store):
    toothless = Control("nothing-broken", contradicts="sum", predict=case.predict)
    result = run_case(replace(case, controls=(*case.controls, toothless)), store, Options())
    assert not result.judgement.controls[-1].as_declared
    assert result.exit_code is ExitCode.INCONCLUSIVE


def test_an_expected_contradiction_is_strict(case, store):
    declared = Check("sum", each("sum"), scale="log", budget={"none": 0.05}, expect="contradicted", because="not so",
                     where={"size": (100, 1000)})  # fmt: skip
    result = run_case(replace(case, checks=(declared, *case.checks[1:])), store, Options())
    assert verdicts(result)["sum"] == "reproduced"
    assert result.exit_code is ExitCode.CONTRADICTED


def test_a_failed_guard_makes_what_rests_on_it_inconclusive(case, store):
    strict = Guard("tight", "residual", at_most=1e-9)
    result = run_case(replace(case, guards=(strict,)), store, Options())
    found = verdicts(result)
    assert found["sum"] == found["exponent"] == "inconclusive"
    assert found["limit"] == "reproduced"  # rests on no sample
    assert "guard failed: tight" in result.judgement.checks[0].reason
    free = replace(case, guards=(strict,), checks=tuple(replace(c, guards=()) for c in case.checks))
    assert verdicts(run_case(free, store, Options()))["sum"] == "reproduced"


def test_overrides_are_exploratory(case, store):
    result = run_case(case, store, Options(overrides={"scatter": 0.05}))
    assert result.exploratory
    assert {m.setup.scatter for m in result.measurements} == {0.05}
    with pytest.raises(BadInput, match="cannot set"):
        run_case(case, store, Options(overrides={"colour": 1}))


def test_missing_data_is_a_skip_with_its_reason_never_a_stand_in(case, store):
    @dataclass(frozen=True)
    class WithData(type(case.tiers["quick"].setups[0])):
        datasets: tuple[str, ...] = ()

    def checksum(name):
        raise DataMissing(f"{name} is not here; run `fieldbench data fetch {name}`")

    setups = [WithData(100), WithData(1000), WithData(1000, datasets=("moon",))]
    partial = replace(case, tiers={"quick": Tier(setups, 8)})
    result = run_case(partial, store, Options(checksum=checksum))
    assert result.exit_code is ExitCode.AS_DECLARED
    assert result.summary == "reproduced; not run: moon is not here; run `fieldbench data fetch moon`"
    nothing = replace(case, tiers={"quick": Tier(setups[2:], 8)}, checks=case.checks[:1])
    result = run_case(nothing, store, Options(checksum=checksum))
    assert result.judgement.checks[0].verdict is Verdict.NOT_RUN
    assert result.exit_code is ExitCode.COULD_NOT_RUN


def test_blocks_are_whole(case, store):
    calls = []

    @batched(4)
    def measure(setup, keys):
        calls.append(keys.shape)
        one = jax.vmap(lambda key: jax.random.normal(key, (setup.size,)).mean() * 0.1 + 1.0)(keys) * setup.size
        return {"sum": one, "residual": 0 * one}

    sound = replace(case, measure=measure, controls=case.controls[:1])
    assert verdicts(run_case(sound, store, Options()))["limit"] == "reproduced"
    assert calls == [(4,)] * 6
    broken = replace(sound, tiers={"quick": replace(case.tiers["quick"], replicates=6)})
    with pytest.raises(BadInput, match="6 replicates are not whole blocks of 4"):
        run_case(broken, store, Options())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_measurement_that_is_not_finite_is_refused_by_name(case, store, value):
    def measure(setup, key):
        return {"sum": value, "residual": 0.0}

    with pytest.raises(BadInput, match=r"array 'sum' has 1 values that are not finite"):
        run_case(replace(case, measure=measure), store, Options())


def test_unknown_tier_names_the_known_ones(case, store):
    with pytest.raises(BadInput, match="no tier 'huge'; it has quick, standard"):
        run_case(case, store, Options(tier="huge"))


def test_declarations_that_make_no_sense_are_refused():
    with pytest.raises(BadInput, match="needs an error budget"):
        Check("a", each("sum"))
    with pytest.raises(BadInput, match="needs because="):
        Check("a", each("sum"), budget={"b": 1.0}, expect="contradicted")
    with pytest.raises(BadInput, match="not kebab-case"):
        AtMost("Not Kebab", each("sum"), 1.0)
    with pytest.raises(BadInput, match="either the theory or the measurement"):
        Control("a", contradicts="b")
    with pytest.raises(BadInput, match="no limit"):
        Guard("a", "b")


def test_negative_or_misshapen_budgets_are_refused(case, store):
    for budget, message in (({"x": -0.1}, "negative"), ({"x": np.ones(7)}, "does not fit 2 points")):
        bad = replace(case, checks=(replace(case.checks[0], budget=budget), *case.checks[1:]))
        with pytest.raises(BadInput, match=message):
            run_case(bad, store, Options())


def test_a_single_setup_cannot_give_an_exponent_and_does_not_stop_the_rest(case, store):
    """`--set size=50` leaves one setup: the exponent is not run with its reason, a rival with a free constant
    stands."""
    result = run_case(case, store, Options(overrides={"size": 1000}))
    found = verdicts(result)
    assert found["sum"] == "reproduced"
    assert found["exponent"] == found["statement"] == "not run"
    assert "at least two different values" in result.judgement.checks[1].reason
    assert not result.judgement.checks[0].rivals[0].as_declared
