"""Features whose high modes share an amplitude that depends on the input: orthonormal, but not Gaussian."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from fieldbench.data.synthetic import gaussian
from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float


def modulated(
    key: Array, count: int, modes: int, plain: int, strength: float
) -> tuple[Float[Array, "count modes"], Float[Array, " count"]]:
    """φ_k = z_k for k ≤ `plain` and φ_k = g(x) z_k beyond, z ~ N(0, 1), with log-normal g², ⟨g²⟩ = 1.

    ⟨φ_kφ_l⟩ = δ_kl still holds, so that spectrum and coefficients are those of Gaussian features; only the cumulants
    differ: the kurtosis of the modulated modes is ⟨g⁴⟩ = e^{s²} times 3 and their K(x, x) = g(x)² Σ λ_kz_k².

    Args:
        key: typed JAX key.
        count: number of points.
        modes: number of features.
        plain: number of features left Gaussian, 0 … modes.
        strength: s ≥ 0, standard deviation of ln g²; 0 leaves all features Gaussian.

    Returns:
        features (count, modes) and g² (count,).

    Raises:
        BadInput: a negative strength, `plain` outside 0 … modes, or as in `gaussian`.
    """
    if not 0.0 <= strength < float("inf"):
        raise BadInput(f"strength {strength} is a standard deviation: it must be finite and ≥ 0")
    if not 0 <= plain <= modes:
        raise BadInput(f"{plain} plain features of {modes}: must lie within 0 and {modes}")
    for_features, for_amplitude = jax.random.split(key)
    features = gaussian(for_features, count, modes)
    logs = strength * gaussian(for_amplitude, count, 1)[:, 0] - 0.5 * strength**2
    amplitude = jnp.where(jnp.arange(modes)[None, :] < plain, 1.0, jnp.exp(0.5 * logs)[:, None])
    return features * amplitude, jnp.exp(logs)
