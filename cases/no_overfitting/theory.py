"""What several theories of the case share: D equal modes order by order in 1/P, and exactly at the peak."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said
from fieldbench.theory.curves import effective_ridge, gaussian_orders, mean_of_sum, peak_enhancement
from fieldbench.theory.kernels import Spectrum

from .experiment import BARE, MODES, NOISE, Noiseless, Noisy, Square, Tailed

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
RESOLUTION = 0.0015  # of the error, times E0, with which its scatter between data sets grows
EDGE = 1.0 / 8.0  # of what the hard edge adds to the height, beyond which it would be another edge


@cache
def orders(samples: tuple[float, ...], ridge: float = BARE, tail: tuple[float, ...] = ()) -> tuple[Matrix, Vector]:
    """Error of D equal modes and a tail order by order in 1/P, (orders, p), and E0 of the effective ridge, (p,)."""
    levels = Spectrum(np.array([1.0 / MODES, *tail]), np.array([float(MODES), *np.ones(len(tail))]))
    power = np.array([1.0, *np.zeros(len(tail))])
    found = gaussian_orders(levels, samples, ridge, power, NOISE)
    return found.error, effective_ridge(levels, samples, ridge).e0


def beyond(terms: Matrix, e0: Vector, samples: tuple[int, ...]) -> Remainder:
    """Each order is a small fraction of the one before; all that follow are below the last one that was computed.

    Where the last one happens to vanish, the one before times the parameter E0/P takes its place.
    """
    last = np.abs(terms[3]) + np.abs(terms[2]) * e0 / np.array(samples)
    return Remainder("orders beyond 1/P³", last / terms.sum(axis=0), order="1/P⁴", got="bounded", relative=True)


def error_of(at: Noisy, ridge: float, tail: tuple[float, ...] = ()) -> Known:
    """Three orders beyond the effective ridge."""
    terms, e0 = orders(at.samples, ridge, tail)
    resolution = Remainder("resolution, times E0", RESOLUTION * e0, got="chosen", relative=True)
    return Known(terms.sum(axis=0), beyond(terms, e0, at.samples), resolution)


def bulk(at: Noisy) -> Said:
    """The effective ridge alone."""
    tail = tuple(at.tail) if isinstance(at, Tailed) else ()
    return {Noisy.error: orders(at.samples, BARE if tail else at.ridge, tail)[0][0]}


def flat(at: Noisy) -> Said:
    """D equal modes with a ridge T."""
    return {Noisy.error: error_of(at, at.ridge)}


def tailed(at: Tailed) -> dict[Expression, Known]:
    """The same modes with the tail itself, and how that differs from its sum as a ridge."""
    tail = tuple(at.tail)
    (full, e0), (summed, _) = orders(at.samples, tail=tail), orders(at.samples, BARE + at.ridge)
    change = np.log(full.sum(axis=0) / summed.sum(axis=0))
    further = full[2:] / full.sum(axis=0) - summed[2:] / summed.sum(axis=0)
    last = np.abs(further[1]) + np.abs(further[0]) * e0 / np.array(at.samples)
    return {
        Tailed.error: error_of(at, BARE, tail),
        Tailed.tail_change: Known(
            change,
            Remainder("orders beyond 1/P³", last, order="1/P⁴", got="bounded"),
            Remainder("a fifth of it, or one in a thousand", np.maximum(0.2 * np.abs(change), 1e-3), got="chosen"),
        ),
    }


def sum_as_ridge(at: Tailed, factor: float = 1.0) -> Said:
    """All of the tail, or `factor` times it, as a ridge."""
    asked, whole = (orders(at.samples, BARE + part * at.ridge)[0].sum(axis=0) for part in (factor, 1.0))
    return {Tailed.error: asked, Tailed.tail_change: np.log(asked / whole)}


def projection(at: Noiseless) -> Said:
    """The predictor projects on P of D directions, on every data set; what is left is rounding times Tr K/T."""
    sizes = np.array(at.samples)
    rounding = 10.0 * np.finfo(float).eps * sizes / at.ridge
    return {Noiseless.error: Known(1.0 - sizes / MODES, Remainder("rounding", rounding, got="bounded"))}


def square(at: Square) -> dict[Expression, Known]:
    """Exact at every D: the mean over singular values of square Gaussian matrices."""
    ridges = at.ridge * at.modes

    def spread(levels: Vector) -> Matrix:
        return np.asarray(levels / (levels + ridges[:, None]) ** 2)

    height = 1.0 + mean_of_sum(spread, at.modes, at.modes, least=float(np.sqrt(ridges.min())))
    edge = EDGE * np.abs(np.log(height / smooth_height(at)))
    return {
        Square.height: Known(
            height,
            Remainder("quadrature", 1e-8, got="bounded", relative=True),
            Remainder("resolution, an eighth of what the hard edge adds", edge, got="chosen", relative=True),
        )
    }


def smooth_height(at: Square) -> Vector:
    """E0 at P = D of the effective ridge alone."""
    levels = Spectrum(np.array([1.0 / at.modes]), np.array([float(at.modes)]))
    return np.concatenate([effective_ridge(levels, at.modes, T).e0 for T in at.ridge])


def smooth(at: Square) -> Said:
    """The bulk theory at the edge."""
    return {Square.height: smooth_height(at)}


def edge_of_large_matrices(at: Square) -> Said:
    """The same with what the hard edge of infinite matrices adds to its ½√(Dλ/T)."""
    return {Square.height: smooth_height(at) + (peak_enhancement(at.scaled) - 1.0) * 0.5 / np.sqrt(at.ridge)}


def height_over_limit(ridge: float) -> Vector:
    """E0(P = D)/½√(Dλ/T) of the effective ridge: (1 + z)²/(z(2 + z)) with z²/(1 + z) = T/Dλ, 1 + O(√T)."""
    curve = effective_ridge(Spectrum(np.array([1.0 / MODES]), np.array([float(MODES)])), [MODES], ridge)
    return np.asarray(curve.e0 / (0.5 / np.sqrt(ridge)))


def dense_curve(at: Noisy) -> tuple[Vector, Vector]:
    samples = tuple(np.geomspace(at.samples[0], at.samples[-1], 60))
    tail = tuple(at.tail) if isinstance(at, Tailed) else ()
    return np.array(samples), orders(samples, BARE if tail else at.ridge, tail)[0].sum(axis=0)
