"""Samplers of finite networks: energies in whitened weights, Langevin integrators, exact Gibbs, diagnostics.

Names are resolved on first use, so that listing the package does not import JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.sampling.baoab import Underdamped
    from fieldbench.sampling.burn_in import run_until_mixed
    from fieldbench.sampling.euler_maruyama import EulerMaruyama
    from fieldbench.sampling.gibbs_within_langevin import GibbsWithinLangevin
    from fieldbench.sampling.interface import Energy, Sampler, Samples
    from fieldbench.sampling.metropolis import MetropolisAdjusted
    from fieldbench.sampling.networks import TwoLayerNetwork, Weights, convolutional, fully_connected
    from fieldbench.sampling.preconditioned import sample_preconditioned

_HOMES = {
    "Energy": "interface",
    "EulerMaruyama": "euler_maruyama",
    "GibbsWithinLangevin": "gibbs_within_langevin",
    "MetropolisAdjusted": "metropolis",
    "Sampler": "interface",
    "Samples": "interface",
    "TwoLayerNetwork": "networks",
    "Underdamped": "baoab",
    "Weights": "networks",
    "convolutional": "networks",
    "fully_connected": "networks",
    "run_until_mixed": "burn_in",
    "sample_preconditioned": "preconditioned",
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
