"""The lower triangle of a symmetric matrix as contiguous panels of tiles: half the memory of the matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from fieldbench.checked import checked_array, checked_order, checked_ridge
from fieldbench.errors import BadInput
from fieldbench.regression.tiled.workers import Progress, Tasks, blas_threads
from fieldbench.typing import AnyArray, Float

KernelFunction = Callable[[Float[np.ndarray, "a d"], Float[np.ndarray, "b d"]], Float[AnyArray, "a b"]]

ONE_TILE = 512  # points up to which the matrix is a single tile: one LAPACK call
_CHUNK = 2048  # columns of the kernel built at once: its temporaries stay a few MiB


@dataclass(frozen=True)
class TiledTriangle:
    """Rows ib … (i+1)b of the lower triangle in panel i, an array (rows, columns up to the diagonal tile).

    Attributes:
        panels: C-ordered, or views of a Fortran-ordered matrix if `columns_first`. What lies above the diagonal inside
            a diagonal tile is not part of the triangle.
        tile: b.
        columns_first: entries of a column are adjacent.
    """

    panels: tuple[Float[np.ndarray, "_rows _columns"], ...]
    tile: int
    columns_first: bool = False

    @property
    def order(self) -> int:
        """The number of rows n."""
        return int(self.panels[-1].shape[1])

    @property
    def dtype(self) -> np.dtype:
        """float32 or float64."""
        return self.panels[0].dtype

    @property
    def bytes(self) -> int:
        """Memory of the panels: (n² + nb)/2 entries."""
        return sum(int(panel.nbytes) for panel in self.panels)

    def block(self, i: int, k: int) -> tuple[int, int]:
        """Address and stride of tile (i, k), which Fortran sees transposed unless `columns_first`."""
        panel = self.panels[i]
        stride = panel.strides[1] if self.columns_first else panel.strides[0]
        return panel.ctypes.data + k * self.tile * panel.strides[1], stride // panel.itemsize

    def diagonal_tile(self, index: int) -> Float[np.ndarray, "b b"]:
        """View of tile (i, i)."""
        return self.panels[index][:, index * self.tile :]


def tile_size(order: int) -> int:
    """Rows of a tile for a matrix of n rows: some sixteen tiles to share, of 192 … 512 rows; one up to 512 points.

    Larger tiles come nearer to the rate of a matrix product (60, 58, 55 GFLOP/s of 63 on one core at 512, 256, 128),
    more of them leave less waiting at the end.
    """
    if order <= ONE_TILE:
        return max(order, 1)  # one LAPACK call
    return int(np.clip(64 * round(order / 16 / 64), 192, 512))


def spans(order: int, tile: int) -> list[slice]:
    """The rows of each panel.

    Raises:
        BadInput: tile below 1.
    """
    if tile < 1:
        raise BadInput(f"tile {tile}: a tile has at least one row")
    return [slice(start, min(start + tile, order)) for start in range(0, order, tile)]


def inside(matrix: Float[np.ndarray, "n n"], tile: int | None = None) -> TiledTriangle:
    """The lower triangle of a dense matrix, C- or Fortran-ordered, as views: factorised in place, no copy.

    Raises:
        BadInput: neither C- nor Fortran-ordered.
    """
    if not (matrix.flags.c_contiguous or matrix.flags.f_contiguous):
        raise BadInput(
            f"matrix with strides {matrix.strides}: need C or Fortran order, for instance by np.ascontiguousarray"
        )
    columns_first = not matrix.flags.c_contiguous
    tile = tile_size(len(matrix)) if tile is None else tile
    panels = tuple(matrix[rows, : rows.stop] for rows in spans(matrix.shape[0], tile))
    return TiledTriangle(panels, tile, columns_first)


def copied(
    gram: Float[AnyArray, "n n"],
    ridge: float,
    *,
    tile: int | None = None,
    threads: int = 1,
    dtype: DTypeLike | None = None,
) -> TiledTriangle:
    """Lower triangle of gram + κ·1 in panels of its own: half a copy; gram is left alone.

    Args:
        gram: symmetric, of which the lower triangle is used.
        ridge: κ ≥ 0.
        tile: see `tile_size`.
        threads: workers.
        dtype: of the panels, by default that of gram; the ridge is added before rounding.

    Raises:
        BadInput: not a square floating-point matrix, entries that are not finite, or a negative ridge.
    """
    count, noise = checked_order(gram), checked_ridge(ridge)
    matrix = checked_array("gram", gram, (count, count))
    if not np.issubdtype(matrix.dtype, np.floating):
        raise BadInput(f"gram has dtype {matrix.dtype}: need a real floating-point kernel matrix")
    tile = tile_size(count) if tile is None else tile
    rows, kept = spans(count, tile), matrix.dtype if dtype is None else np.dtype(dtype)
    panels: list[np.ndarray] = [np.empty((0, 0))] * len(rows)

    def fill(index: int) -> None:
        own = rows[index]
        panel = np.array(matrix[own, : own.stop], dtype=kept, order="C")
        panel[:, own][np.diag_indices(len(panel))] = np.diagonal(matrix)[own] + matrix.dtype.type(noise)
        panels[index] = panel

    Tasks(len(rows), threads).run(fill)
    return TiledTriangle(tuple(panels), tile)


def build(
    kernel: KernelFunction,
    inputs: Float[AnyArray, "n d"],
    ridge: float,
    *,
    tile: int | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> TiledTriangle:
    """Lower triangle of K(X, X) + κ·1 straight from the kernel: no full matrix, temporaries of b × 2048 entries.

    Args:
        kernel: (a, d), (b, d) → (a, b), such as `theory.kernels.Kernel`; called from `threads` threads at once.
        inputs: X, float32 or float64; the triangle has its dtype.
        ridge: κ ≥ 0.
        tile: b; see `tile_size`.
        threads: workers, each with one BLAS thread.
        progress: see `workers.Tasks`; panels done.

    Raises:
        BadInput: inputs that are not finite or not (n, d), a negative ridge, a kernel that returns NaN, infinity or
            another shape.
    """
    points, noise = checked_array("inputs", inputs, (None, None)), checked_ridge(ridge)
    if points.dtype not in (np.float32, np.float64):
        raise BadInput(f"inputs have dtype {points.dtype}: need float32 or float64")
    tile = tile_size(len(points)) if tile is None else tile
    rows = spans(len(points), tile)
    panels: list[np.ndarray] = [np.empty((0, 0))] * len(rows)

    def fill(index: int) -> None:
        own = rows[index]
        panel = np.empty((own.stop - own.start, own.stop), dtype=points.dtype)
        for start in range(0, own.stop, _CHUNK):
            columns = slice(start, min(start + _CHUNK, own.stop))
            panel[:, columns] = _checked_block(kernel(points[own], points[columns]), own, columns)
        panel[:, own][np.diag_indices(len(panel))] += points.dtype.type(noise)
        panels[index] = panel

    with blas_threads(1):
        Tasks(len(rows), threads, progress).run(fill)
    return TiledTriangle(tuple(panels), tile)


def _checked_block(block: AnyArray, rows: slice, columns: slice) -> Float[np.ndarray, "a b"]:
    """A block of the kernel, if it has the right shape and every entry is finite."""
    values = np.asarray(block)
    if values.shape != (rows.stop - rows.start, columns.stop - columns.start):
        raise BadInput(f"the kernel returned shape {values.shape} for {rows.stop - rows.start} and "
                       f"{columns.stop - columns.start} points: it must return one entry a pair")  # fmt: skip
    if not np.isfinite(values.sum()) and not np.all(np.isfinite(values)):
        i, j = np.argwhere(~np.isfinite(values))[0]
        raise BadInput(
            f"kernel of points {rows.start + i} and {columns.start + j} is {values[i, j]}: repair these inputs"
        )
    return values
