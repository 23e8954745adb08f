"""Gaussian-process regression on a data set with the full kernel and with the kernel cut off at mode Λ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.regression.interface import NestedRegression

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Population:
    """A data set of M points with its kernel and the kernel's principal components.

    Attributes:
        gram: K(x_i, x_j), (M, M).
        targets: y(x_i), (M,).
        eigenvalues: λ_k of K/M, (M,), falling.
        functions: φ_k(x_i), (M, M), with (1/M) Σ_i φ_k² = 1.
        coefficients: y_k = (1/M) Σ_i φ_k(x_i) y(x_i), (M,).
    """

    gram: Matrix
    targets: Vector
    eigenvalues: Vector
    functions: Matrix
    coefficients: Vector


def nested_predictions(
    gpr: NestedRegression, population: Population, chosen: Indices, ridge: float, sizes: Sequence[int]
) -> Matrix:
    """Posterior means of the full kernel at all M points after training on the first P chosen points, for each P.

    Args:
        gpr: the regression.
        population: the data set.
        chosen: indices of the training points, (n,).
        ridge: κ.
        sizes: the P.

    Returns:
        (sizes, M).
    """
    rows = population.gram[chosen]
    means = gpr.predictions(rows[:, chosen], ridge, population.targets[chosen, None], rows.T, sizes)
    return np.asarray(means)[:, :, 0]


def truncated_coefficients(
    gpr: NestedRegression, population: Population, chosen: Indices, keep: int, ridge: float, tail: Vector
) -> Vector:
    """Posterior mean of the kernel K_{≤keep} with ridge κ + tail_i at training point i, in the basis of the kept modes.

    Args:
        gpr: the regression.
        population: the data set.
        chosen: indices of the P training points.
        keep: Λ.
        ridge: κ, the regression's own.
        tail: what the other modes add to the ridge at each training point, (P,).

    Returns:
        (keep,).
    """
    low = population.functions[chosen, :keep]
    weighted = (low * population.eigenvalues[None, :keep]).T
    gram = low @ weighted
    gram[np.diag_indices_from(gram)] += tail
    means = gpr.predictions(gram, ridge, population.targets[chosen, None], weighted, (len(chosen),))
    return np.asarray(means)[0, :, 0]


def truncated_against_full(
    population: Population, coefficients: Matrix, full: Matrix, held_out: Indices
) -> tuple[Vector, Vector]:
    """Paired comparison of truncated with full regression, draw by draw.

    Args:
        population: the data set.
        coefficients: of the kept modes in the truncated regressions, (keep, draws).
        full: predictions of the full regressions at all points, (draws, M).
        held_out: indices of the points kept from training in each draw, (draws, m).

    Returns:
        ln of the ratio of the test errors, (draws,), and the change of the learned fraction of the low modes
        Σ_{k≤Λ} f_k y_k/Σ_{k≤Λ} y_k², (draws,).
    """
    keep = len(coefficients)
    functions, teacher = population.functions[:, :keep], population.coefficients[:keep]
    truncated = (functions @ coefficients).T  # all draws at once: the modes are read from memory only once
    target = population.targets[held_out]
    errors = [((np.take_along_axis(means, held_out, axis=1) - target) ** 2).mean(axis=1) for means in (truncated, full)]
    learned = teacher @ coefficients - full @ (functions @ teacher) / len(population.targets)
    return np.log(errors[0] / errors[1]), learned / (teacher @ teacher)
