"""What is measured: regressions with modes made ridge, beside those with all modes; and kernel modes of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.data import load
from fieldbench.theory.kernels import Kernel

from .features import PARTS, Features, independent, modulated
from .kurtosis import edges, kurtosis_by_block, modes_on_subsets, rank_trend, shared_excess
from .paired import averaged, independent_modes, modulated_modes

REPLICATES = 16


@dataclass(frozen=True)
class Gaussian(Features, stream="gaussian"):
    """Independent Gaussian features, for which the ridge is all that flows."""

    part: ClassVar[tuple[str, ...]] = PARTS

    @property
    def settled(self) -> NDArray[np.int_]:
        """The Λ ≥ P/2: below, single modes and predictors scatter more between data sets than a margin of 1 %."""
        return np.array([keep for keep in self.keep if keep >= self.samples / 2])

    flow = Quantity("copies", "keep", symbol="(T* − T)/Σ_{k>Λ} λ_k", doc="the ridge that restores Tr(K + T)⁻¹")
    shift = Quantity("copies", "keep", symbol="δ ln κ_eff", doc="change of ln(P/Tr(K + T)⁻¹)")
    error = Quantity("copies", "keep", symbol="δMSE", doc="change of the population error")
    noise_error = Quantity("copies", "keep", doc="the same with noise for the target's modes beyond Λ as well")
    learned = Quantity("settled", "part", symbol="δL_k", doc="of the kept modes, averaged over parts, at P")
    distance = Quantity("copies", "settled", symbol="Σ_{k≤Λ} ⟨δf_k²⟩", doc="squared distance of the two predictors")
    two_steps = Quantity("copies", "keep", doc="ln of T* found through all larger Λ over T* found at once")

    @batched(REPLICATES, common="the coefficients of the control variates, fitted to all data sets of the block")
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        found, first = averaged(self, keys, independent, independent_modes), len(self.keep) - len(self.settled)
        return {
            self.flow: found.flow,
            self.shift: found.shift,
            self.error: found.error,
            self.noise_error: found.noise_error,
            self.learned: found.learned[:, 0, first:],
            self.distance: found.distance[:, :, first:],
            self.two_steps: found.two_steps,
        }


@dataclass(frozen=True)
class Modulated(Features, stream="modulated"):
    """Modes k > 16 share an amplitude g(x): `strength` is the standard deviation of ln g²."""

    strength: float = 1.0

    uniform_error = Quantity("copies", "keep", symbol="δMSE", doc="with the ridge T + Σ_{k>Λ} λ_k")
    uniform_learned = Quantity("copies", "keep", symbol="δL_k", doc="mean of the modes k ≤ 16, with the same")
    uniform_distance = Quantity("copies", "keep", symbol="Σ_{k≤Λ} ⟨δf_k²⟩", doc="of the predictors, with the same")
    local_error = Quantity("copies", "keep", doc="as uniform_error, ridge T + Σ_{k>Λ} λ_kφ_k(x)² at each x")
    local_learned = Quantity("copies", "keep", doc="as uniform_learned, with the same ridge at each x")
    local_distance = Quantity("copies", "keep", doc="as uniform_distance, with the same ridge at each x")

    @batched(REPLICATES, common="the coefficients of the control variates, fitted to all data sets of the block")
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        draw = partial(modulated, strength=self.strength)
        uniform, local = averaged(self, keys, draw, partial(modulated_modes, strength=self.strength))
        return {
            self.uniform_error: uniform.error,
            self.uniform_learned: uniform.learned,
            self.uniform_distance: uniform.distance,
            self.local_error: local.error,
            self.local_learned: local.learned,
            self.local_distance: local.distance,
        }


@dataclass(frozen=True)
class Images(Experiment, stream="images"):
    """Kernel modes k ≤ M/4 of a random reference of M images, seen on other images; M = 4·4ⁿ for whole blocks of k."""

    dataset: str
    kernel: str
    reference: int
    images: int

    excess = Quantity("block", symbol="⟨φ_k⁴⟩ − 3", doc="excess kurtosis, mean of a block of two octaves")
    trend = Quantity(discrete=True, doc="rank correlation of the kurtosis with k, in blocks of two octaves")
    lowest = Quantity(symbol="⟨φ_k⁴⟩ − 3", doc="excess kurtosis, mean of k ≤ 4")
    highest = Quantity(symbol="⟨φ_k⁴⟩ − 3", doc="excess kurtosis, mean of the last two octaves")
    shared = Quantity(symbol="3(⟨φ_k²φ_l²⟩ − 1)", doc="what of it an amplitude shared by these modes would make")

    @property
    def block(self) -> NDArray[np.int_]:
        """The last k of each block."""
        return np.array([*edges(self.reference // 4), self.reference // 4])

    @property
    def datasets(self) -> tuple[str, ...]:
        """The one that the images are from."""
        return (self.dataset,)

    @batched(REPLICATES, common="a permutation that cuts the images into subsets without overlap, one a replicate")
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        modes = modes_on_subsets(load(self.dataset).pixels, Kernel(self.kernel), keys, self.reference, self.images)
        blocks = self.listed(kurtosis_by_block(modes))
        return {
            self.excess: blocks,
            self.trend: rank_trend(blocks),
            self.lowest: (blocks[:, 0] + 3.0 * blocks[:, 1]) / 4.0,
            self.highest: blocks[:, -1],
            self.shared: shared_excess(modes),
        }

    def listed(self, blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        """In the order of falling λ_k, (replicates, blocks)."""
        return blocks


class Backwards(Images):
    """Broken: the blocks in the order of rising λ_k, as eigensolvers list them."""

    def listed(self, blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        return blocks[:, ::-1]
