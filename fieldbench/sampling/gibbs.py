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
        state = _sweep(key, gram, regress, prior, patches, size)
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
    _, patches, size = inputs.shape
    return _sweep(key, weight_gram, _regression(inputs, targets, prior), prior, patches, size)


_Regression = Callable[[Array, Array, Array], tuple[Array, Array]]


def _sweep(key: Array, gram: Array, regress: _Regression, prior: LinearPrior, patches: int, size: int) -> GibbsState:
    keys = jax.random.split(key, 4)
    dtype = gram.dtype
    readout_scale = 1.0 / (patches * prior.channels * prior.mean_field)
    eye_n, eye_s = jnp.eye(patches, dtype=dtype), jnp.eye(size, dtype=dtype)

    factor_s = linalg.cholesky(gram, symmetrize_input=False)
    drawn, mean_given_weights = regress(keys[0], eye_n * readout_scale**0.5, factor_s)
    spanned = linalg.triangular_solve(factor_s, drawn, left_side=False, lower=True, transpose_a=True)
    rest = _wishart(keys[1], patches, prior.channels - size, dtype)
    readout_gram = spanned @ spanned.T + readout_scale * rest

    factor_n = linalg.cholesky(readout_gram, symmetrize_input=False)
    drawn, mean_given_readout = regress(keys[2], factor_n, eye_s * size**-0.5)
    spanned = linalg.triangular_solve(factor_n, drawn, left_side=True, lower=True)
    rest = _wishart(keys[3], size, prior.channels - patches, dtype)
    weight_gram = spanned.T @ spanned + rest / size
    return GibbsState(drawn, (mean_given_weights + mean_given_readout) / 2, readout_gram, weight_gram)


def _regression(inputs: Array, targets: Array, prior: LinearPrior) -> _Regression:
    """Return draw(key, F, G) → (B, E[B]) for B = F Z Gᵀ, Z white, given y = <B, x> + noise, on the cheaper side.

    The side with the fewer flops: a Cholesky flop counts for three of a matrix product, its rate on CPUs.
    """
    samples, patches, size = inputs.shape
    dimension = patches * size
    dual = 2 * samples**2 * dimension + samples**3 + 2 * samples * dimension * max(patches, size)
    noise = prior.ridge / prior.mean_field
    if dual < dimension**3:
        return partial(_draw_dual, inputs, targets, noise)
    flat = inputs.reshape(samples, dimension)
    return partial(_draw_primal, flat.T @ flat / noise, (targets @ flat) / noise)


def _draw_dual(
    inputs: Array, targets: Array, noise: float, key: Array, left: Array, right: Array
) -> tuple[Array, Array]:
    """Perturb and solve (Matheron): z = z0 + Phiᵀ(Phi Phiᵀ + noise)⁻¹(y − Phi z0 − e0), with one P x P factorisation."""
    samples, patches, size = inputs.shape
    features = jnp.einsum("pis,st->pit", inputs, right)
    features = jnp.einsum("pit,ij->pjt", features, left).reshape(samples, -1)
    key_map, key_noise = jax.random.split(key)
    white = jax.random.normal(key_map, (patches * size,), inputs.dtype)
    perturbation = noise**0.5 * jax.random.normal(key_noise, (samples,), inputs.dtype)
    kernel = features @ features.T + noise * jnp.eye(samples, dtype=inputs.dtype)
    factor = linalg.cholesky(kernel, symmetrize_input=False)
    sides = jnp.stack([targets - features @ white - perturbation, targets], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True)
    solved = linalg.triangular_solve(factor, solved, left_side=True, lower=True, transpose_a=True)
    update = (features.T @ solved).T.reshape(2, patches, size)
    drawn = left @ (white.reshape(patches, size) + update[0]) @ right.T
    return drawn, left @ update[1] @ right.T


def _draw_primal(gram: Array, moment: Array, key: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Draw from the posterior precision (F Fᵀ)⁻¹ ⊗ (G Gᵀ)⁻¹ + XᵀX/noise, with one d x d factorisation."""
    patches, size = left.shape[0], right.shape[0]
    inverse = [jax.scipy.linalg.cho_solve((f, True), jnp.eye(f.shape[0], dtype=f.dtype)) for f in (left, right)]
    precision = jnp.einsum("ij,st->isjt", *inverse).reshape(patches * size, patches * size) + gram
    factor = linalg.cholesky(precision, symmetrize_input=False)
    white = jax.random.normal(key, moment.shape, moment.dtype)
    half = linalg.triangular_solve(factor, moment[:, None], left_side=True, lower=True)[:, 0]
    sides = jnp.stack([half + white, half], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True, transpose_a=True)
    return solved[:, 0].reshape(patches, size), solved[:, 1].reshape(patches, size)


def _wishart(key: Array, size: int, degrees: int, dtype: Any) -> Float[Array, "size size"]:
    """Wishart matrix with unit scale from its Cholesky factor (Bartlett): chi_{degrees − i} on the diagonal."""
    key_diagonal, key_rest = jax.random.split(key)
    freedom = (degrees - jnp.arange(size)).astype(dtype)
    lower = jnp.tril(jax.random.normal(key_rest, (size, size), dtype), -1)
    lower = lower + jnp.diag(jnp.sqrt(2.0 * jax.random.gamma(key_diagonal, freedom / 2.0, dtype=dtype)))
    return lower @ lower.T
