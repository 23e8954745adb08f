"""Triangular solves, log-determinant and nested weights straight from the panels of a Cholesky factor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fieldbench.checked import checked_array, checked_sizes
from fieldbench.regression.tiled.blas import Blas
from fieldbench.regression.tiled.tiles import TiledTriangle, spans
from fieldbench.regression.tiled.workers import Tasks, blas_threads
from fieldbench.typing import AnyArray, Float, Sizes

_NARROWEST = 16


def forward(factor: TiledTriangle, right: Float[AnyArray, "n c"], *, threads: int = 1) -> Float[np.ndarray, "n c"]:
    """L⁻¹B in a new array: n²c flops; workers share the columns, each reads every panel once.

    Raises:
        BadInput: B of another shape, or not finite.
    """
    blas, solution = Blas(factor.dtype), _right_hand_sides(factor, right)
    product, triangle = ("NT", "RLT") if factor.columns_first else ("NN", "RUN")

    def substitute(columns: slice) -> None:
        width = columns.stop - columns.start
        for index, rows in enumerate(spans(factor.order, factor.tile)):
            count, own = rows.stop - rows.start, _address(solution, rows.start, columns)
            if rows.start:
                known = _address(solution, 0, columns)
                blas.subtract_product(product, (width, count, rows.start), known, factor.block(index, 0), own)
            blas.solve(triangle, (width, count), factor.block(index, index), own)

    _share_columns(substitute, solution.shape[1], threads)
    return solution


def backward(factor: TiledTriangle, right: Float[AnyArray, "n c"], *, threads: int = 1) -> Float[np.ndarray, "n c"]:
    """L⁻ᵀB in a new array.

    Raises:
        BadInput: see `forward`.
    """
    blas, solution = Blas(factor.dtype), _right_hand_sides(factor, right)
    product, triangle = ("NN", "RLN") if factor.columns_first else ("NT", "RUT")

    def substitute(columns: slice) -> None:
        width = columns.stop - columns.start
        for index, rows in reversed(list(enumerate(spans(factor.order, factor.tile)))):
            count, own = rows.stop - rows.start, _address(solution, rows.start, columns)
            blas.solve(triangle, (width, count), factor.block(index, index), own)
            if rows.start:
                above = _address(solution, 0, columns)
                blas.subtract_product(product, (width, rows.start, count), own, factor.block(index, 0), above)

    _share_columns(substitute, solution.shape[1], threads)
    return solution


def solve_factored(
    factor: TiledTriangle, right: Float[AnyArray, "n c"], *, threads: int = 1
) -> Float[np.ndarray, "n c"]:
    """(L Lᵀ)⁻¹B."""
    return backward(factor, forward(factor, right, threads=threads), threads=threads)


def nested_weights(
    factor: TiledTriangle, targets: Float[AnyArray, "n t"], sizes: Sizes, *, threads: int = 1
) -> Float[np.ndarray, "sizes n t"]:
    """α_P = (K_P + κ)⁻¹y_P at each nested size P, zero beyond it: L_P⁻ᵀ(L⁻¹y)[:P] with L_P the leading block of L.

    Args:
        factor: L of the largest training set.
        targets: y.
        sizes: the P, within 1 … n, in any order.
        threads: workers.

    Raises:
        BadInput: targets of another shape or not finite, a size outside 1 … n.
    """
    steps = checked_sizes(sizes, factor.order)
    whitened = forward(factor, targets, threads=threads)
    inside = (np.arange(factor.order)[:, None] < steps[None, :]).astype(whitened.dtype)
    stacked = (inside[:, :, None] * whitened[:, None, :]).reshape(factor.order, -1)
    return backward(factor, stacked, threads=threads).reshape(factor.order, steps.size, -1).transpose(1, 0, 2)


def _right_hand_sides(factor: TiledTriangle, right: Float[AnyArray, "n c"]) -> Float[np.ndarray, "n c"]:
    return np.array(checked_array("right-hand sides", right, (factor.order, None)), dtype=factor.dtype, order="C")


def _address(array: np.ndarray, row: int, columns: slice) -> tuple[int, int]:
    return array.ctypes.data + row * array.strides[0] + columns.start * array.itemsize, array.shape[1]


def _share_columns(substitute: Callable[[slice], None], count: int, threads: int) -> None:
    """Equal shares of the columns, none so narrow that reading the factor costs more than the products."""
    width = max(_NARROWEST, -(-count // max(threads, 1)))
    shares = [slice(start, min(start + width, count)) for start in range(0, count, width)]
    with blas_threads(1):
        Tasks(len(shares), threads).run(lambda index: substitute(shares[index]))
