"""Samplers of finite networks: energies in whitened weights, Langevin integrators, exact Gibbs, diagnostics.

Names are resolved on first use, so that listing the package does not import JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.sampling.integrators.baoab import Underdamped
    from fieldbench.sampling.integrators.burn_in import run_until_mixed
    from fieldbench.sampling.integrators.euler_maruyama import EulerMaruyama
    from fieldbench.sampling.integrators.interface import Energy, Sampler, Samples
    from fieldbench.sampling.integrators.metropolis import MetropolisAdjusted
    from fieldbench.sampling.integrators.preconditioned import sample_preconditioned
    from fieldbench.sampling.networks.gibbs_within_langevin import GibbsWithinLangevin
    from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights, convolutional, fully_connected

_HOMES = {
    "Energy": "integrators.interface",
    "EulerMaruyama": "integrators.euler_maruyama",
    "GibbsWithinLangevin": "networks.gibbs_within_langevin",
    "MetropolisAdjusted": "integrators.metropolis",
    "Sampler": "integrators.interface",
    "Samples": "integrators.interface",
    "TwoLayerNetwork": "networks.two_layer",
    "Underdamped": "integrators.baoab",
    "Weights": "networks.two_layer",
    "convolutional": "networks.two_layer",
    "fully_connected": "networks.two_layer",
    "run_until_mixed": "integrators.burn_in",
    "sample_preconditioned": "integrators.preconditioned",
}

__all__ = [
    "Energy",
    "EulerMaruyama",
    "GibbsWithinLangevin",
    "MetropolisAdjusted",
    "Sampler",
    "Samples",
    "TwoLayerNetwork",
    "Underdamped",
    "Weights",
    "convolutional",
    "fully_connected",
    "run_until_mixed",
    "sample_preconditioned",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
