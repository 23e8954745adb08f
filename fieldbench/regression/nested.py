"""Gaussian-process regression at all nested training sizes from one Cholesky factorisation."""

from __future__ import annotations

import numpy as np

from fieldbench.checked import checked_array, checked_order, checked_sizes
from fieldbench.regression import accelerator
from fieldbench.regression.cholesky import factorise, factorise_jax, lapack
from fieldbench.regression.lowrank import low_rank_factor
from fieldbench.regression.tiled import TiledTriangle, blas_threads, copied, factorise_tiles, forward, nested_weights
from fieldbench.typing import AnyArray, Float, Int, Sizes

_BLOCK = 512


class NestedCholesky:
    """The factor of the largest training set contains that of every smaller one: L_P is its leading block.

    Hence z_P = (L⁻¹y)[:P] and the inverse W_P = (L⁻¹)[:P, :P] nest as well, and learning curves are cumulative sums.
    Flops (multiplications and additions) by formula: `prediction_flops`, `trace_flops`. Peak memory beside the
    arguments: half a copy of gram in tiles; two copies in `traces` where B has no low rank. JAX where it sees an
    accelerator.

    Args:
        threads: workers; one by default, since the cells of a case share the cores.
    """

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def predictions(
        self,
        gram: Float[AnyArray, "n n"],
        ridge: float,
        targets: Float[AnyArray, "n t"],
        cross: Float[AnyArray, "m n"],
        sizes: Sizes,
    ) -> Float[np.ndarray, "sizes m t"]:
        """Posterior means at every size: m_P(x) = k_P(x)ᵀ(K_P + κ)⁻¹y_P = Σ_{i<P} (L⁻¹k)_i (L⁻¹y)_i.

        Two ways to the same numbers, the one with fewer flops is taken: forward (the sum above, one solve with m
        right-hand sides) when test points are few, backward (α_P = L⁻ᵀ[z_P; 0] for all sizes in one solve) else.

        Args:
            gram: kernel matrix without ridge.
            ridge: κ ≥ 0.
            targets: y.
            cross: kernel between test and training points, or any functional of the posterior mean.
            sizes: training sizes within 1 … n, in any order.

        Raises:
            BadInput: wrong shapes, NaN, negative ridge, size outside 1 … n.
            NotPositiveDefinite: see `factorise`.
        """
        count = checked_order(gram)
        labels = checked_array("targets", targets, (count, None))
        rows = checked_array("cross", cross, (None, count))
        steps = checked_sizes(sizes, count)
        if accelerator.available():
            return accelerator.predictions(factorise_jax(gram, ridge), labels, rows, steps)
        tests, columns = rows.shape[0], labels.shape[1]
        with blas_threads(1):
            factor = self._factor(gram, ridge)
            if _forward_flops(count, tests, columns) <= _backward_flops(count, tests, columns, steps.size):
                whitened = forward(factor, labels, threads=self.threads)
                return _cumulative(forward(factor, rows.T, threads=self.threads), whitened, steps)
            weights = nested_weights(factor, labels, steps, threads=self.threads)
            stacked = np.ascontiguousarray(weights.transpose(1, 0, 2)).reshape(count, -1)
            means: np.ndarray = rows @ stacked
        return means.reshape(tests, steps.size, columns).transpose(1, 0, 2)

    def traces(
        self, gram: Float[AnyArray, "n n"], ridge: float, symmetric: Float[AnyArray, "n n"], sizes: Sizes
    ) -> Float[np.ndarray, " sizes"]:
        """Tr[B_P (K_P + κ)⁻¹] = Σ_{i<P} (W B Wᵀ)_ii with W = L⁻¹ lower triangular.

        If B = C Cᵀ has rank r ≤ n/3 (a zonal harmonic), these are row norms of L⁻¹C: n³/3 + n²r flops. Otherwise, with
        B = U + Uᵀ, U its lower triangle with half the diagonal, (W B Wᵀ)_ii = 2 Σ_j (W U)_ij W_ij: both factors are
        triangular, so factor, inverse and product cost n³/3 flops each.

        Args:
            gram: kernel matrix without ridge.
            ridge: κ ≥ 0.
            symmetric: B, of which the lower triangle is used.
            sizes: training sizes within 1 … n, in any order.

        Raises:
            BadInput, NotPositiveDefinite: as `predictions`.
        """
        count = checked_order(gram)
        matrix = checked_array("symmetric", symmetric, (count, count))
        steps = checked_sizes(sizes, count)
        if accelerator.available():
            return accelerator.traces(factorise_jax(gram, ridge), matrix, steps)
        with blas_threads(1):
            root = low_rank_factor(matrix)
            if root is not None:
                whitened = forward(self._factor(gram, ridge), root, threads=self.threads)
                diagonal = np.einsum("ij,ij->i", whitened, whitened)
            else:
                factor = factorise(gram, ridge, threads=self.threads)
                with blas_threads(self.threads):
                    inverse, _ = lapack("trtri", factor)(factor, lower=1, overwrite_c=1)
                    diagonal = _whitened_diagonal(inverse, matrix)
        found: np.ndarray = np.cumsum(diagonal)[steps - 1]
        return found

    def _factor(self, gram: Float[AnyArray, "n n"], ridge: float) -> TiledTriangle:
        triangle = copied(gram, ridge, threads=self.threads)
        return factorise_tiles(triangle, ridge, threads=self.threads)


def prediction_flops(count: int, tests: int, columns: int, sizes: int) -> int:
    """Flops of `predictions`: factorisation n³/3, plus the cheaper of the forward and the backward way."""
    cheaper = min(_forward_flops(count, tests, columns), _backward_flops(count, tests, columns, sizes))
    return count**3 // 3 + count**2 * columns + cheaper


def trace_flops(count: int, rank: int | None = None) -> int:
    """Flops of `traces`: factor, inverse and half product, n³/3 each; with a factor of low rank n³/3 + n²r + nr²."""
    return count**3 if rank is None else count**3 // 3 + count**2 * rank + count * rank**2


def _forward_flops(count: int, tests: int, columns: int) -> int:
    return count**2 * tests + 2 * count * tests * columns


def _backward_flops(count: int, tests: int, columns: int, sizes: int) -> int:
    return (count**2 + 2 * count * tests) * columns * sizes


def _cumulative(
    functionals: Float[np.ndarray, "n m"], whitened: Float[np.ndarray, "n t"], steps: Int[np.ndarray, " sizes"]
) -> Float[np.ndarray, "sizes m t"]:
    """Σ_{i<P} functionals[i, m] whitened[i, t] at each P, visiting every row once."""
    result = np.empty((steps.size, functionals.shape[1], whitened.shape[1]), dtype=whitened.dtype)
    running = np.zeros(result.shape[1:], dtype=whitened.dtype)
    start = 0
    for position in np.argsort(steps, kind="stable"):
        stop = int(steps[position])
        running += functionals[start:stop].T @ whitened[start:stop]
        result[position], start = running, stop
    return result


def _whitened_diagonal(inverse: Float[np.ndarray, "n n"], matrix: Float[np.ndarray, "n n"]) -> Float[np.ndarray, " n"]:
    """diag(W B Wᵀ) for lower triangular W (its upper triangle is never read), in blocks of matrix products."""
    count = inverse.shape[0]
    diagonal = np.zeros(count, dtype=inverse.dtype)
    blocks = [slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK)]
    halves = [np.tril(matrix[b, b], -1) + 0.5 * np.diag(np.diagonal(matrix[b, b])) for b in blocks]
    for rows in blocks:
        own = np.tril(inverse[rows, rows])
        for columns, half in zip(blocks, halves, strict=True):
            if columns.start > rows.start:
                break
            weight = own if columns == rows else inverse[rows, columns]
            product = weight @ half
            if columns.stop < rows.start:
                product += inverse[rows, columns.stop : rows.start] @ matrix[columns.stop : rows.start, columns]
            if columns != rows:
                product += own @ matrix[rows, columns]
            diagonal[rows] += 2.0 * np.einsum("ij,ij->i", product, weight)
    return diagonal
