"""Regression as the theory sees it: the power of a target over the modes of a kernel, at finite P.

The stated exponents hold for P → ∞ and infinitely many modes. Here curves are those of the effective ridge with the
same modes and the same P as an experiment, with what this still neglects: for Gaussian features orders beyond the first
in 1/P, for a data set the unevenness of its ridge over points and draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression
from fieldbench.theory.curves import (
    LearningCurve,
    effective_ridge,
    equivalent_kernel,
    gaussian_error_correction,
    gaussian_learnability_correction,
    scaling_laws,
    unevenness,
)
from fieldbench.theory.kernels import principal_components

from .experiment import Curves, Images, PowerLaw

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regression:
    """A target in the modes of a kernel, learned from P samples.

    levels: λ_k, (k,); power: y_k², (k,); samples: P, (s,); ridge: κ; population: M, where the modes are those of M
    points; uneven: relative variances of the ridge over these points and over draws, (s,).
    """

    levels: Vector
    power: Vector
    samples: NDArray[np.int_]
    ridge: float
    population: int | None = None
    uneven: Vector | float = 0.0

    def curve(self) -> LearningCurve:
        """By the effective ridge."""
        return effective_ridge(self.levels, self.samples, self.ridge, target=self.power, population=self.population)

    def error(self) -> Vector:
        return self.curve().test_error

    def error_without_e0(self) -> Vector:
        curve = self.curve()
        return curve.test_error / curve.e0

    def error_of_equivalent_kernel(self) -> Vector:
        return equivalent_kernel(self.levels, self.samples, self.ridge, target=self.power).test_error

    def correction(self) -> Vector:
        """First correction in 1/P to the error, for Gaussian features, relative to it."""
        return gaussian_error_correction(self.levels, self.samples, self.ridge, self.power) / self.error()

    def neglected(self) -> Vector:
        """What one ridge leaves out of the error of a data set, relative to it: its unevenness, and 1/P."""
        return self.uneven + np.abs(self.correction())

    def slope(self, values: Vector) -> float:
        """Fitted exponent: slope of ln(values) over ln P."""
        return float(scaling_laws.log_log_slope(self.samples, values))

    def slope_neglected(self) -> float:
        """The largest slope of what is neglected, which moves on its own at each P."""
        return float(np.abs(scaling_laws.fit_weights(self.samples)) @ self.neglected())


def power_laws(at: PowerLaw, ridge: float | None = None) -> list[Regression]:
    """One for each target, with another ridge where it is given."""
    modes = np.arange(1.0, at.modes + 1.0)
    levels, powers = modes ** (-1.0 - at.alpha), [modes ** (-1.0 - target.tail(at.alpha)) for target in at.target]
    ridges = [target.ridge if ridge is None else ridge for target in at.target]
    return [Regression(levels, power, at.samples, own) for power, own in zip(powers, ridges, strict=True)]


@cache
def of_labels(at: Images) -> Regression:
    """Of the labels, over the principal components of the images' kernel."""
    modes = principal_components(at.population.gram)
    power = modes.coefficients(at.population.targets) ** 2
    found = Regression(modes.eigenvalues, power, at.samples, at.ridge, at.images)
    pairs = zip(at.samples.tolist(), found.curve().effective_ridge.tolist(), strict=True)
    uneven = [unevenness.over_points(modes, *pair) + unevenness.between_draws(modes, *pair) for pair in pairs]
    return replace(found, uneven=np.array(uneven))


def of_shuffled(at: Images) -> Regression:
    """Of labels in random order, whose power is the same in all modes."""
    return replace(of_labels(at), power=np.full(at.images, 1.0 / at.images))


def each_error(at: Curves, by: Callable[[Regression], Vector]) -> dict[Expression, Vector]:
    """All errors of an experiment."""
    if isinstance(at, Images):
        return {Images.error: by(of_labels(at)), Images.shuffled: by(of_shuffled(at))}
    assert isinstance(at, PowerLaw)
    return {PowerLaw.error: np.array([by(law) for law in power_laws(at)])}


@dataclass(frozen=True)
class Tail:
    """The tail of a target beyond K = P in the modes of a data set.

    slope: fitted −b; octaves: how far the slopes of single octaves stray from it; dressing: slope of ln E0, which is
    constant only where the spectrum is a power law.
    """

    slope: float
    octaves: float
    dressing: float


def tail(of: Regression) -> Tail:
    """Of a data set of which every other P is an octave."""
    beyond, window = scaling_laws.tail_power(of.power, of.samples), of.samples
    slope = of.slope(beyond)
    octaves = scaling_laws.local_slopes(window[::2], beyond[::2])
    # e0 is M/(M − P) times E0 in the limit of no ridge; the tail has that factor already.
    dressing = of.slope(of.curve().e0 * (1.0 - window / of.levels.size))
    return Tail(slope, float(np.abs(octaves - slope).max()), abs(dressing))


@dataclass(frozen=True)
class ProcessError:
    """κ_eff − κ, the error where y_k ~ N(0, λ_k) with label noise κ, and its relative correction, (r, s) each."""

    leading: Vector
    correction: Vector


def process_error(at: PowerLaw) -> ProcessError:
    """At each ridge, for Gaussian features; the correction of order 1/P is −Σλ_kδL_k."""
    levels = power_laws(at)[0].levels
    curves = [effective_ridge(levels, at.samples, ridge) for ridge in at.ridge]
    leading = np.array([curve.effective_ridge - curve.ridge for curve in curves])
    correction = np.array([-gaussian_learnability_correction(curve) @ levels for curve in curves])
    return ProcessError(leading, correction / leading)
