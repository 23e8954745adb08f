"""Triangular solves, log-determinant and nested weights straight from the panels of a Cholesky factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from fieldbench.regression.interface import checked_array, checked_sizes
from fieldbench.regression.tiles import TiledTriangle, spans


def forward(factor: TiledTriangle, right: Any) -> Any:
    """L⁻¹B for B (n, c), in a new array: n²c flops, every panel read once.

    Raises:
        BadInput: B of another shape, or not finite.
    """
    solution = _right_hand_sides(factor, right)
    for index, rows in enumerate(spans(factor.order, factor.tile)):
        block = solution[rows] - factor.panels[index][:, : rows.start] @ solution[: rows.start]
        solution[rows] = solve_triangular(factor.diagonal_tile(index), block, lower=True, check_finite=False)
    return solution


def backward(factor: TiledTriangle, right: Any) -> Any:
    """L⁻ᵀB for B (n, c), in a new array.

    Raises:
        BadInput: see `forward`.
    """
    solution = _right_hand_sides(factor, right)
    for index, rows in reversed(list(enumerate(spans(factor.order, factor.tile)))):
        tile = factor.diagonal_tile(index)
        solution[rows] = solve_triangular(tile, solution[rows], lower=True, trans="T", check_finite=False)
        solution[: rows.start] -= factor.panels[index][:, : rows.start].T @ solution[rows]
    return solution


def solve(factor: TiledTriangle, right: Any) -> Any:
    """(L Lᵀ)⁻¹B for B (n, c)."""
    return backward(factor, forward(factor, right))


def log_determinant(factor: TiledTriangle) -> float:
    """log det L Lᵀ = 2 Σ log L_ii, in float64."""
    diagonals = [np.diagonal(factor.diagonal_tile(i)) for i in range(len(factor.panels))]
    return 2.0 * float(np.log(np.concatenate(diagonals), dtype=np.float64).sum())


def nested_weights(factor: TiledTriangle, targets: Any, sizes: Sequence[int]) -> Any:
    """α_P = (K_P + κ)⁻¹y_P at each nested size P, zero beyond it: L_P⁻ᵀ(L⁻¹y)[:P] with L_P the leading block of L.

    Args:
        factor: L of the largest training set.
        targets: y (n, t).
        sizes: the P, within 1 … n, in any order.

    Returns:
        (s, n, t).

    Raises:
        BadInput: targets of another shape or not finite, a size outside 1 … n.
    """
    steps = checked_sizes(sizes, factor.order)
    whitened = forward(factor, targets)
    inside = (np.arange(factor.order)[:, None] < steps[None, :]).astype(whitened.dtype)
    stacked = (inside[:, :, None] * whitened[:, None, :]).reshape(factor.order, -1)
    return backward(factor, stacked).reshape(factor.order, steps.size, -1).transpose(1, 0, 2)


def _right_hand_sides(factor: TiledTriangle, right: Any) -> Any:
    return np.array(checked_array("right-hand sides", right, (factor.order, None)), dtype=factor.dtype)
