"""What a two-layer linear network learns of a matrix seen through white noise, to first order in 1/C and 1/χ.

A map Y (N x S) is observed, Y = B + √τ Z with Z white, and B = a w has the prior of C channels, w_c ~ N(0, I/S),
a_ic ~ N(0, 1/(NCχ)). Derived here, with g = χd/C and d = NS; b, y and x stand for the singular values of B and Y and
for the eigenvalues of Ω = (S/C) wᵀw, which shares its directions with B.

    leading order   y = b(1 + r/x),  x² − x = g b²,  r = τχd
    prior at finite C, with Ω given B of matrix generalised inverse Gaussian law:
        −log p(B) = (C/2) Σ_j [x_j − log x_j + g b_j²/x_j] + Σ_j [(N+S+1)/2 log x_j + ½ log((2x_j−1)/x_j²)]
                    + ½ Σ_{j<k} log((x_j + x_k − 1)/(x_j x_k)) + O(1/C)
    fluctuation at finite χ: ⟨B⟩ = B_mode − (τ/2) ∇_Y log det(1 + τ∇²(−log p)), whose modes are dy_j/db_j, y_j/b_j
        (|N − S| times) and (y_j ∓ y_k)/(b_j ∓ b_k): what turns the singular directions weakens b like what shortens it.

Both corrections are of one order where N/C and τ d/b² are, and partly cancel; neither is meant to be left out alone,
except to see its size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.networks.linear_cnn import LinearCNN

__all__ = ["ShrunkenMap", "shrink"]

Vector = NDArray[np.float64]


def shrink(values: Vector, coupling: float, r: float) -> tuple[Vector, Vector, Vector]:
    """b(y), its derivative b'(y), and the adapted kernel eigenvalue x(y), of each singular value y > 0: leading order.

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
    return values * x / (x + r), 1 / (1 + r / (x * (2 * x - 1))), x


@dataclass(frozen=True)
class ShrunkenMap:
    """The posterior given the singular values y of Y, (…, min(N, S)), rising and distinct; r = τχd.

    `finite_channels` and `finite_mean_field` keep the corrections in 1/C and 1/χ.
    """

    model: LinearCNN
    r: float
    finite_channels: bool = True
    finite_mean_field: bool = True

    @property
    def temperature(self) -> float:
        """τ, the variance of the noise on each entry of Y."""
        return self.r / (self.model.mean_field * self.model.dimension)

    def mean(self, values: Vector) -> Vector:
        """Singular values of the posterior mean ⟨B⟩, (…, n)."""
        b, slope, x = shrink(values, self.model.coupling, self.r)
        return np.asarray(b + self._shift(values, b, slope, x))

    def divergence(self, values: Vector) -> Vector:
        """Σ_ij ∂⟨B⟩_ij/∂Y_ij, (…,): the posterior variance of B over τ."""
        b, n = self.mean(values), values.shape[-1]
        relative = 1e-4  # of a central difference, good to 1e-8
        step = relative * np.eye(n)
        up, down = (self.mean(values[..., None, :] * (1 + sign * step)) for sign in (1, -1))
        slopes = np.diagonal(up - down, axis1=-2, axis2=-1) / (2 * relative * values)
        pairs = _apart(values * b) / (_apart(values**2) + np.eye(n))
        excess = abs(self.model.size - self.model.patches)
        return np.asarray(slopes.sum(-1) + excess * (b / values).sum(-1) + pairs.sum((-2, -1)))

    def kernel(self, values: Vector) -> tuple[Vector, Vector]:
        """Posterior mean of Ω along the right singular directions of Y, (…, n), and across them all, (…,)."""
        model, tau, g, n = self.model, self.temperature, self.model.coupling, values.shape[-1]
        b, slope, x = shrink(values, g, self.r)
        edge, fitted, others = 2 * x - 1, b / values, 1 - np.eye(n)
        rest, both = model.size - n, _sum(x) - 1
        along = x + 2 * g * b / edge * self._shift(values, b, slope, x)
        across = np.ones(values.shape[:-1])
        if self.finite_channels:
            given = (others / both).sum(-1) + rest / x + 2 / edge
            along = along + ((x * x - x) * given - model.patches * x) / edge / model.channels
            across = across - model.patches / model.channels
        if self.finite_mean_field:
            # Second order of Ω = (1 + √(1 + 4gBᵀB))/2 in the fluctuation of B, whose covariance is τ ∂⟨B⟩/∂Y.
            even, odd = others * _apart(b) / (_apart(values) + np.eye(n)), others * _sum(b) / _sum(values)
            columns = slope + (even + odd).sum(-1) / 2 + (model.patches - n) * fitted
            turned = _sum(b**2) * (even + odd) / 2 + b[..., :, None] * b[..., None, :] * (even - odd)
            turned = (turned / both**2).sum(-1) + rest * b**2 * fitted / x**2
            along = along + g * tau * (columns - g * turned - 4 * g * b**2 * slope / edge**2) / edge
            across = across + g * tau * (fitted - g * b**2 * fitted / x**2).sum(-1)
        return np.asarray(along), np.asarray(across)

    def _shift(self, values: Vector, b: Vector, slope: Vector, x: Vector) -> Vector:
        """⟨b⟩ − b to first order."""
        model, edge, unit = self.model, 2 * x - 1, np.eye(values.shape[-1])
        growth = 2 * model.coupling * b / edge  # dx/db
        force = np.zeros_like(b)
        if self.finite_channels:
            adapted = ((1 - unit) * (x[..., None, :] - 1) / (_sum(x) - 1)).sum(-1)
            force = slope * growth * ((model.patches + model.size - 1 - adapted) / (2 * x) + 1 / edge)
        if self.finite_mean_field:
            # Half of the y-derivative of the logarithms of: dy/db, the pairs, and y/b where Y has nothing.
            bend = -self.r * (4 * x - 1) * growth * slope**2 / (x * edge) ** 2
            pairs = values[..., :, None] / (_apart(values**2) + unit)
            pairs = 2 * (1 - unit) * (pairs - (b * slope)[..., :, None] / (_apart(b**2) + unit))
            excess = abs(model.size - model.patches)
            force = force + (bend + pairs.sum(-1) + excess * (1 / values - slope / b)) / 2
        return np.asarray(-self.temperature * force)


def _sum(of: Vector) -> Vector:
    """v_j + v_k, (…, n, n)."""
    return np.asarray(of[..., :, None] + of[..., None, :])


def _apart(of: Vector) -> Vector:
    """v_j − v_k, (…, n, n)."""
    return np.asarray(of[..., :, None] - of[..., None, :])
