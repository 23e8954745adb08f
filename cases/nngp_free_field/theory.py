"""What the theory and its rivals say: cumulants of one neuron, the arcsine kernel's spectrum, the effective ridge."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.curves import effective_ridge, equivalent_kernel, learnability_correction
from fieldbench.theory.kernels import Kernel, sphere
from fieldbench.theory.networks import READOUT_KURTOSIS, NeuronMoments, neuron_moments, pairings

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
# points: .06 of the coefficient of Gaussian readouts at coincident points, or a fifth of what is left there if that is
# less. The outputs' own cumulant scatters as a Gaussian's, √(24/networks), whatever N: a fifth of the coefficient, and
# a quarter of the smaller one that uniform weights leave.
COVARIANCE, OUTPUT_COVARIANCE, FOUR_POINT, LEFT, SPECTRUM = 0.005, 0.02, 0.06, 0.2, 0.05
OUTPUT_CUMULANT = {"gaussian": 0.2, "uniform": 0.25}
LEARNED = 0.04  # of ln κ_eff, which moves a learnability by L(1 − L) times as much


def one_neuron(at: PlaneNetworks, kernel: Kernel = KERNEL) -> dict[Any, Known]:
    """Each cumulant of the outputs is N times that of one neuron, at every N; the kernel for Gaussian weights."""
    covariance = kernel(INPUTS, INPUTS) if at.hidden == "gaussian" else _neuron(at.hidden).covariance()
    wanted = min(FOUR_POINT * abs(coefficient(at, kurtosis=GAUSSIAN)[0]), LEFT * abs(coefficient(at)[0]))
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
        FewNeurons.output_cumulant: Known(four_point[0], resolution(OUTPUT_CUMULANT[at.readout], relative=True)),
    }


def arcsine(at: PlaneNetworks) -> Said:
    """The covariance for Gaussian hidden weights, whatever their law."""
    return {PlaneNetworks.covariance: KERNEL(INPUTS, INPUTS)[PAIRS]}


def first_term_of_arcsine(at: PlaneNetworks) -> Said:
    """asin z → z: the linear part of each neuron alone, (4/π) K₁₂/√((1 + 2K₁₁)(1 + 2K₂₂))."""
    return {PlaneNetworks.covariance: (2.0 / np.pi) * np.sin(0.5 * np.pi * KERNEL(INPUTS, INPUTS)[PAIRS])}


def argument_over_root_two(at: PlaneNetworks | SphereNetworks) -> Said:
    """erf(z/√2), the other usual sigmoid, (2/π) asin(K₁₂/√((1 + K₁₁)(1 + K₂₂)))."""
    kernel = Kernel("erf", weight_variance=0.5)
    if isinstance(at, SphereNetworks):
        return {SphereNetworks.power: sphere.eigenvalues(kernel, 3, EXACTNESS)[list(DEGREES)]}
    return {PlaneNetworks.covariance: kernel(INPUTS, INPUTS)[PAIRS]}


def gaussian_readouts(at: PlaneNetworks) -> Said:
    """k = 3, whatever the law of the readouts."""
    return _cumulants(coefficient(at, kurtosis=GAUSSIAN))


def other_hidden_law(at: PlaneNetworks) -> Said:
    """The coefficient of the other law of the hidden weights, uniform for Gaussian and Gaussian for uniform."""
    return _cumulants(coefficient(replace(at, hidden="uniform" if at.hidden == "gaussian" else "gaussian")))


def without_coefficient(at: PlaneNetworks) -> Said:
    """⟨ff⟩⟨ff⟩/N, the mean of the three pairings: the right order with a coefficient of one."""
    return _cumulants(_pairings(at) / 3.0)


def gaussian_features(at: PlaneNetworks) -> Said:
    """φ as if it were Gaussian over the hidden weights: ⟨φφφφ⟩ is the sum of its pairings, of which k − 1 is left."""
    return _cumulants((READOUT_KURTOSIS[at.readout] - 1.0) * _pairings(at))


def two_pairings(at: PlaneNetworks) -> Said:
    """Two thirds of the coefficient."""
    return _cumulants(2.0 / 3.0 * coefficient(at))


def one_neuron_more(at: PlaneNetworks) -> Said:
    """1/(N + 1) in place of 1/N."""
    return _cumulants(coefficient(at) * at.width / (at.width + 1.0))


def root_n(at: PlaneNetworks) -> Said:
    """1/√N: the size of the fluctuations of K̂, not their variance."""
    return _cumulants(coefficient(at) * at.width**0.5)


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


def fourth_power_law(at: SphereNetworks) -> Said:
    """λ_l ∝ l^{-4}, a kernel with a cusp such as ReLU's, with the power in l = 1 of the arcsine."""
    first = sphere.eigenvalues(KERNEL, 3, 2)[1]
    return {SphereNetworks.power: first * np.array(DEGREES, float) ** -4}


def first_order(at: Regression) -> Said:
    """The effective ridge and its first correction in 1/P, which what lies beyond is taken not to exceed."""
    curve, degrees = effective_ridge(sphere.spectrum(KERNEL, at.dimension), at.samples, at.ridge), list(at.degree)
    correction = learnability_correction(curve, at.dimension)[:, degrees]
    learned = curve.learnability[:, degrees]
    return {
        Regression.learned: Known(
            learned + correction,
            resolution(LEARNED * learned * (1.0 - learned)),
            Remainder("orders beyond the computed correction", np.abs(correction), order="1/P²", got="guessed"),
        )
    }


def bare_ridge(at: Regression) -> Said:
    """The ridge κ: the equivalent kernel."""
    found = equivalent_kernel(sphere.spectrum(KERNEL, at.dimension), at.samples, at.ridge)
    return {Regression.learned: found.learnability[:, list(at.degree)]}


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


def _pairings(at: PlaneNetworks) -> Vector:
    """Σ_pairings ⟨φφ⟩⟨φφ⟩ at the quadruples."""
    covariance = _neuron(at.hidden).covariance()
    return np.array([sum(covariance[a] * covariance[b] for a, b in pairings(points)) for points in QUADRUPLES])


def _cumulants(four_point: Vector) -> Said:
    return {PlaneNetworks.four_point: four_point, FewNeurons.output_cumulant: four_point[0]}


def _scale(at: PlaneNetworks) -> Vector:
    """√(⟨f_μ²⟩⟨f_ν²⟩) of the pairs."""
    deviations = np.sqrt(np.diag(_neuron(at.hidden).covariance()))
    return np.asarray(np.outer(deviations, deviations)[PAIRS])


@cache
def _neuron(hidden: str) -> NeuronMoments:
    return neuron_moments(INPUTS, hidden)
