"""How far a deep network's neurons are from Gaussian: one of them in the field of the others.

At the stationary point of `adapt_deep` a neuron of layer l feels, beside its prior N(0, Q_l), the network above it,

    p(z) ∝ N(z; 0, Q_l) exp[½ φ(z)ᵀR_lφ(z)],   R_L = (σ_a²/N_L)(χttᵀ − A⁻¹),
    R_l = σ_{l+1}² (N_{l+1}/N_l) Q_{l+1}⁻¹(K_{l+1} − Q_{l+1})Q_{l+1}⁻¹   below,

of which N(0, K_l) is the best Gaussian. Draws of that Gaussian, reweighted, give the moments of p.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.variational.deep import AdaptedDeep

FloatArray = NDArray[np.float64]

_BLOCKS = 8  # of draws, whose scatter is the error


class Kurtosis(NamedTuple):
    """Excess kurtosis of v·z for each direction, and its standard error over the draws, (directions,)."""

    value: FloatArray
    error: FloatArray


def neuron_kurtosis(
    found: AdaptedDeep,
    inputs: FloatArray,
    targets: FloatArray,
    directions: FloatArray,
    *,
    layer: int,
    widths: tuple[float, ...],
    ridge: float,
    mean_field: float,
    variances: tuple[float, ...],
    draws: int = 2**13,
    seed: int = 0,
) -> Kurtosis:
    """Of pre-activations in hidden layer 1 … L of an erf network, along the columns of `directions`, (n, k).

    Raises:
        BadInput: a layer that there is not, or weights that leave fewer than a hundred effective draws a block.
    """
    if not 1 <= layer <= len(widths):
        raise BadInput(f"layer {layer} of {len(widths)}: they are counted from one")
    k = layer - 1
    factor, following = found.factors[k], found.following[k]
    if layer == len(widths):
        noisy = following + ridge * np.eye(len(following))
        t = np.linalg.solve(noisy, targets)
        field = variances[layer] / widths[k] * (mean_field * np.outer(t, t) - np.linalg.inv(noisy))
    else:
        inverse = np.linalg.inv(following)
        grown = inverse @ (found.kernels[k + 1] - following) @ inverse
        field = variances[layer] * widths[k + 1] / widths[k] * grown
    root = inputs * np.sqrt(variances[0] / inputs.shape[1]) if k == 0 else np.linalg.cholesky(found.following[k - 1])
    white = np.random.default_rng(seed).standard_normal((draws, len(factor)))
    turned = white @ factor.T
    z = turned @ root.T
    features = erf(z)
    logarithms = (np.sum(features @ field * features, axis=1) - np.sum(turned**2 - white**2, axis=1)) / 2.0
    weights = np.exp(logarithms - logarithms.max()).reshape(_BLOCKS, -1, 1)
    effective = np.sum(weights, axis=1) ** 2 / np.sum(weights**2, axis=1)
    if effective.min() < 100.0:
        raise BadInput(f"{effective.min():.0f} effective draws a block: the neuron is too far from a Gaussian")
    along = (z @ directions).reshape(_BLOCKS, -1, directions.shape[1])
    # The same draws without weights have none: what they show by chance goes off.
    weighted, plain = _excess(weights, along), _excess(np.ones_like(weights), along)
    return Kurtosis(weighted[0] - plain[0], (weighted[1:] - plain[1:]).std(axis=0, ddof=1) / np.sqrt(_BLOCKS))


def _excess(weights: FloatArray, along: FloatArray) -> FloatArray:
    """Excess kurtosis of all draws, then of each block, (1 + blocks, directions)."""
    total, second, fourth = (np.sum(weights * along**power, axis=1) for power in (0, 2, 4))
    whole = fourth.sum(axis=0) * total.sum(axis=0) / second.sum(axis=0) ** 2
    return np.concatenate([whole[None], fourth * total / second**2]) - 3.0
