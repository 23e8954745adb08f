"""What is measured: learning curves of Gaussian-process regression, on power-law spectra and on images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import gaussian
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import sign_averaged_errors

from .images import Population
from .targets import Target, beyond

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
    """λ_k = k^{−1−α} with independent Gaussian features; a replicate averages `draws` sets of `largest` points.

    All modes are there: those up to `modes` one by one, those beyond, which are not learned, as a ridge of their trace
    Σ_{k>M} λ_k and label noise of the power Σ_{k>M} y_k² that the target has in them.
    """

    modes: int
    draws: int
    alpha: float
    largest: int = 48

    target: ClassVar[tuple[Target, ...]] = tuple(Target)
    ridge: ClassVar[tuple[float, ...]] = (0.0, 4.0)

    error = Quantity("target", "samples", symbol="MSE", doc="error of each target, averaged over the signs of y_k")
    variance = Quantity("ridge", "samples", doc="the same where y_k ~ N(0, λ_k), with label noise of variance κ")

    @property
    def samples(self) -> NDArray[np.int_]:
        """Octaves of P; a set of points makes one of the largest training sets, two and four of the smaller."""
        return self.largest // np.array([4, 2, 1])

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        modes = np.arange(1.0, self.modes + 1.0)
        tails = list(dict.fromkeys(target.tail(self.alpha) for target in self.target))  # that of λ_k is the first
        levels, *laws = (modes ** (-1.0 - tail) for tail in (self.alpha, *tails))
        ridges = np.array(self.ridge) + self.left_over(self.alpha)
        points = np.asarray(gaussian(key, self.draws * self.largest, self.modes)).reshape(self.draws, self.largest, -1)
        averaged = sign_averaged_errors(points, levels, laws, ridges.tolist(), self.samples, disjoint=True)
        clean, noise = averaged.clean.mean(axis=0), averaged.noise.mean(axis=0)
        rest = np.array([self.left_over(tail) for tail in tails])
        errors = clean + rest[:, None] * (1.0 + noise[:, None, :])
        of_target = [errors[self.ridge.index(t.ridge), tails.index(t.tail(self.alpha))] for t in self.target]
        return {self.error: np.stack(of_target), self.variance: errors[:, 0] + np.array(self.ridge)[:, None] * noise}

    def left_over(self, tail: float) -> float:
        """Σ_{k>M} k^{−1−tail}."""
        return beyond(tail, self.modes)


class TailCut(PowerLaw):
    """Broken: the modes listed are all that there are, and few times the samples; an eighth of the draws is plenty."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        return PowerLaw.measure(replace(self, draws=self.draws // 8), key)

    def left_over(self, tail: float) -> float:
        return 0.0


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
        order, shuffled = map(np.asarray, _two_orders(key, self.images))
        gram, targets = self.population.gram, self.population.targets
        train, rest = np.split(order, [max(self.samples)])
        rest = rest[:HELD_OUT]
        labels = np.stack([targets, targets[shuffled]], axis=1)
        cross = gram[np.ix_(rest, train)]
        means = gpr.predictions(gram[np.ix_(train, train)], self.ridge, labels[train], cross, self.samples)
        return np.asarray(((means - labels[rest]) ** 2).mean(axis=1).T)


@partial(jax.jit, static_argnums=1)
def _two_orders(key: jax.Array, size: int) -> tuple[jax.Array, jax.Array]:
    first, second = jax.random.split(key)
    return jax.random.permutation(first, size), jax.random.permutation(second, size)


class LabelsShuffled(Images):
    """Broken: the labels, too, are in random order, another one; of an eighth of the draws, which is plenty."""

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        few = replace(self, draws=self.draws // 8)
        orders = [Images.measure(few, own, gpr=gpr)[self.shuffled] for own in jax.random.split(key)]
        return {self.error: orders[0], self.shuffled: orders[1]}
