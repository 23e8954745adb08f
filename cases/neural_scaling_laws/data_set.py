"""A data set as the theory sees it: the labels over the principal components of the images' kernel.

Each image has a ridge of its own, and what that leaves out is of order 1/P over the images' fourth moments
(`decimation.local_order`). The error of the labels over that of the same labels in random order, from which nothing can
be learned, has what is learned and little else: most of what the ridge's own order leaves out cancels in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, observable, with_margins
from fieldbench.theory.curves import scaling_laws
from fieldbench.theory.decimation import local_order, local_ridge
from fieldbench.theory.kernels import principal_components

from .experiment import Images
from .theory import Regression, fitted

Vector = NDArray[np.float64]

RELATIVE, ON_SHUFFLED = fitted(Images.error / Images.shuffled), fitted(Images.shuffled)
"""The exponent over that of labels in random order, whose own is zero but for E0; and these alone."""

CHOSEN, TOLERANCE = (0, 3, 6), 1e-5
"""The P at which M³ is paid; what one ridge for all images lacks is smooth in ln P. And of ln κ_eff, beside 1/P."""

PARABOLA, BETWEEN = 0.0025, "a parabola between three P"
"""Of either error and of the slope of their ratio; on digits, at all seven P, at most .0022 and .0017."""

ASKED = "resolution asked: a twentieth of the way to the nearest of nothing learned and the spectrum alone"
FOLLOWS = "what follows the next order over images"
WORDS = "mean of logarithms: a draw scatters by less than 20 %, a replicate averages 40 or more"
SCATTER = 0.2**2 / 80  # ½σ²/40; a replicate's logarithm scatters by 2 to 3 % in every record, σ = √40 times as much


@observable(Images.error, Images.shuffled)
def labels_and_shuffled(at: Images, *errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate(errors, axis=1)


@cache
def of_labels(at: Images) -> Regression:
    """By one ridge for all images."""
    modes = principal_components(at.population.gram)
    power = modes.coefficients(at.population.targets) ** 2
    return Regression(modes.eigenvalues, power, at.samples, at.ridge, at.images)


def of_shuffled(at: Images) -> Regression:
    """Of labels in random order, whose power is the same in all modes."""
    return replace(of_labels(at), power=np.full(at.images, 1.0 / at.images))


@dataclass(frozen=True, eq=False)
class BeyondOneRidge:
    """At some P: errors of the labels and of these in random order, their relative next orders and what follows.

    error, shuffled: by a ridge at each image with its next order; order, of_shuffled: that relative to the former;
    scatter: v. Each (s,).
    """

    error: Vector
    shuffled: Vector
    order: Vector
    of_shuffled: Vector
    beyond: Vector
    beyond_shuffled: Vector
    scatter: Vector

    def ratio(self) -> Vector:
        """What follows in ln error/shuffled: in each 3v and ρ of its own order, of which the difference is left."""
        size = np.abs(self.order) + np.abs(self.of_shuffled) + 3.0 * self.scatter
        return np.asarray(np.abs(self.order - self.of_shuffled) * size)


@cache
def each_image(at: Images, chosen: tuple[int, ...]) -> BeyondOneRidge:
    """At the chosen ones of P, at about 30M³ flops each."""
    gram, targets = at.population.gram, at.population.targets
    start, found = of_labels(at).curve().effective_ridge, []
    for i in chosen:
        samples = int(at.samples[i])
        local = local_ridge(gram, targets, samples, at.ridge, float(start[i]), TOLERANCE)
        order = local_order(gram, targets, samples, at.ridge, local)
        own, noise = order.error / local.test_error, order.noise_error / order.noise
        errors = (local.test_error * (1.0 + own), order.noise * (1.0 + noise), own, noise)
        found.append((*errors, order.beyond(own), order.beyond(noise), order.scatter))
    return BeyondOneRidge(*map(np.array, zip(*found, strict=True)))


def along(at: Images, values: Vector) -> Vector:
    """From the P of `CHOSEN` to all of them: the parabola in ln P."""
    logs = np.log(at.samples)
    return np.asarray(np.polyval(np.polyfit(logs[list(CHOSEN)], values, len(CHOSEN) - 1), logs))


def between(at: Images, sizes: Vector) -> Vector:
    """The same for what only has a size: straight lines."""
    logs = np.log(at.samples)
    return np.asarray(np.interp(logs, logs[list(CHOSEN)], sizes))


def errors(at: Images) -> tuple[Vector, Vector]:
    """Of the labels and of these in random order at all P."""
    found = each_image(at, CHOSEN)
    pairs = ((of_labels(at), found.error), (of_shuffled(at), found.shuffled))
    by_one, by_each = zip(*((one.error(), each) for one, each in pairs), strict=True)
    first, second = (
        one * np.exp(along(at, np.log(each / one[list(CHOSEN)]))) for one, each in zip(by_one, by_each, strict=True)
    )
    return first, second


def slope_of(found: Vector, at: Images) -> float:
    """The largest slope of what moves on its own at each P."""
    return float(np.abs(scaling_laws.fit_weights(at.samples)) @ np.abs(found))


@cache
def on_images(at: Images) -> Said:
    """A ridge at each image and its next order; what follows moves each error, and so the slope, on its own."""
    found, (error, shuffled) = each_image(at, CHOSEN), errors(at)
    beyond = [between(at, one) for one in (found.beyond, found.beyond_shuffled)]
    said: dict[Expression, Known] = {}
    for what, value, left in zip((Images.error, Images.shuffled), (error, shuffled), beyond, strict=True):
        follows = Remainder(FOLLOWS, left, order="1/P²", got="bounded", relative=True)
        said[what] = Known(
            value,
            follows,
            Remainder(BETWEEN, PARABOLA, got="bounded", relative=True),
            Remainder(WORDS, SCATTER, order="scatter²", got="bounded", relative=True),
        )

    def slope(values: Vector) -> list[float]:
        return [float(scaling_laws.log_log_slope(at.samples, values))]

    said[ON_SHUFFLED] = Known(
        slope(shuffled),
        Remainder(FOLLOWS, slope_of(beyond[1], at), order="1/P²", got="bounded"),
        Remainder(BETWEEN, PARABOLA, got="bounded"),
    )
    exponent = slope(error / shuffled)
    said[RELATIVE] = Known(
        exponent,
        Remainder(ASKED, 0.05 * min(abs(exponent[0]), abs(exponent[0] - of_spectrum(at))), got="chosen"),
        Remainder(FOLLOWS, slope_of(between(at, found.ratio()), at), order="1/P²", got="bounded"),
        Remainder(BETWEEN, PARABOLA, got="bounded"),
        Remainder(WORDS, slope_of(np.full(len(at.samples), SCATTER), at), order="scatter²", got="bounded"),
    )
    return said


def relative_slope(at: Images, of: Regression) -> float:
    return of.slope(of.error() / of_shuffled(at).error())


@dataclass(frozen=True)
class Tail:
    """The tail of a target beyond K = P in the modes of a data set: fitted −b, and how far single octaves stray."""

    slope: float
    octaves: float


def tail(of: Regression) -> Tail:
    """Of a data set of which every other P is an octave."""
    beyond, window = scaling_laws.tail_power(of.power, of.samples), of.samples
    octaves = scaling_laws.local_slopes(window[::2], beyond[::2])
    return Tail(of.slope(beyond), float(np.abs(octaves - of.slope(beyond)).max()))


def tail_of_labels(at: Images) -> Said:
    """The claim at its word, Σ_{k>K} y_k² ~ K^{−b} on the window of P; the tail's own curvature is allowed for."""
    found = tail(of_labels(at))
    return {RELATIVE: Known([found.slope], Remainder("octaves of the tail", found.octaves, got="computed"))}


def half_way(at: Images) -> Said:
    """Half way from the target's tail to that of the spectrum."""
    of = of_labels(at)
    return {RELATIVE: [0.5 * (tail(of).slope + tail(replace(of, power=of.levels)).slope)]}


def labels_of_spectrum(at: Images) -> Said:
    """Labels learned as if y_k² ∝ λ_k."""
    return {RELATIVE: [of_spectrum(at)]}


taken_for_the_spectrum = with_margins(labels_of_spectrum, on_images)


def of_spectrum(at: Images) -> float:
    """The exponent that these have, over that of labels in random order."""
    of = of_labels(at)
    return relative_slope(at, replace(of, power=of.levels))


def amplitudes(at: Images) -> Said:
    """Broken: |y_k| for y_k²."""
    of, known = of_labels(at), on_images(at)[RELATIVE]
    assert isinstance(known, Known)
    return {RELATIVE: Known([relative_slope(at, replace(of, power=np.sqrt(of.power)))], *known.remainders)}


def each_error(at: Images, by: Callable[[Regression], Vector]) -> dict[Expression, Vector]:
    """Of the labels and of the shuffled ones."""
    return {error: by(of(at)) for error, of in ((Images.error, of_labels), (Images.shuffled, of_shuffled))}


no_e0_on_images = partial(each_error, by=Regression.error_without_e0)

equivalent_kernel = partial(each_error, by=Regression.error_of_equivalent_kernel)
