"""Power laws as the theory sees them: the effective ridge of all modes at finite P, with two corrections in 1/P.

The stated exponents hold for P → ∞. Here the exponent is that of the whole theory on the window of an experiment, which
limits.py takes to P = 10¹². What it neglects are orders beyond 1/P², and what of the modes beyond those listed is
learned after all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, observable
from fieldbench.theory import curves
from fieldbench.theory.curves import (
    LearningCurve,
    effective_ridge,
    gaussian_error_correction,
    gaussian_error_second_correction,
    gaussian_learnability_correction,
    gaussian_learnability_second_correction,
    scaling_laws,
)

from .experiment import Curves, PowerLaw
from .targets import Target, beyond

Vector = NDArray[np.float64]

ASKED, OF_CURVES = 1.0 / 6.0, 0.01
"""The resolution asked of a measurement where the theory leaves less open: of exponents this part of the distance
between finite and infinite P, of the curves themselves a per cent."""


@dataclass(frozen=True, eq=False)
class Regression:
    """A target in the modes of a kernel, learned from P samples.

    levels: λ_k, (k,); power: y_k², (k,); samples: P, (s,); ridge: κ; population: M, where the modes are those of M
    points.
    """

    levels: Vector
    power: Vector
    samples: NDArray[np.int_]
    ridge: float
    population: int | None = None

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

    def correction(self, order: int = 1) -> Vector:
        """Correction of an order in 1/P to the error, for Gaussian features, relative to it."""
        of_order = (gaussian_error_correction, gaussian_error_second_correction)[order - 1]
        return of_order(self.levels, self.samples, self.ridge, self.power) / self.error()

    def slope(self, values: Vector) -> float:
        """Fitted exponent: slope of ln(values) over ln P."""
        return float(scaling_laws.log_log_slope(self.samples, values))


def power_law(at: PowerLaw, tail: float, ridge: float) -> Regression:
    """y_k² = k^{−1−tail}; beyond the listed modes λ_k is a ridge and y_k² the power in a mode that the kernel lacks."""
    listed = np.arange(1.0, at.modes + 1.0)
    levels = np.append(listed ** (-1.0 - at.alpha), 0.0)
    power = np.append(listed ** (-1.0 - tail), beyond(tail, at.modes))
    return Regression(levels, power, at.samples, ridge + beyond(at.alpha, at.modes))


@dataclass(frozen=True, eq=False)
class Orders:
    """A quantity with all modes, (…, s): leading order, and relative to it two corrections and what is left open."""

    leading: Vector
    first: Vector
    second: Vector
    modes: Vector
    """What the modes beyond those listed change if they are modes, not a ridge."""

    @property
    def value(self) -> Vector:
        return self.leading * (1.0 + self.first + self.second)

    @property
    def third(self) -> Vector:
        """As large as the second order, or as what tells a sum of corrections from a product of them."""
        return np.abs(self.second) + self.first**2

    def known(self) -> Known:
        return Known(
            self.value,
            Remainder(THIRD, self.third, order="1/P³", got="bounded", relative=True),
            Remainder(MODES, self.modes, got="computed", relative=True),
            Remainder("resolution asked: a per cent", OF_CURVES, got="chosen", relative=True),
        )


THIRD, MODES = "orders beyond the computed 1/P²", "modes beyond those listed as a ridge"


@cache
def errors(at: PowerLaw, ridge: float | None = None) -> Orders:
    """Of each target, with another ridge where it is given."""
    found = []
    for target in at.target:
        tail, own = target.tail(at.alpha), target.ridge if ridge is None else ridge
        spectrum, power = scaling_laws.infinite_power_law(at.alpha, tail, listed=2_000)
        leading = effective_ridge(spectrum, at.samples, own, target=power).test_error
        law = power_law(at, tail, own)
        found.append((leading, law.correction(1), law.correction(2), leading / law.error() - 1.0))
    return Orders(*map(np.array, zip(*found, strict=True)))


@cache
def process_error(at: PowerLaw) -> Orders:
    """κ_eff − κ, the error where y_k ~ N(0, λ_k) with label noise κ, (r, s); the corrections are −Σλ_kδL_k."""
    found, spectrum = [], scaling_laws.infinite_power_law(at.alpha, at.alpha, listed=2_000)[0]
    for ridge in at.ridge:
        law = power_law(at, at.alpha, ridge)
        curve, leading = law.curve(), effective_ridge(spectrum, at.samples, ridge).effective_ridge - ridge
        orders = (gaussian_learnability_correction, gaussian_learnability_second_correction)
        corrections = [-of(curve) @ law.levels for of in orders]
        listed = curve.effective_ridge - ridge
        found.append((leading, *(c / listed for c in corrections), leading / listed - 1.0))
    return Orders(*map(np.array, zip(*found, strict=True)))


def fitted(error: Expression) -> Expression:
    """Exponent of each curve: least-squares slope of ln MSE over ln P."""

    def slopes(at: Curves, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return scaling_laws.log_log_slope(at.samples, values.reshape(len(values), -1, at.samples.size))

    slopes.__name__ = f"exponent({error})"
    return observable(error)(slopes)


def of(*targets: Target) -> Expression:
    """Exponents of some of the targets."""
    found = fitted(PowerLaw.error.at(target=targets))
    EXPONENTS[found] = [tuple(Target).index(target) for target in targets]
    return found


EXPONENTS: dict[Expression, list[int]] = {}
PROPORTIONAL = of(Target.SAME, Target.SAME_RIDGE)
OWN_TAIL = of(Target.OTHER, Target.OTHER_RIDGE)
WITH_RIDGE = of(Target.SAME_RIDGE, Target.OTHER_RIDGE)
SATURATED = of(Target.SATURATED)

SLOW = tuple(target for target in Target if target is not Target.SATURATED)
CURVES = PowerLaw.error.at(target=SLOW)
AT_SMALLEST = PowerLaw.error.at(target=SLOW, samples=lambda at: at.samples[0])


def limits(at: PowerLaw) -> Vector:
    """−min(b, 2(1+α)), over 1 + α where the ridge dominates: the exponents of P → ∞, (t,)."""
    stated = partial(scaling_laws.learning_exponent, at.alpha)
    return -np.array([stated(target.tail(at.alpha), ridgeless=target.ridge == 0.0) for target in at.target])


def all_modes(at: PowerLaw, ridge: float | None = None) -> Said:
    """The effective ridge of all modes with its first two corrections in 1/P."""
    found = errors(at, ridge)
    slopes = scaling_laws.log_log_slope(at.samples, found.value)
    weights = np.abs(scaling_laws.fit_weights(at.samples))
    said: dict[Expression, Known] = {PowerLaw.error: found.known(), PowerLaw.variance: process_error(at).known()}
    for expression, chosen in EXPONENTS.items():
        said[expression] = Known(
            slopes[chosen],
            Remainder(THIRD, found.third[chosen] @ weights, order="1/P³", got="bounded"),
            Remainder(MODES, np.abs(found.modes[chosen]) @ weights, got="computed"),
            Remainder(
                "resolution asked: a sixth of the way to P → ∞",
                ASKED * np.abs(slopes - limits(at))[chosen],
                got="chosen",
            ),
        )
    chosen = [tuple(Target).index(target) for target in SLOW]
    value, third, modes, first = (part[chosen, 0] for part in (found.value, found.third, found.modes, found.first))
    said[AT_SMALLEST] = Known(
        value,
        Remainder(THIRD, third, order="1/P³", got="bounded", relative=True),
        Remainder(MODES, modes, got="computed", relative=True),
        Remainder("resolution asked: a fifth of the first order", 0.2 * first, got="chosen", relative=True),
    )
    return said


def tail_alone(at: PowerLaw) -> Said:
    """The exponents of P → ∞ at any P."""
    return {expression: limits(at)[chosen] for expression, chosen in EXPONENTS.items()}


def each_error(at: PowerLaw, by: Callable[[Regression], Vector]) -> Said:
    return {PowerLaw.error: np.array([by(power_law(at, t.tail(at.alpha), t.ridge)) for t in at.target])}


def spectrum_alone(at: PowerLaw) -> Said:
    """Every target learned as if y_k² ∝ λ_k."""
    return {PowerLaw.error: np.array([power_law(at, at.alpha, t.ridge).error() for t in at.target])}


def tail_cut(at: PowerLaw) -> Said:
    """Broken: no modes but those listed, whose number is a few times P."""
    laws = [power_law(at, target.tail(at.alpha), target.ridge) for target in at.target]
    rest = beyond(at.alpha, at.modes)
    cut = [Regression(law.levels[:-1], law.power[:-1], at.samples, law.ridge - rest).error() for law in laws]
    return {PowerLaw.error: Known(cut, Remainder(THIRD, errors(at).third, got="bounded", relative=True))}


def ridge_leaves_exponent(at: PowerLaw) -> Said:
    """The exponents without ridge."""
    return {PowerLaw.error: errors(at, 0.0).value}


def own_tail(at: PowerLaw) -> Said:
    """It never saturates."""
    return {SATURATED: [-Target.SATURATED.tail(at.alpha)]}


def one_loop_process(at: PowerLaw) -> Said:
    """κ_eff of a single iteration."""
    levels, rest = power_law(at, at.alpha, 0.0).levels, beyond(at.alpha, at.modes)
    loops = [curves.one_loop(levels, at.samples, ridge + rest).effective_ridge - ridge for ridge in at.ridge]
    return {PowerLaw.variance: np.array(loops)}


def leading_order(at: PowerLaw) -> Said:
    """Without corrections in 1/P."""
    return {PowerLaw.error: errors(at).leading}


no_e0 = partial(each_error, by=Regression.error_without_e0)
