"""Regression as the theory sees it: the power of a target over the modes of a kernel, at finite P.

The stated exponents hold for P → ∞ and infinitely many modes. Here curves are those of the effective ridge with the
same modes and the same P as an experiment, with what this still neglects: for Gaussian features orders beyond the first
in 1/P, for a data set the unevenness of its ridge over points and draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, observable
from fieldbench.theory import curves
from fieldbench.theory.curves import (
    LearningCurve,
    effective_ridge,
    gaussian_error_correction,
    gaussian_learnability_correction,
    scaling_laws,
    unevenness,
)
from fieldbench.theory.kernels import principal_components

from .experiment import Curves, Images, PowerLaw
from .targets import Target

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
        return curves.equivalent_kernel(self.levels, self.samples, self.ridge, target=self.power).test_error

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


def fitted(error: Expression) -> Expression:
    """Exponent of each curve: least-squares slope of ln MSE over ln P."""

    def slopes(at: Curves, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return scaling_laws.log_log_slope(at.samples, values.reshape(len(values), -1, at.samples.size))

    slopes.__name__ = f"exponent({error})"
    return observable(error)(slopes)


EXPONENT, ON_LABELS, ON_SHUFFLED = map(fitted, (Curves.error, Images.error, Images.shuffled))

PROPORTIONAL = fitted(PowerLaw.error.at(target=(Target.SAME, Target.SAME_RIDGE)))

OTHER = fitted(PowerLaw.error.at(target=(Target.OTHER, Target.OTHER_RIDGE)))

SATURATED = fitted(PowerLaw.error.at(target=Target.SATURATED))

UNSATURATED = PowerLaw.error.at(target=tuple(target for target in Target if target is not Target.SATURATED))


@observable(Images.error, Images.shuffled)
def labels_and_shuffled(at: Images, *errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate(errors, axis=1)


beyond = partial(Remainder, "orders beyond the computed 1/P", order="1/P²")

uneven = partial(Remainder, "unevenness of the ridge over images and draws, 1/P", order="1/P", got="computed")


def first_order(at: PowerLaw, ridge: float | None = None) -> Said:
    """The effective ridge with its first correction in 1/P, which is as large as what lies beyond."""
    laws, process = power_laws(at, ridge), process_error(at)
    leading, correction = np.array([law.error() for law in laws]), np.array([law.correction() for law in laws])
    variance = process.leading * (1.0 + process.correction)
    return {
        PowerLaw.error: Known(leading * (1.0 + correction), beyond(np.log1p(correction), relative=True)),
        PowerLaw.variance: Known(variance, beyond(process.correction, relative=True)),
    }


def on_images(at: Images) -> Said:
    """The effective ridge of a data set; what it neglects moves the error at each P, and so the slope, on its own."""
    of_logarithms = "mean of logarithms: a draw scatters by 20 %, a replicate averages 40"
    said: dict[Expression, Known] = {}
    for error, of in ((Images.error, of_labels(at)), (Images.shuffled, of_shuffled(at))):
        scatter = Remainder(of_logarithms, 0.2**2 / 80, order="scatter²", relative=True)
        said[error] = Known(of.error(), uneven(of.neglected(), relative=True), scatter)
        said[fitted(error)] = Known([of.slope(of.error())], uneven(of.slope_neglected()))
    return said


def target_tail(at: Curves) -> Said:
    """The exponent of the target's tail alone, that of P → ∞."""
    return tail_of_images(at) if isinstance(at, Images) else tail_of_power_law(at)


def tail_of_power_law(at: Curves) -> Said:
    """−min(b, 2(1+α)), over 1 + α where the ridge dominates."""
    assert isinstance(at, PowerLaw)
    laws = power_laws(at)
    limits = [-scaling_laws.learning_exponent(at.alpha, t.tail(at.alpha), ridgeless=t.ridge == 0.0) for t in at.target]
    leading = np.array([law.slope(law.error()) for law in laws])
    slopes = np.array([law.slope(law.error() * (1.0 + law.correction())) for law in laws])
    finite = Remainder("finite P and modes", slopes - limits, got="computed")
    return {EXPONENT: Known(limits, finite, beyond(slopes - leading))}


def tail_of_images(at: Images, alone: bool = False) -> Said:
    """Σ_{k>K} y_k² ~ K^{−b} on the window of P, up to the change of E0 there and the uneven ridge."""
    of, found = of_labels(at), tail(of_labels(at))
    words = "change of E0 over the window, the spectrum of images being no power law"
    dressed = (Remainder(words, found.dressing, got="computed"), uneven(of.slope_neglected()))
    octaves = Remainder("octaves of the tail", found.octaves, got="computed")
    return {EXPONENT: Known([found.slope], octaves, *(() if alone else dressed))}


def tail_alone(at: Images) -> Said:
    """The claim at its word: nothing but the curvature of the tail itself is allowed for."""
    return tail_of_images(at, alone=True)


def half_way(at: Images) -> Said:
    """Half way from the target's tail to that of the spectrum."""
    of = of_labels(at)
    return {EXPONENT: [0.5 * (tail(of).slope + tail(replace(of, power=of.levels)).slope)]}


def own_tail(at: PowerLaw) -> Said:
    """It never saturates."""
    return {SATURATED: [-Target.SATURATED.tail(at.alpha)]}


spectrum_alone = partial(each_error, by=lambda of: replace(of, power=of.levels).error())

ridge_leaves_exponent = partial(each_error, by=lambda of: replace(of, ridge=0.0).error())

no_e0 = partial(each_error, by=Regression.error_without_e0)

equivalent_kernel = partial(each_error, by=Regression.error_of_equivalent_kernel)
