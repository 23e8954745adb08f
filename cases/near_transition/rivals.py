"""What somebody would believe of a network's neurons instead."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Known, Said
from fieldbench.theory.adaptation import KERNEL_RIDGE, SLIDE, Approximation, hermite_modes, rescaled_process

from .experiment import Network
from .theory import Vector, adapted, complete, known, problem

FROZEN = Approximation("frozen radius", hermite_modes(1, 3, 5, 7), frozen_radius=True)


def frozen_radius(at: Network) -> Said:
    """|w_⊥|² kept at σ_w²; everything else as in the saddle of the complete theory."""
    return adapted(at, FROZEN)


def kernel_ridge(at: Network) -> Said:
    """The effective ridge over the spectrum of K, not of the response."""
    return adapted(at, KERNEL_RIDGE)


def source(at: Network) -> Said:
    """The one-dimensional action of arXiv:2310.03789, eq. 13: |w_⊥| frozen, κ for the ridge, H_1 and H_3."""
    return adapted(at, SLIDE)


@cache
def normal(at: Network) -> dict[Any, Known]:
    """Neurons normally distributed along the teacher with the complete theory's variance: no well but the central."""
    whole = complete(at)
    scaled = float(whole[Network.variance_along].value)
    return dict(whole) | {
        Network.fourth_along: Known(3.0 * scaled**2),
        Network.density: Known(_normal_density(at, scaled / at.dimension)),
    }


@cache
def gaussian_process(at: Network) -> dict[Any, Known]:
    """The infinitely wide network: weights as in the prior, the effective ridge of its kernel."""
    found, prior = rescaled_process(problem(at), 1.0), at.hidden_variance
    scalars = [found.linear, found.cubic / at.cubic, prior, 3.0 * prior**2, prior]
    return known(at, np.concatenate([scalars, _normal_density(at, prior / at.dimension)]))


def _normal_density(at: Network, variance: float) -> Vector:
    found: Vector = np.exp(-(at.overlap**2) / (2.0 * variance)) / math.sqrt(2.0 * math.pi * variance)
    return found
