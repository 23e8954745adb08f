"""Reading expressions: on arrays with known answers, and the propagation of remainders against derivatives."""

from dataclasses import dataclass

import numpy as np
import pytest

from fieldbench.claims import (
    Experiment,
    Known,
    Quantity,
    Remainder,
    across,
    change,
    crossing,
    exponent,
    extrapolated,
    local_exponents,
    log,
    observable,
    per,
    spread,
    together,
)
from fieldbench.errors import BadInput, TooFewPoints
from fieldbench.judging.evaluation import World, evaluate
from fieldbench.judging.predictions import ask, propagated, theory_world


@dataclass(frozen=True)
class Curve(Experiment):
    """A curve and a matrix."""

    dimension: int

    samples = (10, 20, 40, 80)
    threshold = (0.1, 0.01)
    learned = Quantity("samples")
    table = Quantity("samples", "threshold")
    number = Quantity()


EXPERIMENTS = [Curve(4), Curve(8), Curve(16)]


def dimension(at):
    return at.dimension


def measured(arrays):
    """A world of arrays: (quantity, experiment) → values with a leading replicate axis."""

    def read(expression, experiment):
        return arrays(experiment).get(expression) if isinstance(expression, Quantity) else None

    return World(read, lambda other: pytest.fail("no theory here"), "the measurement")


def power_law(at):
    """Two replicates: number d^1.5 and 2 d^2; a learned curve that crosses 0.5 at 20·√2; a table of its indices."""
    return {
        Curve.number: np.array([at.dimension**1.5, 2.0 * at.dimension**2]),
        Curve.learned: np.array([[0.0, 0.25, 0.75, 1.0], [0.6, 0.7, 0.8, 0.9]]),
        Curve.table: np.arange(8.0).reshape(1, 4, 2) * np.ones((2, 1, 1)),
    }


def read(expression, experiments=EXPERIMENTS, arrays=power_law):
    return evaluate(expression, experiments, measured(arrays))


def test_a_quantity_is_all_its_entries_at_all_experiments():
    points = read(Curve.learned)
    assert points.values.shape == (2, 12)
    assert points.labels[:2] == ("dimension=4, samples=10", "dimension=4, samples=20")


def test_entries_are_selected_by_coordinate_not_by_position():
    points = read(Curve.table.at(threshold=0.01, samples=(40, 10)), EXPERIMENTS[:1])
    np.testing.assert_array_equal(points.values[0], [5.0, 1.0])
    assert points.labels == ("samples=40, threshold=0.01", "samples=10, threshold=0.01")


def test_a_selection_may_depend_on_the_experiment():
    points = read(Curve.learned.at(samples=lambda at: at.samples[-1] // (2 if at.dimension > 4 else 1)))
    assert points.labels == ("dimension=4, samples=80", "dimension=8, samples=40", "dimension=16, samples=40")
    np.testing.assert_array_equal(points.values[0], [1.0, 0.75, 0.75])
    late = read(Curve.learned.at(samples=lambda at: np.array(at.samples) > 10 * at.dimension))
    assert late.labels == ("dimension=4, samples=80",)
    with pytest.raises(TooFewPoints, match="keeps nothing of what this tier has"):
        read(Curve.learned.at(samples=lambda at: np.array(at.samples) > 100))
    with pytest.raises(BadInput, match="2 choices do not fit 4 values on the axis"):
        read(Curve.learned.at(samples=lambda at: np.array([True, False])))


def test_absolute_values_keep_the_points_names():
    points = read(abs(-1.0 * Curve.number))
    np.testing.assert_array_equal(points.values, read(Curve.number).values)
    assert points.labels == read(Curve.number).labels


def test_an_observable_across_experiments_names_its_points_itself():
    def named(experiments):
        return [f"d={at.dimension}" for at in experiments[1:]]

    @across(Curve.number, labels=named, least=2)
    def steps(experiments, numbers):
        return np.diff(numbers, axis=1)

    points = read(steps)
    assert points.labels == ("d=8", "d=16")
    np.testing.assert_allclose(points.values[0], np.diff([4**1.5, 8**1.5, 16**1.5]))
    assert str(steps) == "steps(number)"
    with pytest.raises(TooFewPoints, match="steps needs 2 experiments"):
        read(steps, EXPERIMENTS[:1])


@dataclass(frozen=True)
class Steep(Curve, stream="steep"):
    """Another kind, with a field of its own."""

    slope: float = 2.0


def test_experiments_of_several_kinds_are_told_by_kind_and_by_what_differs_within_it():
    points = read(Curve.number, [Curve(4), Curve(8), Steep(4, 1.0), Steep(4, 3.0)])
    assert points.labels == ("Curve, dimension=4", "Curve, dimension=8", "Steep, slope=1", "Steep, slope=3")


@pytest.mark.parametrize(
    "expression",
    [
        extrapolated(Curve.number, towards=lambda at: 0.5, least=2),
        local_exponents(Curve.number, over=lambda at: 3.0),
    ],
)
def test_a_line_needs_two_abscissae(expression):
    with pytest.raises(TooFewPoints, match="different abscissae"):
        read(expression)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Curve.table.at(treshold=0.1), "has no axis 'treshold'; its axes are samples, threshold"),
        (Curve.table.at(threshold=0.2), r"0.2 is not one of the values on axis 'threshold': \[0.1, 0.01\]"),
        (Curve.learned + Curve.number, "different numbers of points"),
        (exponent(Curve.learned, over=dimension), "one point each: 12 points, 3 of them"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(expression, message):
    with pytest.raises(BadInput, match=message):
        read(expression)


def test_exponents_are_those_of_each_replicate():
    np.testing.assert_allclose(read(exponent(Curve.number, over=dimension)).values[:, 0], [1.5, 2.0], rtol=1e-12)
    local = read(local_exponents(Curve.number, over=dimension))
    np.testing.assert_allclose(local.values, [[1.5, 1.5], [2.0, 2.0]], rtol=1e-12)
    assert local.labels == ("dimension=4 → dimension=8", "dimension=8 → dimension=16")


def test_an_exponent_needs_two_abscissae():
    with pytest.raises(TooFewPoints, match="two different abscissae"):
        read(exponent(Curve.number, over=lambda at: 7.0))


def test_a_crossing_is_linear_in_the_logarithm_of_its_axis():
    points = read(crossing(Curve.learned, 0.5), EXPERIMENTS[:1])
    np.testing.assert_allclose(points.values[0], [20.0 * 2.0**0.5], rtol=1e-12)
    assert np.isnan(points.values[1, 0])  # starts above: it does not rise through the level
    assert np.isnan(read(crossing(Curve.learned, 5.0)).values).all()  # never comes there
    with pytest.raises(BadInput, match="needs one axis"):
        crossing(Curve.table, 0.5)


def test_arithmetic_and_reductions():
    scaled = read(Curve.number / per(lambda at: at.dimension**1.5))
    np.testing.assert_allclose(scaled.values, [[1.0, 1.0, 1.0], [4.0, 32.0**0.5, 8.0]], rtol=1e-12)
    np.testing.assert_allclose(read(2.0 - 3.0 * Curve.number).values[0], 2.0 - 3.0 * np.array([8.0, 512.0**0.5, 64.0]))
    np.testing.assert_allclose(read(spread(Curve.number)).values[:, 0], [7.0, 15.0], rtol=1e-12)
    np.testing.assert_allclose(read(change(Curve.number)).values[:, 0], [56.0, 480.0], rtol=1e-12)
    both = read(together(spread(Curve.number), change(Curve.number)))
    np.testing.assert_allclose(both.values[0], [7.0, 56.0], rtol=1e-12)
    assert both.labels == ("spread", "last minus first")


def test_an_observable_of_ones_own_sees_the_axes():
    @observable(Curve.learned, Curve.number)
    def weighted(at, learned, number):
        assert learned.shape == (2, 4)
        return (learned * np.array(at.samples)).mean(axis=-1) + number

    np.testing.assert_allclose(read(weighted, EXPERIMENTS[:1]).values[0], [(5.0 + 30.0 + 80.0) / 4 + 8.0])


def test_a_line_is_extrapolated_to_where_it_leads():
    line = extrapolated(Curve.number, towards=lambda at: 1.0 / at.dimension, least=3)
    found = read(line, arrays=lambda at: {Curve.number: np.array([3.0 + 5.0 / at.dimension])})
    np.testing.assert_allclose(found.values, [[3.0]], rtol=1e-12)
    with pytest.raises(TooFewPoints, match="needs 4 experiments, this tier has 3"):
        read(extrapolated(Curve.number, towards=dimension))


def test_a_world_that_has_no_value_says_so():
    with pytest.raises(BadInput, match=r"the measurement says nothing of Curve\.number"):
        read(Curve.number, arrays=lambda at: {})


# Remainders


def predicted(expression, theory, experiments=EXPERIMENTS):
    said = {"theory": {e: ask(theory, e, "theory") for e in experiments}}
    return propagated(expression, experiments, lambda shift: theory_world(said, "theory", lambda _: "theory", shift))


def theory(at):
    return {
        Curve.number: Known(
            at.dimension**1.5,
            Remainder("next order", 0.1 * at.dimension**0.5, order="1/d", got="computed"),
            Remainder("constant", 0.05, relative=True),
        ),
        Curve.learned: Known(np.linspace(0.1, 0.9, 4), Remainder("next order", np.full(4, 0.01))),
    }


def test_remainders_pass_through_a_quantity_as_they_are():
    values, labels, sizes = predicted(Curve.number, theory)
    np.testing.assert_allclose(values, [8.0, 512.0**0.5, 64.0], rtol=1e-12)
    np.testing.assert_allclose(sizes["next order"].size, 0.1 * np.sqrt([4.0, 8.0, 16.0]), rtol=1e-9)
    np.testing.assert_allclose(sizes["constant"].size, 0.05 * values, rtol=1e-9)
    assert (sizes["next order"].order, sizes["next order"].got) == ("1/d", "computed")
    assert labels == ("dimension=4", "dimension=8", "dimension=16")


def test_remainders_of_one_name_move_together():
    """A factor common to all points moves no exponent; 1/d does, by the derivative of the fit."""
    _, _, sizes = predicted(exponent(Curve.number, over=dimension), theory)
    np.testing.assert_allclose(sizes["constant"].size, [0.0], atol=1e-5)  # second order in STEP and in the remainder
    centred = np.log([4.0, 8.0, 16.0]) - np.log(8.0)
    relative = 0.1 / np.array([4.0, 8.0, 16.0])
    expected = abs(relative @ centred / (centred @ centred))
    np.testing.assert_allclose(sizes["next order"].size, [expected], rtol=1e-4)


def test_names_met_in_two_quantities_are_one_cause():
    @observable(Curve.learned, Curve.number)
    def difference(at, learned, number):
        return number - learned[..., 0]

    _, _, sizes = predicted(difference, theory, EXPERIMENTS[:1])
    np.testing.assert_allclose(sizes["next order"].size, [0.2 - 0.01], rtol=1e-9)
    np.testing.assert_allclose(sizes["constant"].size, [0.05 * 8.0], rtol=1e-9)


def test_a_logarithm_makes_a_margin_relative():
    _, _, sizes = predicted(log(Curve.number), theory)
    np.testing.assert_allclose(sizes["constant"].size, 0.05, rtol=1e-5)


def test_what_a_theory_says_of_an_expression_is_taken_before_its_parts():
    half = crossing(Curve.learned, 0.5)
    values, _, sizes = predicted(half, lambda at: theory(at) | {half: Known(17.0, Remainder("root", 0.5))})
    np.testing.assert_array_equal(values, 17.0)
    assert list(sizes) == ["root"]
    values, _, sizes = predicted(half, theory)
    np.testing.assert_allclose(values, 20.0 * 2.0**0.5, rtol=1e-12)
    # dP/P = δL / (dL/d ln P), with dL/d ln P = (0.8/3)/ln 2 on this straight line
    np.testing.assert_allclose(sizes["next order"].size, values * 0.01 * np.log(2.0) / (0.8 / 3.0), rtol=1e-4)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({Curve.learned: 1.0}, r"has shape \(\), its axes have \(4,\)"),
        ({Curve.number: np.nan}, "is not finite"),
        ({"number": 1.0}, "is no quantity; refer to it as an attribute"),
        ({Curve.number: Known(1.0, Remainder("x", np.inf))}, "remainder 'x' is not finite"),
        ({Curve.number: Known(1.0, Remainder("x", [1.0, 2.0]))}, "remainder 'x' has shape"),
        (3.0, "returned float; return"),
    ],
)
def test_a_theory_that_says_nonsense_is_told_so(said, message):
    with pytest.raises(BadInput, match=message):
        ask(lambda at: said, EXPERIMENTS[0], "theory")


def test_a_remainder_says_how_it_was_got():
    with pytest.raises(BadInput, match="is not one of computed, bounded, guessed"):
        Remainder("x", 1.0, got="measured")
    with pytest.raises(BadInput, match="a cause is named once"):
        Known(1.0, Remainder("x", 1.0), Remainder("x", 2.0))
