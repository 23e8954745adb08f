"""The theory of an exchange against sampling, and its approximations against it."""

import numpy as np
import pytest
from helpers_population import features, synthetic

from cases.rg_cifar_mnist.cuts import cuts, full_curve
from cases.rg_cifar_mnist.exchange import exchanged
from cases.rg_cifar_mnist.exchange_theory import exchange, off_diagonal, one_ridge
from fieldbench.theory.curves import effective_ridge, unevenness
from fieldbench.theory.decimation import local_ridge, ridge_shift

SIZE, RIDGE, SAMPLES, DRAWS = 300, 1e-6, 40, 600


@pytest.fixture(scope="module")
def population():
    return features(SIZE, 900)


@pytest.fixture(scope="module")
def cut(population):
    return cuts(population, SAMPLES, RIDGE, [0.1])[0]


@pytest.fixture(scope="module")
def full(population):
    start = full_curve(population, SAMPLES, RIDGE).effective_ridge[0]
    return local_ridge(population.gram, population.targets, SAMPLES, RIDGE, start)


@pytest.fixture(scope="module")
def sampled(population, cut):
    rng = np.random.default_rng(3)
    orders = np.stack([rng.permutation(SIZE) for _ in range(DRAWS)])
    return exchanged(population, orders, SAMPLES, [cut.keep], RIDGE)[0]


@pytest.mark.parametrize("uniform", [False, True])
def test_exchange_against_sampling(population, cut, full, sampled, uniform):
    """Four standard errors and the fluctuation of the ridge, times what it multiplies (see theory.truncated)."""
    found, measured = exchange(population, full, SAMPLES, RIDGE, cut.keep, uniform), sampled[uniform]
    curve = full_curve(population, SAMPLES, RIDGE)
    learned = curve.learnability[0]
    fluctuation = unevenness.between_draws(population.modes, SAMPLES, curve.effective_ridge[0])
    fluctuation *= SAMPLES / (SAMPLES - learned @ learned)
    once, twice = (one_ridge(population, SAMPLES, RIDGE, cut, factor) for factor in (1.0, 2.0))
    allowed = {"level": off_diagonal(population, SAMPLES, RIDGE, cut) + uniform, "slope": 1.0}
    allowed |= {name: abs(getattr(twice, name) - getattr(once, name)) for name in ("error", "low_modes")}
    for name, size in allowed.items():
        values = getattr(measured, name)
        margin = 4 * values.std() / np.sqrt(DRAWS) + fluctuation * size
        assert abs(values.mean() - getattr(found, name)) < margin, name
    assert fluctuation < 0.25


def test_an_even_ridge_misses_the_uneven_tail(population, cut, full):
    local, uniform = (exchange(population, full, SAMPLES, RIDGE, cut.keep, which) for which in (False, True))
    assert uniform.slope < local.slope - 0.8


def test_on_a_homogeneous_set_an_exchange_is_that_of_one_ridge():
    angle = 2 * np.pi * np.arange(120) / 120
    circle = synthetic(np.exp(6 * np.cos(angle[:, None] - angle[None, :]) - 6) + 0.02 * np.eye(120), np.sin(angle))
    cut = cuts(circle, 12, 1e-3, [0.2])[0]
    # Degenerate pairs must not be torn apart: the tail of half a pair is uneven.
    assert cut.keep % 2 == 1
    start = full_curve(circle, 12, 1e-3).effective_ridge[0]
    before = local_ridge(circle.gram, circle.targets, 12, 1e-3, start, 1e-10)
    functions = circle.modes.functions[:, : cut.keep] * np.sqrt(circle.modes.eigenvalues[: cut.keep])
    after = local_ridge(functions, circle.targets, 12, cut.ridge, start, 1e-10)
    even = one_ridge(circle, 12, 1e-3, cut)
    tail = cut.ridge - 1e-3
    np.testing.assert_allclose((after.variance.mean() + tail - before.variance.mean()) / tail, even.level, atol=1e-6)
    np.testing.assert_allclose(np.log(after.test_error / before.test_error), even.error, atol=1e-6)


def test_more_ridge_raises_the_level_and_less_lowers_it(population, cut):
    none, once, twice = (one_ridge(population, SAMPLES, RIDGE, cut, factor) for factor in (0.0, 1.0, 2.0))
    assert none.level < -0.5 < once.level < 0.5 < twice.level
    assert (none.slope, once.slope, twice.slope) == (-1.0, 0.0, 1.0)


def test_without_finite_population_the_level_is_the_published_shift(population, cut):
    """δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, to first order in it."""
    curve = effective_ridge(population.modes.eigenvalues, SAMPLES, RIDGE)
    shift = ridge_shift(population.modes.eigenvalues, SAMPLES, curve, cut.keep)
    level = one_ridge(population, SAMPLES, RIDGE, cut, finite=False).level
    expected = shift * curve.effective_ridge[0] / (cut.ridge - RIDGE)
    assert abs(level / expected - 1) < 4 * shift
