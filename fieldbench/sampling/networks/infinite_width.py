"""What the infinitely wide erf network (a Gaussian process) learns of the cubic harmonic, exactly, on one data set.

    E_x[h f] = Σ_μ E_x[h(x) k(x, x_μ)] [(K + κ)^{-1} y]_μ,
    K_μν = σ_a² (2/π) asin(2 x_μ·x_ν σ_w²/d / √((1+2q_μ)(1+2q_ν))),     q_μ = σ_w²|x_μ|²/d,

and E_x[h(x) k(x, x_μ)] = E_w[E_x[h erf(w·x)] erf(w·x_μ)], w ~ N(0, σ_w²/d): the cubic harmonic seen from x_μ
(Funk–Hecke: averaging over the rotations about x_μ multiplies h(x_μ)/|x_μ|³ by a function of |x_μ| alone) leaves one
Gaussian and one chi-square integral. No test set. Inputs have no direction of their own, so that every v may play the
teacher: averaging over them leaves a trace over the data set, without the scatter of a single direction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]

_HERMITE_NODES = 48
_LAGUERRE_NODES = 24


def harmonic_overlap(
    inputs: FloatArray,
    targets: FloatArray,
    *,
    ridge: float,
    hidden_variance: float = 1.0,
    readout_variance: float = 1.0,
) -> float:
    """E[f h] of the posterior mean f given (inputs (n, d), targets (n,)), h = z³ − 3z|x|²/(d+2), z = x_1, x ~ N(0, I).

    Raises:
        BadInput: shapes that do not fit, NaN, ridge not positive.
    """
    inputs, targets = np.asarray(inputs, np.float64), np.asarray(targets, np.float64)
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
        raise BadInput("inputs or targets hold NaN or infinity: clean the data first")
    if not ridge > 0:
        raise BadInput(f"ridge = {ridge}: must be positive")
    factor = _factor(inputs, ridge, hidden_variance, readout_variance)
    weights = linalg.cho_solve(factor, targets)
    return float(readout_variance * harmonic_embedding(inputs, hidden_variance) @ weights)


def mean_harmonic_response(
    inputs: FloatArray, *, ridge: float, hidden_variance: float = 1.0, readout_variance: float = 1.0
) -> float:
    """E[f h_v]/E[h_v²] of the posterior mean given H_3(v·x) on the inputs (n, d), averaged over directions v.

    With ⟨c_v(x) c_v(x')⟩_v = 6(d−1)/(d(d+2)²(d+4)) P_3(cos(x, x')), c_v = h_v/|x|³, P_3 the zonal cubic, it is

        (1/(d(d+2)(d+4))) Σ_μν p(|x_μ|) P_3(cos(x_μ, x_ν)) |x_ν|³ [(K + κ)^{-1}]_μν,     p = E_x[h_v k(x, x_μ)]/c_v.

    Raises:
        BadInput: inputs of another shape or with NaN, ridge not positive.
    """
    inputs = np.asarray(inputs, np.float64)
    if inputs.ndim != 2 or not np.isfinite(inputs).all():
        raise BadInput(f"inputs {inputs.shape}: need (n, d), without NaN or infinity")
    if not ridge > 0:
        raise BadInput(f"ridge = {ridge}: must be positive")
    dimension, radius = inputs.shape[1], np.linalg.norm(inputs, axis=1)
    cosine = inputs @ inputs.T / np.outer(radius, radius)
    zonal = ((dimension + 2) * cosine**3 - 3 * cosine) / (dimension - 1)
    solved = linalg.cho_solve(_factor(inputs, ridge, hidden_variance, readout_variance), zonal * radius[:, None] ** 3)
    total = readout_variance * _profile(radius, dimension, hidden_variance) @ np.diag(solved)
    return float(total / (dimension * (dimension + 2) * (dimension + 4)))


def _factor(inputs: FloatArray, ridge: float, hidden_variance: float, readout_variance: float) -> tuple[Any, bool]:
    """Cholesky factor of K + κ."""
    gram = inputs @ inputs.T * (hidden_variance / inputs.shape[1])
    norm = np.sqrt(1 + 2 * np.diag(gram))
    kernel = readout_variance * 2 / math.pi * np.arcsin(2 * gram / np.outer(norm, norm))
    kernel[np.diag_indices_from(kernel)] += ridge
    found: tuple[Any, bool] = linalg.cho_factor(kernel, lower=True, overwrite_a=True)
    return found


def harmonic_embedding(inputs: FloatArray, hidden_variance: float = 1.0) -> FloatArray:
    """E_x[h(x) k(x, x_μ)] for σ_a² = 1, shape (n,): h(x_μ)/|x_μ|³ times a quadrature over w along and across x_μ."""
    dimension = inputs.shape[1]
    radius = np.linalg.norm(inputs, axis=1)
    cosine = inputs[:, 0] / radius
    harmonic: FloatArray = cosine**3 - 3 * cosine / (dimension + 2)
    return harmonic * _profile(radius, dimension, hidden_variance)


def _profile(radius: FloatArray, dimension: int, hidden_variance: float) -> FloatArray:
    """E_x[h(x) k(x, x_μ)] over h(x_μ)/|x_μ|³, for σ_a² = 1, of each radius."""
    nodes, gaussian = special.roots_hermitenorm(_HERMITE_NODES)
    across, chi_square = special.roots_genlaguerre(_LAGUERRE_NODES, (dimension - 3) / 2)
    along = nodes[:, None] * math.sqrt(hidden_variance / dimension)
    square = along**2 + 2 * hidden_variance / dimension * across[None, :]
    # ((d+2)u³ − 3uq)/(d−1) = q^{3/2} P_3(u/√q): the zonal cubic about x_μ, normalised to 1 at the pole.
    zonal = ((dimension + 2) * along**3 - 3 * along * square) / (dimension - 1)
    weight = np.outer(gaussian / gaussian.sum(), chi_square / chi_square.sum())
    integrand = (weight * zonal * (1 + 2 * square) ** -1.5).sum(axis=1)
    profile: FloatArray = -4 / math.sqrt(math.pi) * (special.erf(np.outer(radius, along[:, 0])) @ integrand)
    return profile
