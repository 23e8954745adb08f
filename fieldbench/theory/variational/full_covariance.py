"""The variational Gaussian theory of a two-layer network on fixed data: every entry of its weights' covariance adapts.

f(x) = Σ_c a_c φ(w_c·x), w_c ~ N(0, I/d), a_c ~ N(0, 1/(Nχ)), noise of variance κ/χ. With Gaussian weights of covariance
Σ and the kernel K[Σ]_μν = ⟨φ(w·x_μ)φ(w·x_ν)⟩ the free energy of a neuron (arXiv:2502.18553) is

    F(Σ) = ½(d tr Σ − log det dΣ − d) + (χ/2N) yᵀ(K[Σ] + κ)⁻¹y + (δ/2N) log det(K[Σ] + κ),

δ = 0 at N, χ → ∞ and one if the fluctuations of the output are kept with the mean kernel. Where it is stationary,
t = (K + κ)⁻¹y pulls on the weights; for a linear φ and δ = 0 that is Σ⁻¹ = d − (χ/N) XᵀttᵀX.

Algorithm: a Cholesky factor of dΣ, L-BFGS, then Newton's steps by conjugate gradients: they reach a gradient of
rounding, where L-BFGS stops at its root. Products with the Hessian are differences of gradients, which leaves a
Newton step wrong by 1e-9 of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator, cg

from fieldbench.errors import BadInput
from fieldbench.theory.variational.overlaps import Pullback, linear_overlap

FloatArray = NDArray[np.float64]
Overlap = Callable[[FloatArray], tuple[FloatArray, Pullback]]

_NEWTON_STEPS = 6
_DIFFERENCE = 1e-5  # of the factor, whose entries are of order one; central differences leave its square
_STATIONARY = 1e-9  # of the gradient's largest entry


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
    stationary: float = _STATIONARY,
) -> Adapted:
    """Σ that minimises F on inputs (n, d) and targets (n,), from `start` or from the prior's I/d.

    Args:
        width, ridge, mean_field: N, κ, χ.
        overlap: K of XΣXᵀ, a function of this room.
        determinant: δ.
        start: a covariance (d, d).
        stationary: largest entry of the gradient that counts as a minimum. Newton's steps, ten times as dear as what
            goes before, are left out where L-BFGS has it within a tenth of this.

    Raises:
        BadInput: shapes that do not fit, values not positive, or no stationary point.
    """
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if not min(width, ridge, mean_field) > 0:
        raise BadInput(f"width {width}, ridge {ridge} and mean_field {mean_field} must be positive")
    dimension = inputs.shape[1]
    rows, columns = np.tril_indices(dimension)
    data = inputs / np.sqrt(dimension), targets, ridge, mean_field / width, determinant / width

    def factor_of(entries: NDArray[Any]) -> FloatArray:
        factor = np.zeros((dimension, dimension))
        factor[rows, columns] = entries
        return factor

    def value(entries: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        found, slope = _free_energy(factor_of(entries), *data, overlap)
        return found, slope[rows, columns]

    def curvature(entries: FloatArray) -> LinearOperator:
        def times(direction: FloatArray) -> FloatArray:
            length = float(np.linalg.norm(direction)) or 1.0
            step = _DIFFERENCE / length * direction.ravel()
            difference = value(entries + step)[1] - value(entries - step)[1]
            return np.asarray(difference * length / (2.0 * _DIFFERENCE))

        return LinearOperator((len(rows), len(rows)), matvec=times, dtype=np.float64)

    first = np.eye(dimension) if start is None else np.linalg.cholesky(dimension * start)
    search: Any = minimize  # its stubs know no function that returns its gradient along
    options = {"maxiter": 5000, "maxfun": 20000, "ftol": 0.0, "gtol": 1e-8, "maxcor": 30}
    entries = search(value, first[rows, columns], jac=True, method="L-BFGS-B", options=options).x
    slope = value(entries)[1]
    for _ in range(_NEWTON_STEPS if np.abs(slope).max() > stationary / 10.0 else 0):
        step, _info = cg(curvature(entries), slope, rtol=1e-6, maxiter=500)
        left = value(entries - step)[1]
        if not np.abs(left).max() < np.abs(slope).max():
            break
        entries, slope = entries - step, left
    residual = float(np.abs(slope).max())
    if not residual < stationary:
        raise BadInput(f"the gradient is {residual:.1e} where the search ended: κ = {ridge} is too small for it")
    factor = factor_of(entries)
    covariance = factor @ factor.T / dimension
    kernel = overlap(inputs @ covariance @ inputs.T)[0]
    discrepancy = np.linalg.solve(kernel + ridge * np.eye(len(targets)), targets)
    return Adapted(covariance, kernel, np.asarray(discrepancy, np.float64), residual)


def _free_energy(
    factor: FloatArray,
    scaled: FloatArray,
    targets: FloatArray,
    ridge: float,
    pull: float,
    spread: float,
    overlap: Overlap,
) -> tuple[float, FloatArray]:
    """F of dΣ = LLᵀ and ∂F/∂L; `scaled` is X/√d, `pull` χ/N, `spread` δ/N."""
    features = scaled @ factor
    kernel, pullback = overlap(features @ features.T)
    cholesky = cho_factor(kernel + ridge * np.eye(len(targets)), lower=True)
    inverse = cho_solve(cholesky, np.eye(len(targets)))
    discrepancy = inverse @ targets
    diagonal = np.diagonal(factor)
    value = np.sum(factor**2) / 2.0 - np.sum(np.log(np.abs(diagonal))) - len(factor) / 2.0
    value += pull / 2.0 * targets @ discrepancy + spread * np.sum(np.log(np.diagonal(cholesky[0])))
    slope = pullback((spread * inverse - pull * np.outer(discrepancy, discrepancy)) / 2.0)
    # ∂ log|det L|/∂L is L⁻ᵀ, of which the lower triangle is the diagonal.
    return float(value), factor - np.diag(1.0 / diagonal) + 2.0 * scaled.T @ slope @ features
