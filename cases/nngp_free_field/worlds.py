"""Worlds in which the claim is false: what each statement check would have to notice."""

from __future__ import annotations

import numpy as np

from fieldbench.claims import Check, Said, Theory

from . import theory
from .case import ARCSINE_AT_POINTS, COEFFICIENT, GAUSSIAN_EXPONENT, SPECTRUM, UNIFORM, UNIFORM_EXPONENT
from .experiment import DEGREES, INPUTS, KERNEL, PAIRS, PlaneNetworks, SphereNetworks


def finite_width_covariance(at: PlaneNetworks) -> Said:
    """A covariance with a correction of its own, K(1 − 1/N): at N = 1000 it hides within any margin."""
    return {PlaneNetworks.covariance: KERNEL(INPUTS, INPUTS)[PAIRS] * (1.0 - 1.0 / max(at.width, 2))}


def weights_a_tenth_wide(at: PlaneNetworks) -> Said:
    """σ_w² = 1.1, a tenth more than stated."""
    return {PlaneNetworks.covariance: KERNEL(INPUTS * 1.1**0.5, INPUTS * 1.1**0.5)[PAIRS]}


def flat(at: SphereNetworks) -> Said:
    """No preference at all."""
    return {SphereNetworks.power: np.full(len(DEGREES), 0.15)}


EXPONENTS: dict[str, Theory | float] = {
    "root-n": -0.5,  # the size of the fluctuations of K̂
    "three-halves": -1.5,  # their third cumulant
    "one-neuron-more": theory.one_neuron_more,  # 1/(N + 1)
    "two-per-cent-slower": -0.98,
    "no-fall": 0.0,  # no free field
}
WORLDS: dict[Check, dict[str, Theory | float]] = {
    ARCSINE_AT_POINTS: {
        "first-term-of-arcsine": theory.first_term_of_arcsine,  # linear neurons
        "argument-over-root-two": theory.argument_over_root_two,  # the other usual sigmoid
        "weights-a-tenth-wide": weights_a_tenth_wide,
        "finite-width": finite_width_covariance,
    },
    COEFFICIENT: {
        "without-coefficient": theory.without_coefficient,  # "of order 1/N" taken at its word
        "gaussian-features": theory.gaussian_features,  # Wick's theorem for φ
        "two-pairings": theory.two_pairings,  # covariances of K̂ over two of the three
        "root-n": theory.root_n,
    },
    UNIFORM: {
        "gaussian-readouts": theory.gaussian_readouts,  # the law of the readouts does not matter
        "other-hidden-law": theory.other_hidden_law,
        "free-field": 0.0,
        "two-pairings": theory.two_pairings,
    },
    GAUSSIAN_EXPONENT: EXPONENTS,
    UNIFORM_EXPONENT: EXPONENTS,
    SPECTRUM: {
        "argument-over-root-two": theory.argument_over_root_two,
        "fourth-power-law": theory.fourth_power_law,
        "flat-in-degree": flat,
    },
}
