"""Regression on features of known weight: what the measurement and the theory both start from, and the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment
from fieldbench.data import normals
from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float

Vector = NDArray[np.float64]

PLAIN = 16
PARTS = ("first quarter", "second quarter", "upper half")


def parts(keep: int) -> tuple[slice, slice, slice]:
    """Of the Λ modes that are kept, by their place in λ_k."""
    return slice(0, keep // 4), slice(keep // 4, keep // 2), slice(keep // 2, keep)


@dataclass(frozen=True)
class Problem:
    """A target to be learned from P points, with a spectrum to be cut at each Λ.

    Attributes:
        eigenvalues: λ_k, (M,), falling.
        target: y_k², (M,); signs are averaged over.
        samples: P.
        ridge: T > 0.
        cuts: the Λ, rising, each within 1 … M − 1.
        plain: number of modes that never carry an amplitude, no more than the smallest Λ where some do.
    """

    eigenvalues: Vector
    target: Vector
    samples: int
    ridge: float
    cuts: tuple[int, ...]
    plain: int = 0

    @property
    def tails(self) -> Vector:
        """Σ_{k>Λ} λ_k, (Λ,)."""
        return np.array([self.eigenvalues[keep:].sum() for keep in self.cuts])


def power_law(exponent: float, modes: int, copies: int) -> Vector:
    """k^{−exponent} with unit sum, every mode `copies` times at a fraction of its weight: one theory at all sizes."""
    k = np.arange(1.0, modes + 1.0)
    return np.repeat(k**-exponent / (k**-exponent).sum(), copies) / copies


@dataclass(frozen=True)
class Features(Experiment):
    """λ_k ∝ k^{−decay}, y_k² ∝ k^{−2}, `samples` points, and twice as many where every mode is there twice.

    A replicate averages `draws` data sets at the smaller size.
    """

    ridge: float
    keep: tuple[int, ...] = (4, 16, 32, 64)
    decay: float = 1.5
    draws: int = 64
    samples: int = 32
    modes: int = 128

    copies: ClassVar[tuple[int, ...]] = (1, 2)
    """Of every mode, at a fraction of its weight: the same theory at `copies` times P and Λ."""

    def problem(self, copies: int) -> Problem:
        """What is learned at one size."""
        return Problem(
            eigenvalues=power_law(self.decay, self.modes, copies),
            target=power_law(2.0, self.modes, copies),
            samples=self.samples * copies,
            ridge=self.ridge,
            cuts=tuple(keep * copies for keep in self.keep),
            plain=PLAIN * copies,
        )


def independent(key: Array, count: int, of: Problem) -> tuple[Float[np.ndarray, "count modes"]]:
    """Independent Gaussian features φ_k(x) of `count` points."""
    return (normals(key, count, of.eigenvalues.size),)


def modulated(
    key: Array, count: int, of: Problem, strength: float
) -> tuple[Float[np.ndarray, "count modes"], Float[np.ndarray, " count"]]:
    """φ_k = z_k for the plain modes and φ_k = g(x) z_k beyond, z ~ N(0, 1), with log-normal g², ⟨g²⟩ = 1.

    ⟨φ_kφ_l⟩ = δ_kl still holds, so that spectrum and coefficients are those of Gaussian features; only the cumulants
    differ: the kurtosis of the modulated modes is ⟨g⁴⟩ = e^{s²} times 3 and their K(x, x) = g(x)² Σ λ_kz_k².

    Args:
        key: typed JAX key; the z_k are those of `independent`.
        count: number of points.
        of: its number of modes, and of plain ones.
        strength: s ≥ 0, standard deviation of ln g².

    Returns:
        features (count, modes) and g² (count,).

    Raises:
        BadInput: a negative strength, or more plain modes than modes.
    """
    modes = of.eigenvalues.size
    if not 0.0 <= strength < float("inf"):
        raise BadInput(f"strength {strength} is a standard deviation: it must be finite and ≥ 0")
    if not 0 <= of.plain <= modes:
        raise BadInput(f"{of.plain} plain features of {modes}: must lie within 0 and {modes}")
    logs = strength * normals(jax.random.fold_in(key, 1), count) - 0.5 * strength**2
    amplitude = np.where(np.arange(modes) < of.plain, 1.0, np.exp(0.5 * logs)[:, None])
    return independent(key, count, of)[0] * amplitude, np.exp(logs)
