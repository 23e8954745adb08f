"""Judging a case on arrays made by hand: what rests on what, whose world is read, what a figure holds."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from fieldbench.claims import (
    AtLeast,
    AtMost,
    Case,
    Check,
    Control,
    Experiment,
    Figure,
    Guard,
    Known,
    Limit,
    Quantity,
    Remainder,
    Rival,
    Tier,
    exponent,
    per,
)
from fieldbench.errors import BadInput
from fieldbench.judging.drawing import draw
from fieldbench.judging.judge import judge, rehearse
from fieldbench.judging.predictions import predict
from fieldbench.statistics import rhat


@dataclass(frozen=True)
class Line(Experiment):
    """Two quantities, each with its own diagnostic."""

    size: int

    places = (1, 2)
    first = Quantity("places")
    second = Quantity(chain=True)
    rhat = Quantity()

    def measure(self, key):
        raise AssertionError("judging measures nothing")


@dataclass(frozen=True)
class Halved(Line):
    """Broken."""


def theory(at):
    return {
        Line.first: Known(at.size * np.ones(2), Remainder("x", 0.1, order="1/n", got="computed", relative=True)),
        Line.second: Known(float(at.size), Remainder("x", 0.1, got="bounded", relative=True)),
    }


def doubled(at):
    return {Line.first: 2.0 * at.size * np.ones(2), Line.second: 2.0 * at.size}


def size(at):
    return at.size


def scaled(at, factor):
    return {Line.second: factor * at.size}


FIRST, SECOND = Check("first", Line.first), Check("second", Line.second, rivals={"doubled": doubled})
CASE = Case(
    theories={Line: theory},
    tiers={"quick": Tier([Line(10), Line(20)], 8), "standard": Tier([Line(30), Line(40)], 8)},
    checks=(FIRST, SECOND),
    controls=(
        Control("halved", contradicts=FIRST, experiment=Halved),
        Control("twice", contradicts=SECOND, theory=lambda at: theory(replace(at, size=2 * at.size))),
    ),
    guards=(Guard("mixed", Line.rhat, of=(Line.second,), at_most=1.1),),
    figure=Figure(y=Line.first, x="places", rivals={"doubled": doubled}, curve=lambda at: ([1, 2], [at.size, at.size])),
)
RNG = np.random.default_rng(0)
NOISE = {e: RNG.normal(size=(8, 3)) / 100 for e in (Line(10), Line(20), Line(30), Line(40))}


def evidence(tier="quick", rhat=1.0, factor=1.0):
    def arrays(at, factor):
        return {
            "first": factor * at.size * (1.0 + NOISE[at][:, :2]),
            "second": factor * at.size * (1.0 + NOISE[at][:, 2]),
            "rhat": np.full(8, rhat),
        }

    experiments = CASE.tier(tier).experiments
    return {"main": {e: arrays(e, factor) for e in experiments}, "Halved": {e: arrays(e, 0.5) for e in experiments}}


def judged(case=CASE, tier="quick", **options):
    predictions = predict(case, tier, case.tier(tier).experiments)
    return judge(case, tier, evidence(tier, **options), predictions)


def outcomes(judgement):
    return {check.id: check for check in judgement.checks}


def with_checks(*checks):
    return replace(CASE, checks=(*CASE.checks, *checks))


def test_a_right_theory_is_reproduced_its_rival_rejected_its_controls_noticed():
    found = judged()
    assert {c.id: str(c.verdict) for c in found.checks} == {"first": "reproduced", "second": "reproduced"}
    assert outcomes(found)["second"].rivals[0].as_declared
    assert all(control.as_declared for control in found.controls)
    assert found.exit_code == 0


def test_a_wrong_measurement_is_contradicted():
    assert str(outcomes(judged(factor=1.5))["first"].verdict) == "contradicted"


def test_a_failed_guard_touches_only_what_it_guards():
    found = outcomes(judged(rhat=2.0))
    assert str(found["first"].verdict) == "reproduced"
    assert str(found["second"].verdict) == "inconclusive"
    assert found["second"].reason == "guard failed: mixed"


def test_a_guard_that_fails_at_one_experiment_leaves_checks_that_do_not_read_it():
    elsewhere = Check("elsewhere", Line.second, on=lambda at: at.size == 20)
    case = with_checks(elsewhere)
    arrays = evidence()
    arrays["main"][Line(10)]["rhat"][3] = 2.0
    found = outcomes(judge(case, "quick", arrays, predict(case, "quick", case.tier("quick").experiments)))
    assert str(found["second"].verdict) == "inconclusive"
    assert str(found["elsewhere"].verdict) == "reproduced"


def test_parts_of_the_margin_keep_their_order_and_origin():
    (part,) = outcomes(judged())["first"].parts
    assert (part.name, part.order, part.got) == ("x", "1/n", "computed")
    np.testing.assert_allclose(part.values, [1.0, 1.0, 2.0, 2.0], rtol=1e-9)


def test_resolution_is_the_margin_over_the_way_to_the_nearest_rival():
    assert outcomes(judged())["first"].resolution is None
    assert outcomes(judged())["second"].resolution == pytest.approx(0.1, rel=1e-6)
    near = with_checks(
        Check("near", Line.second, rivals={"doubled": doubled, "near": lambda at: {Line.second: 1.2 * at.size}})
    )
    assert outcomes(judged(near))["near"].resolution == pytest.approx(0.5, rel=1e-6)


def test_an_effect_of_interest_is_a_number_or_read_on_the_theory():
    sized = with_checks(
        Check("number", Line.second, effect=4.0),
        Check("tenth", Line.second, effect=Line.second / 4),
        Check("logs", Line.second, effect=0.5, scale="log"),
    )
    found = outcomes(judged(sized))
    assert found["number"].resolution == pytest.approx(2.0 / 4.0, rel=1e-6)  # a tenth of 20 against 4
    assert found["tenth"].resolution == pytest.approx(0.4, rel=1e-6)
    assert found["logs"].resolution == pytest.approx(0.2, rel=1e-4)
    with pytest.raises(BadInput, match="its effect is not above 0 everywhere"):
        judged(with_checks(Check("none", Line.second, effect=Line.second - Line.second)))
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(BadInput, match="give the smallest effect of interest"):
            Check("bad", Line.second, effect=bad)
    with pytest.raises(BadInput, match="leave effect= to two-sided checks"):
        AtLeast("bound", Line.second, 1.0, effect=1.0)


def test_a_rival_has_its_value_margin_and_distance_at_every_point():
    (rival,) = outcomes(judged())["second"].rivals
    np.testing.assert_array_equal(rival.expected, [20.0, 40.0])
    assert rival.distance.shape == (2,)
    assert rival.rejection.standard_errors == rival.distance.max()


def test_a_rival_with_a_free_constant_is_told_by_its_shape():
    shapes = {"constant": Rival(lambda at: {Line.second: 1.0}, free="offset"), "doubled": Rival(doubled, free="offset")}
    flat = Check("flat", Line.second, scale="log", rivals=shapes)
    rivals = {r.id: r for r in outcomes(judged(with_checks(flat)))["flat"].rivals}
    assert rivals["constant"].as_declared
    assert not rivals["doubled"].as_declared  # twice as much is a constant


def test_a_bound_is_read_in_the_world_of_another_theory():
    checks = (
        AtMost("below", Line.second, Line.second.under(doubled)),
        AtLeast("above", Line.second, Line.second.under(doubled) / 4),
        AtLeast("too-high", exponent(Line.second, over=size), 1.5),
    )
    found = outcomes(judged(with_checks(*checks)))
    assert [str(found[c.id].verdict) for c in checks] == ["reproduced", "reproduced", "contradicted"]
    np.testing.assert_array_equal(found["below"].expected, [20.0, 40.0])


def test_a_stated_margin_replaces_the_remainders_and_may_be_an_expression():
    stated = Check("stated", Line.second, margin=(Remainder("root", per(lambda at: at.size**0.5), got="bounded"),))
    (part,) = outcomes(judged(with_checks(stated)))["stated"].parts
    np.testing.assert_allclose(part.values, np.sqrt([10.0, 20.0]))


def test_a_check_is_left_to_the_tiers_that_have_its_statistics():
    fine = with_checks(Check("fine", Line.first, tiers=("standard",)))
    assert outcomes(judged(fine))["fine"].reason == "left to the standard tier"
    assert str(outcomes(judged(fine, tier="standard"))["fine"].verdict) == "reproduced"
    assert judged(fine).summary() == "reproduced; not run: fine"


def test_on_selects_experiments_and_nothing_to_read_is_said():
    one = with_checks(
        Check("one", Line.first, on=lambda at: at.size == 20), Check("none", Line.first, on=lambda at: at.size > 20)
    )
    found = outcomes(judged(one))
    assert len(found["one"].labels) == 2
    assert "no experiment of the quick tier" in found["none"].reason


def test_too_few_experiments_do_not_stop_the_rest():
    slope = with_checks(Check("slope", exponent(Line.second, over=size), theory=1.0, margin=(Remainder("x", 0.1),)))
    predictions = predict(slope, "quick", [Line(10)])
    found = outcomes(judge(slope, "quick", {"main": {Line(10): evidence()["main"][Line(10)]}}, predictions))
    assert found["slope"].reason == "exponent needs 2 experiments, this tier has 1"
    assert str(found["first"].verdict) == "reproduced"


def test_a_theory_without_remainders_gives_no_margin_and_the_line_is_named():
    with pytest.raises(BadInput, match=r"test_judge\.py, line \d+: check bare: it has no margin"):
        judged(with_checks(Check("bare", Line.second, theory=doubled)))


def test_a_theory_is_asked_only_where_it_is_needed():
    asked = []

    def expensive(at):
        asked.append(at)
        return theory(at)

    narrow = with_checks(Check("narrow", Line.first, theory=expensive, on=lambda at: at.size == 20))
    judged(narrow)
    assert asked == [Line(20)]


def test_limits_need_no_sample():
    limit = Limit("limit", lambda: [1.0, 2.0], expected=[1.0, 2.001], margin=(Remainder("left", lambda: 0.01),))
    found = outcomes(judged(with_checks(limit)))["limit"]
    assert (str(found.verdict), found.replicates) == ("reproduced", 0)


def test_a_limit_is_told_from_another_closed_form():
    def limit(rival):
        margin = (Remainder("left", 0.01, got="bounded"),)
        return Limit("limit", lambda: [1.0, 2.0], [1.0, 2.001], margin, rivals={"other": rival}, statement=True)

    found = outcomes(judged(with_checks(limit([1.1, 2.2]))))["limit"]
    assert (str(found.verdict), found.rivals[0].as_declared, found.as_declared) == ("reproduced", True, True)
    found = outcomes(judged(with_checks(limit([1.1, 2.002]))))["limit"]
    assert (str(found.verdict), found.as_declared) == ("compatible", False)


def test_a_control_of_a_limit_computes_it_wrongly():
    limit = Limit("limit", lambda: [1.0, 2.0], [1.0, 2.0], (Remainder("left", 0.01, got="bounded"),))
    wrong = {"noticed": lambda: [1.0, 2.02], "not-noticed": lambda: [1.0, 2.005]}
    controls = tuple(Control(name, contradicts=limit, computed=found) for name, found in wrong.items())
    judgement = judged(replace(with_checks(limit), controls=controls))
    assert [(one.id, one.as_declared) for one in judgement.controls] == [("noticed", True), ("not-noticed", False)]


def test_a_figure_holds_everything_that_is_drawn():
    drawn = draw(CASE, evidence(), predict(CASE, "quick", CASE.tier("quick").experiments))
    first = drawn["series"][0]
    assert [one["label"] for one in drawn["series"]] == ["size=10", "size=20"]
    np.testing.assert_array_equal(first["x"], [1.0, 2.0])
    np.testing.assert_array_equal(first["theory"], [10.0, 10.0])
    np.testing.assert_allclose(first["margin"], [1.0, 1.0], rtol=1e-9)
    np.testing.assert_array_equal(first["rivals"]["doubled"], [20.0, 20.0])
    np.testing.assert_allclose(first["measured"], evidence()["main"][Line(10)]["first"].mean(axis=0))
    assert first["standard_error"].shape == (2,)
    np.testing.assert_array_equal(first["curve"][1], [10, 10])


def test_a_number_with_a_free_constant_is_only_a_constant():
    free = Check("free", Line.second, rivals={"two": Rival(2.0, free="offset")}, on=lambda at: at.size == 10)
    (rival,) = outcomes(judged(with_checks(free)))["free"].rivals
    assert not rival.as_declared


def test_a_bound_is_a_bound_whatever_its_theory_leaves_open():
    above = AtLeast("above", Line.second, Line.second * 1.05)
    assert str(outcomes(judged(with_checks(above)))["above"].verdict) == "contradicted"


def test_controls_that_break_the_measurement_alike_share_its_cells():
    """Each is asked where it says; what is measured is the union."""
    at_ten, at_twenty = (
        Control(f"halved-at-{size}", contradicts=FIRST, experiment=Halved, on=lambda at, size=size: at.size == size)
        for size in (10, 20)
    )
    case = replace(CASE, controls=(at_ten, at_twenty))
    (broken,) = [v for v in case.variants() if v.name != "main"]
    assert [broken.applies(Line(size)) for size in (10, 20, 30)] == [True, True, False]
    found = judged(case).controls
    assert [len(control.outcome.labels) for control in found] == [2, 2]
    assert all(control.as_declared for control in found)


def test_theories_without_a_name_of_their_own_are_told_apart():
    first, second, third = (partial(scaled, factor=factor) for factor in (1.0, 2.0, 3.0))
    bound = Line.second.under(first) + 10 * Line.second.under(second) + 100 * Line.second.under(third)
    found = outcomes(judged(with_checks(AtMost("bound", Line.second, bound))))["bound"]
    np.testing.assert_allclose(found.expected, 321.0 * np.array([10.0, 20.0]))


def test_a_control_is_read_before_anything_is_measured():
    bare = replace(CASE, controls=(*CASE.controls, Control("bare", contradicts=FIRST, theory=doubled)))
    experiments = CASE.tier("quick").experiments
    with pytest.raises(BadInput, match=r"control bare: it has no margin"):
        rehearse(bare, "quick", experiments, predict(bare, "quick", experiments))


def test_a_function_of_the_experiment_names_nothing_in_a_theory():
    wrong = replace(CASE, theories={Line: lambda at: theory(at) | {Line.second / per(size): 1.0}})
    with pytest.raises(BadInput, match="a known function of the experiment has no name"):
        predict(wrong, "quick", [Line(10)])


def test_a_bound_may_be_an_expression_with_a_value_for_each_point():
    below = AtMost("below", Line.first, 1.5 * Line.first)
    case = with_checks(below)
    experiments = case.tier("quick").experiments
    rehearse(case, "quick", experiments, predict(case, "quick", experiments))
    found = outcomes(judged(case))["below"]
    assert str(found.verdict) == "reproduced"
    assert found.expected.tolist() == [15.0, 15.0, 30.0, 30.0]


def test_a_broken_measurement_is_made_where_the_check_it_contradicts_reads():
    narrow = Check("narrow", Line.first, on=lambda at: at.size > 10)
    halved = Control("halved", contradicts=narrow, experiment=Halved)
    case = replace(CASE, checks=(narrow, SECOND), controls=(halved, CASE.controls[1]))
    (variant,) = [v for v in case.variants() if v.name == "Halved"]
    assert [variant.applies(Line(size)) for size in (10, 20)] == [False, True]
    nowhere = replace(case, controls=(replace(halved, on=lambda at: at.size < 15), CASE.controls[1]))
    (variant,) = [v for v in nowhere.variants() if v.name == "Halved"]
    assert not any(variant.applies(Line(size)) for size in (10, 20))


def test_a_margin_that_is_no_number_is_refused_before_anything_is_measured():
    case = with_checks(Check("open", Line.second, theory=1.0, margin=(Remainder("x", float("nan")),)))
    experiments = case.tier("quick").experiments
    with pytest.raises(BadInput, match=r"check open: its margin: part 'x' of the margin is negative or not finite"):
        rehearse(case, "quick", experiments, predict(case, "quick", experiments))


def with_rhat(values, pooled):
    case = replace(CASE, guards=(Guard("mixed", Line.rhat, of=(Line.second,), at_most=1.05, pooled=pooled),))
    arrays = evidence()
    for at in case.tier("quick").experiments:
        arrays["main"][at]["rhat"] = values
    return outcomes(judge(case, "quick", arrays, predict(case, "quick", case.tier("quick").experiments)))["second"]


def test_of_many_stationary_chains_the_worst_strays_and_the_mean_does_not_unless_all_drift():
    """512 chains of 37 effective draws: about two of them exceed 1.2 though all are stationary."""
    decay, rng = 0.9286, np.random.default_rng(3)
    chains = rng.normal(size=(1, 512))
    steps = rng.normal(size=(1000, 512)) * np.sqrt(1 - decay**2)
    for step in steps:
        chains = np.vstack([chains, decay * chains[-1] + step])
    each = rhat(chains[1:, None, :])
    assert str(with_rhat(each, pooled=False).verdict) == "inconclusive"
    assert str(with_rhat(each, pooled=True).verdict) == "reproduced"
    drifting = rhat((chains[1:] + np.linspace(0.0, 1.0, 1000)[:, None])[:, None, :])
    assert str(with_rhat(drifting, pooled=True).verdict) == "inconclusive"
    assert drifting.mean() - each.mean() == pytest.approx(0.5**2 / 4, rel=0.5)
