"""Wrong theories for the controls, each with the right one's margins as shares of its own values."""

from __future__ import annotations

from fieldbench.claims import Said, with_shares

from .experiment import Network
from .predictions import bounded, gaussian_process, rescaling
from .theory import SADDLE, adapted

no_feature_learning = with_shares(gaussian_process, bounded)
"""The Gaussian process in place of the network."""

a_rescaled_kernel = with_shares(rescaling, bounded)
"""The kernel rescaled in place of adapted."""


def not_over_n(at: Network) -> Said:
    """κ in place of κ/n in the closure, the data average forgotten."""
    return adapted(at, SADDLE, at.samples * at.ridge)


ridge_not_over_n = with_shares(not_over_n, bounded)
