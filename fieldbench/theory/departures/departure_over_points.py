"""The same next order where the measure is a data set: fourth moments of its own modes, point by point.

On a homogeneous space ladders of δR are diagonal in the degree (finite_size.py). Over M points they are matrices: with
R_k = L_k/P in units of κ_eff/κ, g_ij = Σ_k R_kφ_k(i)φ_k(j) and the rung S = (P/M) g∘g,

    ⟨(φᵀδRφ)²⟩ and ⟨φ_k δR_k φ_k φᵀδRφ⟩ = P R_k φ_kᵀ[g∘(g∘g + W)]φ_k/M²,
    W = (M/P) S [(1 − S)⁻¹(1 − 11ᵀ/M)(1 − S)⁻¹ − 1 + 2S(1 − S)⁻¹],

and everything else is as there, one mode for each k. The mean of V is taken to be the same at all points: what its
unevenness over them does is another thing, of which `unevenness.over_points` has the size. Samples are drawn with
replacement, for P ≪ M. Derived for this project.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import effective_ridge, error_change
from fieldbench.theory.departures.departure import Departure
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]

_FLOOR = 1e-12  # of λ_1, for modes that the kernel lacks


def departure_over_points(spectrum: EmpiricalSpectrum, samples: int, ridge: float, power: Numbers) -> Departure:
    """Published error over a data set's M points, its next order ρ, and the mean relative variance v of the leverage.

    Args:
        spectrum: all M modes of the data set.
        samples: P, well below M.
        ridge: κ > 0.
        power: y_k² on each mode, (M,).

    Returns:
        A `Departure` with one entry for P.

    Raises:
        BadInput: κ ≤ 0, where points drawn twice leave no regression, or P ≥ M.
    """
    size = len(spectrum.eigenvalues)
    if ridge <= 0.0 or samples >= size:
        raise BadInput(f"ridge {ridge}, P = {samples} of {size}: need κ > 0 and P < M")
    target = np.asarray(power, dtype=np.float64)
    levels = np.maximum(spectrum.eigenvalues, _FLOOR * spectrum.eigenvalues.max())

    scatters = []

    def shift(at: Vector) -> NDArray[np.float64]:
        found, scatter = _shift(spectrum.functions, at, samples, ridge)
        scatters.append(scatter)
        return found[None]

    change = error_change(levels, target, shift)
    published = effective_ridge(Spectrum(levels), samples, ridge, target=target).test_error
    return Departure(published, change / published, np.array(scatters[:1]))


def _shift(functions: NDArray[np.float64], levels: Vector, samples: int, ridge: float) -> tuple[Vector, float]:
    """δL_k, (M,), and v, as `finite_size._correction`."""
    size = len(levels)
    learned = effective_ridge(Spectrum(levels), samples, ridge).learnability[0]
    resolvent = learned / samples
    medium = (functions * resolvent) @ functions.T
    square = medium * medium
    rung = samples / size * square
    inverse = np.linalg.inv(np.eye(size) - rung)
    scattered = inverse @ inverse - np.outer(inverse.sum(axis=1), inverse.sum(axis=0)) / size
    ladders = square @ (scattered - np.eye(size) + 2.0 * (inverse - np.eye(size)))
    together = medium * (square + 0.5 * (ladders + ladders.T))
    overlaps = resolvent * np.sum(functions * (together @ functions), axis=0) / size**2
    variance, covariance = samples * float(overlaps.sum()), samples * overlaps
    gain = 1.0 - float(learned @ learned) / samples
    removed = resolvent**2 / gain
    direct = samples * (resolvent * (float(removed.sum()) - variance) + covariance - removed)
    feedback = float(resolvent @ direct) / gain
    return -(1.0 - learned) * (samples * resolvent * feedback + direct), variance
