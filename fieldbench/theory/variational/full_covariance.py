"""The variational Gaussian theory of a two-layer network on fixed data: every entry of its weights' covariance adapts.

f(x) = Σ_c a_c φ(w_c·x), w_c ~ N(0, I/d), a_c ~ N(0, 1/(Nχ)), noise of variance κ/χ. With Gaussian weights of covariance
Σ and the kernel K[Σ]_μν = ⟨φ(w·x_μ)φ(w·x_ν)⟩ the free energy of a neuron (arXiv:2502.18553) is

    F(Σ) = ½(d tr Σ − log det dΣ − d) + (χ/2N) yᵀ(K[Σ] + κ)⁻¹y + (δ/2N) log det(K[Σ] + κ),

δ = 0 at N, χ → ∞ and one if the fluctuations of the output are kept with the mean kernel. Where it is stationary,
t = (K + κ)⁻¹y pulls on the weights; for a linear φ and δ = 0 that is Σ⁻¹ = d − (χ/N) XᵀttᵀX.

Algorithm: a Cholesky factor of dΣ, L-BFGS with JAX's gradients, then Newton's steps by conjugate gradients on products
with the Hessian: they reach a gradient of rounding, where L-BFGS stops at its root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_factor, cho_solve
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator, cg

from fieldbench.errors import BadInput
from fieldbench.theory.variational.overlaps import linear_overlap
from fieldbench.typing import Array

FloatArray = NDArray[np.float64]
Overlap = Callable[[Array], Array]

_NEWTON_STEPS = 6
_STATIONARY = 1e-9  # of the gradient's largest entry; larger ones mean that no minimum was found


@dataclass(frozen=True)
class Adapted:
    """A stationary point.

    Attributes:
        covariance: Σ, (d, d).
        kernel: K[Σ], (n, n).
        discrepancy: t = (K + κ)⁻¹y, (n,); the mean predictor on the data is Kt.
        residual: largest entry of ∂F/∂L left.
    """

    covariance: FloatArray
    kernel: FloatArray
    discrepancy: FloatArray
    residual: float


def adapt(
    inputs: FloatArray,
    targets: FloatArray,
    *,
    width: float,
    ridge: float,
    mean_field: float,
    overlap: Overlap = linear_overlap,
    determinant: float = 0.0,
    start: FloatArray | None = None,
) -> Adapted:
    """Σ that minimises F on inputs (n, d) and targets (n,), from `start` or from the prior's I/d.

    Args:
        width, ridge, mean_field: N, κ, χ.
        overlap: K of XΣXᵀ, a function of this room.
        determinant: δ.
        start: a covariance (d, d).

    Raises:
        BadInput: shapes that do not fit, values not positive, float64 where JAX has none, or no stationary point.
    """
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if not min(width, ridge, mean_field) > 0:
        raise BadInput(f"width {width}, ridge {ridge} and mean_field {mean_field} must be positive")
    if not jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        raise BadInput("a stationary point to rounding needs float64: enable jax_enable_x64")
    dimension = inputs.shape[1]
    rows, columns = np.tril_indices(dimension)
    data = inputs / np.sqrt(dimension), targets, ridge, mean_field / width, determinant / width

    def factor_of(entries: FloatArray) -> FloatArray:
        factor = np.zeros((dimension, dimension))
        factor[rows, columns] = entries
        return factor

    def value(entries: FloatArray) -> tuple[float, FloatArray]:
        found, slope = _value_and_gradient(factor_of(entries), *data, overlap=overlap)
        return float(found), np.asarray(slope)[rows, columns]

    def curvature(entries: FloatArray) -> LinearOperator:
        factor = factor_of(entries)

        def times(direction: FloatArray) -> FloatArray:
            product = _hessian_product(factor, factor_of(direction.ravel()), *data, overlap=overlap)
            return np.asarray(product)[rows, columns]

        return LinearOperator((len(rows), len(rows)), matvec=times, dtype=np.float64)

    first = np.eye(dimension) if start is None else np.linalg.cholesky(dimension * start)
    options = {"maxiter": 5000, "maxfun": 20000, "ftol": 0.0, "gtol": 1e-8, "maxcor": 30}
    entries = minimize(value, first[rows, columns], jac=True, method="L-BFGS-B", options=options).x
    slope = value(entries)[1]
    for _ in range(_NEWTON_STEPS):
        step, _info = cg(curvature(entries), slope, rtol=1e-8, maxiter=500)
        left = value(entries - step)[1]
        if not np.abs(left).max() < np.abs(slope).max():
            break
        entries, slope = entries - step, left
    residual = float(np.abs(slope).max())
    if not residual < _STATIONARY:
        raise BadInput(f"the gradient is {residual:.1e} where the search ended: κ = {ridge} is too small for it")
    factor = factor_of(entries)
    covariance = factor @ factor.T / dimension
    kernel = np.asarray(overlap(jnp.asarray(inputs @ covariance @ inputs.T)))
    discrepancy = np.linalg.solve(kernel + ridge * np.eye(len(targets)), targets)
    return Adapted(covariance, kernel, discrepancy, residual)


def _free_energy(
    factor: Array, scaled: Array, targets: Array, ridge: Array, pull: Array, spread: Array, *, overlap: Overlap
) -> Array:
    """F of dΣ = LLᵀ; `scaled` is X/√d, `pull` χ/N, `spread` δ/N."""
    lower = jnp.tril(factor)
    features = scaled @ lower
    noisy = overlap(features @ features.T) + ridge * jnp.eye(len(targets))
    cholesky = cho_factor(noisy, lower=True)
    log_volume = 2.0 * jnp.sum(jnp.log(jnp.diagonal(cholesky[0])))
    prior = jnp.sum(lower**2) / 2.0 - jnp.sum(jnp.log(jnp.abs(jnp.diagonal(lower)))) - len(factor) / 2.0
    return prior + pull / 2.0 * targets @ cho_solve(cholesky, targets) + spread / 2.0 * log_volume


_value_and_gradient = jax.jit(jax.value_and_grad(_free_energy), static_argnames=("overlap",))


@partial(jax.jit, static_argnames=("overlap",))
def _hessian_product(factor: Array, direction: Array, *data: Array, overlap: Overlap) -> Array:
    """∂²F applied to a direction, forward over reverse."""
    gradient = jax.grad(partial(_free_energy, overlap=overlap))
    product: Array = jax.jvp(lambda at: gradient(at, *data), (factor,), (direction,))[1]
    return product
