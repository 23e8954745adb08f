"""Langevin training of an infinitely wide two-layer network at a finite step: the outputs are not quite a GP posterior.

BAOAB is exact for quadratic energies, but an output f = Σ_c a_c φ(w_c) is no quadratic mode: it is a sum of products of
one readout and n hidden weights (the Hermite degrees n of φ), and the misfit (f − y)²/2κ couples it to itself. As
N → ∞ each of the many neurons feels the misfit weakly, so that the outputs obey a linear equation with memory
[derived here]: with K = Σ_n K_n over the Hermite degrees, a free neuron's autocorrelation C(m) after m steps and its
response R(m) to a unit kick (`integrator_bias`),

    f_t = f⁰_t − Σ_{m≥1} X(m) (f_{t−m} − y)/κ,    X(m) = Σ_n K_n (n+1) h R(m) C(m)ⁿ,
    G(m) = ⟨f⁰_t f⁰_{t+m}⟩ = Σ_n K_n C(m)^{n+1}.

In continuous time X = −dG/dt, and the stationary law is the GP's posterior; at step h it differs by O(h²), at any
width: the variance of f is too large by some per cent at the largest steps in use. Averages over hidden weights alone
(whose law tends to the prior) do not have this bias.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.theory.langevin.integrator_bias import free_correlation_and_response

FloatArray = NDArray[np.float64]

_DEGREES = 41  # of the arcsine's series, odd ones only; each falls by u² < 4/9 for |x|² ≤ d, the largest x more slowly


@dataclass(frozen=True)
class WideLangevin:
    """Stationary mean and variance of the outputs at the test points, shape (tests,) each."""

    mean: FloatArray
    variance: FloatArray


def wide_langevin(
    train: FloatArray, targets: FloatArray, test: FloatArray, *, ridge: float, step: float, friction: float
) -> WideLangevin:
    """Outputs of an erf network at N → ∞ under BAOAB in whitened weights, σ_w² = σ_a² = 1.

    Args:
        train: (n, d). targets: (n,). test: (m, d).
        ridge: κ. step: h. friction: γ.

    Raises:
        BadInput: shapes that do not fit, or a step at which the outputs are unstable.
    """
    if targets.shape != train.shape[:1] or train.shape[1:] != test.shape[1:]:
        raise BadInput(f"inputs {train.shape}, targets {targets.shape}, tests {test.shape} do not fit")
    points, count = np.concatenate([train, test]), len(train)
    correlation, response = free_correlation_and_response(step, friction)
    length = len(correlation)
    gram = points @ points.T / points.shape[1]
    norm = np.sqrt(1 + 2 * np.diag(gram))
    argument = 2 * gram / np.outer(norm, norm)

    frequencies = length + 1
    free = np.zeros((frequencies, len(points), len(points)), complex)
    answer = np.zeros_like(free)
    for degree in range(1, _DEGREES, 2):
        half = (degree - 1) // 2
        series = 2 / np.pi * special.binom(2 * half, half) / (4.0**half * degree) * argument**degree
        two_sided = np.zeros(2 * length)
        two_sided[:length] = correlation ** (degree + 1)
        two_sided[length + 1 :] = two_sided[1:length][::-1]
        kicked = np.zeros(2 * length)
        kicked[:length] = (degree + 1) * step * response * correlation**degree
        free += np.fft.rfft(two_sided).real[:, None, None] * series
        answer += np.fft.rfft(kicked)[:, None, None] * series

    # f = f⁰ − X_{·,train}(f_train − y)/κ at each frequency.
    feedback = np.tile(np.eye(len(points), dtype=complex), (frequencies, 1, 1))
    feedback[:, :, :count] += answer[:, :, :count] / ridge
    static = np.linalg.solve(feedback[0].real, answer[0].real[:, :count] @ targets / ridge)
    filtered = np.linalg.inv(feedback)
    spectrum = np.einsum("wij,wjk,wik->wi", filtered, free, filtered.conj()).real
    weight = np.full(frequencies, 2.0)
    weight[[0, -1]] = 1.0
    variance = weight @ spectrum / (2 * length)
    return WideLangevin(mean=static[count:], variance=variance[count:])
