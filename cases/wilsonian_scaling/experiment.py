"""What is measured: what a quartic term in the loss changes in the maximum and in the mean of the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, Underdamped

from .shift_of_maximum import shift_of_maximum
from .shift_of_mean import shift_of_mean

BLOCK = 16
NEARLY_CRITICAL = Underdamped(step=0.8, friction=1.5)  # all frequencies are near one, where critical damping is 2


@dataclass(frozen=True)
class PowerLaw(Experiment):
    """P samples of independent Gaussian features, y_k = ±√λ_k; a replicate is the mean over `draws` data sets."""

    alpha: float
    samples: int
    draws: int
    ridge: float = 20.0

    u: ClassVar[tuple[float, ...]] = (0.1, 0.2)
    """Couplings, each on the same data sets."""

    @property
    def levels(self) -> NDArray[np.float64]:
        """λ_k = k^{−1−α} of the first 64 modes, which is also the target's power y_k²."""
        return np.asarray(np.arange(1.0, 65.0) ** (-1.0 - self.alpha))


@dataclass(frozen=True)
class Maximum(PowerLaw, stream="maximum"):
    """The posterior's maximum by Newton's method, for `targets` sign patterns of y_k on each draw of the features."""

    targets: int = 16

    k: ClassVar[tuple[int, ...]] = tuple(range(1, 9))
    """Modes whose learnability is kept."""
    degree: ClassVar[int] = 4

    shift = Quantity("u", symbol="δMSE/MSE", doc="relative change of the population error by u")
    gap = Quantity("u", doc="the same, against ridge regression at the Hartree ridge of each data set's own ⟨Δ²⟩")
    coupling = Quantity("u", symbol="u⟨Δ²⟩", doc="effective coupling: u times the train error")
    curve = Quantity("u", symbol="MSE", doc="population error")
    learned = Quantity("u", "k", symbol="L_k", doc="f_k/y_k, averaged over the signs of y")
    residual = Quantity(doc="largest gradient that Newton's method leaves, in units of its largest at f = 0")

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        found = shift_of_maximum(
            keys, jnp.asarray(self.levels), self.ridge, self.u,
            samples=self.samples, draws=self.draws, targets=self.targets, degree=self.degree,
        )  # fmt: skip
        return {
            self.shift: found.error / found.plain - 1.0,
            self.gap: (found.error - found.hartree) / found.plain,
            self.coupling: found.coupling,
            self.curve: found.curve,
            self.learned: found.learned[..., : len(self.k)],
            self.residual: found.residual,
        }


class CubicLoss(Maximum):
    """Broken: |f − y|³ in place of (f − y)⁴."""

    degree = 3


@dataclass(frozen=True)
class Mean(PowerLaw, stream="mean"):
    """The posterior's mean by `chains` Langevin chains of `steps` on each data set."""

    steps: int = 240
    chains: int = 4

    shift = Quantity("u", symbol="δMSE/MSE", doc="relative change of the population error by u", chain=True)
    gap = Quantity("u", doc="the same, against regression with each point's own Hartree ridge", chain=True)
    rhat = Quantity("u", symbol="R-hat", doc="of ⟨Δ²⟩ and of the unlearned part, means over data sets: the larger")
    ess = Quantity("u", symbol="ESS", doc="effective draws of the same: the smaller")

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        return self.by_chains(keys, NEARLY_CRITICAL if sampler == Underdamped() else sampler)

    def by_chains(self, keys: jax.Array, sampler: Sampler) -> Mapping[Quantity, Any]:
        found = shift_of_mean(
            sampler, keys, jnp.asarray(self.levels), self.ridge, self.u,
            samples=self.samples, sets=self.draws, chains=self.chains, steps=self.steps,
        )  # fmt: skip
        return {
            self.shift: found.error / found.plain - 1.0,
            self.gap: (found.error - found.hartree) / found.plain,
            self.rhat: found.rhat,
            self.ess: found.ess,
        }


@dataclass(frozen=True)
class WithoutRootTwo(Mean):
    """Broken: noise of variance T dt in place of 2T dt samples at half the temperature."""

    @batched(BLOCK)
    def measure(self, keys: jax.Array, **ports: Any) -> Mapping[Quantity, Any]:
        return self.by_chains(keys, replace(NEARLY_CRITICAL, temperature=0.5))
