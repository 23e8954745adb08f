"""What is measured: regression on P of M images, and on the same draws regression with modes made ridge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.regression import NestedRegression

from .cuts import cuts
from .paired_regressions import paired_regressions
from .population import ImagePopulation


@dataclass(frozen=True)
class Images(Experiment):
    """A population of images with a kernel, the training sizes P, and those at which modes are integrated out."""

    dataset: str
    task: str
    images: int
    kernel: str
    samples: tuple[int, ...]
    decimated: tuple[int, ...]
    balanced: bool = True
    ridge: float = 1e-8

    threshold: ClassVar[tuple[float, ...]] = (0.1, 0.01, 0.001)
    """ε: the modes k > Λ, of a learnability below it, are integrated out."""
    tail_factor: ClassVar[float] = 1.0

    error = Quantity("samples", symbol="MSE", doc="test error on the images that are not drawn")
    uniform_error = Quantity(
        "decimated", "threshold", symbol="δ ln MSE", doc="ln of the ratio of the test errors, K_{≤Λ} with T(Λ) over K"
    )
    uniform_low_modes = Quantity(
        "decimated", "threshold", doc="change of the learned fraction of the low modes, Σ_{k≤Λ} δf_k y_k/Σ_{k≤Λ} y_k²"
    )
    local_error = Quantity("decimated", "threshold", doc="as uniform_error, ridge T + Σ_{k>Λ} λ_k φ_k(x)² at each x")
    local_low_modes = Quantity("decimated", "threshold", doc="as uniform_low_modes, with the same ridge at each x")

    @property
    def datasets(self) -> tuple[str, ...]:
        """The one that the images are from."""
        return (self.dataset,)

    @property
    def population(self) -> ImagePopulation:
        """The M images with their kernel."""
        return ImagePopulation(self.dataset, self.task, self.images, self.balanced, self.kernel)

    @batched(32)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        of = self.population
        orders = np.stack([np.asarray(jax.random.permutation(key, self.images)) for key in keys])
        # Where to cut is a setting of the experiment that theory chooses.
        kept = {P: [cut.keep for cut in cuts(of, P, self.ridge, self.threshold)] for P in self.decimated}
        found = paired_regressions(gpr, of, orders, self.ridge, self.samples, kept, self.tail_factor)
        return {
            self.error: found.error,
            self.uniform_error: found.uniform.log_error,
            self.uniform_low_modes: found.uniform.low_modes,
            self.local_error: found.local.log_error,
            self.local_low_modes: found.local.low_modes,
        }


class TailLeftOut(Images):
    """Broken: the modes that are integrated out leave no ridge."""

    tail_factor = 0.0


class TailDoubled(Images):
    """Broken: they leave twice their ridge."""

    tail_factor = 2.0
