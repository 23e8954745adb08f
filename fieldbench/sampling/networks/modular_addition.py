"""Energy of the network that adds modulo P, with its readouts integrated out, over the hidden weights of N neurons.

f_p(n, m) = Σ_i a_pi (u_in + v_im)² is taught y_p = δ(p, n + m mod P) − 1/P on all P² pairs, a_pi ~ N(0, s/N), noise κ.
With A = κ̂ + (ŝ/N) ΦΦᵀ, κ̂ = Nκ, ŝ = Ns and Φ the features (u_in + v_im)² of all pairs,

    U = (N/2) Σ_p y_pᵀA⁻¹y_p + (P/2) log det A + Σ_i [½|u_i|² + ½|v_i|² + (c/3) Σ_k (|û_ik|⁶ + |v̂_ik|⁶)],

û the unitary Fourier transform, k = 1 … (P − 1)/2 (arXiv:2310.03789, section 3.2, with c = γ/P²). All matrices are
dense: P⁴N multiplications twice a gradient, and a Cholesky factor of A.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.typing import AnyArray, Array, Float

T = TypeVar("T")

# The sextic's second derivative, 5cr² along |û| of a mode in whitened coordinates, is 15 in the droplet at coexistence,
# r² = 3/c, and rises as r²: thermal motion reaches 1.8 times this power. BAOAB at a step for that curvature fills the
# droplet too much: a by .00014(3), p by .0024(3) in the mixed phase. At half of it, the step here, a quarter is left.
_STIFFEST = 4.0 * (1.0 + 15.0 * 1.8**2)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ModularNetwork:
    """Energies of a batch of networks; positions are (*batch, 2, P, N): the weights u and v of every neuron.

    Neurons come last, so that what is done to each of them runs along memory.

    Attributes:
        labels: y_p of all pairs, (P², P).
        waves: orthonormal cosines and sines, (P, 2, modes).
        strength, noise, cubic: ŝ, κ̂, c.
        curvature: an estimate of the largest second derivative.
    """

    labels: Float[Array, "pairs modulus"]
    waves: Float[Array, "modulus two modes"]
    strength: Float[Array, ""]
    noise: Float[Array, ""]
    cubic: Float[Array, ""]
    curvature: Float[Array, ""]
    batch: tuple[int, ...] = field(metadata={"static": True})
    width: int = field(metadata={"static": True})

    @property
    def modulus(self) -> int:
        """P."""
        return self.labels.shape[-1]

    def value(self, position: Float[Array, "*batch two modulus width"]) -> Float[Array, "*batch"]:
        """U of every chain."""

        def one(weights: Array) -> Array:
            factor, solved = self._solved(self._features(weights))
            explained = self.width / 2 * jnp.sum(self.labels * solved)
            volume = self.modulus * jnp.sum(jnp.log(jnp.diagonal(factor)))
            power = jnp.sum(self._fourier(weights) ** 2, axis=1) / 2
            return explained + volume + jnp.sum(weights**2) / 2 + self.cubic / 3 * jnp.sum(power**3)

        return self._each(one, position)

    def gradient(self, position: Float[Array, "*batch two modulus width"]) -> Float[Array, "*batch two modulus width"]:
        """∂U/∂(u, v) of every chain."""

        def one(weights: Array) -> Array:
            features = self._features(weights)
            factor, solved = self._solved(features)
            inverse = jax.scipy.linalg.cho_solve((factor, True), jnp.eye(len(factor), dtype=factor.dtype))
            slope = self.strength / self.width * (self.modulus * inverse - self.width * solved @ solved.T)
            pairs = (slope @ features).reshape(self.modulus, self.modulus, -1) * 2 * self._sums(weights)
            likelihood = jnp.stack([pairs.sum(axis=1), pairs.sum(axis=0)])
            modes = self._fourier(weights)
            power = jnp.sum(modes**2, axis=1, keepdims=True) / 2
            return likelihood + weights + self._weights_of(self.cubic * power**2 * modes)

        return self._each(one, position)

    def observables(self, position: Float[Array, "*batch two modulus width"]) -> dict[str, Array]:
        """`amplitude` of f − y along the target; by mode `product` rr′ and `droplet`, averaged over neurons.

        The droplet is where both powers exceed 1/√(3c).
        """

        def one(weights: Array) -> dict[str, Array]:
            _, solved = self._solved(self._features(weights))
            first, second = jnp.sum(self._fourier(weights) ** 2, axis=1) / 2
            return {
                "amplitude": -self.noise * jnp.sum(self.labels * solved) / jnp.sum(self.labels**2),
                "product": jnp.mean(first * second, axis=-1),
                "droplet": jnp.mean(jnp.minimum(first, second) > (3 * self.cubic) ** -0.5, axis=-1, dtype=first.dtype),
            }

        return self._each(one, position)

    def start(self, keys: Array, share: Float[Array, "*batch"]) -> Float[Array, "*batch two modulus width"]:
        """Weights of the Gaussian prior with a share of each chain's modes lifted to the droplet's power, √(3/c).

        `keys` are typed, (*batch,): each chain's own.
        """
        modes = self.waves.shape[-1]

        def one(key: Array, share: Array) -> Array:
            gauss, lot = jax.random.split(key)
            weights = jax.random.normal(gauss, (2, self.modulus, self.width), self.labels.dtype)
            lifted = jax.random.uniform(lot, (1, 1, modes, self.width), share.dtype) < share
            fourier = self._fourier(weights)
            scale = (12.0 / self.cubic) ** 0.25 / jnp.sqrt(jnp.sum(fourier**2, axis=1, keepdims=True))
            return weights + self._weights_of(jnp.where(lifted, scale - 1.0, 0.0) * fourier)

        weights = jax.vmap(one)(keys.reshape(-1), share.reshape(-1))
        return weights.reshape(*self.batch, *weights.shape[1:])

    def _each(self, one: Callable[[Array], T], position: Array) -> T:
        """A chain after the other: one's matrices are large enough to keep a core busy, and fit into its cache."""
        flat = jax.lax.map(one, position.reshape(-1, *position.shape[-3:]))
        batched: T = jax.tree.map(lambda array: array.reshape(*self.batch, *array.shape[1:]), flat)
        return batched

    @staticmethod
    def _sums(weights: Array) -> Float[Array, "modulus modulus width"]:
        return weights[0, :, None] + weights[1, None, :]

    def _features(self, weights: Array) -> Float[Array, "pairs width"]:
        return (self._sums(weights) ** 2).reshape(-1, self.width)

    def _fourier(self, weights: Array) -> Float[Array, "layer two modes width"]:
        return jnp.einsum("lpw,pfk->lfkw", weights, self.waves)

    def _weights_of(self, fourier: Array) -> Float[Array, "layer modulus width"]:
        return jnp.einsum("lfkw,pfk->lpw", fourier, self.waves)

    def _solved(self, features: Array) -> tuple[Float[Array, "pairs pairs"], Float[Array, "pairs modulus"]]:
        """Cholesky factor of A, and A⁻¹y."""
        kernel = self.strength / self.width * features @ features.T
        factor = jnp.linalg.cholesky(kernel + self.noise * jnp.eye(len(kernel), dtype=kernel.dtype))
        return factor, jax.scipy.linalg.cho_solve((factor, True), self.labels)


def modular_labels(modulus: int) -> NDArray[np.float32]:
    """δ(p, n + m mod P) − 1/P, (P², P): pair (n, m) in row Pn + m."""
    sums = np.add.outer(np.arange(modulus), np.arange(modulus)).ravel() % modulus
    return np.asarray(sums[:, None] == np.arange(modulus), np.float32) - np.float32(1 / modulus)


def modular_network(
    labels: Float[AnyArray, "pairs modulus"],
    *,
    batch: tuple[int, ...],
    width: int,
    strength: float,
    noise: float,
    cubic: float,
) -> ModularNetwork:
    """The energy of a batch of networks of N = `width` neurons, taught `labels` on all pairs, in the labels' dtype.

    Raises:
        BadInput: labels of another shape than (P², P), P even, no neuron, or a constant that is not positive.
    """
    pairs, modulus = labels.shape
    if pairs != modulus**2 or modulus % 2 == 0:
        raise BadInput(f"labels of shape {labels.shape}: need (P², P) with P odd, as modular_labels(P)")
    if width < 1 or not (min(strength, noise, cubic) > 0 and math.isfinite(strength + noise + cubic)):
        raise BadInput(f"width {width}, ŝ = {strength}, κ̂ = {noise}, c = {cubic}: all must be positive and finite")
    angles = 2 * np.pi / modulus * np.outer(np.arange(modulus), np.arange(1, (modulus + 1) // 2))
    waves = np.sqrt(2 / modulus) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    dtype = labels.dtype.type
    return ModularNetwork(
        jnp.asarray(labels), jnp.asarray(waves.astype(dtype)), jnp.asarray(dtype(strength)), jnp.asarray(dtype(noise)),
        jnp.asarray(dtype(cubic)), jnp.asarray(dtype(_STIFFEST)), batch=batch, width=width,
    )  # fmt: skip
