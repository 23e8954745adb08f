"""Single modes against dense algebra written out, and the limits of no data and much data."""

import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.modes.single_modes import learned_modes, posterior_variances

DRAWS, POINTS, MODES, WATCHED = 3, 12, 20, (0, 5, 19)
RIDGES = np.array([0.3, 4.0])


def _problem():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((DRAWS, POINTS, MODES))
    return features, np.arange(1.0, MODES + 1) ** -1.5, rng.standard_normal((DRAWS, POINTS, 2))


def test_modes_are_those_of_dense_algebra():
    features, eigenvalues, labels = _problem()
    learned, coefficients = learned_modes(features, jnp.asarray(eigenvalues), labels, jnp.asarray(RIDGES), WATCHED)
    for draw in range(DRAWS):
        gram = (features[draw] * eigenvalues) @ features[draw].T
        for i, ridge in enumerate(RIDGES):
            inverse = np.linalg.inv(gram + ridge * np.eye(POINTS))
            weighted = (features[draw] * eigenvalues).T[list(WATCHED)] @ inverse
            # Two stable solves with condition below (|K| + κ)/κ < 300: rounding of 300·P·eps.
            np.testing.assert_allclose(coefficients[draw, i], weighted @ labels[draw], atol=1e-11)
            np.testing.assert_allclose(
                learned[draw, i], np.diag(weighted @ features[draw][:, list(WATCHED)]), atol=1e-11
            )


def test_posterior_variance_is_what_has_not_been_learned():
    features, eigenvalues, labels = _problem()
    learned, _ = learned_modes(features, jnp.asarray(eigenvalues), labels, jnp.asarray(RIDGES), range(MODES))
    for i, ridge in enumerate(RIDGES):
        # Function space against weight space (Woodbury): λ(1 − L).
        expected = eigenvalues * (1.0 - np.asarray(learned)[:, i])
        np.testing.assert_allclose(posterior_variances(features, jnp.asarray(eigenvalues), ridge), expected, atol=1e-11)


def test_a_huge_ridge_leaves_the_prior():
    features, eigenvalues, _ = _problem()
    left = posterior_variances(features, jnp.asarray(eigenvalues), 1e9)
    # First order in 1/κ: λ_k²Σφ_k²/κ ≤ 12·9/1e9.
    np.testing.assert_allclose(left, np.broadcast_to(eigenvalues, left.shape), atol=2e-7)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f, e, y, r: (f[0], e, y, r), "features of shape"),
        (lambda f, e, y, r: (f, -e, y, r), "eigenvalues must be positive"),
        (lambda f, e, y, r: (f, e, y, 0.0 * r), "ridges must be positive"),
        (lambda f, e, y, r: (f, e, y[:, 1:], r), "labels of shape"),
    ],
)
def test_bad_input_is_named(change, match):
    features, eigenvalues, labels = _problem()
    with pytest.raises(BadInput, match=match):
        learned_modes(*map(jnp.asarray, change(features, eigenvalues, labels, RIDGES)), WATCHED)
