"""A data set as the theory sees it: the labels over the principal components of the images' kernel.

One effective ridge for all images leaves out that it is uneven over them and between draws. That moves all errors, and
most of it is the common factor E0: the error of the labels over that of the same labels in random order, from which
nothing can be learned, has what is learned and little else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, observable
from fieldbench.theory.curves import scaling_laws, unevenness
from fieldbench.theory.kernels import principal_components

from .experiment import Images
from .theory import Regression, fitted

Vector = NDArray[np.float64]

RELATIVE, ON_SHUFFLED = fitted(Images.error / Images.shuffled), fitted(Images.shuffled)
"""The exponent over that of labels in random order, whose own is zero but for E0; and these alone."""

WORDS = "mean of logarithms: a draw scatters by less than 20 %, a replicate averages 40"
SCATTER = 0.2**2 / 80  # ½σ²/40; a replicate's logarithm scatters by 2 to 3 % in every record, σ = √40 times as much


@observable(Images.error, Images.shuffled)
def labels_and_shuffled(at: Images, *errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate(errors, axis=1)


@dataclass(frozen=True, eq=False)
class Labels:
    """A target on a data set, with what one ridge leaves out at each P.

    uneven: relative variances of the ridge over points and over draws, (s,); residual: relative change of the error
    where residuals are uneven with the ridge, (s,).
    """

    regression: Regression
    uneven: Vector
    residual: Vector

    def error(self) -> Vector:
        return self.regression.error()

    def neglected(self) -> Vector:
        """Of the error, relative to it: the unevenness, and the first order in 1/P of Gaussian features."""
        return self.uneven + np.abs(self.regression.correction())

    def gain(self) -> Vector:
        """d ln Σ(1 − L_k)²y_k²/d ln κ_eff: what a shift of the ridge does to the error beside E0, (s,)."""
        learned, power = self.regression.curve().learnability, self.regression.power
        return np.asarray(2.0 * (learned * (1.0 - learned) ** 2 @ power) / ((1.0 - learned) ** 2 @ power))


@cache
def of_labels(at: Images) -> Labels:
    modes = principal_components(at.population.gram)
    coefficients = modes.coefficients(at.population.targets)
    found = Regression(modes.eigenvalues, coefficients**2, at.samples, at.ridge, at.images)
    pairs = list(zip(at.samples.tolist(), found.curve().effective_ridge.tolist(), strict=True))
    uneven = [unevenness.over_points(modes, *pair) + unevenness.between_draws(modes, *pair) for pair in pairs]
    residual = [unevenness.of_residuals(modes, *pair, coefficients) for pair in pairs]
    shuffled = [unevenness.of_residuals(modes, *pair) for pair in pairs]
    return Labels(found, np.array(uneven), np.array(residual) - np.array(shuffled))


def of_shuffled(at: Images) -> Labels:
    """Of labels in random order, whose power is the same in all modes."""
    labels = of_labels(at)
    flat = replace(labels.regression, power=np.full(at.images, 1.0 / at.images))
    return Labels(flat, labels.uneven, np.zeros(len(at.samples)))


def slope_of(found: Vector, at: Images) -> float:
    """The largest slope of what moves on its own at each P."""
    return float(np.abs(scaling_laws.fit_weights(at.samples)) @ np.abs(found))


@cache
def on_images(at: Images) -> Said:
    """The effective ridge of a data set; what it neglects moves the error at each P, and so the slope, on its own."""
    labels, shuffled = of_labels(at), of_shuffled(at)
    said: dict[Expression, Known] = {}
    for error, of in ((Images.error, labels), (Images.shuffled, shuffled)):
        left = Remainder(
            "unevenness of the ridge over images and draws, 1/P",
            of.neglected(),
            order="1/P",
            got="computed",
            relative=True,
        )
        said[error] = Known(of.error(), left, Remainder(WORDS, SCATTER, order="scatter²", got="bounded", relative=True))
    own = shuffled.regression
    said[ON_SHUFFLED] = Known(
        [own.slope(own.error())],
        Remainder(
            "unevenness of the ridge over images and draws, 1/P",
            slope_of(shuffled.neglected(), at),
            order="1/P",
            got="computed",
        ),
    )
    orders = labels.regression.correction() - shuffled.regression.correction()
    said[RELATIVE] = Known(
        [relative_slope(at, labels.regression)],
        Remainder(
            "uneven ridge beside E0", slope_of(labels.uneven * (labels.gain() - shuffled.gain()), at), got="computed"
        ),
        Remainder("residuals uneven with the ridge", slope_of(labels.residual, at), got="computed"),
        Remainder(WORDS, slope_of(np.full(len(at.samples), SCATTER), at), order="scatter²", got="bounded"),
        Remainder("first order in 1/P of Gaussian features", slope_of(orders, at), order="1/P", got="computed"),
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
    found = tail(of_labels(at).regression)
    return {RELATIVE: Known([found.slope], Remainder("octaves of the tail", found.octaves, got="computed"))}


def half_way(at: Images) -> Said:
    """Half way from the target's tail to that of the spectrum."""
    of = of_labels(at).regression
    return {RELATIVE: [0.5 * (tail(of).slope + tail(replace(of, power=of.levels)).slope)]}


def labels_of_spectrum(at: Images) -> Said:
    """Labels learned as if y_k² ∝ λ_k."""
    of = of_labels(at).regression
    return {RELATIVE: [relative_slope(at, replace(of, power=of.levels))]}


def amplitudes(at: Images) -> Said:
    """Broken: |y_k| for y_k²."""
    of, known = of_labels(at).regression, on_images(at)[RELATIVE]
    assert isinstance(known, Known)
    return {RELATIVE: Known([relative_slope(at, replace(of, power=np.sqrt(of.power)))], *known.remainders)}


def each_error(at: Images, by: Callable[[Regression], Vector]) -> dict[Expression, Vector]:
    """Of the labels and of the shuffled ones."""
    return {error: by(of(at).regression) for error, of in ((Images.error, of_labels), (Images.shuffled, of_shuffled))}


no_e0_on_images = partial(each_error, by=Regression.error_without_e0)

equivalent_kernel = partial(each_error, by=Regression.error_of_equivalent_kernel)
