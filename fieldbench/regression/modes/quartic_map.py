"""Maximum of the posterior for the loss [Δ² + uΔ⁴]/2κ, Δ = y − f, in the space of known features.

With f = Σ_k √λ_k w_kφ_k the weights minimise the strictly convex (u ≥ 0)

    ½|w|² + Σ_μ [Δ_μ² + u|Δ_μ|^p]/2κ,   p = 4,

whose stationary point has dual weights Δ(1 + (p/2)u|Δ|^{p−2})/κ. In the basis in which ΨᵀΨ, Ψ = φ√λ, is diagonal every
ridge regression costs M² operations and Newton's method with the Hessian of the Hartree ridge κ/(1 + 6u⟨Δ²⟩) needs no
factorisation. It contracts by the scatter of 6uΔ² over points, averaged over the points that a mode sees: about ten
iterations where κ is large. Damped: a step that does not shorten the gradient (in the Hessian's metric, in which every
short enough step does, the energy being convex) is refused and halved from then on. `residual` tells if it arrived.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float, Scalar

_ITERATIONS = 400
_TOLERANCE = 1e-12


class Basis(NamedTuple):
    """Training features Ψ = φ√λ turned into the basis of their Gram matrix.

    Attributes:
        points: ΨQ, (n, r), orthogonal columns of squared length `levels`; r = m, or the n of `thin_basis`.
        levels: eigenvalues of ΨᵀΨ, (r,).
        turn: Q, (m, r).
        scales: √λ_k, (m,).
    """

    points: Float[Array, "n r"]
    levels: Float[Array, " r"]
    turn: Float[Array, "m r"]
    scales: Float[Array, " m"]

    def coefficients(self, weights: Float[Array, "r t"]) -> Float[Array, "m t"]:
        """f_k of weights in this basis."""
        return self.scales[:, None] * (self.turn @ weights)


class QuarticFit(NamedTuple):
    """Weights in the basis, (m, t); ⟨Δ²⟩ of each target, (t,); largest gradient relative to the largest Ψᵀy/κ, ()."""

    weights: Array
    train_error: Array
    residual: Array


def basis(features: Float[Array, "n m"], eigenvalues: Float[Array, " m"]) -> Basis:
    """Diagonalise ΨᵀΨ: 2nm² + O(m³) flops.

    Args:
        features: φ_k(x_μ). eigenvalues: λ_k ≥ 0.

    Raises:
        BadInput: shapes that do not fit.
    """
    if features.ndim != 2 or eigenvalues.shape != features.shape[1:]:
        raise BadInput(f"features {features.shape} and eigenvalues {eigenvalues.shape}: need (n, m) and (m,)")
    scales = jnp.sqrt(eigenvalues)
    scaled = features * scales[None, :]
    levels, turn = jnp.linalg.eigh(scaled.T @ scaled)
    return Basis(scaled @ turn, jnp.maximum(levels, 0.0), turn, scales)


def thin_basis(features: Float[Array, "n m"], eigenvalues: Float[Array, " m"]) -> Basis:
    """The same of the n < m directions that the points reach: from ΨΨᵀ, points (n, n), levels (n,), turn (m, n).

    Beyond them weights are zero at every maximum: for samplers, which go there, it is the wrong basis.

    Args, Raises: as `basis`; features are in general position.
    """
    if features.ndim != 2 or eigenvalues.shape != features.shape[1:]:
        raise BadInput(f"features {features.shape} and eigenvalues {eigenvalues.shape}: need (n, m) and (m,)")
    scales = jnp.sqrt(eigenvalues)
    scaled = features * scales[None, :]
    levels, left = jnp.linalg.eigh(scaled @ scaled.T)
    lengths = jnp.sqrt(levels)
    return Basis(left * lengths[None, :], levels, (scaled.T @ left) / lengths[None, :], scales)


def ridge_fit(space: Basis, targets: Float[Array, "n t"], ridge: Float[Array, " t"]) -> QuarticFit:
    """Ridge regression of each target with a ridge of its own."""
    weights = (space.points.T @ targets) / (space.levels[:, None] + ridge[None, :])
    error = jnp.mean((targets - space.points @ weights) ** 2, axis=0)
    return QuarticFit(weights, error, jnp.zeros(()))


@partial(jax.jit, static_argnames=("degree", "tolerance"))
def quartic_map(
    space: Basis,
    targets: Float[Array, "n t"],
    ridge: Scalar,
    couplings: Float[Array, " t"],
    degree: int = 4,
    tolerance: float = _TOLERANCE,
) -> QuarticFit:
    """Posterior's maximum of each target with a coupling u of its own.

    Args:
        space: from `basis`.
        targets: y(x_μ).
        ridge: κ > 0.
        couplings: u ≥ 0.
        degree: p of the perturbation u|Δ|^p; other than 4 for controls.
        tolerance: largest gradient to stop at, relative to that at f = 0.

    Raises:
        BadInput: shapes that do not fit.
    """
    if targets.shape != (space.points.shape[0], *couplings.shape):
        raise BadInput(f"targets {targets.shape}, couplings {couplings.shape}: need (n, t) and (t,), n = points")
    plain = ridge_fit(space, targets, jnp.full(couplings.shape, ridge, targets.dtype))
    dressed = ridge / (1.0 + 6.0 * couplings * plain.train_error)
    start = ridge_fit(space, targets, dressed)
    hessian = 1.0 + space.levels[:, None] / dressed[None, :]
    scale = jnp.max(jnp.abs(space.points.T @ targets)) / ridge

    def gradient(weights: Array) -> tuple[Array, Array]:
        missed = targets - space.points @ weights
        force = missed * (1.0 + degree / 2 * couplings[None, :] * jnp.abs(missed) ** (degree - 2)) / ridge
        return weights - space.points.T @ force, jnp.mean(missed**2, axis=0)

    def length(slope: Array) -> Array:
        return jnp.sum(slope**2 / hessian, axis=0)

    def step(carry: Any) -> Any:
        count, weights, slope, error, rate = carry
        moved = weights - rate[None, :] * slope / hessian
        new_slope, new_error = gradient(moved)
        better = length(new_slope) < length(slope)
        kept = [jnp.where(better, new, old) for new, old in ((moved, weights), (new_slope, slope), (new_error, error))]
        return count + 1, *kept, jnp.where(better, rate, rate / 2)

    def moving(carry: Any) -> Any:
        return (carry[0] < _ITERATIONS) & (jnp.max(jnp.abs(carry[2])) > tolerance * scale)

    slope, error = gradient(start.weights)
    first = (jnp.int32(0), start.weights, slope, error, jnp.ones_like(error))
    _, weights, slope, error, _ = jax.lax.while_loop(moving, step, first)
    return QuarticFit(weights, error, jnp.max(jnp.abs(slope)) / scale)
