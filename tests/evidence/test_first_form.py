"""A case in the first form through the one way: the runner, the rule and the records of the second."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fieldbench.cells.runner import Settings, run_case
from fieldbench.cells.store import Store
from fieldbench.errors import BadInput, DataMissing
from fieldbench.evidence import AtMost, Check, Control, Guard, Rival, Tier, batched
from fieldbench.evidence.observables import each
from fieldbench.loading.load import load_case
from fieldbench.records.assemble import assemble
from fieldbench.records.files import dump, read
from fieldbench.records.verify import differences
from fieldbench.verdicts.outcome import ExitCode

MATERIAL = Path(__file__).parents[1] / "material"
TOY = MATERIAL / "first_form_case.py"


@pytest.fixture
def case():
    return load_case(TOY)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", pytest.fail)


def verdicts(result):
    return {check.id: str(check.verdict) for check in result.judgement.checks}


def test_a_sound_case_is_as_declared(case, store):
    result = run_case(case, store, Settings())
    assert set(verdicts(result).values()) == {"reproduced"}
    assert all(rival.as_declared for check in result.judgement.checks for rival in check.rivals)
    assert all(control.as_declared for control in result.judgement.controls)
    assert (result.exit_code, result.summary, result.computed) == (ExitCode.AS_DECLARED, "reproduced", 32)
    assert run_case(case, store, Settings()).computed == 0


def test_both_forms_of_the_toy_measure_and_judge_the_same(case, store, tmp_path):
    """The same draws, the same numbers, the same rejections: only how it is written differs."""
    old = run_case(case, store, Settings()).judgement
    new = run_case(
        load_case(MATERIAL / "toy" / "case.py"), Store(tmp_path / "other", pytest.fail), Settings()
    ).judgement
    # The broken measurements are not the same: squares times the scatter, squares of what is scattered.
    pairs = [*zip(old.checks, new.checks, strict=True), (old.controls[0].outcome, new.controls[0].outcome)]
    for a, b in pairs:
        assert (a.id, a.verdict, a.scale, a.side, a.replicates) == (b.id, b.verdict, b.scale, b.side, b.replicates)
        for name in ("measured", "standard_error", "expected"):
            np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-9)
        # On the log scale a relative remainder of 5 % propagates as a centred difference, not as 0.05 itself.
        np.testing.assert_allclose(a.margin, b.margin, rtol=1e-4)
        for rival, other in zip(a.rivals, b.rivals, strict=True):
            np.testing.assert_allclose(rival.expected, other.expected, rtol=1e-9)
            assert rival.rejection.standard_errors == pytest.approx(other.rejection.standard_errors, rel=1e-6)


def test_its_record_is_of_schema_2_and_reproduces_itself(case, store, tmp_path):
    record = assemble(run_case(case, store, Settings()))
    assert differences(record, case) == []
    assert record.predictions.keys() == {"theory", "tenth-more"}
    assert record.predictions["theory"][0].said["square root"].remainders == {}
    assert {(part.name, part.order, part.got) for check in record.checks for part in check.parts} == {
        ("finite size", "", ""), ("rounding", "", ""),
    }  # fmt: skip
    assert record.figure is None
    path = tmp_path / "record.json"
    path.write_text(dump(record))
    assert read(path) == record


EDITS = {
    "docstring": ('"""Experiment: draw the terms and add them."""', '"""Draw and add."""', 0),
    "comment": ("TIERS = {", "# Sizes.\nTIERS = {", 0),
    "margin": ('"finite size": 0.05}, rivals=(Rival("half"', '"finite size": 0.06}, rivals=(Rival("half"', 32),
    "theory": ("setup.size**0.5}", "setup.size**0.51}", 32),
    "statement": ("grows as n.", "grows with n.", 32),
    "measurement": ("1.0 + setup.scatter", "1.001 + setup.scatter", 32),
    "control": ("jnp.sum(setup.scatter * ", "jnp.sum(2.0 * setup.scatter * ", 32),
    "helper beside it": ("return n", "return n + 0", 32),
}


@pytest.mark.parametrize(("old", "new", "redone"), EDITS.values(), ids=EDITS)
def test_an_edit_of_the_file_redoes_everything(tmp_path, store, old, new, redone):
    """The hash covers the whole file; the second form is there so that a theory can be edited without measuring."""
    text = TOY.read_text().replace("(setup.size,))\n    return", "(helper(setup.size),))\n    return")
    helper, path = tmp_path / "toys_helper.py", tmp_path / "toy.py"
    helper.write_text("def helper(n):\n    return n\n")
    path.write_text("from toys_helper import helper\n" + text)
    run_case(load_case(path), store, Settings())
    edited = helper if old == "return n" else path
    assert old in edited.read_text()
    edited.write_text(edited.read_text().replace(old, new))
    assert run_case(load_case(path), store, Settings()).computed == redone


def test_a_guard_concerns_every_check_that_does_not_say_otherwise(case, store):
    strict = Guard("tight", "residual", at_most=1e-9)
    result = run_case(replace(case, guards=(strict,)), store, Settings())
    found = verdicts(result)
    assert found["sum"] == found["exponent"] == "inconclusive"
    assert found["limit"] == "reproduced"  # rests on no sample
    assert "guard failed: tight" in result.judgement.checks[0].reason
    free = replace(case, guards=(strict,), checks=tuple(replace(c, guards=()) for c in case.checks))
    assert verdicts(run_case(free, store, Settings()))["sum"] == "reproduced"


def test_a_wrong_theory_is_contradicted_and_a_toothless_control_noticed(case, store):
    wrong = replace(case, theory=lambda setup: {"sum": 1.3 * setup.size, "square root": setup.size**0.5})
    result = run_case(wrong, store, Settings())
    assert (verdicts(result)["sum"], result.exit_code) == ("contradicted", ExitCode.CONTRADICTED)
    toothless = Control("nothing-broken", contradicts="sum", predict=case.theory)
    result = run_case(replace(case, controls=(*case.controls, toothless)), store, Settings())
    assert not result.judgement.controls[-1].as_declared
    assert result.exit_code is ExitCode.INCONCLUSIVE


def test_an_expected_contradiction_is_strict(case, store):
    declared = Check("sum", each("sum"), scale="log", budget={"none": 0.05}, expect="contradicted", because="not so",
                     where={"size": (100, 1000)})  # fmt: skip
    result = run_case(replace(case, checks=(declared, *case.checks[1:])), store, Settings())
    assert verdicts(result)["sum"] == "reproduced"
    assert result.exit_code is ExitCode.CONTRADICTED


def test_missing_data_is_a_skip_with_its_reason(case, store):
    @dataclass(frozen=True)
    class WithData(type(case.tiers["quick"].setups[0])):
        datasets: tuple[str, ...] = ()

    def checksum(name):
        raise DataMissing(f"{name} is not here; run `fieldbench data fetch {name}`")

    setups = [WithData(100), WithData(1000), WithData(1000, datasets=("moon",))]
    result = run_case(replace(case, tiers={"quick": Tier(setups, 8)}), store, Settings(checksum=checksum))
    assert result.exit_code is ExitCode.AS_DECLARED
    assert result.summary == "reproduced; not run: moon is not here; run `fieldbench data fetch moon`"
    record = assemble(result)
    assert [skip.parameters["datasets"] for skip in record.skipped] == [["moon"]]
    assert differences(record, result.case) == []


def test_blocks_are_whole(case, store):
    calls = []

    @batched(4)
    def measure(setup, keys):
        calls.append(keys.shape)
        return {"sum": 1.0 * setup.size + np.arange(4) + 10 * len(calls), "residual": np.zeros(4)}

    sound = replace(case, measure=measure, controls=case.controls[:1])
    assert verdicts(run_case(sound, store, Settings()))["limit"] == "reproduced"
    assert calls == [(4,)] * 6
    broken = replace(sound, tiers={"quick": replace(case.tiers["quick"], replicates=6)})
    with pytest.raises(BadInput, match="6 replicates are not whole blocks of 4"):
        run_case(broken, store, Settings())


def test_a_single_setup_cannot_give_an_exponent_and_does_not_stop_the_rest(case, store):
    result = run_case(case, store, Settings(overrides={"size": 1000}))
    found = verdicts(result)
    assert found["sum"] == "reproduced"
    assert found["exponent"] == found["statement"] == "not run"
    assert "at least two different values" in result.judgement.checks[1].reason
    assert not result.judgement.checks[0].rivals[0].as_declared


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_measurement_that_is_not_finite_is_refused_by_name(case, store, value):
    with pytest.raises(BadInput, match=r"'sum' has 1 values that are not finite"):
        run_case(replace(case, measure=lambda setup, key: {"sum": value, "residual": 0.0}), store, Settings())


def test_unknown_tier_names_the_known_ones(case, store):
    with pytest.raises(BadInput, match="no tier 'huge'; it has quick, standard"):
        run_case(case, store, Settings(tier="huge"))


def test_declarations_that_make_no_sense_are_refused():
    with pytest.raises(BadInput, match="needs an error budget"):
        Check("a", each("sum"))
    with pytest.raises(BadInput, match="needs because="):
        Check("a", each("sum"), budget={"b": 1.0}, expect="contradicted")
    with pytest.raises(BadInput, match="not kebab-case"):
        AtMost("Not Kebab", each("sum"), 1.0)
    with pytest.raises(BadInput, match="neither empty nor 'offset'"):
        Rival("a", 1.0, free="slope")
    with pytest.raises(BadInput, match="either the theory or the measurement"):
        Control("a", contradicts="b")
    with pytest.raises(BadInput, match="no limit"):
        Guard("a", "b")


def test_negative_or_misshapen_budgets_are_refused(case, store):
    for budget, message in (({"x": -0.1}, "negative"), ({"x": np.ones(7)}, "does not fit 2 points")):
        bad = replace(case, checks=(replace(case.checks[0], budget=budget), *case.checks[1:]))
        with pytest.raises(BadInput, match=message):
            run_case(bad, store, Settings())
