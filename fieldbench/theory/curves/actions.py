"""The actions of GP regression side by side: their errors over a grid of P and ridge, and the map of where each holds.

Equivalent kernel, one loop and effective ridge are those of learning_curves.py. Decimation turns the spaces whose
learnability is below ε into ridge, T(Λ) = T + Σ_{k>Λ} λ_k, and ends with the effective ridge of what is left
(decimation.py); `cutoff` ends with the equivalent kernel instead, as the slides state it literally.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import unevenness
from fieldbench.theory.curves.learning_curves import effective_ridge, equivalent_kernel, one_loop
from fieldbench.theory.curves.validity import equivalent_kernel_bound, one_loop_bound
from fieldbench.theory.decimation import spaces_above, truncate
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]


def errors_by_action(
    spectrum: Spectrum,
    samples: Sequence[int],
    ridges: Sequence[float],
    target: Vector,
    threshold: float,
    population: int | None = None,
) -> dict[str, Grid]:
    """Mean squared error by each action at each P and ridge, (p, r).

    Args:
        spectrum: λ_k.
        samples: P, (p,).
        ridges: κ > 0, (r,).
        target: y_k² in each listed space, (k,).
        threshold: ε of the decimation.
        population: M if P of M points are drawn without replacement; only effective ridge and decimation know of it.

    Returns:
        equivalent_kernel, one_loop, effective_ridge, decimation, cutoff.
    """
    columns: dict[str, list[Vector]] = {}
    for ridge in ridges:
        full = effective_ridge(spectrum, samples, ridge, target=target, population=population)
        found = {
            "equivalent_kernel": equivalent_kernel(spectrum, samples, ridge, target=target).test_error,
            "one_loop": one_loop(spectrum, samples, ridge, target=target).test_error,
            "effective_ridge": full.test_error,
        }
        cuts = [truncate(spectrum, spaces_above(learned, threshold)) for learned in full.learnability]
        pairs = [(size, low, ridge + noise) for size, (low, noise) in zip(samples, cuts, strict=True)]
        found["decimation"] = np.array(
            [effective_ridge(low, p, t, target=target, population=population).test_error[0] for p, low, t in pairs]
        )
        found["cutoff"] = np.array([equivalent_kernel(low, p, t, target=target).test_error[0] for p, low, t in pairs])
        for name, column in found.items():
            columns.setdefault(name, []).append(column)
    return {name: np.stack(column, axis=1) for name, column in columns.items()}


def own_bounds(spectrum: Spectrum, samples: Sequence[int], ridges: Sequence[float]) -> dict[str, Grid]:
    """What equivalent kernel and one loop say themselves about their error in ln MSE, (p, r); see validity.py."""
    return {
        "equivalent_kernel": np.stack([equivalent_kernel_bound(spectrum, samples, r) for r in ridges], axis=1),
        "one_loop": np.stack([one_loop_bound(spectrum, samples, r) for r in ridges], axis=1),
    }


def uneven_ridge(modes: EmpiricalSpectrum, samples: Sequence[int], ridges: Sequence[float]) -> Grid:
    """What one effective ridge for all points of a data set neglects in ln MSE, in size, (p, r).

    The second order in the unevenness of the left-out variance, over points and between draws (unevenness.py), in so
    far as the effective ridge is made of it: the fraction 1 − κ/κ_eff.

    Args:
        modes: the M modes of the data set, from which P are drawn without replacement.
        samples: P, (p,).
        ridges: κ > 0, (r,).
    """
    rows = []
    for ridge in ridges:
        curve = effective_ridge(modes.eigenvalues, samples, ridge, population=len(modes.eigenvalues))
        pairs = list(zip(samples, curve.effective_ridge.tolist(), strict=True))
        uneven = [unevenness.over_points(modes, *pair) + unevenness.between_draws(modes, *pair) for pair in pairs]
        rows.append((1.0 - ridge / curve.effective_ridge) * np.array(uneven))
    return np.stack(rows, axis=1)


def bands(deviation: Grid, uncertainty: Grid, steps: Sequence[float]) -> tuple[Grid, Grid]:
    """The map: the smallest band in which a theory must lie, and the largest beyond which it must lie, at each point.

    Args:
        deviation: how far the theory is off, to the best of our knowledge; of any sign.
        uncertainty: how well that is known, of the same shape.
        steps: the bands, rising, all > 0.

    Returns:
        inside, infinite where |deviation| + uncertainty exceeds the last band; beyond, 0 where no band is left behind
        with certainty. A point nearer to the edge of a band than its uncertainty lies between two neighbours.

    Raises:
        BadInput: steps that do not rise from above 0.

    >>> inside, beyond = bands(np.array([-0.03, 0.3]), np.array([0.005, 0.01]), (0.02, 0.05, 0.1))
    >>> inside.tolist(), beyond.tolist()
    ([0.05, inf], [0.02, 0.1])
    """
    edges = np.array([0.0, *steps, np.inf])
    if np.any(np.diff(edges[:-1]) <= 0.0):
        raise BadInput(f"bands {tuple(steps)} must rise from above zero")
    size = np.abs(deviation)
    inside = edges[np.searchsorted(edges[:-1], size + uncertainty)]
    beyond = edges[np.searchsorted(edges[:-1], np.maximum(size - uncertainty, 0.0), side="right") - 1]
    return inside, beyond
