"""The linear CNN beyond linear response: the learned map is a shrunken noisy teacher, to all orders in the noise.

For channels C → ∞ at fixed g = χd/C the posterior concentrates on a map B (N x S) that minimises the squared training
error plus a function of the singular values of B alone. Gaussian inputs then act as in approximate message passing
(matrix recovery: Donoho, Gavish, Montanari, arXiv:1302.2331): B is the proximal map of Y = B* + σZ, with Z white noise
and B* = a*w*ᵀ of rank one. Derived here: each singular value y of Y is shrunk to

    b(y):  y = b(1 + r/x),   x² − x = g b²       (x is the kernel eigenvalue to which this direction adapts)

and the two numbers of the channel are self-consistent,

    σ² = M/P,  M = E|B − B*|²,        r = κ_eff d/P,  κ_eff = κ + κ_eff div/P,
    div = E Σ_ij ∂B_ij/∂Y_ij = E[Σ_j b'(y_j) + |N−S| Σ_j b_j/y_j + 2Σ_{j<k} (y_jb_j − y_kb_k)/(y_j² − y_k²)].

At σ = 0 the derivatives are the response modes ρ/(ρ + r) of `linear_cnn`: that theory is linear
response to the noise, this one is not. The noise tilts the learned direction by σ²S = MS/P, several per cent at the
source's sizes. Singular values of Y: the spiked one and its overlaps by Benaych-Georges and Nadakuditi
(arXiv:1103.2221), averaged over the Gaussian fluctuation of the teacher's own entry; the others at the zeros of a
Laguerre polynomial, the most probable positions of a Wishart spectrum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_genlaguerre

from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.theory.networks.linear_cnn import LinearCNN, OrderParameters, adapted, gaussian_process

__all__ = ["shrink", "shrinkage"]

Vector = NDArray[np.float64]

_LARGEST = 400  # patches or entries beyond which zeros of Laguerre polynomials leave floating point; by then α = 8


def shrinkage(model: LinearCNN, samples: float) -> OrderParameters:
    """Order parameters from the self-consistent shrinkage, plus the corrections in N/C of `adapted` to first order.

    Raises:
        BadInput: samples not positive, fewer than two patches or two entries, or more than `_LARGEST` of either.
        FieldbenchError: the iteration did not converge.
    """
    short, long = sorted((model.patches, model.size))
    if short < 2 or long > _LARGEST:
        raise BadInput(f"shrinkage needs 2 to {_LARGEST} patches and entries, not {model.patches} and {model.size}")
    start = gaussian_process(model, samples)
    noise, r = start.mse / samples, start.effective_ridge * model.dimension / samples
    channel = _Channel(model, np.sqrt(roots_genlaguerre(short - 1, long - short)[0]))
    for _ in range(2000):
        with np.errstate(over="ignore", invalid="ignore"):
            found, divergence = channel.run(math.sqrt(noise), r)
        new_noise = found.mse / samples
        new_r = model.ridge * model.dimension / samples + r * divergence / samples
        if not (math.isfinite(new_noise) and 0 < new_r < math.inf):
            break
        change = abs(math.log(new_noise / noise)) + abs(math.log(new_r / r))
        # Geometric means: the plain iteration overshoots where the learning curve is steep.
        noise, r = math.sqrt(noise * new_noise), math.sqrt(r * new_r)
        if change < 1e-11:
            return _with_channels(model, samples, replace(found, effective_ridge=r * samples / model.dimension))
    raise FieldbenchError(
        f"{model}: no self-consistent shrinkage at {samples} samples; it needs of the order of P_50 or more"
    )


def _with_channels(model: LinearCNN, samples: float, found: OrderParameters) -> OrderParameters:
    """Add the first-order effect of finite channels, N/C, from linear response."""
    finite, infinite = adapted(model, samples), adapted(model, samples, infinite_channels=True)
    return OrderParameters(
        found.learnability + finite.learnability - infinite.learnability,
        found.ratio + finite.ratio - infinite.ratio,
        found.orthogonal + finite.orthogonal - infinite.orthogonal,
        found.mse + finite.mse - infinite.mse,
        found.effective_ridge + finite.effective_ridge - infinite.effective_ridge,
    )


def shrink(values: Vector, coupling: float, r: float) -> tuple[Vector, Vector, Vector]:
    """b(y), its derivative b'(y), and the adapted kernel eigenvalue x(y), of each singular value y > 0.

    With b = y x/(x + r) the condition x² − x = g b² becomes (x − 1)(x + r)² = g y² x, which has one root above 1.
    """
    strength = coupling * values**2
    # The difference of both sides is convex and positive at 1 + √(g y²): Newton falls monotonically onto the root.
    x = 1 + np.sqrt(strength)
    for _ in range(100):
        step = ((x - 1) * (x + r) ** 2 - strength * x) / ((x + r) ** 2 + 2 * (x - 1) * (x + r) - strength)
        x = x - step
        if np.max(np.abs(step) / x) < 1e-15:
            break
    b = values * x / (x + r)
    # dy/db = 1 + r/x − (r b/x²) dx/db with dx/db = 2 g b/(2x − 1).
    slope = 1 / (1 + r / x - 2 * r * coupling * b**2 / (x**2 * (2 * x - 1)))
    return b, slope, x


@dataclass(frozen=True)
class _Channel:
    """Expectations over Y = θ B* + σZ; `bulk` holds the singular values of Z across the teacher."""

    model: LinearCNN
    bulk: Vector

    def run(self, sigma: float, r: float) -> tuple[OrderParameters, float]:
        """Order parameters and divergence at noise σ and ratio r, averaged over the teacher's entry θ = 1 + σζ."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(5)
        results = [self._at(1 + sigma * node, sigma, r) for node in nodes]
        mean = weights @ np.array(results) / weights.sum()
        learnability, ratio, orthogonal, mse, divergence = (float(entry) for entry in mean)
        return OrderParameters(learnability, ratio, orthogonal, mse, math.nan), divergence

    def _at(self, theta: float, sigma: float, r: float) -> tuple[float, float, float, float, float]:
        n, m = self.model.patches - 1, self.model.size - 1
        tilt = sigma**2 / theta**2
        # Spiked singular value and its overlaps with a* (patches) and w* (entries).
        spike = abs(theta) * math.sqrt((1 + tilt * n) * (1 + tilt * m))
        rest = max(1 - tilt**2 * n * m, 0.0)
        left, right = rest / (1 + tilt * n), rest / (1 + tilt * m)
        values = np.append(sigma * self.bulk, spike)
        b, slope, x = shrink(values, self.model.coupling, r)
        overlap = math.sqrt(left * right) * math.copysign(1.0, theta)
        # Σ_k y_k u_k v_k over the rest is what is missing to a*ᵀYw* = θ; the bulk is shrunk almost linearly.
        learnability = b[-1] * overlap + np.mean(b[:-1] / values[:-1]) * (theta - spike * overlap)
        mse = float(b @ b) - 2 * learnability + 1
        spread = float(np.sum(x[:-1] - 1)) / m
        ratio = 1 + (x[-1] - 1) * right + spread * (1 - right)
        orthogonal = (x[-1] - 1 + spread * m + m + 1 - ratio) / m
        return learnability, ratio, orthogonal, mse, self._divergence(values, b, slope)

    def _divergence(self, values: Vector, b: Vector, slope: Vector) -> float:
        square, product = values**2, values * b
        first, second = np.triu_indices(len(values), 1)
        pairs = (product[first] - product[second]) / (square[first] - square[second])
        excess = abs(self.model.size - self.model.patches)
        return float(slope.sum() + excess * np.sum(b / values) + 2 * pairs.sum())
