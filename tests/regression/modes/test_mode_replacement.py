"""Modes replaced by ridge and noise: linear algebra in feature space, the matching ridge."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.modes import replacement

SETS, POINTS, RIDGE, KEEP = 40, 12, 0.2, 5
MODES = np.arange(1.0, 21.0)
LAMBDA, TARGET = (MODES**power / (MODES**power).sum() for power in (-1.5, -2.0))
TAIL = float(LAMBDA[KEEP:].sum())


def problem(sets=SETS):
    features = np.random.default_rng(0).standard_normal((sets, POINTS, MODES.size))
    full = replacement.regress(features, LAMBDA, RIDGE)
    cut = replacement.regress(features[:, :, :KEEP], LAMBDA[:KEEP], RIDGE, TAIL)
    return features, full, cut


def learned_map(features, eigenvalues, ridge):
    """From target coefficients to those of the predictor, by the penalised normal equations: no kernel matrix."""
    kept = features[:, :, : eigenvalues.size]
    normal = kept.transpose(0, 2, 1) @ kept + ridge * np.diag(1.0 / eigenvalues)
    return np.linalg.solve(normal, kept.transpose(0, 2, 1) @ features)


def test_learnabilities_errors_and_distance_are_those_of_feature_space():
    features, full, cut = problem()
    labels = replacement.gram(features, TARGET)
    maps = [learned_map(features, LAMBDA, RIDGE), learned_map(features, LAMBDA[:KEEP], RIDGE + TAIL)]
    for one, seen in zip((full, cut), maps, strict=True):
        expected = np.diagonal(seen, axis1=1, axis2=2)[:, :KEEP]
        np.testing.assert_allclose(one.learnabilities(KEEP), expected, rtol=1e-9)
        missed = np.broadcast_to(np.eye(MODES.size), (SETS, MODES.size, MODES.size)).copy()
        missed[:, : seen.shape[1]] -= seen
        np.testing.assert_allclose(one.error(TARGET, labels), (missed**2).sum(axis=1) @ TARGET, rtol=1e-9)
    apart = ((maps[0][:, :KEEP] - maps[1]) ** 2).sum(axis=1) @ TARGET
    np.testing.assert_allclose(replacement.squared_distance(full, cut, labels), apart, rtol=1e-8)


def test_matching_ridge_matches_from_far_away():
    _, full, cut = problem()
    for start in (1e-3, RIDGE + TAIL, 50.0):
        found = replacement.matching_ridge(full.trace, cut.kernel, start)
        np.testing.assert_allclose(
            replacement.inverse_trace(cut.kernel, found), full.trace, rtol=1e-10
        )  # the last step is below 1e-6, its error the square
    assert np.all(found > RIDGE)  # the full kernel exceeds the truncated one
    np.testing.assert_allclose(replacement.matching_ridge(full.trace, full.kernel, 1.0), RIDGE, rtol=1e-10)


def test_fluctuation_is_the_first_order():
    features, full, _ = problem()
    errors = []
    for size in (1e-3, 1e-4):
        weak = np.concatenate([LAMBDA[:KEEP], size * LAMBDA[KEEP:]])
        nearly = replacement.regress(features, weak, RIDGE)
        base = replacement.regress(features[:, :, :KEEP], LAMBDA[:KEEP], RIDGE, size * TAIL)
        linear = replacement.fluctuation(nearly, base, size * TAIL)
        errors.append(np.abs(base.inverse - nearly.inverse - linear).max() / np.abs(linear).max())
    assert errors[1] < errors[0] / 5.0  # falls with the tail: what is left is of second order
    with pytest.raises(BadInput, match="share the data"):
        replacement.fluctuation(full, replacement.regress(features[:3, :, :KEEP], LAMBDA[:KEEP], RIDGE), TAIL)


def test_noise_in_place_of_modes_is_an_average_over_labels():
    """Explicit noisy labels, with the high modes of the target gone: the error is that of the traces."""
    features, _, cut = problem()
    rng, draws = np.random.default_rng(1), 4000
    signs = rng.choice([-1.0, 1.0], (KEEP, draws)) * np.sqrt(TARGET[:KEEP, None])
    noise = np.sqrt(TARGET[KEEP:].sum()) * rng.standard_normal((POINTS, draws))
    seen = features[0, :, :KEEP]
    learned = LAMBDA[:KEEP, None] * (seen.T @ cut.inverse[0] @ (seen @ signs + noise))
    errors = ((learned - signs) ** 2).sum(axis=0) + TARGET[KEEP:].sum()
    labels = replacement.gram(features[:, :, :KEEP], TARGET[:KEEP]) + TARGET[KEEP:].sum() * np.eye(POINTS)
    assert abs(errors.mean() - cut.error(TARGET, labels)[0]) < 5.0 * errors.std() / np.sqrt(draws)
