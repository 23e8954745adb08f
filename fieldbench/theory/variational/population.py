"""Kernel adaptation of two-layer networks on fixed data, the density of the weights left free: a population of neurons.

f(x) = Σ_c a_c φ(w_c·x), w_c ~ N(0, I/d), a_c ~ N(0, 1/(Nχ)), noise of variance κ/χ. At N, χ → ∞ (arXiv:2310.03789,
eqs 7–10) a neuron has the density

    p(w) ∝ exp[−d|w|²/2 + (χ/2N) h(w)²],   h(w) = Σ_μ t_μ φ(w·x_μ),   t = (K + κ)⁻¹y,   K = ⟨φφᵀ⟩_p.

Algorithm: M neurons in underdamped dynamics (BAOAB), each in the action above with the t of all M: that is a draw from
exp[−½ d Σ|w|² − (Mχ/2N) yᵀ(K_M + κ)⁻¹y], and p is its marginal but for the order 1/M. The predictor's overlap with a
function g is ⟨h J⟩, J = E[g φ(w·x)]. Written for NumPy in single precision, apart from the samplers of networks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from fieldbench.errors import BadInput
from fieldbench.statistics import ess

FloatArray = NDArray[np.float64]
Single = NDArray[np.float32]
Observe = Callable[[Single, Single], Mapping[str, float]]
"""Of the weights w, (M, d), and their fields h, (M,)."""

STEP, FRICTION, THIN = 1.4, 0.4, 10  # step in units of the largest curvature's root; observed every tenth


class Averaged(NamedTuple):
    """Name of what was observed → its average, and its standard error over the dynamics."""

    means: dict[str, float]
    errors: dict[str, float]


def relu(preactivations: Single) -> tuple[Single, Single]:
    """φ and φ′ of max(z, 0)."""
    return np.maximum(preactivations, 0), (preactivations > 0).astype(np.float32)


def identity(preactivations: Single) -> tuple[Single, Single]:
    """φ and φ′ of z."""
    return preactivations, np.ones_like(preactivations)


def adapt_population(
    inputs: FloatArray,
    targets: FloatArray,
    *,
    width: float,
    ridge: float,
    mean_field: float,
    activation: Callable[[Single], tuple[Single, Single]],
    observe: Observe,
    neurons: int = 2000,
    time: float = 30.0,
    curvature: float = 0.5,
    step: float = STEP,
    seed: int = 0,
) -> Averaged:
    """Averages over self-consistent neurons on inputs (n, d) and targets (n,), from the prior.

    Args:
        width, ridge, mean_field: N, κ, χ.
        activation: φ and φ′ of preactivations.
        observe: what is averaged.
        neurons: M.
        time: of the average, in units of the prior's own frequency, after as much of burn-in.
        curvature: κ/n times the largest curvature of the energy beyond the prior's one; it sets the step, with `step`.

    Raises:
        BadInput: shapes that do not fit, values not positive.
    """
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if not min(width, ridge, mean_field, neurons, time, curvature, step) > 0:
        raise BadInput(f"width {width}, ridge {ridge}, mean_field {mean_field}, neurons {neurons}, time {time}, "
                       f"curvature {curvature} and step {step} must be positive")  # fmt: skip
    samples, dimension = inputs.shape
    draw = np.random.default_rng(seed)
    # Whitened: ω = √d w has unit variance under the prior.
    scaled, labels = (np.ascontiguousarray(part, np.float32) for part in (inputs / math.sqrt(dimension), targets))
    identity_times_ridge = ridge * np.eye(samples, dtype=np.float32)

    def normals() -> Single:
        return draw.standard_normal((neurons, dimension), np.float32)

    def fields(whitened: Single) -> tuple[Single, Single]:
        """h, (M,), and Σ_μ t_μ φ′ x_μ, (M, d)."""
        features, slopes = activation(whitened @ scaled.T)
        kernel = features.T @ features / np.float32(neurons)
        factor = cho_factor(kernel + identity_times_ridge, lower=True, overwrite_a=True, check_finite=False)
        discrepancy = cho_solve(factor, labels, check_finite=False)
        slopes *= discrepancy
        return features @ discrepancy, slopes @ scaled

    pull = np.float32(mean_field / width)
    dt = np.float32(step / math.sqrt(1.0 + curvature * samples / ridge))
    keep = np.float32(math.exp(-FRICTION * dt))
    spread = np.float32(math.sqrt(1.0 - keep**2))
    steps = THIN * math.ceil(time / float(dt) / THIN)
    position, velocity = normals(), normals()
    found: dict[str, list[float]] = {}
    for number in range(2 * steps):
        field, turn = fields(position)
        if number >= steps and number % THIN == 0:
            for name, value in observe(position / np.float32(math.sqrt(dimension)), field).items():
                found.setdefault(name, []).append(float(value))
        # The second half of a kick and the first of the next are one.
        velocity -= dt * (position - pull * field[:, None] * turn)
        position += dt / 2 * velocity
        velocity = keep * velocity + spread * normals()
        position += dt / 2 * velocity
    traces: dict[str, Any] = {name: np.array(values) for name, values in found.items()}
    return Averaged(
        {name: float(trace.mean()) for name, trace in traces.items()},
        {name: float(trace.std() / math.sqrt(ess(trace[:, None]))) for name, trace in traces.items()},
    )
