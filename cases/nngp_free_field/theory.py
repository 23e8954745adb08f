"""What the theory and its rivals say: cumulants of one neuron, the arcsine kernel's spectrum, the effective ridge."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.curves import effective_ridge, learnability_correction
from fieldbench.theory.curves import equivalent_kernel as bare_ridge
from fieldbench.theory.kernels import Kernel, sphere
from fieldbench.theory.networks import READOUT_KURTOSIS, NeuronMoments, neuron_moments

from .experiment import (
    DEGREES,
    EXACTNESS,
    INPUTS,
    KERNEL,
    PAIRS,
    QUADRUPLES,
    FewNeurons,
    PlaneNetworks,
    Regression,
    SphereNetworks,
)

Vector = NDArray[np.float64]

GAUSSIAN = 3.0  # kurtosis

# The theory is exact at every N: what bounds its error is the resolution wanted, fixed with the sample sizes. Four
# points: .06 of the coefficient of Gaussian readouts at coincident points, half of what uniform readouts leave there.
# The outputs' own cumulant scatters as a Gaussian's, √(24/networks), whatever N: a quarter of the coefficient.
COVARIANCE, OUTPUT_COVARIANCE, FOUR_POINT, OUTPUT_CUMULANT, SPECTRUM = 0.005, 0.02, 0.06, 0.25, 0.05


def one_neuron(at: PlaneNetworks, kernel: Kernel = KERNEL) -> dict[Any, Known]:
    """Each cumulant of the outputs is N times that of one neuron, at every N; the kernel for Gaussian weights."""
    covariance = kernel(INPUTS, INPUTS) if at.hidden == "gaussian" else _neuron(at.hidden).covariance()
    wanted = FOUR_POINT * abs(coefficient(at, kurtosis=GAUSSIAN)[0])
    return {
        PlaneNetworks.covariance: Known(covariance[PAIRS], resolution(COVARIANCE * _scale(at))),
        PlaneNetworks.four_point: Known(coefficient(at), resolution(wanted)),
    }


def few_neurons(at: FewNeurons) -> dict[Any, Known]:
    """The outputs themselves have the same cumulants."""
    known = one_neuron(at)
    covariance, four_point = known[PlaneNetworks.covariance].value, known[PlaneNetworks.four_point].value
    return {
        **known,
        FewNeurons.output_covariance: Known(covariance, resolution(OUTPUT_COVARIANCE * _scale(at))),
        FewNeurons.output_cumulant: Known(four_point[0], resolution(OUTPUT_CUMULANT, relative=True)),
    }


def arcsine(at: PlaneNetworks) -> Said:
    """The covariance for Gaussian hidden weights, whatever their law."""
    return {PlaneNetworks.covariance: KERNEL(INPUTS, INPUTS)[PAIRS]}


def gaussian_readouts(at: PlaneNetworks) -> Said:
    """k = 3, whatever the law of the readouts."""
    return _cumulants(coefficient(at, kurtosis=GAUSSIAN))


def inverse_square(at: PlaneNetworks) -> Said:
    """A four-point function of order 1/N²."""
    return _cumulants(coefficient(at) / at.width)


def power_by_degree(at: SphereNetworks) -> Said:
    """The power in a degree is the kernel's eigenvalue on the sphere."""
    # Degrees from EXACTNESS + 1 − l on are mistaken for degree l. Those of different degrees are uncorrelated, so
    # the mean gains at most their power, which falls fast with degree.
    values, degrees = sphere.eigenvalues(KERNEL, 3, EXACTNESS + 1), np.array(DEGREES)
    wrong = EXACTNESS + 1 - degrees
    aliased = (2 * wrong + 1) * values[wrong] / ((2 * degrees + 1) * values[degrees])
    aliasing = Remainder("aliasing of the quadrature", aliased, got="bounded", relative=True)
    return {SphereNetworks.power: Known(values[degrees], resolution(SPECTRUM, relative=True), aliasing)}


def first_order(at: Regression) -> Said:
    """The effective ridge and its first correction in 1/P; beyond it lies no more than it and 1/P, as in cubic GPs."""
    curve, degrees = effective_ridge(sphere.spectrum(KERNEL, at.dimension), at.samples, at.ridge), list(at.degree)
    correction = learnability_correction(curve, at.dimension)[:, degrees]
    one_in_p = 1.0 / np.array(at.samples)[:, None]
    return {
        Regression.learned: Known(
            curve.learnability[:, degrees] + correction,
            Remainder("orders beyond the computed correction", np.abs(correction), order="1/P²", got="guessed"),
            Remainder("one in P", one_in_p, order="1/P", got="guessed"),
        )
    }


def equivalent_kernel(at: Regression) -> Said:
    """The bare ridge κ."""
    curve = bare_ridge(sphere.spectrum(KERNEL, at.dimension), at.samples, at.ridge)
    return {Regression.learned: curve.learnability[:, list(at.degree)]}


def along_the_widths(at: PlaneNetworks) -> tuple[Vector, Vector]:
    """N and |⟨ffff⟩_c| at A, for a figure."""
    widths = np.geomspace(1.0, 1000.0, 31)
    return widths, abs(coefficient(at)[0]) / widths


def resolution(size: Any, relative: bool = False) -> Remainder:
    """What an exact theory is asked for."""
    return Remainder("resolution", size, got="chosen", relative=relative)


def coefficient(at: PlaneNetworks, kurtosis: float | None = None) -> Vector:
    """N⟨ffff⟩_c at the quadruples of points; k is that of the readouts' law if not given."""
    k = READOUT_KURTOSIS[at.readout] if kurtosis is None else kurtosis
    return np.array([_neuron(at.hidden).four_point(points, k) for points in QUADRUPLES])


def _cumulants(four_point: Vector) -> Said:
    return {PlaneNetworks.four_point: four_point, FewNeurons.output_cumulant: four_point[0]}


def _scale(at: PlaneNetworks) -> Vector:
    """√(⟨f_μ²⟩⟨f_ν²⟩) of the pairs."""
    deviations = np.sqrt(np.diag(_neuron(at.hidden).covariance()))
    return np.asarray(np.outer(deviations, deviations)[PAIRS])


@cache
def _neuron(hidden: str) -> NeuronMoments:
    return neuron_moments(INPUTS, hidden)
