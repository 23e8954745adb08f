"""What is measured: regression on P of M images, and on the same draws regression with modes made ridge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import numpy as np

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.data import normals
from fieldbench.regression import NestedRegression

from .cuts import cuts
from .exchange import exchanged
from .population import ImagePopulation


@dataclass(frozen=True)
class OfImages:
    """A population of M images with a kernel, and the training sizes P; a replicate averages `draws` draws."""

    dataset: str
    task: str
    images: int
    kernel: str
    samples: tuple[int, ...]
    balanced: bool = True
    ridge: float = 1e-8
    draws: int = 1

    @property
    def datasets(self) -> tuple[str, ...]:
        """The one that the images are from."""
        return (self.dataset,)

    @property
    def population(self) -> ImagePopulation:
        """The M images with their kernel."""
        return ImagePopulation(self.dataset, self.task, self.images, self.balanced, self.kernel)

    def orders(self, keys: jax.Array) -> Any:
        """Random orders of the images, `draws` for each key; the first P are drawn, the others held out, (n, M)."""
        return np.concatenate([normals(key, self.draws, self.images).argsort(axis=1) for key in keys])


@dataclass(frozen=True)
class Curve(OfImages, Experiment, stream="curve"):
    """The learning curve."""

    error = Quantity("samples", symbol="MSE", doc="test error on the images that are not drawn")
    variance = Quantity(
        "samples", symbol="⟨v⟩", doc="mean over the drawn images of 1/[(K+κ)⁻¹]_ii, the variance of one from the others"
    )

    @batched(32)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        of, largest = self.population, max(self.samples)
        errors, variances = [], []
        for order in self.orders(keys):
            drawn, rest = np.split(order, [largest])
            rows, unit = of.gram[drawn], np.eye(largest)
            inverses = np.asarray(gpr.predictions(rows[:, drawn], self.ridge, unit, unit, self.samples))
            means = inverses @ of.targets[drawn] @ rows[:, rest]
            errors.append(((means - of.targets[rest]) ** 2).mean(axis=1))
            variances.append([(1.0 / np.diag(w)[:P]).mean() for P, w in zip(self.samples, inverses, strict=True)])
        found = {self.error: errors, self.variance: variances}
        return {what: np.reshape(values, (len(keys), self.draws, -1)).mean(axis=1) for what, values in found.items()}


@dataclass(frozen=True)
class Decimated(OfImages, Experiment, stream="decimated"):
    """Paired with the full regression on the same draw: the kernel K_{≤Λ} with the modes beyond Λ made ridge."""

    threshold: tuple[float, ...] = (0.1, 0.01)
    """ε: the modes k > Λ, of a learnability below it, are integrated out."""
    tail_factor: ClassVar[float] = 1.0

    local_level = Quantity(
        "samples", "threshold", symbol="⟨δv⟩/⟨t⟩", doc="change of the left-out variance over the tail, ridge T + t(x)"
    )
    local_slope = Quantity(
        "samples",
        "threshold",
        symbol="⟨δt δv⟩/Var t",
        doc="its slope in the tail t(x) = Σ_{k>Λ} λ_kφ_k(x)² of an image",
    )
    local_error = Quantity("samples", "threshold", symbol="δ ln MSE", doc="ln of the ratio of the test errors")
    local_low_modes = Quantity(
        "samples", "threshold", doc="change of the learned fraction of the low modes, Σ_{k≤Λ} δf_k y_k/Σ_{k≤Λ} y_k²"
    )
    uniform_level = Quantity("samples", "threshold", doc="as local_level, ridge T(Λ) = T + Σ_{k>Λ} λ_k at every image")
    uniform_slope = Quantity("samples", "threshold", doc="as local_slope, with that ridge")
    uniform_error = Quantity("samples", "threshold", doc="as local_error, with that ridge")
    uniform_low_modes = Quantity("samples", "threshold", doc="as local_low_modes, with that ridge")

    @batched(32)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        orders, of, found = self.orders(keys), self.population, []
        for P in self.samples:
            # Where to cut is a setting of the experiment that theory chooses.
            keep = [cut.keep for cut in cuts(of, P, self.ridge, self.threshold)]
            found.append(exchanged(of, orders, P, keep, self.ridge, self.tail_factor))

        def averaged(i: int, what: str) -> Any:
            """Over the draws of each key, (n, samples, threshold)."""
            values = np.array([[getattr(pair[i], what) for pair in row] for row in found])
            return np.moveaxis(values.reshape(*values.shape[:2], len(keys), self.draws).mean(axis=3), 2, 0)

        return {
            getattr(self, f"{ridge}_{what}"): averaged(i, what)
            for i, ridge in enumerate(("local", "uniform"))
            for what in ("level", "slope", "error", "low_modes")
        }


class TailLeftOut(Decimated):
    """Broken: the modes that are integrated out leave no ridge; one draw a replicate is enough to notice."""

    tail_factor = 0.0

    @batched(32)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        return Decimated.measure(replace(self, draws=1), keys)


class TailDoubled(TailLeftOut):
    """Broken: they leave twice their ridge."""

    tail_factor = 2.0
