"""The spectrum of a kernel with a data set of M points as the measure: kernel principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from fieldbench.errors import BadInput

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class EmpiricalSpectrum:
    """Eigenvalues and eigenfunctions of K under the measure (1/M) Σ_i δ(x − x_i).

    (1/M) Σ_j K(x_i, x_j) φ_k(x_j) = λ_k φ_k(x_i),   (1/M) Σ_i φ_k(x_i) φ_l(x_i) = δ_kl.

    Attributes:
        eigenvalues: λ_k, (M,), falling; Σ_k λ_k = (1/M) Tr K.
        functions: φ_k(x_i), (M points, M modes).
    """

    eigenvalues: Vector
    functions: Matrix

    def coefficients(self, target: Vector) -> Vector:
        """y_k = (1/M) Σ_i φ_k(x_i) y(x_i), (M,); Σ_k y_k² is the mean square of y (Parseval)."""
        return np.asarray(target @ self.functions / len(target))

    def kernel(self, rows: NDArray[np.intp], keep: int) -> Matrix:
        """K_{≤keep} between the points `rows`: Σ_{k ≤ keep} λ_k φ_k(x_i) φ_k(x_j), (rows, rows)."""
        low = self.functions[rows, :keep]
        return np.asarray((low * self.eigenvalues[None, :keep]) @ low.T)

    def local_tail(self, rows: NDArray[np.intp], keep: int) -> Vector:
        """The diagonal the other modes leave behind: Σ_{k > keep} λ_k φ_k(x_i)², (rows,); its mean is Σ_{k>keep} λ_k."""
        return np.asarray(self.functions[rows, keep:] ** 2 @ self.eigenvalues[keep:])


def spectrum(gram: Matrix) -> EmpiricalSpectrum:
    """Diagonalise K/M by LAPACK's divide and conquer (about 10 M³ flops, 4 M² floats).

    Args:
        gram: K(x_i, x_j) over all M points, (M, M) symmetric, float64. It is not changed.

    Returns:
        The spectrum. Eigenvalues that rounding made negative (down to −M ε λ_1) are zero.

    Raises:
        BadInput: gram is not a symmetric matrix of finite numbers, or has an eigenvalue below −M ε λ_1.
    """
    size = gram.shape[0]
    if gram.ndim != 2 or gram.shape != (size, size) or not np.isfinite(gram).all():
        raise BadInput(f"a Gram matrix must be square and finite; got shape {gram.shape}; check the kernel and the data")
    if not np.allclose(gram, gram.T, rtol=0, atol=1e-10 * np.abs(gram).max()):
        raise BadInput("a Gram matrix must be symmetric to 1e-10 of its largest entry; symmetrise it")
    values, vectors = scipy.linalg.eigh(
        np.array(gram, order="F") / size, driver="evd", overwrite_a=True, check_finite=False
    )
    allowance = 10 * size * np.finfo(np.float64).eps * abs(values[-1])
    if values[0] < -allowance:
        raise BadInput(f"smallest eigenvalue {values[0]:.3g} is below −{allowance:.1g}: this is not a positive kernel")
    # Φ = √M U in place and without a reversed copy: views keep the peak at four M² arrays.
    vectors *= np.sqrt(size)
    return EmpiricalSpectrum(np.maximum(values[::-1], 0.0), vectors[:, ::-1])
