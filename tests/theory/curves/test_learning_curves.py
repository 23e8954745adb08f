"""Learning curves against closed forms, limits, and brute-force ridge regression on drawn data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge, equivalent_kernel, one_loop, residual_trace
from fieldbench.theory.kernels.spectrum import PowerLawTail, Spectrum

DECAYING = np.arange(1.0, 201.0) ** -2.0


def _power_law(exponent, listed=400):
    """λ_k = k^{−exponent} and y_k² = λ_k, the first `listed` modes one by one."""
    tail = PowerLawTail(1.0, exponent, listed, target_amplitude=1.0, target_exponent=exponent)
    modes = np.arange(1.0, listed + 1.0) ** -exponent
    return Spectrum(modes, tail=tail), modes


def _regression_errors(features, eigenvalues, coefficients, train, ridge, noise=0.0):
    """Mean squared errors (train, elsewhere) of kernel ridge regression, in plain linear algebra."""
    kernel = features * eigenvalues @ features.T
    labels = features @ coefficients + noise
    inside = np.zeros(len(features), dtype=bool)
    inside[train] = True
    gram = kernel[np.ix_(inside, inside)] + ridge * np.eye(inside.sum())
    residual = labels - kernel[:, inside] @ np.linalg.solve(gram, labels[inside])
    return np.mean(residual[inside] ** 2), np.mean(residual[~inside] ** 2)


@given(
    modes=st.integers(1, 50),
    eigenvalue=st.floats(1e-6, 1e3),
    samples=st.floats(1.0, 1e4),
    relative_ridge=st.floats(1e-6, 1e3),
)
@settings(max_examples=60, deadline=None)
def test_flat_spectrum_solves_a_quadratic(modes, eigenvalue, samples, relative_ridge):
    """κ_eff = κ + Dλκ_eff/(Pλ + κ_eff), written as a degenerate space and as single modes."""
    ridge = relative_ridge * eigenvalue
    half = 0.5 * (ridge + (modes - samples) * eigenvalue)
    exact = half + np.hypot(half, np.sqrt(samples * eigenvalue * ridge))
    if half < 0.0:  # the same root without cancellation
        exact = samples * eigenvalue * ridge / (np.hypot(half, np.sqrt(samples * eigenvalue * ridge)) - half)
    space = effective_ridge(Spectrum(np.array([eigenvalue]), np.array([float(modes)])), samples, ridge)
    single = effective_ridge(np.full(modes, eigenvalue), samples, ridge)
    np.testing.assert_allclose(space.effective_ridge, exact, rtol=1e-12)
    np.testing.assert_allclose(single.effective_ridge, exact, rtol=1e-12)


@given(exponent=st.floats(1.1, 4.0), samples=st.floats(1.0, 1e6), log_ridge=st.floats(-30.0, 5.0))
@settings(max_examples=60, deadline=None)
def test_effective_ridge_obeys_its_equation_at_every_scale(exponent, samples, log_ridge):
    spectrum, _ = _power_law(exponent, listed=100)
    ridge = 10.0**log_ridge
    curve = effective_ridge(spectrum, samples, ridge)
    right = ridge + residual_trace(spectrum, curve.samples, curve.effective_ridge)
    np.testing.assert_allclose(curve.effective_ridge, right, rtol=1e-12)
    assert np.all((curve.learnability >= 0.0) & (curve.learnability <= 1.0))
    assert curve.learnability.sum() <= samples * (1.0 + 1e-12)


def test_ridgeless_learnabilities_add_up_to_the_samples():
    curve = effective_ridge(DECAYING, [3.0, 50.0, 199.0], 0.0)
    np.testing.assert_allclose(curve.learnability.sum(axis=1), [3.0, 50.0, 199.0], rtol=1e-12)
    np.testing.assert_array_equal(curve.train_error, 0.0)


def test_ridgeless_curve_beyond_the_rank_is_exact():
    """P ≥ D without ridge: every mode is learned, and the test error is the noise times P/(P − D)."""
    curve = effective_ridge(np.ones(10), [10.0, 20.0], 0.0, target=np.ones(10), noise=0.5)
    np.testing.assert_array_equal(curve.effective_ridge, 0.0)
    np.testing.assert_allclose(curve.test_error, [np.inf, 0.5 * 20.0 / 10.0])
    np.testing.assert_allclose(curve.train_error[1], 0.25 * curve.test_error[1])  # σ²(1 − D/P)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_ridgeless_power_law_has_its_closed_form(alpha):
    """κ_eff/P = [(π/(1+α))/(P sin(π/(1+α)))]^{1+α} and E0 = 1 + α, for P ≫ 1 (corrections of order 1/P)."""
    spectrum, target = _power_law(1.0 + alpha)
    samples = np.array([1e4, 1e5])
    curve = effective_ridge(spectrum, samples, 0.0, target=target)
    slope = np.pi / (1.0 + alpha)
    closed = samples * (slope / (samples * np.sin(slope))) ** (1.0 + alpha)
    np.testing.assert_allclose(curve.effective_ridge, closed, rtol=5.0 * (1.0 + alpha) / samples[0])
    np.testing.assert_allclose(curve.e0, 1.0 + alpha, rtol=5.0 * (1.0 + alpha) / samples[0])


@pytest.mark.parametrize("ridge", [0.0, 1e-6, 0.1])
def test_target_drawn_from_the_prior_has_error_dressed_minus_bare_ridge(ridge):
    """Bayes-optimal regression: y_k² = λ_k and label noise κ give test MSE κ_eff, of which κ is the noise."""
    spectrum, target = _power_law(2.5)
    curve = effective_ridge(spectrum, [10.0, 300.0], ridge, target=target, noise=ridge)
    np.testing.assert_allclose(curve.test_error, curve.effective_ridge, rtol=1e-10)
    np.testing.assert_allclose(curve.posterior_variance, curve.effective_ridge - ridge, rtol=1e-9)


def test_tail_equals_the_modes_it_stands_for():
    exponent, start, listed = 1.7, 300, 400_000
    modes = np.arange(1.0, listed + 1.0) ** -exponent
    beyond = PowerLawTail(1.0, exponent, listed, 1.0, exponent)
    tail = PowerLawTail(1.0, exponent, start, 1.0, exponent)
    long = effective_ridge(Spectrum(modes, tail=beyond), [40.0, 2000.0], 1e-5, target=modes)
    short = effective_ridge(Spectrum(modes[:start], tail=tail), [40.0, 2000.0], 1e-5, target=modes[:start])
    # Midpoint rule: (exponent/start)²/24 of the tail.
    for name in ("effective_ridge", "e0", "test_error", "train_error"):
        np.testing.assert_allclose(getattr(short, name), getattr(long, name), rtol=(exponent / start) ** 2 / 24)
    np.testing.assert_allclose(Spectrum(modes, tail=beyond).trace, 2.0542887554, rtol=1e-8)  # ζ(1.7)


def test_unresolved_trace_is_a_ridge():
    with_trace = effective_ridge(Spectrum(DECAYING, unresolved=0.02), [30.0], 0.01)
    with_ridge = effective_ridge(DECAYING, [30.0], 0.03)
    np.testing.assert_allclose(with_trace.learnability, with_ridge.learnability, rtol=1e-12)


def test_equivalent_kernel_and_one_loop_are_the_first_iterations():
    samples, ridge = np.array([7.0, 90.0]), 0.4
    first = equivalent_kernel(DECAYING, samples, ridge, target=DECAYING, noise=0.1)
    np.testing.assert_allclose(first.learnability, DECAYING / (DECAYING + ridge / samples[:, None]), rtol=1e-14)
    np.testing.assert_allclose(first.test_error, (1 - first.learnability) ** 2 @ DECAYING + 0.1)
    np.testing.assert_allclose(
        first.mode_variance, DECAYING * (ridge / samples[:, None]) / (DECAYING + ridge / samples[:, None])
    )
    second = one_loop(DECAYING, samples, ridge)
    dressed = [ridge + np.sum(DECAYING * ridge / (p * DECAYING + ridge)) for p in samples]
    np.testing.assert_allclose(second.effective_ridge, dressed, rtol=1e-14)


def test_hierarchy_converges_at_large_ridge():
    """Relative errors of κ_eff are Tr K/κ for the equivalent kernel and its square for one loop."""
    for ridge in (1e2, 1e4):
        full = effective_ridge(DECAYING, [50.0], ridge).effective_ridge
        small = DECAYING.sum() / ridge
        zeroth = abs(equivalent_kernel(DECAYING, [50.0], ridge).effective_ridge / full - 1.0)
        first = abs(one_loop(DECAYING, [50.0], ridge).effective_ridge / full - 1.0)
        assert 0.5 * small < zeroth < small
        assert first < 50.0 * small**2


def test_curve_agrees_with_regression_on_gaussian_features():
    """P = 200 of infinitely many points; the theory's own error is of order 1/P, the sample's is measured."""
    rng = np.random.default_rng(3)
    eigenvalues, ridge, noise, samples = np.arange(1.0, 301.0) ** -1.5, 0.02, 0.05, 200
    coefficients = np.sqrt(eigenvalues) * rng.choice([-1.0, 1.0], size=300)
    errors = []
    for _ in range(40):
        features = rng.standard_normal((samples + 400, 300))
        labels = noise**0.5 * rng.standard_normal(samples + 400)
        errors.append(_regression_errors(features, eigenvalues, coefficients, np.arange(samples), ridge, labels))
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0) / 40**0.5
    curve = effective_ridge(eigenvalues, samples, ridge, target=coefficients**2, noise=noise)
    theory = np.array([curve.train_error[0], curve.test_error[0]])
    assert np.all(np.abs(mean - theory) < 4.0 * error + 3.0 / samples * theory)
    without_e0 = curve.test_error[0] / curve.e0[0]
    assert abs(mean[1] - without_e0) > 10.0 * error[1]


@pytest.mark.parametrize("ridge", [1e-10, 0.03])
@pytest.mark.parametrize("fraction", [0.1, 0.4])
def test_finite_population_agrees_with_draws_from_it(ridge, fraction):
    """M = 500 points, P of them without replacement: held-out and train error against direct regression."""
    rng, population = np.random.default_rng(5), 500
    samples = int(fraction * population)
    modes, _ = np.linalg.qr(rng.standard_normal((population, population)))
    features = modes * population**0.5
    eigenvalues = np.arange(1.0, population + 1.0) ** -1.5
    coefficients = np.sqrt(eigenvalues) * rng.choice([-1.0, 1.0], size=population)
    draws = [rng.choice(population, samples, replace=False) for _ in range(60)]
    errors = [_regression_errors(features, eigenvalues, coefficients, draw, ridge) for draw in draws]
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0) / 60**0.5
    curve = effective_ridge(eigenvalues, samples, ridge, target=coefficients**2, population=population)
    theory = np.array([curve.train_error[0], curve.test_error[0]])
    assert np.all(np.abs(mean - theory) < 4.0 * error + 3.0 / samples * theory)
    uncorrected = effective_ridge(eigenvalues, samples, ridge, target=coefficients**2)
    assert abs(mean[1] - uncorrected.test_error[0]) > 4.0 * error[1]


def test_finite_population_has_its_two_limits():
    eigenvalues, target = DECAYING, np.ones(200)
    huge = effective_ridge(eigenvalues, [20.0], 0.01, target=target, noise=0.3, population=10**9)
    infinite = effective_ridge(eigenvalues, [20.0], 0.01, target=target, noise=0.3)
    for name in ("effective_ridge", "e0", "test_error", "train_error"):
        np.testing.assert_allclose(getattr(huge, name), getattr(infinite, name), rtol=1e-6)
    ridgeless = effective_ridge(eigenvalues, [20.0], 0.0, target=target, population=200)
    plain = effective_ridge(eigenvalues, [20.0], 0.0, target=target)
    np.testing.assert_allclose(ridgeless.test_error, plain.test_error * 200.0 / 180.0, rtol=1e-10)


def test_noise_in_a_finite_population_is_white_over_its_modes():
    noise, population = 0.2, 200
    as_noise = effective_ridge(DECAYING, [30.0], 0.05, noise=noise, population=population)
    as_target = effective_ridge(DECAYING, [30.0], 0.05, target=np.full(200, noise / population), population=population)
    np.testing.assert_allclose(as_noise.test_error, as_target.test_error, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ridge": -1.0}, "ridge -1.0"),
        ({"ridge": float("nan")}, "ridge nan"),
        ({"samples": [0.0]}, "P ≥ 1"),
        ({"samples": []}, "P ≥ 1"),
        ({"spectrum": [1.0, -1e-9]}, "≥ 0, found -1e-09, which is more than rounding"),
        ({"spectrum": [1.0, float("nan")]}, "finite"),
        ({"spectrum": []}, "non-empty"),
        ({"target": np.ones(3)}, r"shape \(3,\)"),
        ({"noise": -0.1}, "noise -0.1"),
        ({"population": 150}, "at most M"),
        ({"population": 200, "samples": [200.0]}, "held out"),
    ],
)
def test_bad_input_is_refused(options, message):
    arguments = {"spectrum": DECAYING, "samples": [10.0], "ridge": 0.1, **options}
    with pytest.raises(BadInput, match=message):
        effective_ridge(arguments.pop("spectrum"), arguments.pop("samples"), arguments.pop("ridge"), **arguments)


def test_tails_with_infinite_trace_are_refused():
    with pytest.raises(BadInput, match="must exceed 1"):
        PowerLawTail(1.0, 1.0, 10)
    with pytest.raises(BadInput, match="at least one"):
        PowerLawTail(1.0, 2.0, 0)
