"""Wrong theories for the rivals and controls."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Said

from .experiment import Gaussian
from .theory import (
    SingleModes,
    between_data_sets,
    gaussian_features,
    levels,
    of_modes,
    orders,
    over_ridges,
    scatter_alone,
)


def noise_not_over_samples(at: SingleModes) -> Said:
    """λ_k/(λ_k + T)."""
    return of_modes(at, over_ridges(at, lambda T: levels(at) / (levels(at) + T)))


def scatter_of_data_sets(at: Gaussian) -> Said:
    """What the coefficient varies by between data sets, taken for its posterior variance."""
    return {Gaussian.posterior: between_data_sets(at).value / levels(at)}


def posterior_variance(at: Gaussian) -> Said:
    """The reverse."""
    return {Gaussian.between: levels(at) * (1.0 - orders(at)[0].sum(axis=0))}


def leading_scatter(at: Gaussian) -> Said:
    """L_k²·MSE/P, without what the mode's own residual adds."""
    return {Gaussian.between: scatter_alone(at)}


def half_a_point_more(at: Gaussian) -> Said:
    """The theory at P + ½."""
    return gaussian_features(replace(at, samples=at.samples + 0.5))  # type: ignore[arg-type]
