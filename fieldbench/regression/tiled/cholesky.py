"""Cholesky factorisation of a tiled triangle in place: left-looking, a few threads with one BLAS thread each."""

from __future__ import annotations

import numpy as np

from fieldbench.errors import NotPositiveDefinite
from fieldbench.regression.tiled.blas import Blas
from fieldbench.regression.tiled.pivots import not_positive
from fieldbench.regression.tiled.tiles import TiledTriangle
from fieldbench.regression.tiled.workers import Progress, Tasks, blas_threads
from fieldbench.typing import Float


def factorise_tiles(
    triangle: TiledTriangle, ridge: float, *, threads: int = 1, progress: Progress | None = None
) -> TiledTriangle:
    """L with L Lᵀ = A in the place of A, whose diagonal already holds the ridge.

    For each tile column k and tile row i ≥ k: A_ik −= Σ_{j<k} L_ij L_kjᵀ, one matrix product of inner length kb, then
    L_kk from LAPACK or L_ik = A_ik L_kk⁻ᵀ. n³/3 flops, all but O(n²b) of them in the products. Tiles of a column are
    independent; the next diagonal tile is done as soon as its row is, so that nobody waits for it. Backward stable
    like LAPACK: ‖L Lᵀ − A‖ ≤ (n+1) eps ‖|L||Lᵀ|‖ (Higham 2002, theorem 10.3).

    Args:
        triangle: A, overwritten; half done and of no use after an error or an interrupt.
        ridge: κ, already on the diagonal: for the error message.
        threads: workers. They do not use BLAS's own threads, whose factorisation crashes from n ≈ 16,000.
        progress: called as progress(tiles done, tiles in all) in the calling thread.

    Returns:
        The triangle.

    Raises:
        NotPositiveDefinite: with the first pivot that is not positive, its index, the ridge and the remedy.
    """
    blas, order = Blas(triangle.dtype), _tile_order(len(triangle.panels))
    scale = max(float(np.max(np.diagonal(triangle.diagonal_tile(i)))) for i in range(len(triangle.panels)))
    tasks = Tasks(len(order), threads, progress)

    def work(index: int) -> None:
        i, k = order[index]
        if k > 0:
            tasks.wait_for((i, k - 1))
        if i == k:
            _diagonal(blas, triangle, k, ridge, scale)
        else:
            tasks.wait_for((k, k))
            _below(blas, triangle, i, k)
        tasks.mark((i, k))

    with blas_threads(1):
        tasks.run(work)
    return triangle


def factorisation_flops(order: int) -> int:
    """Multiplications and additions of a Cholesky factorisation to leading order, n³/3."""
    return order**3 // 3


def _tile_order(count: int) -> list[tuple[int, int]]:
    """Tiles column by column, each diagonal tile right behind the tile to its left."""
    order = [(0, 0)]
    for k in range(count):
        for i in range(k + 1, count):
            order += [(i, k), (i, i)] if i == k + 1 else [(i, k)]
    return order


def _below(blas: Blas, triangle: TiledTriangle, i: int, k: int) -> None:
    rows, columns, inner = len(triangle.panels[i]), len(triangle.panels[k]), k * triangle.tile
    own, factor = triangle.block(i, k), triangle.block(k, k)
    row, column = triangle.block(i, 0), triangle.block(k, 0)
    if triangle.columns_first:
        if inner:
            blas.subtract_product("NT", (rows, columns, inner), row, column, own)
        blas.solve("RLT", (rows, columns), factor, own)
    else:  # Fortran sees the transpose
        if inner:
            blas.subtract_product("TN", (columns, rows, inner), column, row, own)
        blas.solve("LUT", (columns, rows), factor, own)


def _diagonal(blas: Blas, triangle: TiledTriangle, k: int, ridge: float, scale: float) -> None:
    rows, inner, own = len(triangle.panels[k]), k * triangle.tile, triangle.block(k, k)
    half, side = ("L", "N") if triangle.columns_first else ("U", "T")
    if inner:
        blas.subtract_square(half, side, (rows, inner), triangle.block(k, 0), own)
    tile = triangle.diagonal_tile(k)
    complement = tile.copy()
    info = blas.factorise(half, rows, own)
    # OpenBLAS lets a NaN pivot pass.
    if info != 0 or not np.all(np.isfinite(np.diagonal(tile))):
        raise first_bad_pivot(complement, k * triangle.tile, triangle.order, ridge, scale)


def first_bad_pivot(
    complement: Float[np.ndarray, "b b"],
    start: int,
    order: int,
    ridge: float,
    largest: float,
    where: str = "kernel matrix",
) -> NotPositiveDefinite:
    """The error for a symmetric block, given as Schur complement, that has no factor: plain columns find the pivot.

    Args:
        complement: the block; its lower triangle is used.
        start: index of its first row in the matrix.
        order, ridge, largest, where: see `not_positive`.
    """
    work, pivots = np.tril(complement).astype(np.float64), []
    for j in range(len(work)):
        work[j:, j] -= work[j:, :j] @ work[j, :j]
        pivots.append(float(work[j, j]))
        if not pivots[-1] > 0.0:
            break
        work[j:, j] /= np.sqrt(pivots[-1])
    # Where rounding in another order leaves all of them positive, the smallest is the one that vanished.
    worst = len(pivots) - 1 if not pivots[-1] > 0.0 else int(np.argmin(pivots))
    return not_positive(pivots[worst], start + worst, order, ridge, largest, complement.dtype, where=where)
