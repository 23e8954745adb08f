"""On the same data with Gaussian weights: the best Gaussian density, the prior, the prior's kernel times a number."""

from __future__ import annotations

from functools import cache

import numpy as np

from fieldbench.claims import Said
from fieldbench.theory.adaptation import RELU, FoldMode
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.variational import adapt, relu_overlap, scale_of_kernel

from .experiment import Network
from .theory import FloatArray, task, together

DRAWS = 2**14  # of Gaussian weights, each with its mirror image: R_2 to .005
STATIONARY = 1e-6  # of ∂F/∂L: F is flat there, and observables move by as little


@cache
def gaussian_weights(at: Network) -> Said:
    """The variational Gaussian theory: of all Gaussian densities of the weights, centred ones, the best on each set."""
    inputs, targets = task(at)
    each = [gaussian_on(x, y, at) for x, y in zip(inputs, targets, strict=True)]
    return together(at, each)


def gaussian_on(inputs: FloatArray, targets: FloatArray, at: Network) -> tuple[float, float, float]:
    found = adapt(
        inputs, targets, width=at.width, ridge=at.ridge, mean_field=at.width, overlap=relu_overlap,
        stationary=STATIONARY,
    )  # fmt: skip
    linear, even = overlaps_of_gaussian(inputs, found.discrepancy, found.covariance)
    return linear, even, float(at.dimension * found.covariance[0, 0])


def overlaps_of_gaussian(inputs: FloatArray, discrepancy: FloatArray, covariance: FloatArray) -> tuple[float, float]:
    """E[f z] and E[f (|z| − √(2/π))] of f = Σ_μ t_μ K(x, x_μ) for weights N(0, Σ).

    The first is tᵀXΣe_1/4, as the odd half of relu is linear. The second averages h(w)J(w) over weights and −w.
    """
    linear = float(discrepancy @ inputs @ covariance[:, 0]) / 4.0
    draw = np.random.default_rng(0).standard_normal((DRAWS, len(covariance)))
    weights = draw @ np.linalg.cholesky(covariance).T
    m, q = weights[:, 0], np.sum(weights**2, axis=1)
    fold = FoldMode().overlap(RELU, m, q - m**2)
    # h(w) + h(−w) over two: relu's even half |·|/2, and J is even
    even = np.abs(weights @ inputs.T) @ discrepancy / 2.0 @ fold / DRAWS
    return linear, float(even)


@cache
def of_prior(at: Network, rescaled: bool) -> Said:
    inputs, targets = task(at)
    each = []
    for x, y in zip(inputs, targets, strict=True):
        kernel = Kernel("relu")(x, x)
        scale = kernel_scale(kernel, y, at.ridge) if rescaled else 1.0
        discrepancy = np.linalg.solve(scale * kernel + at.ridge * np.eye(len(y)), y)
        linear, even = overlaps_of_gaussian(x, discrepancy, np.eye(at.dimension) / at.dimension)
        each.append((scale * linear, scale * even))
    return together(at, each)


def gaussian_process(at: Network) -> Said:
    """Infinitely wide in standard scaling: the kernel of the prior on the same data."""
    return of_prior(at, False)


def rescaling(at: Network) -> Said:
    """The kernel of the prior times one number Q."""
    return of_prior(at, True)


def kernel_scale(kernel: FloatArray, targets: FloatArray, ridge: float) -> float:
    """Q at χ = N, where all that stands against the pull is 1 − 1/Q: what the determinant adds is of order 1/N."""
    eigenvalues, modes = np.linalg.eigh(kernel)
    return scale_of_kernel(eigenvalues, modes.T @ targets, width=1.0, ridge=ridge, mean_field=1.0, trace=0.0)
