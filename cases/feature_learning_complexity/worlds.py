"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Said

from .case import LINEAR, PROCESS, SHARE
from .experiment import Network, Process
from .predictions import (
    ONE_DEGREE_LESS,
    equivalent_kernel,
    falling,
    gaussian_process,
    kernel_ridge,
    of_process,
    one_degree_less,
    slides,
    without_fluctuations,
)
from .theory import SADDLE, adapted, process, rescaled


def strength_of_mean_field(at: Network) -> Said:
    """χ = N along the ray: the strength grows, and with it the share (exponent .26)."""
    return without_fluctuations(replace(at, mean_field=True))


def half_the_samples(at: Network) -> Said:
    """The data set counts for half: κ doubled."""
    return adapted(at, SADDLE, 2 * at.ridge)


def of_a_rescaled_kernel(at: Process) -> Said:
    """The process with the kernel that learning would rescale (exponent −1.67 in d)."""
    return of_process(at, float(rescaled(Network(at.beta), None)[Network.harmonic_response]))


def one_more_degree(at: Process) -> Said:
    """The eigenvalue of a quartic harmonic, ∝ d⁻⁴."""
    return of_process(at, process(at) / at.dimension)


WORLDS = {
    SHARE: {
        "one-degree-less": ONE_DEGREE_LESS,  # the network meets a quadratic where the process meets a cubic
        "half-a-degree-less": falling(-0.5),  # the share falls as d^(−1/2)
        "strength-of-mean-field": strength_of_mean_field,
        "without-fluctuations": without_fluctuations,  # exponent .11
        "gp": gaussian_process,
    },
    PROCESS: {
        "equivalent-kernel": equivalent_kernel,  # exponent −1.91 at these sizes
        "rescaled-kernel": of_a_rescaled_kernel,
        "one-degree-less": one_degree_less,
        "one-degree-more": one_more_degree,
    },
    LINEAR: {
        "kernel-ridge": kernel_ridge,
        "slides": slides,
        "without-fluctuations": without_fluctuations,
        "half-the-samples": half_the_samples,
    },
}
