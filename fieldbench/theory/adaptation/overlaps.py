"""Gaussian overlaps of one neuron φ(w·x) with the functions a teacher direction v can teach, x ~ N(0, I_d).

Everything follows from one family of functions of q = |w|²,

    D_k(q) = E[φ⁽ᵏ⁾(√q z)],  z ~ N(0, 1),   so that   E[He_k(v·x) φ(w·x)] = D_k(q) mᵏ,  m = w·v, |v| = 1,

by k integrations by parts (He_k: probabilists' Hermite polynomials, E[He_k²] = k!). For a sum over neurons these
overlaps give the learnabilities of a network *exactly*, E[f He_k] = Σ_c a_c D_k(q_c) m_cᵏ, without a test set.

The functions take numpy or JAX arrays and return the same kind; they keep the dtype.
Source: arXiv:2310.03789 (erf, k = 1, 3); the rest derived here and tested by quadrature.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special

from fieldbench.errors import BadInput


def _namespace(*arrays: Any) -> Any:
    return jnp if any(isinstance(array, jax.Array) for array in arrays) else np


@dataclass(frozen=True)
class Activation:
    """A nonlinearity φ, as far as Gaussian theory needs to know it.

    derivative_mean(k, q) is D_k(q) = E[φ⁽ᵏ⁾(√q z)]; second_moment(q) is E[φ(√q z)²]; odd says φ(−u) = −φ(u);
    largest_degree is the last k with D_k ≠ 0, if there is one. function is φ itself, of NumPy arrays.
    """

    name: str
    function: Callable[[Any], Any]
    derivative_mean: Callable[[int, Any], Any]
    second_moment: Callable[[Any], Any]
    odd: bool
    largest_degree: int | None = None


def _checked_degree(degree: int) -> int:
    if degree < 0:
        raise BadInput(f"the degree of a Hermite polynomial is {degree}; it must be 0 or more")
    return degree


def _erf_derivative_mean(degree: int, norm: Any) -> Any:
    # E[erf(s + √q z)] = erf(s/√(1+2q)), differentiated k times at s = 0
    if _checked_degree(degree) % 2 == 0:
        return 0.0 * norm
    half = (degree - 1) // 2
    at_zero = 2.0 / math.sqrt(math.pi) * (-1) ** half * math.factorial(2 * half) / math.factorial(half)
    return at_zero * (1.0 + 2.0 * norm) ** (-degree / 2)


def _erf_second_moment(norm: Any) -> Any:
    return 2.0 / math.pi * _namespace(norm).arcsin(2.0 * norm / (1.0 + 2.0 * norm))


def _relu(u: Any) -> Any:
    return np.maximum(u, 0.0)


def _relu_derivative_mean(degree: int, norm: Any) -> Any:
    if _checked_degree(degree) == 0:
        return (norm / (2.0 * math.pi)) ** 0.5
    if degree == 1:
        return 0.5 + 0.0 * norm
    if degree % 2 == 1:
        return 0.0 * norm
    # φ'' is a delta function, so D_k is the (k−2)-th derivative of the Gaussian density at 0
    order = degree - 2
    hermite_at_zero = (-1) ** (order // 2) * math.factorial(order) / (2 ** (order // 2) * math.factorial(order // 2))
    return hermite_at_zero / math.sqrt(2.0 * math.pi) * norm ** (-(degree - 1) / 2)


def _linear_derivative_mean(degree: int, norm: Any) -> Any:
    return (1.0 if _checked_degree(degree) == 1 else 0.0) + 0.0 * norm


ERF = Activation("erf", special.erf, _erf_derivative_mean, _erf_second_moment, odd=True)
RELU = Activation("relu", _relu, _relu_derivative_mean, lambda norm: norm / 2.0, odd=False)
LINEAR = Activation("linear", lambda u: u, _linear_derivative_mean, lambda norm: 1.0 * norm, odd=True, largest_degree=1)


def hermite_overlap(activation: Activation, degree: int, overlap: Any, norm: Any) -> Any:
    """E[He_k(v·x) φ(w·x)] = D_k(q) mᵏ for overlap m = w·v and norm q = |w|².

    For erf: (2/√π) m/√(1+2q), −(4/√π) m³/(1+2q)^{3/2}, (24/√π) m⁵/(1+2q)^{5/2}, −(240/√π) m⁷/(1+2q)^{7/2} at k = 1,
    3, 5, 7.

    Arguments: overlap and norm of one shape, m² ≤ q. Returns an array of that shape. Raises BadInput for degree < 0.
    """
    return activation.derivative_mean(degree, norm) * overlap**degree


def harmonic_cubic_overlap(activation: Activation, overlap: Any, norm: Any, dimension: int) -> Any:
    """E[h(x) φ(w·x)] = D_3(q) (m³ − 3mq/(d+2)) for the harmonic cubic h = z³ − 3z|x|²/(d+2), z = v·x.

    h is He_3(z) without the radial part z(|x|² − d − 2), which a kernel method gets for nothing because it rides on
    the linear part; only h asks whether the cubic was learned.
    """
    return activation.derivative_mean(3, norm) * (overlap**3 - 3.0 / (dimension + 2) * overlap * norm)


def harmonic_cubic_norm(dimension: int) -> float:
    """E[h²] = 6(d−1)/(d+2) for the harmonic cubic of `harmonic_cubic_overlap`; tends to E[He_3²] = 6."""
    return 6.0 * (dimension - 1) / (dimension + 2)


def relu_fold_overlap(overlap: Any, norm: Any) -> Any:
    """E[(|v·x| − √(2/π)) relu(w·x)] = (√q/π)(√(1−ρ²) + ρ asin ρ − 1), ρ = m/√q (even in the teacher)."""
    xp = _namespace(overlap, norm)
    cosine = xp.clip(overlap / norm**0.5, -1.0, 1.0)
    return norm**0.5 / math.pi * ((1.0 - cosine**2) ** 0.5 + cosine * xp.arcsin(cosine) - 1.0)


def fold_norm() -> float:
    """E[(|z| − √(2/π))²] = 1 − 2/π for z ~ N(0, 1)."""
    return 1.0 - 2.0 / math.pi
