"""What is measured: learning curves of Gaussian-process regression, on power-law spectra and on images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import normals
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
        points = normals(key, self.draws, self.largest, self.modes)
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
        of, samples, errors = self.population, self.samples, np.zeros((2, len(self.samples)))
        for order, shuffled in normals(key, self.draws, 2, self.images).argsort(axis=2):
            train, rest = np.split(order[: samples[-1] + HELD_OUT], [samples[-1]])
            labels, rows = np.stack([of.targets, of.targets[shuffled]], axis=1), of.gram[train]
            means = gpr.predictions(rows[:, train], self.ridge, labels[train], rows[:, rest].T, samples)
            errors += ((means - labels[rest]) ** 2).mean(axis=1).T / self.draws
        return {self.error: errors[0], self.shuffled: errors[1]}


class LabelsShuffled(Images):
    """Broken: the labels, too, are in random order, another one; of an eighth of the draws, which is plenty."""

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        few = replace(self, draws=self.draws // 8)
        orders = [Images.measure(few, own, gpr=gpr)[self.shuffled] for own in jax.random.split(key)]
        return {self.error: orders[0], self.shuffled: orders[1]}
