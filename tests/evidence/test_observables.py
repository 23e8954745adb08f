"""Reductions of constructed tables with known answers."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from fieldbench.errors import BadInput, TooFewPoints
from fieldbench.evidence.observables import (
    crossing,
    difference,
    each,
    local_log_slopes,
    log_slope,
    log_slope_margin,
    mean_over,
    ratio,
    spread,
    theory,
)  # fmt: skip
from fieldbench.evidence.table import Points, Row, Table


@dataclass(frozen=True)
class Setup:
    dimension: int
    kind: str = "a"


SAMPLES = np.array([10.0, 100.0, 1000.0])


def table(replicates=4):
    """Power law of exponent 1.5 with a replicate-dependent factor, and a curve linear in log samples."""
    rows = []
    for dimension in (4, 8, 16):
        factor = 1.0 + 0.1 * np.arange(replicates)
        curve = np.log10(SAMPLES)[None, :] / 4.0 * factor[:, None]
        rows.append(
            Row(
                Setup(dimension),
                {"power": factor * dimension**1.5, "curve": curve},
                {"samples": SAMPLES},
                {"curve": ("samples",)},
            )
        )
    return Table(tuple(rows))


def test_each_gives_a_point_a_setup_and_coordinate():
    points = each("curve")(table())
    assert points.values.shape == (4, 9)
    assert points.labels[:2] == ("dimension=4, samples=10.0", "dimension=4, samples=100.0")
    chosen = each("curve", at={"samples": 100.0})(table())
    np.testing.assert_allclose(chosen.values[:, 0], 0.5 * (1 + 0.1 * np.arange(4)))


def test_each_refuses_unknown_names_values_and_axes():
    with pytest.raises(BadInput, match=r"no array 'q'.*curve, power"):
        each("q")(table())
    with pytest.raises(BadInput, match="7 is not one of the values on axis 'samples'"):
        each("curve", at={"samples": 7})(table())
    with pytest.raises(BadInput, match="no axis"):
        each("curve", at={"time": 7})(table())


def test_crossing_is_exact_for_curves_linear_in_the_logarithm():
    points = crossing("curve", 0.6)(table())
    expected = 10 ** (4 * 0.6 / (1 + 0.1 * np.arange(4)))
    np.testing.assert_allclose(points.values, np.tile(expected[:, None], (1, 3)), rtol=1e-12)


def test_a_curve_that_never_crosses_is_not_a_number():
    assert np.isnan(crossing("curve", 5.0)(table()).values).all()


def test_the_margin_of_a_slope_is_the_largest_change_that_moved_points_make():
    rows, margins = table(), np.array([0.1, 0.2, 0.05])[: len(table())]
    found = log_slope_margin(lambda t: Points(margins[None, :], t.labels()), over="dimension")(rows).values
    powers = each("power")(rows).values[:1]
    moved = [
        log_slope(lambda t, s=signs: Points(powers * np.exp(s * margins), t.labels()), over="dimension")(rows).values
        for signs in itertools.product((-1.0, 1.0), repeat=margins.size)
    ]
    np.testing.assert_allclose(found, np.max(moved) - log_slope(each("power"), over="dimension")(rows).values[0, 0],
                               rtol=1e-10)  # fmt: skip
    with pytest.raises(TooFewPoints):
        log_slope_margin(lambda t: Points(margins[None, :1], t.labels()), over="dimension")(rows.where(dimension=4))


def test_slopes_of_a_power_law():
    slope = log_slope(each("power"), over="dimension")
    np.testing.assert_allclose(slope(table()).values, 1.5, rtol=1e-12)
    np.testing.assert_allclose(log_slope(each("power"), over=lambda s: s.dimension**3)(table()).values, 0.5, rtol=1e-12)
    local = local_log_slopes(each("power"), over="dimension")(table())
    np.testing.assert_allclose(local.values, 1.5, rtol=1e-12)
    assert local.labels == ("dimension=4 → dimension=8", "dimension=8 → dimension=16")
    with pytest.raises(BadInput, match="at least two different values"):
        slope(table().where(dimension=4))


def test_arithmetic_of_observables_is_replicate_by_replicate():
    power = each("power")
    np.testing.assert_allclose(ratio(power, power)(table()).values, 1.0)
    np.testing.assert_allclose(difference(power, power)(table()).values, 0.0)
    np.testing.assert_allclose(spread(power)(table()).values, 4**1.5 - 1.0)
    assert mean_over(power)(table()).values.shape == (4, 1)


def test_theory_needs_no_rows():
    points = theory(lambda: [1.0, 2.0])(Table(()))
    assert points.values.tolist() == [[1.0, 2.0]]


def test_where_selects_rows_and_refuses_unknown_fields():
    assert [s.dimension for s in table().where(dimension=(4, 16)).setups] == [4, 16]
    with pytest.raises(BadInput, match="no field 'colour'"):
        table().where(colour=1)
