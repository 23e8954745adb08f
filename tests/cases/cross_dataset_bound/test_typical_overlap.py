"""The typical overlap: against regression on drawn sets, against its limits, and the eigenvalue by two ways."""

import numpy as np
import pytest

from cases.cross_dataset_bound import typical
from cases.cross_dataset_bound.digits import EIGENVALUE, Digits, eigenvalue_by_quadrature, measure_of


def test_eigenvalue_by_series_and_by_quadrature():
    # Gauss's rule integrates a sum whose terms are 10⁶ times its value: 10⁶ eps, and what 96 nodes leave of |t|³.
    assert eigenvalue_by_quadrature() == pytest.approx(EIGENVALUE, rel=1e-8)


@pytest.fixture(scope="module")
def small():
    return Digits(images=160, draws=0)


def test_against_regression_on_drawn_sets(small):
    data, rng, ridge, size, sets = measure_of(160), np.random.default_rng(0), 0.05, 40, 4000
    chosen = rng.random((sets, 160)).argsort(axis=1)[:, :size]
    grams = data.gram[chosen[:, :, None], chosen[:, None, :]] + ridge * np.eye(size)
    feature = data.feature[chosen]
    measured = ridge / size * np.einsum("bn,bn->b", feature, np.linalg.solve(grams, feature[..., None])[..., 0])
    value, scatter, order = typical._at(small, ridge, size)[:, 0]
    scatter_of_mean = measured.std() / sets**0.5
    assert abs(measured.mean() - value) < scatter + order + 4.0 * scatter_of_mean
    bare = typical.one_ridge(Digits(160, 0), typical.bare)[Digits.overlap]
    assert bare.shape == (2, 3, 2)
    modes, coefficients = typical.modes_of(160)
    undressed = coefficients[0] ** 2 @ (ridge / (size * modes.eigenvalues + ridge))
    assert undressed - measured.mean() > 20.0 * scatter_of_mean  # the ridge's dressing is seen


def test_all_theories_meet_at_the_bound_for_a_large_ridge(small):
    # Over λ_tP/κ the overlap tends to ⟨φ_t y⟩ with a remainder of P⟨K⟩/κ, about 40/10⁶.
    data = measure_of(160)
    expected = [1.0, float(np.mean(data.feature * data.labels))]
    np.testing.assert_allclose(typical._at(small, 1e6, 40)[0], expected, atol=1e-4)
    modes, coefficients = typical.modes_of(160)
    dressed = typical.of_population(modes.eigenvalues, 40, 1e6, 160)
    found = coefficients @ (coefficients[0] * 1e6 / (40 * modes.eigenvalues + dressed))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_rivals_in_order(small):
    theories = (typical.equivalent_kernel, typical.one_loop_ridge, typical.one_ridge_for_all)
    bare, loop, dressed = (theory(small)[Digits.overlap][0, 0, 0] for theory in theories)  # P = 40 of 160
    alone = typical.own_strength(small)[Digits.overlap]
    assert 1.0 > alone[0, 0, 0] > bare > loop > dressed > 0.0
    assert alone[1, 0, 0] / alone[0, 0, 0] == pytest.approx(
        float(np.mean(measure_of(160).feature * measure_of(160).labels))
    )
