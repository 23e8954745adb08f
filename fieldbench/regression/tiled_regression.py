"""Exact Gaussian-process regression of any size that half a kernel matrix allows, verified by its residual."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fieldbench.checked import checked_array
from fieldbench.errors import BadInput
from fieldbench.regression.planner import plan
from fieldbench.regression.tiled import (
    KernelFunction,
    Progress,
    Tasks,
    TiledTriangle,
    blas_threads,
    build,
    factorise_tiles,
    nested_weights,
    spans,
)
from fieldbench.typing import AnyArray, Float, Sizes


@dataclass(frozen=True)
class TiledRegression:
    """One factorisation of K(X, X) + κ for any number of targets, test sets and nested training sizes.

    Not for a kernel matrix that exists already: `NestedCholesky` takes that.

    Attributes:
        kernel: (a, d), (b, d) → (a, b).
        inputs: X.
        ridge: κ.
        factor: L.
        threads: workers for whatever is recomputed from the kernel.
    """

    kernel: KernelFunction
    inputs: Float[np.ndarray, "n d"]
    ridge: float
    factor: TiledTriangle
    threads: int = 1

    @classmethod
    def fit(
        cls,
        kernel: KernelFunction,
        inputs: Float[AnyArray, "n d"],
        ridge: float,
        *,
        threads: int = 1,
        tile: int | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> TiledRegression:
        """Build the triangle and factorise it in its place; memory (n² + nb)/2 entries, flops n³/3.

        Args:
            kernel, inputs, ridge, tile, threads: see `tiles.build`.
            progress: called as progress(stage, done, in all) with stage "kernel" or "factor", in the calling thread.

        Raises:
            BadInput: see `tiles.build`; also where the memory does not suffice, see `plan`, which counts tiles of the
                default size and one right-hand side.
            NotPositiveDefinite: see `factorise_tiles`.
        """
        points = checked_array("inputs", inputs, (None, None))
        plan(*points.shape, dtype=points.dtype, on_accelerator=False)
        triangle = build(kernel, points, ridge, tile=tile, threads=threads, progress=_stage(progress, "kernel"))
        factorise_tiles(triangle, ridge, threads=threads, progress=_stage(progress, "factor"))
        return cls(kernel, points, ridge, triangle, threads)

    def weights(self, targets: Float[AnyArray, "n t"], sizes: Sizes | None = None) -> Float[np.ndarray, "sizes n t"]:
        """α_P = (K_P + κ)⁻¹y_P, zero beyond P; without sizes that of all n alone."""
        steps = [self.factor.order] if sizes is None else sizes
        return nested_weights(self.factor, targets, steps, threads=self.threads)

    def predictions(
        self, weights: Float[AnyArray, "sizes n t"], tests: Float[AnyArray, "m d"]
    ) -> Float[np.ndarray, "sizes m t"]:
        """Posterior means K(x, X)α at test points. K(x, X) is built and used tile by tile.

        Raises:
            BadInput: weights or tests of another shape, or not finite.
        """
        alphas = checked_array("weights", weights, (None, self.factor.order, None))
        points = checked_array("tests", tests, (None, self.inputs.shape[1]))
        sizes, count, columns = alphas.shape
        stacked = np.ascontiguousarray(alphas.transpose(1, 0, 2)).reshape(count, -1)
        rows, training = spans(len(points), self.factor.tile), spans(count, 4 * self.factor.tile)
        means = np.zeros((len(points), sizes * columns), dtype=stacked.dtype)

        def predict(index: int) -> None:
            own = rows[index]
            for block in training:
                means[own] += self.kernel(points[own], self.inputs[block]) @ stacked[block]

        with blas_threads(1):
            Tasks(len(rows), self.threads).run(predict)
        return means.reshape(len(points), sizes, columns).transpose(1, 0, 2)

    def residual(
        self, weights: Float[AnyArray, "n t"], targets: Float[AnyArray, "n t"], progress: Progress | None = None
    ) -> Float[np.ndarray, " t"]:
        """‖(K + κ)α − y‖/‖y‖ of each target, with K recomputed tile by tile and summed in float64.

        Args:
            weights: α of the whole training set.
            targets: y, no column of which is zero.
            progress: panels done, as in `workers.Tasks`.

        Raises:
            BadInput: other shapes, entries that are not finite, or a target that is zero everywhere.
        """
        count = self.factor.order
        alpha = checked_array("weights", weights, (count, None)).astype(np.float64)
        labels = checked_array("targets", targets, (count, alpha.shape[1])).astype(np.float64)
        norms = np.linalg.norm(labels, axis=0)
        if not norms.all():
            raise BadInput("a target is zero everywhere: its relative residual does not exist")
        rows, lock = spans(count, self.factor.tile), threading.Lock()
        remainder = self.ridge * alpha - labels

        def subtract(index: int) -> None:
            own, found = rows[index], np.zeros_like(alpha[rows[index]])
            for block in rows[: index + 1]:
                entries = np.asarray(self.kernel(self.inputs[own], self.inputs[block]), dtype=np.float64)
                found += entries @ alpha[block]
                if block != own:
                    above = entries.T @ alpha[own]
                    with lock:
                        remainder[block] += above
            with lock:
                remainder[own] += found

        with blas_threads(1):
            Tasks(len(rows), self.threads, progress).run(subtract)
        found: np.ndarray = np.linalg.norm(remainder, axis=0) / norms
        return found


def _stage(progress: Callable[[str, int, int], None] | None, name: str) -> Progress | None:
    return None if progress is None else lambda done, count: progress(name, done, count)
