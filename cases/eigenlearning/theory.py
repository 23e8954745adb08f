"""The theory of each kind of experiment, and what several share: learnabilities with remainders, (ridge, mode)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said
from fieldbench.theory.curves import LearningCurve, effective_ridge, gaussian_orders, learnability_correction
from fieldbench.theory.kernels import Spectrum, sphere

from .experiment import NOISE, Gaussian, Images, Modes, Sphere
from .population import KERNEL

Matrix = NDArray[np.float64]
SingleModes: TypeAlias = Gaussian | Sphere
BEYOND = "orders beyond 1/P³"
RESOLUTION = 0.1  # of the order 1/P, so that it is seen to one digit


def spectrum(at: SingleModes) -> Spectrum:
    return sphere.spectrum(KERNEL, at.dimension) if isinstance(at, Sphere) else Spectrum(at.eigenvalues)


def levels(at: SingleModes) -> Matrix:
    """λ_k of the modes that are looked at."""
    return spectrum(at).eigenvalues[list(at.mode)]


def over_ridges(at: SingleModes, function: Callable[[float], Matrix]) -> Matrix:
    return np.stack([function(T) for T in at.ridge])


def learned_by(at: SingleModes, action: Callable[..., LearningCurve]) -> Matrix:
    """L_k of one of the actions: `equivalent_kernel`, `one_loop`, `effective_ridge`."""
    return over_ridges(at, lambda T: action(spectrum(at), at.samples, T).learnability[0, list(at.mode)])


@cache
def orders(at: Gaussian) -> tuple[Matrix, Matrix]:
    """⟨L_k⟩, and ⟨f_k²⟩ of the mixed targets, order by order in 1/P, (orders, ridge, mode)."""
    found = [gaussian_orders(at.eigenvalues, at.samples, T, at.power, NOISE) for T in at.ridge]
    learned, squares = ([getattr(each, what)[:, 0, list(at.mode)] for each in found] for what in ("learned", "squares"))
    return np.stack(learned, axis=1), np.stack(squares, axis=1)


def last_of(terms: Matrix, at: Gaussian) -> Matrix:
    """Each order is a small fraction of the one before, so that all that follow are below the last one.

    Where that happens to vanish, the one before times the parameter E0/P takes its place.
    """
    gain = over_ridges(at, lambda T: effective_ridge(at.eigenvalues, at.samples, T).e0)[:, :1] / at.samples
    return np.asarray(np.abs(terms[3]) + gain * np.abs(terms[2]))


def learned_of_gaussian(at: Gaussian) -> Known:
    """Effective ridge and three orders in 1/P."""
    terms = orders(at)[0]
    return Known(
        terms.sum(axis=0),
        Remainder(BEYOND, last_of(terms, at), order="1/P⁴", got="bounded"),
        Remainder("resolution, a tenth of the order 1/P", RESOLUTION * np.abs(terms[1]), got="chosen"),
    )


def learned_on_sphere(at: Sphere) -> Known:
    """Effective ridge and its first correction; the next order is a guess, as ⟨φ⁴⟩ of harmonics is large."""
    curves = [effective_ridge(spectrum(at), at.samples, T) for T in at.ridge]
    watched = list(at.mode)
    shift = np.concatenate([learnability_correction(curve, at.dimension) for curve in curves])[:, watched]
    learned = np.concatenate([curve.learnability for curve in curves])[:, watched]
    size = np.maximum(np.abs(shift), learned * (1.0 - learned) / at.samples)
    return Known(
        learned + shift,
        Remainder("order 1/P², a quarter of 1/P", size / 4.0, order="1/P²"),
        Remainder("resolution", 1e-4, got="chosen", relative=True),
    )


def between_data_sets(at: Gaussian) -> Known:
    """⟨f_k²⟩ − y_k²⟨L_k⟩² for targets y_k = ±1 of the first modes, with label noise: to leading order L_k²·MSE/P."""
    learned, squares = orders(at)
    mean = learned.sum(axis=0)
    value = squares.sum(axis=0) - mean**2
    last = last_of(squares, at) + 2.0 * mean * last_of(learned, at)
    return Known(
        value,
        Remainder(BEYOND, last, order="1/P⁴", got="bounded"),
        Remainder("resolution", 0.01, got="chosen", relative=True),
    )


def scatter_alone(at: Gaussian) -> Matrix:
    """L_k²·MSE/P, of the effective ridge."""
    curves = [effective_ridge(at.eigenvalues, at.samples, T, target=at.power, noise=NOISE) for T in at.ridge]
    learned = np.concatenate([curve.learnability for curve in curves])[:, list(at.mode)]
    return np.asarray(learned**2 * np.concatenate([curve.test_error for curve in curves])[:, None] / at.samples)


def of_modes(at: SingleModes, learned: NDArray[np.float64]) -> Said:
    """What a learnability says of posterior variances too."""
    said: dict[Expression, NDArray[np.float64]] = {Modes.learned: learned}
    return said if isinstance(at, Sphere) else {**said, Gaussian.posterior: 1.0 - learned}


def gaussian_features(at: Gaussian) -> Said:
    """Feedback and three orders in 1/P; the posterior variance is what is not learned of the prior's."""
    learned = learned_of_gaussian(at)
    left = Known(1.0 - learned.value, *learned.remainders)
    return {Modes.learned: learned, Gaussian.posterior: left, Gaussian.between: between_data_sets(at)}


def on_the_sphere(at: Sphere) -> Said:
    """The same, with one order in 1/P."""
    return {Modes.learned: learned_on_sphere(at)}


def conservation(at: Images) -> Said:
    """Exact, to the rounding of M sums of P terms with the condition of K + T, at most Tr K/T."""
    condition = 1.0 + at.samples * float(KERNEL.of_cosine(np.ones(1))[0]) / at.ridge
    rounding = 10.0 * at.images * np.finfo(float).eps * condition
    return {Images.conserved: Known(0.0, Remainder("rounding", rounding, got="bounded"))}
