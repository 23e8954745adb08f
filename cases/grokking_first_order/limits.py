"""What the theory says as β → ∞: where neurons first have aligned wells as deep as the central one, and how long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.transition import critical_noise, phase

from .experiment import Network
from .theory import ray

LARGE = Network(64.0, 0.2)
"""Where widths and dimensions are whole numbers of the ray; the limit knows ratios only."""
MIXED = (0.21, 0.18, 0.15, 0.12, 0.1, 0.08, 0.06)


def critical(*, frozen_radius: bool = False, closure_factor: float = 1.0) -> float:
    """σ_c²."""
    return critical_noise(ray(LARGE, frozen_radius=frozen_radius, closure_factor=closure_factor))


def invariant(*, frozen_radius: bool = False, closure_factor: float = 1.0) -> float:
    """u_c."""
    return ray(LARGE).invariant(critical(frozen_radius=frozen_radius, closure_factor=closure_factor))


def depths() -> NDArray[np.float64]:
    """S/d at the aligned well less that at the central one, over a factor of three in σ² (twelve in u)."""
    found = [phase(ray(LARGE), noise) for noise in MIXED]
    return np.array([float(at.action(np.asarray(at.overlap), np.asarray(at.radius))) for at in found])
