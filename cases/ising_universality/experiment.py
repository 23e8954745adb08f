"""What is measured: moments of the magnetisation and the energy on a periodic square, by Wolff clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax

from fieldbench.claims import Experiment, Quantity
from fieldbench.sampling.ising import chain_series, moments, wolff
from fieldbench.statistics import ess, rhat

DIAGNOSED = 64  # chains


@dataclass(frozen=True)
class Torus(Experiment):
    """An L × L torus; a replicate is `chains` chains of `steps` cluster flips after a quarter as many of burn-in."""

    size: int
    chains: int = 128
    steps: int = 160
    temperature: float = field(kw_only=True)

    series: ClassVar[tuple[str, ...]] = ("square", "bonds")
    periodic: ClassVar[bool] = True

    # The mean of some ten thousand integers: two replicates in a hundred runs have the same one.
    energy = Quantity(symbol="E", unit="J", doc="energy per site", chain=True, discrete=True)
    susceptibility = Quantity(symbol="χ", doc="⟨M²⟩/L²", chain=True)
    correlation = Quantity(symbol="G", doc="⟨s(0) s(L/2)⟩ along an axis", chain=True)
    binder = Quantity(symbol="U", doc="Binder's cumulant, 1 − ⟨M⁴⟩/3⟨M²⟩²", chain=True)
    binder_slope = Quantity(symbol="dU/dK", doc="its slope, by the fluctuation formula ⟨O S⟩ − ⟨O⟩⟨S⟩", chain=True)
    rhat = Quantity("series", symbol="R-hat", doc="of M² and of S, the sum over bonds")
    ess = Quantity("series", symbol="ESS", doc="effective draws of all chains")

    @property
    def coupling(self) -> float:
        """K = 1/T."""
        return 1.0 / self.temperature

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        traces = wolff(
            key, self.coupling, size=self.size, chains=self.chains, steps=self.steps, burn_in=self.steps // 4,
            periodic=self.periodic,
        )  # fmt: skip
        found, series = moments(traces, self.size), chain_series(traces, DIAGNOSED)
        return {
            self.energy: found.energy,
            self.susceptibility: found.susceptibility,
            self.correlation: found.correlation,
            self.binder: found.binder,
            self.binder_slope: found.binder_slope,
            self.rhat: rhat(series),
            self.ess: ess(series) * self.chains / DIAGNOSED,
        }


class HalfTheCoupling(Torus):
    """Broken: bonds open with probability 1 − exp(−β), which belongs to spins 0 and 1, not to ±1."""

    @property
    def coupling(self) -> float:
        return super().coupling / 2


class OpenEdges(Torus):
    """Broken: no bonds across the edges."""

    periodic = False


class NotConnected(Torus):
    """Broken: the fluctuation formula without ⟨O⟩⟨S⟩, of which ⟨S⟩(1 − U) is left in the slope of U."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        found = super().measure(key)
        bonds = -found[self.energy] * self.size**2
        return {**found, self.binder_slope: found[self.binder_slope] + bonds * (1.0 - found[self.binder])}
