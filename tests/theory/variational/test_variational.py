"""Full covariance and one scale against closed forms, stationarity written another way, and each other."""

import itertools
import math

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.networks import linear_posterior
from fieldbench.theory.variational import adapt, erf_overlap, rescale

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(20, 7))
TARGETS = np.sign(INPUTS[:, 0]) + 0.3 * RNG.normal(size=20)
NETWORK = {"width": 30.0, "ridge": 0.7, "mean_field": 20.0}


@pytest.mark.parametrize(("ridge", "mean_field"), [(0.7, 20.0), (0.05, 30.0), (5.0, 1.0)])
def test_all_entries_that_adapt_make_one_scale(ridge, mean_field):
    network = {"width": 30.0, "ridge": ridge, "mean_field": mean_field}
    full, scalar = adapt(INPUTS, TARGETS, **network), rescale(INPUTS, TARGETS, trace=0.0, **network)
    assert full.residual < 1e-12
    assert full.kernel @ full.discrepancy == pytest.approx(INPUTS @ scalar.predictor, abs=1e-12)
    assert full.covariance == pytest.approx(scalar.covariance, abs=1e-12)


@pytest.mark.parametrize("determinant", [0.0, 1.0])
def test_stationary_covariance_of_linear_neurons(determinant):
    """Σ⁻¹ = d − (χ/N) XᵀttᵀX + (δ/N) Xᵀ(K + κ)⁻¹X."""
    found = adapt(INPUTS, TARGETS, determinant=determinant, **NETWORK)
    noisy = INPUTS @ found.covariance @ INPUTS.T + 0.7 * np.eye(20)
    pulled = INPUTS.T @ np.linalg.solve(noisy, TARGETS)
    spread = INPUTS.T @ np.linalg.solve(noisy, INPUTS)
    precision = 7 * np.eye(7) - 20 / 30 * np.outer(pulled, pulled) + determinant / 30 * spread
    assert np.linalg.inv(found.covariance) == pytest.approx(precision, abs=1e-9)


def test_the_minimum_does_not_know_its_start():
    factor = RNG.normal(size=(7, 7))
    other = adapt(INPUTS, TARGETS, start=factor @ factor.T / 7, **NETWORK)
    assert other.covariance == pytest.approx(adapt(INPUTS, TARGETS, **NETWORK).covariance, abs=1e-11)


def log_evidence(scale, width, ridge, mean_field):
    """Of Q: its prior's chi-square and N(y; 0, (QK_0 + κ)/χ), with eigenvalues as they come."""
    noisy = (scale * INPUTS @ INPUTS.T / 7 + ridge * np.eye(20)) / mean_field
    fit = TARGETS @ np.linalg.solve(noisy, TARGETS) + np.linalg.slogdet(noisy)[1]
    return width / 2 * (np.log(scale) - scale) - fit / 2


def test_the_scale_is_where_its_evidence_is_stationary():
    scale, step = rescale(INPUTS, TARGETS, **NETWORK).scale, 1e-4
    up, here, down = (log_evidence(scale + shift, **NETWORK) for shift in (step, 0.0, -step))
    assert abs(up - down) / (2 * step) < 1e-5
    assert up + down < 2 * here


def test_saddle_of_the_exact_posterior():
    """Fluctuations of Q are left, of the order 1/N at χ ∝ N: half at twice the width."""
    left = []
    for width in (400, 800):
        saddle = rescale(INPUTS, TARGETS, width=width, ridge=3.0, mean_field=width / 4)
        law = linear_posterior(INPUTS, TARGETS, width=width, ridge=3.0, mean_field=width / 4)
        left.append(np.linalg.norm(law.predictor - saddle.predictor))
        assert law.weight_gram / width == pytest.approx(saddle.covariance, abs=2e-3 / 7)
    assert left[0] / left[1] == pytest.approx(2.0, abs=0.1)


def test_wide_networks_keep_their_kernel():
    found = rescale(INPUTS, TARGETS, width=1e12, ridge=0.7, mean_field=1.0)
    assert found.scale == pytest.approx(1.0, abs=1e-9)
    assert found.covariance == pytest.approx(np.eye(7) / 7, abs=1e-9)


def test_erf_overlap_is_its_integral():
    """w in one dimension, of variance 1.3: a Gauss–Hermite sum."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    points = np.array([0.2, -0.7, 0.9])
    error = np.vectorize(math.erf)(1.3**0.5 * np.outer(nodes, points))
    direct = (error.T * weights) @ error / weights.sum()
    assert erf_overlap(1.3 * np.outer(points, points))[0] == pytest.approx(direct, abs=1e-8)


def test_slope_of_the_erf_overlap():
    factor = RNG.normal(size=(5, 8))
    overlaps, slope, turn = (part @ part.T for part in (factor, RNG.normal(size=(5, 5)), RNG.normal(size=(5, 5))))
    up, down = (np.sum(slope * erf_overlap(overlaps + shift * turn)[0]) for shift in (1e-5, -1e-5))
    assert np.sum(erf_overlap(overlaps)[1](slope) * turn) == pytest.approx((up - down) / 2e-5, rel=1e-7)


def orbit(points):
    """All signs and orders of the entries but the first: the symmetries of a teacher along it that a cube has."""
    found = set()
    for point in points:
        for order in itertools.permutations(point[1:]):
            for signs in itertools.product((1.0, -1.0), repeat=len(order)):
                found.add((point[0], *(s * x for s, x in zip(signs, order, strict=True))))
    return np.array(sorted(found))


def test_symmetric_data_leave_two_variances():
    """Σ = aP⊥ + b w*w*ᵀ of erf neurons, from a start without any symmetry."""
    inputs = orbit([(1.5, 1.0, 0.5, 0.0), (-0.8, 1.2, 0.0, 0.0), (2.2, 0.7, 0.7, 0.7), (-1.1, 0.3, 0.9, 0.0)])
    targets = inputs[:, 0] - 0.1 * (inputs[:, 0] ** 3 - 3 * inputs[:, 0])
    factor = RNG.normal(size=(4, 4))
    found = adapt(
        inputs, targets, width=40, ridge=2.0, mean_field=40, overlap=erf_overlap, start=np.eye(4) + factor @ factor.T
    )
    along, across = found.covariance[0, 0], found.covariance[1, 1]
    assert found.residual < 1e-11
    assert along > 1.5 * across
    assert found.covariance == pytest.approx(np.diag([along, across, across, across]), abs=1e-10)


def test_bad_input():
    for function in (adapt, rescale):
        with pytest.raises(BadInput, match="need"):
            function(INPUTS, TARGETS[:3], **NETWORK)
        with pytest.raises(BadInput, match="positive"):
            function(INPUTS, TARGETS, width=3.0, ridge=0.0, mean_field=1.0)
