"""Decimation order by order in 1/P: identities of the flow, and regression on small problems."""

import numpy as np
import pytest
from scipy.special import logit

from fieldbench.errors import BadInput
from fieldbench.regression.modes import replacement
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.order import covariance, cut_off, flow_of_the_ridge, gaussian_learning

MODES = np.arange(1.0, 65.0)
LAMBDA, TARGET = (MODES**power / (MODES**power).sum() for power in (-1.5, -2.0))
SAMPLES, RIDGE = 24, 0.1
FULL = gaussian_learning(LAMBDA, SAMPLES, RIDGE, TARGET)


@pytest.mark.parametrize("keep", [4, 16, 48])
def test_matching_ridge_restores_the_effective_ridge(keep):
    full = effective_ridge(LAMBDA, SAMPLES, RIDGE)
    needed = flow_of_the_ridge(FULL, keep).leading[0] * LAMBDA[keep:].sum()
    cut = effective_ridge(LAMBDA[:keep], SAMPLES, RIDGE + needed)
    np.testing.assert_allclose(cut.effective_ridge, full.effective_ridge, rtol=1e-12)
    np.testing.assert_allclose(cut.learnability[0], full.learnability[0, :keep], rtol=1e-12)


def test_the_log_odds_of_all_modes_move_alike():
    kept, tail = np.where(MODES <= 16, LAMBDA, 0.0), LAMBDA[16:].sum()
    cut = gaussian_learning(kept, SAMPLES, RIDGE + tail, TARGET).learnability.leading[:16]
    full = gaussian_learning(LAMBDA, SAMPLES, RIDGE, TARGET).learnability.leading[:16]
    change = cut_off(FULL, TARGET, 16).log_ridge.leading[0]
    np.testing.assert_allclose(logit(cut) - logit(full), -change, rtol=1e-9)


def test_first_order_in_the_tail():
    weak = cut_off(FULL, TARGET, 63)
    np.testing.assert_allclose(weak.log_ridge.leading[0], weak.first, rtol=5.0 * weak.edge)


def inverses(keep, sets):
    """(K + T)⁻¹ of all modes and of the first ones with T(Λ), and K_{≤Λ}, on the same data sets."""
    features = np.random.default_rng(keep).standard_normal((sets, SAMPLES, MODES.size))
    kernels = [(features[:, :, :k] * LAMBDA[:k]) @ features[:, :, :k].swapaxes(1, 2) for k in (MODES.size, keep)]
    ridges = RIDGE, RIDGE + LAMBDA[keep:].sum()
    return [np.linalg.inv(k + r * np.eye(SAMPLES)) for k, r in zip(kernels, ridges, strict=True)], kernels[1]


@pytest.mark.parametrize("keep", [3, 12])
def test_orders_against_regression(keep):
    """Shift of κ_eff and matching ridge on single data sets: the second order is seen, the third is below the noise."""
    (full, cut), kernel = inverses(keep, sets=20_000)
    traces = [np.trace(one, axis1=1, axis2=2) for one in (full, cut)]
    tail = LAMBDA[keep:].sum()
    matched = replacement.matching_ridge(traces[0], kernel, RIDGE + tail)
    for found, order in (
        (np.log(traces[0] / traces[1]), cut_off(FULL, TARGET, keep).log_ridge),
        ((matched - RIDGE) / tail, flow_of_the_ridge(FULL, keep)),
    ):
        error = found.std() / np.sqrt(found.size)
        assert abs(found.mean() - order.value[0]) < 5.0 * error + abs(order.terms[3, 0])
        assert abs(order.correction[0]) > 20.0 * error
        assert np.all(np.abs(order.terms[2:]) < 0.2 * np.abs(order.terms[1:-1]))


def test_traces_scatter_together_as_said():
    (full, cut), _ = inverses(12, sets=20_000)
    traces = np.stack([np.trace(one, axis1=1, axis2=2) for one in (full, cut)])
    kept = np.where(MODES <= 12, LAMBDA, 0.0)
    curves = [effective_ridge(LAMBDA, SAMPLES, RIDGE), effective_ridge(kept, SAMPLES, RIDGE + LAMBDA[12:].sum())]
    expected = [[covariance(one, other) for other in curves] for one in curves]
    # Leading order: 1/P is left, beside √(2/n) of sampling.
    np.testing.assert_allclose(np.cov(traces), expected, rtol=5.0 / SAMPLES)


def test_error_of_a_truncated_theory_counts_the_noise_of_what_it_lacks():
    """Its correction is continuous in the eigenvalues of the modes that the kernel lacks."""
    lacking = np.where(MODES <= 8, LAMBDA, 0.0)
    tiny = np.where(MODES <= 8, LAMBDA, 1e-7)
    corrections = [gaussian_learning(one, SAMPLES, 0.5, TARGET).error.correction[0] for one in (lacking, tiny)]
    np.testing.assert_allclose(*corrections, rtol=1e-3)
    label_noise = TARGET[8:].sum()
    # The lost modes are label noise: the error is that of the kept target plus noise.
    kept = effective_ridge(LAMBDA[:8], SAMPLES, 0.5, target=TARGET[:8], noise=label_noise)
    np.testing.assert_allclose(
        gaussian_learning(lacking, SAMPLES, 0.5, TARGET).error.leading, kept.test_error, rtol=1e-12
    )


@pytest.mark.parametrize("keep", [0, 64])
def test_a_cut_that_is_none_is_refused(keep):
    with pytest.raises(BadInput, match="cannot cut"):
        cut_off(FULL, TARGET, keep)
