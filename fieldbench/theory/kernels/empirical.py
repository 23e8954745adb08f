"""The spectrum of a kernel with a data set of M points as the measure: kernel principal components."""

from __future__ import annotations

from collections.abc import Callable
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
        """The diagonal that the other modes leave: Σ_{k > keep} λ_k φ_k(x_i)², (rows,); its mean is Σ_{k>keep} λ_k."""
        return np.asarray(self.functions[rows, keep:] ** 2 @ self.eigenvalues[keep:])


def gram_matrix(kernel: Callable[[Matrix, Matrix], Matrix], inputs: Matrix, block: int = 500) -> Matrix:
    """K(x_i, x_j) over all points, (M, M), filled in blocks of rows: the kernel's temporaries are M × block.

    Args:
        kernel: function of two sets of inputs, (n, d) and (m, d), that returns (n, m).
        inputs: (M, d).
        block: rows at a time.
    """
    gram = np.empty((len(inputs), len(inputs)))
    for start in range(0, len(inputs), block):
        gram[start : start + block] = kernel(inputs[start : start + block], inputs)
    return gram


def principal_components(gram: Matrix) -> EmpiricalSpectrum:
    """Diagonalise K/M by LAPACK's divide and conquer (about 10 M³ flops, 4 M² floats).

    Args:
        gram: K(x_i, x_j) over all M points, (M, M) symmetric, float64. It is not changed.

    Returns:
        The spectrum. Eigenvalues that rounding made negative (down to −M ε λ_1) are zero.

    Raises:
        BadInput: gram is not a symmetric matrix of finite numbers, or has an eigenvalue below −M ε λ_1.
    """
    _check(gram)
    size = len(gram)
    # Of −K/M, so that the falling order of λ_k comes out without a reversed view or copy.
    scaled = np.empty_like(gram, order="F")
    np.divide(gram, -size, out=scaled)
    values, functions = scipy.linalg.eigh(scaled, driver="evd", overwrite_a=True, check_finite=False)
    allowance = 10 * size * np.finfo(np.float64).eps * abs(values[0])
    if values[-1] > allowance:
        raise BadInput(f"smallest eigenvalue {-values[-1]:.3g} is below −{allowance:.1g}: not a positive kernel")
    functions *= np.sqrt(size)
    return EmpiricalSpectrum(np.maximum(-values, 0.0), functions)


def _check(gram: Matrix) -> None:
    if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or gram.size == 0:
        raise BadInput(f"a Gram matrix must be square; got shape {gram.shape}; check the kernel")
    scale = np.abs(gram.diagonal()).max()
    for start in range(0, len(gram), 512):  # in blocks: a whole transposed copy of a large matrix would be the peak
        rows = slice(start, start + 512)
        if not np.isfinite(gram[rows]).all():
            raise BadInput("a Gram matrix must be finite; found NaN or infinity; check the kernel and the data")
        if np.abs(gram[rows] - gram[:, rows].T).max() > 1e-10 * scale:
            raise BadInput("a Gram matrix must be symmetric to 1e-10 of its largest diagonal entry; symmetrise it")
