"""Exact block Gibbs sampling of two-layer linear networks: no step size, mixes in tens of sweeps.

f(x) = sum_{i,c} a_ic w_c . x_i with patches x_i, i = 1 … N, of size S and C channels; prior w_c ~ N(0, I/S),
a_ic ~ N(0, 1/(N C chi)), likelihood N(y | f, ridge/chi). One patch (N = 1) is the fully connected network of width C.

Given w, the readout a is Gaussian; given a, the weights w are Gaussian. The data see the two layers only through the map
B = a w (N x S), and each conditional depends on the other layer only through its Gram matrix, so that the Markov chain
closes on (B, A = a aᵀ, W = wᵀw), and no step has a cost that grows with C:

    B | W, y   Gaussian regression with prior covariance 1 ⊗ W/(N C chi)
    A | B, W   = B W⁻¹ Bᵀ + Wishart_N(C − S)/(N C chi)     (a in the span of w is fixed by B; the rest is prior)
    B | A, y   Gaussian regression with prior covariance A ⊗ 1/S
    W | B, A   = Bᵀ A⁻¹ B + Wishart_S(C − N)/S
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.lax import linalg

from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float

__all__ = ["GibbsState", "LinearPrior", "gibbs_chain", "lazy_start", "sweep"]


@dataclass(frozen=True)
class LinearPrior:
    """Width and temperature of a two-layer linear network in mean-field scaling.

    channels: C; mean_field: chi; ridge: kappa, the noise variance of the likelihood times chi.
    """

    channels: int
    mean_field: float
    ridge: float

    def __post_init__(self) -> None:
        """Refuse values for which the posterior does not exist."""
        if self.channels < 1 or not self.mean_field > 0 or not self.ridge > 0:
            raise BadInput(
                f"channels, mean_field and ridge must be positive, got {self}: the Gibbs sampler needs noise"
            )


class GibbsState(NamedTuple):
    """One draw: the map B, its conditional mean (a Rao–Blackwell estimate of the posterior mean) and both Gram matrices."""

    map: Float[Array, "patches size"]
    mean: Float[Array, "patches size"]
    readout_gram: Float[Array, "patches patches"]
    weight_gram: Float[Array, "size size"]


def lazy_start(prior: LinearPrior, size: int, dtype: Any = jnp.float64) -> Float[Array, "size size"]:
    """Weight Gram matrix W = (C/S) 1 of the prior's mean: the network before it has learned anything."""
    return prior.channels / size * jnp.eye(size, dtype=dtype)


def gibbs_chain(
    key: Array,
    inputs: Float[Array, "samples patches size"],
    targets: Float[Array, " samples"],
    start: Float[Array, "size size"],
    *,
    prior: LinearPrior,
    sweeps: int,
    observe: Callable[[GibbsState], Any],
) -> Any:
    """Run `sweeps` sweeps from the weight Gram matrix `start` and stack what `observe` returns of each.

    Not for non-linear networks, nor for C < N + S, where the Gram matrices lose rank: sample the weights then
    (`fieldbench.sampling`). Raises BadInput for shapes that do not fit.
    """
    samples, patches, size = inputs.shape
    if targets.shape != (samples,) or start.shape != (size, size):
        raise BadInput(f"targets {targets.shape} and start {start.shape} do not fit inputs {inputs.shape}")
    if prior.channels < patches + size:
        raise BadInput(
            f"{prior.channels} channels are fewer than patches + size = {patches + size}: use Langevin sampling"
        )
    regress = _regression(inputs, targets, prior)

    def body(gram: Array, key: Array) -> tuple[Array, Any]:
        state = _sweep(key, gram, regress, prior, patches)
        return state.weight_gram, observe(state)

    return jax.lax.scan(body, start, jax.random.split(key, sweeps))[1]


def sweep(
    key: Array,
    inputs: Float[Array, "samples patches size"],
    targets: Float[Array, " samples"],
    weight_gram: Float[Array, "size size"],
    prior: LinearPrior,
) -> GibbsState:
    """One sweep W → (B, A) → (B, W) of the chain; `gibbs_chain` runs many with one preparation of the data."""
    return _sweep(key, weight_gram, _regression(inputs, targets, prior), prior, inputs.shape[1])


_Regression = Callable[[Array, Array | None, Array | None], tuple[Array, Array]]


def _sweep(key: Array, gram: Array, regress: _Regression, prior: LinearPrior, patches: int) -> GibbsState:
    key_readout, key_weights, key_rest = jax.random.split(key, 3)
    size, dtype = gram.shape[0], gram.dtype
    # Both Wishart matrices in one call: the rejection sampler behind chi-squared variables is what takes long to compile.
    rests = _wisharts(key_rest, [(patches, prior.channels - size), (size, prior.channels - patches)], dtype)
    readout_scale = 1.0 / (patches * prior.channels * prior.mean_field)

    factor = linalg.cholesky(gram, symmetrize_input=False)
    drawn, mean_given_weights = regress(key_readout, None, factor * readout_scale**0.5)
    spanned = linalg.triangular_solve(factor, drawn, left_side=False, lower=True, transpose_a=True)
    readout_gram = spanned @ spanned.T + readout_scale * rests[0]

    factor = linalg.cholesky(readout_gram, symmetrize_input=False)
    drawn, mean_given_readout = regress(key_weights, factor * size**-0.5, None)
    spanned = linalg.triangular_solve(factor, drawn, left_side=True, lower=True)
    weight_gram = spanned.T @ spanned + rests[1] / size
    return GibbsState(drawn, (mean_given_weights + mean_given_readout) / 2, readout_gram, weight_gram)


def _regression(inputs: Array, targets: Array, prior: LinearPrior) -> _Regression:
    """Return draw(key, F, G) → (B, E[B]) for B = F Z Gᵀ, Z white, given y = <B, x> + noise; None stands for the unscaled identity.

    On the side with the fewer flops, where a flop of a Cholesky factorisation counts for three of a matrix product (its rate on CPUs).
    """
    samples, patches, size = inputs.shape
    dimension = patches * size
    dual = 2 * samples**2 * dimension + samples**3 + 2 * samples * dimension * max(patches, size)
    noise = prior.ridge / prior.mean_field
    if dual < dimension**3:
        return partial(_draw_dual, inputs, targets, noise)
    flat = inputs.reshape(samples, dimension)
    return partial(_draw_primal, flat.T @ flat / noise, ((targets @ flat) / noise).reshape(patches, size))


def _draw_dual(
    inputs: Array, targets: Array, noise: float, key: Array, left: Array | None, right: Array | None
) -> tuple[Array, Array]:
    """Perturb and solve (Matheron): z = z0 + Φᵀ(ΦΦᵀ + noise)⁻¹(y − Φz0 − e0), with one P x P factorisation."""
    samples, patches, size = inputs.shape
    features = inputs if right is None else jnp.einsum("pis,st->pit", inputs, right)
    features = features if left is None else jnp.einsum("pit,ij->pjt", features, left)
    features = features.reshape(samples, -1)
    key_map, key_noise = jax.random.split(key)
    white = jax.random.normal(key_map, (patches * size,), inputs.dtype)
    perturbation = noise**0.5 * jax.random.normal(key_noise, (samples,), inputs.dtype)
    kernel = _lower_gram(features) + noise * jnp.eye(samples, dtype=inputs.dtype)
    factor = linalg.cholesky(kernel, symmetrize_input=False)
    sides = jnp.stack([targets - features @ white - perturbation, targets], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True)
    solved = linalg.triangular_solve(factor, solved, left_side=True, lower=True, transpose_a=True)
    update = (features.T @ solved).T.reshape(2, patches, size)
    drawn = _dress(white.reshape(patches, size) + update[0], left, right)
    return drawn, _dress(update[1], left, right)


def _lower_gram(features: Array) -> Array:
    """ΦΦᵀ where Cholesky reads it: the lower triangle. The upper right quarter is left out (zero), a quarter of the flops."""
    half = features.shape[0] // 2
    top, bottom = features[:half], features[half:]
    corner = jnp.zeros((half, bottom.shape[0]), features.dtype)
    return jnp.concatenate([jnp.concatenate([top @ top.T, corner], axis=1), bottom @ features.T])


def _dress(white: Array, left: Array | None, right: Array | None) -> Array:
    """F Z Gᵀ."""
    rows = white if left is None else left @ white
    return rows if right is None else rows @ right.T


def _draw_primal(gram: Array, moment: Array, key: Array, left: Array | None, right: Array | None) -> tuple[Array, Array]:
    """Draw from the posterior precision (F Fᵀ)⁻¹ ⊗ (G Gᵀ)⁻¹ + XᵀX/noise, with one d x d factorisation."""
    patches, size = moment.shape
    inverses = _inverse_gram(left, patches, gram.dtype), _inverse_gram(right, size, gram.dtype)
    precision = jnp.einsum("ij,st->isjt", *inverses).reshape(gram.shape) + gram
    factor = linalg.cholesky(precision, symmetrize_input=False)
    white = jax.random.normal(key, (patches * size,), moment.dtype)
    half = linalg.triangular_solve(factor, moment.reshape(-1, 1), left_side=True, lower=True)[:, 0]
    sides = jnp.stack([half + white, half], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True, transpose_a=True)
    return solved[:, 0].reshape(patches, size), solved[:, 1].reshape(patches, size)


def _inverse_gram(factor: Array | None, size: int, dtype: Any) -> Array:
    """(F Fᵀ)⁻¹ from the lower triangular F."""
    eye = jnp.eye(size, dtype=dtype)
    return eye if factor is None else jax.scipy.linalg.cho_solve((factor, True), eye)


def _wisharts(key: Array, shapes: list[tuple[int, int]], dtype: Any) -> list[Array]:
    """Wishart matrices of unit scale for (size, degrees of freedom), from Cholesky factors with chi_{degrees − i} on the diagonal (Bartlett)."""
    key_diagonal, *keys = jax.random.split(key, len(shapes) + 1)
    freedom = jnp.concatenate([degrees - jnp.arange(size) for size, degrees in shapes]).astype(dtype)
    diagonal = jnp.sqrt(2.0 * jax.random.gamma(key_diagonal, freedom / 2.0, dtype=dtype))
    matrices, first = [], 0
    for (size, _), key_lower in zip(shapes, keys, strict=True):
        lower = jnp.tril(jax.random.normal(key_lower, (size, size), dtype), -1)
        lower = lower + jnp.diag(diagonal[first : first + size])
        matrices.append(lower @ lower.T)
        first += size
    return matrices
