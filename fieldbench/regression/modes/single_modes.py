"""What regression learns of single modes, on many data sets with known features at once: by eigenvectors, all ridges.

For each data set K = Σ_k λ_kφ_kφ_kᵀ = U diag(s) Uᵀ once, then (K + κ)⁻¹ for every ridge costs P² a mode. The posterior
variance of a mode takes another way, through the posterior precision of its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.typing import AnyArray, Array, Float, Scalar


class LearnedModes(NamedTuple):
    """What is learned of single modes.

    Attributes:
        learnability: L_k = λ_kφ_kᵀ(K + κ)⁻¹φ_k.
        coefficients: f_k = λ_kφ_kᵀ(K + κ)⁻¹y of the predictor of each target y.
    """

    learnability: Float[Array, "draws ridges watched"]
    coefficients: Float[Array, "draws ridges watched targets"]


def learned_modes(
    features: Float[AnyArray, "draws samples modes"],
    eigenvalues: Float[AnyArray, " modes"],
    labels: Float[AnyArray, "draws samples targets"],
    ridges: Float[AnyArray, " ridges"],
    watched: Sequence[int],
) -> LearnedModes:
    """Learnabilities of single modes and coefficients of predictors, on each of many data sets.

    About 9P³ + P²D flops a data set.

    Args:
        features: φ_k(x_μ), orthonormal under the data measure.
        eigenvalues: λ_k > 0.
        labels: y_μ, noise included.
        ridges: κ > 0.
        watched: indices k of the modes looked at.

    Raises:
        BadInput: shapes that do not fit, or a ridge or eigenvalue that is not positive.
    """
    _check(features, eigenvalues, ridges)
    if labels.shape[:2] != features.shape[:2]:
        raise BadInput(f"labels of shape {labels.shape} for features {features.shape}: need (draws, samples, targets)")
    return LearnedModes(*_learned(features, eigenvalues, labels, ridges, jnp.asarray(watched)))


@jax.jit
def _learned(features: Array, eigenvalues: Array, labels: Array, ridges: Array, watched: Array) -> tuple[Array, Array]:
    def one(points: Array, targets: Array) -> tuple[Array, Array]:
        levels, vectors = jnp.linalg.eigh((points * eigenvalues[None, :]) @ points.T)
        modes, seen = vectors.T @ points[:, watched], vectors.T @ targets
        inverse = 1.0 / (levels[None, :] + ridges[:, None])
        scales = eigenvalues[watched]
        learned = jnp.einsum("rp,pk,k->rk", inverse, modes**2, scales)
        return learned, jnp.einsum("rp,pk,pt,k->rkt", inverse, modes, seen, scales)

    return jax.lax.map(lambda pair: one(*pair), (features, labels))  # type: ignore[no-any-return]


def posterior_variances(
    features: Float[AnyArray, "draws samples modes"], eigenvalues: Float[AnyArray, " modes"], ridge: float
) -> Float[Array, "draws modes"]:
    """Posterior variance of each mode's coefficient: the diagonal of (ΦᵀΦ/κ + diag 1/λ)⁻¹, in weight space.

    Args:
        features: φ_k(x_μ).
        eigenvalues: λ_k > 0, the prior variances.
        ridge: κ > 0, the noise variance.

    Raises:
        BadInput: as `learned_modes`.
    """
    _check(features, eigenvalues, jnp.asarray([ridge]))
    variances: Array = _weight_space(features, eigenvalues, ridge)
    return variances


@jax.jit
def _weight_space(features: Array, eigenvalues: Array, ridge: Scalar) -> Array:
    def one(points: Array) -> Array:
        # Scaled by the prior: unit diagonal plus what the data say, so that small eigenvalues cost no digits.
        scaled = points * jnp.sqrt(eigenvalues)[None, :]
        precision = scaled.T @ scaled / ridge + jnp.eye(eigenvalues.size, dtype=points.dtype)
        left: Array = eigenvalues * jnp.diagonal(jnp.linalg.inv(precision))
        return left

    variances: Array = jax.lax.map(one, features)
    return variances


def _check(features: AnyArray, eigenvalues: AnyArray, ridges: AnyArray) -> None:
    if features.ndim != 3 or eigenvalues.shape != features.shape[2:]:
        raise BadInput(
            f"features of shape {features.shape} and eigenvalues of shape {eigenvalues.shape}: need (draws, samples, "
            "modes) and (modes,)"
        )
    for name, values in (("eigenvalues", eigenvalues), ("ridges", ridges)):
        if not bool(jnp.all(values > 0.0)):
            raise BadInput(f"{name} must be positive, found {float(jnp.min(values))}")
