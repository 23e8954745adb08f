"""The identity: every entry of the covariance adapts, and out comes the kernel of the prior times one number."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.variational import adapt

from .experiment import Gibbs
from .theory import full_matrix, process_predictor, rescaled, task

FloatArray = NDArray[np.float64]

AT = Gibbs(60, 24, 60, 60, 10.0)
ANNEALING = (1, 4, 15, 60)  # χ from standard to mean-field scaling, κ the same


def scale_of_full_matrix() -> float:
    """1/(1 − χ tᵀK_0t/N) with the t of the full matrix."""
    given, t = task(AT), full_matrix(AT).discrepancy
    return float(1.0 / (1.0 - AT.chi / AT.width * np.sum((given.inputs.T @ t) ** 2) / AT.dimension))


def scale_alone() -> float:
    return rescaled(AT, trace=0.0).scale


def scale_to_first_order() -> float:
    """Broken: 1 + χ tᵀK_0t/N, of which the geometric series is lost."""
    return 2.0 - 1.0 / scale_of_full_matrix()


def scale_with_the_trace() -> float:
    """Broken: the determinant of the network's action in equations that have none."""
    found = full_matrix(AT, determinant=1.0)
    return float(np.linalg.eigvalsh(AT.dimension * found.covariance)[-1])


def predictor_of_full_matrix() -> FloatArray:
    """Kt on every sample."""
    found = full_matrix(AT)
    return found.kernel @ found.discrepancy


def predictor_of_one_scale() -> FloatArray:
    """QK_0t, of the scalar equation."""
    return task(AT).inputs @ rescaled(AT, trace=0.0).predictor


def predictor_of_process() -> FloatArray:
    """K_0t of the prior."""
    return task(AT).inputs @ process_predictor(AT)


def directions_of_full_matrix() -> FloatArray:
    """Eigenvalues of dΣ, rising: one direction has Q, the others what they had."""
    return np.asarray(np.linalg.eigvalsh(AT.dimension * full_matrix(AT).covariance), np.float64)


def directions_expected() -> FloatArray:
    return np.append(np.ones(AT.dimension - 1), scale_alone())


@cache
def annealed() -> FloatArray:
    """Largest eigenvalue of dΣ and the mean of the others along `ANNEALING`, (χ, 2): each starts where the last ended.

    The first starts from the prior: solutions are followed from the process, as in arXiv:2502.03210.
    """
    given, covariance, found = task(AT), np.eye(AT.dimension) / AT.dimension, []
    for chi in ANNEALING:
        covariance = adapt(
            given.inputs, given.targets, width=AT.width, ridge=AT.ridge, mean_field=chi, start=covariance
        ).covariance
        values = np.linalg.eigvalsh(AT.dimension * covariance)
        found.append([values[-1], values[:-1].mean()])
    return np.array(found)


def annealed_along() -> FloatArray:
    """What one direction has at each χ."""
    return annealed()[:, 0]


def annealed_across() -> FloatArray:
    """What the others have."""
    return annealed()[:, 1]


def scales_alone() -> FloatArray:
    """Q of the scalar equation at each χ."""
    return np.array([rescaled(replace(AT, chi=chi), trace=0.0).scale for chi in ANNEALING])
