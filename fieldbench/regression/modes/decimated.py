"""Gaussian-process regression on a data set with the full kernel and with the kernel cut off at mode Λ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.regression import NestedRegression
from fieldbench.theory.kernels import EmpiricalSpectrum
from fieldbench.typing import Sizes

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Population:
    """A data set of M points with its kernel and the kernel's principal components.

    Attributes:
        gram: K(x_i, x_j), (M, M).
        targets: y(x_i), (M,).
        modes: spectrum of the kernel with the data set as the measure.
        coefficients: y_k = (1/M) Σ_i φ_k(x_i) y(x_i), (M,).
    """

    gram: Matrix
    targets: Vector
    modes: EmpiricalSpectrum
    coefficients: Vector


def paired_regressions(
    gpr: NestedRegression,
    population: Population,
    orders: Indices,
    ridge: float,
    sizes: Sizes,
    cuts: Mapping[int, Sequence[int]],
    tail_factor: float = 1.0,
) -> dict[str, NDArray[np.float64]]:
    """Full regression at nested sizes, and on the same draws regression with the modes beyond each cut made ridge.

    Args:
        gpr: the regression.
        population: the data set.
        orders: a random order of its points for each draw, (draws, M): the first max(sizes) are the largest training
            set, the others are held out.
        ridge: κ.
        sizes: training sizes P.
        cuts: numbers of modes Λ to keep, the same count at each P where modes are integrated out.
        tail_factor: 1; anything else is a deliberately wrong amount of ridge, for controls.

    Returns:
        error: test error of the full regression, (draws, sizes).
        uniform_error, uniform_low_modes: with ridge κ + Σ_{k>Λ} λ_k, see `truncated_against_full`, (draws, P, cuts).
        local_error, local_low_modes: with ridge κ + Σ_{k>Λ} λ_k φ_k(x)² at each training point, (draws, P, cuts).
    """
    chosen, rest = np.split(orders, [max(sizes)], axis=1)
    full = np.stack([nested_predictions(gpr, population, indices, ridge, sizes) for indices in chosen])
    held_out = np.take_along_axis(full, rest[:, None, :], axis=2) - population.targets[rest][:, None, :]
    found = {"error": (held_out**2).mean(axis=2)}
    for name, tail_of in (("uniform", _mean_tail), ("local", EmpiricalSpectrum.local_tail)):
        pairs = []
        for size, kept in cuts.items():
            at = list(sizes).index(size)
            for keep in kept:
                coefficients = [
                    truncated_coefficients(
                        gpr, population, rows, keep, ridge, tail_factor * tail_of(population.modes, rows, keep)
                    )
                    for rows in chosen[:, :size]
                ]
                pairs.append(truncated_against_full(population, np.stack(coefficients, axis=1), full[:, at], rest))
        shape = (len(cuts), -1, 2, len(orders))
        both = np.moveaxis(np.reshape(pairs, shape), (2, 3), (0, 1))  # (2, draws, P, cuts)
        found |= {f"{name}_error": both[0], f"{name}_low_modes": both[1]}
    return found


def _mean_tail(modes: EmpiricalSpectrum, rows: Indices, keep: int) -> Vector:
    return np.full(len(rows), modes.eigenvalues[keep:].sum())


def nested_predictions(
    gpr: NestedRegression, population: Population, chosen: Indices, ridge: float, sizes: Sizes
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
    low = population.modes.functions[chosen, :keep]
    weighted = (low * population.modes.eigenvalues[None, :keep]).T
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
    functions, teacher = population.modes.functions[:, :keep], population.coefficients[:keep]
    truncated = (functions @ coefficients).T  # all draws at once: the modes are read from memory only once
    target = population.targets[held_out]
    errors = [((np.take_along_axis(means, held_out, axis=1) - target) ** 2).mean(axis=1) for means in (truncated, full)]
    learned = teacher @ coefficients - full @ (functions @ teacher) / len(population.targets)
    return np.log(errors[0] / errors[1]), learned / (teacher @ teacher)
