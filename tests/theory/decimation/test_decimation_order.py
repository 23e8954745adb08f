"""Decimation to order 1/P: identities of the flow, and regression on small problems."""

import numpy as np
import pytest
from scipy.special import logit

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.order import cut_off, gaussian_learning, matching_ridge

MODES = np.arange(1.0, 65.0)
LAMBDA, TARGET = (MODES**power / (MODES**power).sum() for power in (-1.5, -2.0))
SAMPLES, RIDGE = 24, 0.1


@pytest.mark.parametrize("keep", [4, 16, 48])
def test_matching_ridge_restores_the_effective_ridge(keep):
    full = effective_ridge(LAMBDA, SAMPLES, RIDGE)
    needed = matching_ridge(LAMBDA, SAMPLES, RIDGE, keep).leading[0] * LAMBDA[keep:].sum()
    cut = effective_ridge(LAMBDA[:keep], SAMPLES, RIDGE + needed)
    np.testing.assert_allclose(cut.effective_ridge, full.effective_ridge, rtol=1e-12)
    np.testing.assert_allclose(cut.learnability[0], full.learnability[0, :keep], rtol=1e-12)


def test_the_log_odds_of_all_modes_move_alike():
    kept, tail = np.where(MODES <= 16, LAMBDA, 0.0), LAMBDA[16:].sum()
    cut = gaussian_learning(kept, SAMPLES, RIDGE + tail, TARGET).learnability.leading[:16]
    full = gaussian_learning(LAMBDA, SAMPLES, RIDGE, TARGET).learnability.leading[:16]
    change = cut_off(LAMBDA, SAMPLES, RIDGE, TARGET, 16).log_ridge.leading[0]
    np.testing.assert_allclose(logit(cut) - logit(full), -change, rtol=1e-9)


def test_first_order_in_the_tail():
    weak = cut_off(LAMBDA, SAMPLES, RIDGE, TARGET, 63)
    np.testing.assert_allclose(weak.log_ridge.leading[0], weak.first, rtol=5.0 * weak.edge)


@pytest.mark.parametrize("keep", [3, 12])
def test_corrections_against_regression(keep):
    rng, sets = np.random.default_rng(keep), 8000
    features = rng.standard_normal((sets, SAMPLES, MODES.size))
    kernel = [(features[:, :, :k] * LAMBDA[:k]) @ features[:, :, :k].transpose(0, 2, 1) for k in (keep, MODES.size)]
    tail = LAMBDA[keep:].sum()
    inverse = [np.linalg.inv(k + r * np.eye(SAMPLES)) for k, r in zip(kernel, (RIDGE + tail, RIDGE), strict=True)]
    found = np.log(np.trace(inverse[1], axis1=1, axis2=2) / np.trace(inverse[0], axis1=1, axis2=2))
    shift = cut_off(LAMBDA, SAMPLES, RIDGE, TARGET, keep).log_ridge
    error = found.std() / np.sqrt(sets)
    # Beyond 1/P: no larger than 4/P of the correction; the mean of a logarithm adds half its variance, of order 1/P².
    allowed = 4.0 / SAMPLES * abs(shift.correction[0]) + 0.5 * found.var() + 5.0 * error
    assert abs(found.mean() - shift.value[0]) < allowed
    assert abs(shift.correction[0]) > 5.0 * error


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
        cut_off(LAMBDA, SAMPLES, RIDGE, TARGET, keep)
