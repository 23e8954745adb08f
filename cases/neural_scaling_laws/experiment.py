"""What is measured: learning curves of Gaussian-process regression, on power-law spectra and on images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import gaussian
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import sign_averaged_errors

from .images import Population
from .targets import Target

HELD_OUT = 400  # the scatter between training sets is larger than what so many images leave


class Curves(Experiment):
    """Mean squared errors of regression at nested training sizes P."""

    error = Quantity("samples", symbol="MSE", doc="error of the targets that the claim is about")

    @property
    def samples(self) -> NDArray[np.int_]:
        """P."""
        raise NotImplementedError


@dataclass(frozen=True)
class PowerLaw(Curves, stream="power law"):
    """λ_k = k^{−1−α}, k ≤ `modes`, with independent Gaussian features; a replicate averages `draws` data sets."""

    modes: int
    draws: int
    alpha: float

    target: ClassVar[tuple[Target, ...]] = tuple(Target)
    ridge: ClassVar[tuple[float, ...]] = (0.0, 4.0)

    error = Quantity("target", "samples", symbol="MSE", doc="error of each target, averaged over the signs of y_k")
    variance = Quantity("ridge", "samples", doc="the same where y_k ~ N(0, λ_k), with label noise of variance κ")

    @property
    def samples(self) -> NDArray[np.int_]:
        """P well below the number of modes."""
        return self.modes // np.array([32, 16, 8])

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        modes, largest = np.arange(1.0, self.modes + 1.0), max(self.samples)
        tails = list(dict.fromkeys(target.tail(self.alpha) for target in self.target))  # that of λ_k is the first
        levels, *laws = (modes ** (-1.0 - tail) for tail in (self.alpha, *tails))
        features = np.asarray(gaussian(key, self.draws * largest, self.modes)).reshape(self.draws, largest, -1)
        averaged = sign_averaged_errors(features, levels, laws, self.ridge, self.samples)
        errors, noise = averaged.clean.mean(axis=0), averaged.noise.mean(axis=0)
        of_target = [errors[self.ridge.index(t.ridge), tails.index(t.tail(self.alpha))] for t in self.target]
        return {
            self.error: np.stack(of_target),
            self.variance: errors[:, 0] + np.array(self.ridge)[:, None] * noise,
        }


@dataclass(frozen=True)
class Images(Curves, stream="images"):
    """A binary task on M images; a replicate averages `draws` training sets, each with labels shuffled anew."""

    dataset: str
    task: str
    images: int
    kernel: str
    draws: int = 40
    balanced: bool = True
    ridge: float = 1e-8

    error = Quantity("samples", symbol="MSE", doc="error on images that are not drawn")
    shuffled = Quantity("samples", symbol="MSE", doc="the same with the labels in random order")

    @property
    def datasets(self) -> tuple[str, ...]:
        """The one that the images are from."""
        return (self.dataset,)

    @property
    def samples(self) -> NDArray[np.int_]:
        """Training sizes P, every other one an octave."""
        return np.round(np.geomspace(self.images / 80, self.images / 10, 7)).astype(int)

    @property
    def population(self) -> Population:
        """The images with their kernel."""
        return Population(self.dataset, self.task, self.images, self.kernel, self.balanced)

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        errors = np.mean([self._one_training_set(draw, gpr) for draw in jax.random.split(key, self.draws)], axis=0)
        return {self.error: errors[0], self.shuffled: errors[1]}

    def _one_training_set(self, key: jax.Array, gpr: NestedRegression) -> NDArray[np.float64]:
        gram, targets = self.population.gram, self.population.targets
        first, second = jax.random.split(key)
        order = np.asarray(jax.random.permutation(first, self.images))
        train, rest = np.split(order, [max(self.samples)])
        rest = rest[:HELD_OUT]
        labels = np.stack([targets, targets[np.asarray(jax.random.permutation(second, self.images))]], axis=1)
        cross = gram[np.ix_(rest, train)]
        means = gpr.predictions(gram[np.ix_(train, train)], self.ridge, labels[train], cross, self.samples)
        return np.asarray(((means - labels[rest]) ** 2).mean(axis=1).T)


class LabelsShuffled(Images):
    """Broken: the labels are in random order."""

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        return {self.error: super().measure(key, gpr=gpr)[self.shuffled]}
