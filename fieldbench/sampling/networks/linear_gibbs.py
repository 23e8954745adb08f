"""Exact block Gibbs sampling of two-layer linear networks: no step size, mixes in tens of sweeps.

f(x) = sum_{i,c} a_ic w_c . x_i with patches x_i, i = 1 … N, of size S and C channels; prior w_c ~ N(0, I/S),
a_ic ~ N(0, 1/(N C chi)), likelihood N(y | f, ridge/chi). One patch (N = 1) is the fully connected network of width C.

Given w, the readout a is Gaussian; given a, the weights w are Gaussian. The data see the two layers only through the
map B = a w (N x S), and each conditional depends on the other layer only through its Gram matrix, so that the Markov
chain closes on (B, A = a aᵀ, W = wᵀw), and no step has a cost that grows with C:

    B | W, y   Gaussian regression with prior covariance 1 ⊗ W/(N C chi)
    A | B, W   = B W⁻¹ Bᵀ + Wishart_N(C − S)/(N C chi)     (a in the span of w is fixed by B; the rest is prior)
    B | A, y   Gaussian regression with prior covariance A ⊗ 1/S
    W | B, A   = Bᵀ A⁻¹ B + Wishart_S(C − N)/S
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.lax import linalg

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import in_its_dtype
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
    """One draw: the map B, its mean given either layer (a Rao–Blackwell estimate of E[B]), and both Gram matrices."""

    map: Float[Array, "patches size"]
    mean: Float[Array, "patches size"]
    readout_gram: Float[Array, "patches patches"]
    weight_gram: Float[Array, "size size"]


def lazy_start(prior: LinearPrior, size: int, dtype: Any = np.float64) -> Float[Array, "size size"]:
    """Weight Gram matrix W = (C/S) 1 of the prior's mean: the network before it has learned anything."""
    return prior.channels / size * in_its_dtype("weights", np.eye(size, dtype=dtype))


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
    (`fieldbench.sampling`). Raises BadInput for shapes that do not fit, or float64 where JAX has none.
    """
    inputs, targets = in_its_dtype("inputs", inputs), in_its_dtype("targets", targets)
    samples, patches, size = inputs.shape
    if targets.shape != (samples,) or start.shape != (size, size):
        raise BadInput(f"targets {targets.shape} and start {start.shape} do not fit inputs {inputs.shape}")
    if prior.channels < patches + size:
        raise BadInput(
            f"{prior.channels} channels are fewer than patches + size = {patches + size}: use Langevin sampling"
        )
    regress = _regression(inputs, targets, prior)

    def body(gram: Array, key: Array) -> tuple[Array, Any]:
        state = _sweep(key, gram, regress, prior, samples, patches)
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
    return _sweep(key, weight_gram, _regression(inputs, targets, prior), prior, *inputs.shape[:2])


_Regression = Callable[[Array, Array, Array | None, Array | None], tuple[Array, Array]]


def _sweep(key: Array, gram: Array, regress: _Regression, prior: LinearPrior, samples: int, patches: int) -> GibbsState:
    size, dtype = gram.shape[0], gram.dtype
    key_normal, key_gamma = jax.random.split(key)
    shapes = [(patches, size), (samples,), (patches, size), (samples,), (patches, patches), (size, size)]
    white_a, noise_a, white_w, noise_w, *lower = _normals(key_normal, shapes, dtype)
    rest_n, rest_s = _wisharts(key_gamma, lower, [prior.channels - size, prior.channels - patches])
    readout_scale = 1.0 / (patches * prior.channels * prior.mean_field)

    factor = linalg.cholesky(gram, symmetrize_input=False)
    drawn, mean_given_weights = regress(white_a, noise_a, None, factor * readout_scale**0.5)
    spanned = linalg.triangular_solve(factor, drawn, left_side=False, lower=True, transpose_a=True)
    readout_gram = spanned @ spanned.T + readout_scale * rest_n

    factor = linalg.cholesky(readout_gram, symmetrize_input=False)
    drawn, mean_given_readout = regress(white_w, noise_w, factor * size**-0.5, None)
    spanned = linalg.triangular_solve(factor, drawn, left_side=True, lower=True)
    weight_gram = spanned.T @ spanned + rest_s / size
    return GibbsState(drawn, (mean_given_weights + mean_given_readout) / 2, readout_gram, weight_gram)


def _regression(inputs: Array, targets: Array, prior: LinearPrior) -> _Regression:
    """Return draw(Z0, e0, F, G) → (B, E[B]) for B = F Z Gᵀ, Z white, given y = <B, x> + noise.

    Z0 and e0 are standard normals; F or G = None stands for the identity. Works on the side with the fewer flops, where
    one of a Cholesky factorisation counts for three of a matrix product (the ratio of their rates on CPUs).
    """
    samples, patches, size = inputs.shape
    dimension = patches * size
    dual = 2 * samples**2 * dimension + samples**3 + 2 * samples * dimension * max(patches, size)
    ridge = prior.ridge / prior.mean_field
    if dual < dimension**3:
        return partial(_draw_dual, inputs, targets, ridge)
    flat = inputs.reshape(samples, dimension)
    return partial(_draw_primal, flat.T @ flat / ridge, ((targets @ flat) / ridge).reshape(patches, size))


def _draw_dual(
    inputs: Array, targets: Array, ridge: float, white: Array, noise: Array, left: Array | None, right: Array | None
) -> tuple[Array, Array]:
    """Perturb and solve (Matheron): z = z0 + Φᵀ(ΦΦᵀ + ridge)⁻¹(y − Φz0 − √ridge e0), with one P x P factorisation."""
    samples, patches, size = inputs.shape
    features = inputs if right is None else jnp.einsum("pis,st->pit", inputs, right)
    features = features if left is None else jnp.einsum("pit,ij->pjt", features, left)
    features = features.reshape(samples, -1)
    kernel = _lower_gram(features) + ridge * jnp.eye(samples, dtype=inputs.dtype)
    factor = linalg.cholesky(kernel, symmetrize_input=False)
    sides = jnp.stack([targets - features @ white.reshape(-1) - ridge**0.5 * noise, targets], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True)
    solved = linalg.triangular_solve(factor, solved, left_side=True, lower=True, transpose_a=True)
    update = (features.T @ solved).T.reshape(2, patches, size)
    return _dress(white + update[0], left, right), _dress(update[1], left, right)


def _lower_gram(features: Array) -> Array:
    """ΦΦᵀ where Cholesky reads it, the lower triangle: the upper right quarter stays zero and saves its flops."""
    half = features.shape[0] // 2
    top, bottom = features[:half], features[half:]
    corner = jnp.zeros((half, bottom.shape[0]), features.dtype)
    return jnp.concatenate([jnp.concatenate([top @ top.T, corner], axis=1), bottom @ features.T])


def _dress(white: Array, left: Array | None, right: Array | None) -> Array:
    """F Z Gᵀ."""
    rows = white if left is None else left @ white
    return rows if right is None else rows @ right.T


def _draw_primal(
    gram: Array, moment: Array, white: Array, noise: Array, left: Array | None, right: Array | None
) -> tuple[Array, Array]:
    """Draw with the posterior precision (F Fᵀ)⁻¹ ⊗ (G Gᵀ)⁻¹ + XᵀX/ridge, one d x d factorisation; needs no `noise`."""
    patches, size = moment.shape
    inverses = _inverse_gram(left, patches, gram.dtype), _inverse_gram(right, size, gram.dtype)
    precision = jnp.einsum("ij,st->isjt", *inverses).reshape(gram.shape) + gram
    factor = linalg.cholesky(precision, symmetrize_input=False)
    half = linalg.triangular_solve(factor, moment.reshape(-1, 1), left_side=True, lower=True)[:, 0]
    sides = jnp.stack([half + white.reshape(-1), half], axis=1)
    solved = linalg.triangular_solve(factor, sides, left_side=True, lower=True, transpose_a=True)
    return solved[:, 0].reshape(patches, size), solved[:, 1].reshape(patches, size)


def _inverse_gram(factor: Array | None, size: int, dtype: Any) -> Array:
    """(F Fᵀ)⁻¹ from the lower triangular F."""
    eye = jnp.eye(size, dtype=dtype)
    return eye if factor is None else jax.scipy.linalg.cho_solve((factor, True), eye)


def _normals(key: Array, shapes: list[tuple[int, ...]], dtype: Any) -> list[Array]:
    """Standard normals of several shapes from one call: every call takes a third of a second to compile."""
    counts = [math.prod(shape) for shape in shapes]
    parts = jnp.split(jax.random.normal(key, (sum(counts),), dtype), list(itertools.accumulate(counts))[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _wisharts(key: Array, normals: list[Array], degrees: list[int]) -> list[Array]:
    """Wishart matrices of unit scale by Bartlett's factor: normals below the diagonal, chi_{degrees − i} on it."""
    sizes = [normal.shape[0] for normal in normals]
    freedom = jnp.concatenate([d - jnp.arange(n) for n, d in zip(sizes, degrees, strict=True)]).astype(normals[0].dtype)
    diagonal = jnp.split(jnp.sqrt(2.0 * jax.random.gamma(key, freedom / 2.0, dtype=freedom.dtype)), [sizes[0]])
    lower = [jnp.tril(normal, -1) + jnp.diag(chi) for normal, chi in zip(normals, diagonal, strict=True)]
    return [factor @ factor.T for factor in lower]
