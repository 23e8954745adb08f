"""U = ½ Σ_i k_i θ_i² on independent chains: every integrator's stationary law is known in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Quadratic:
    """`stiffness` (D,), the same for all `chains`; positions are arrays (chains, D)."""

    stiffness: jax.Array
    chains: int = field(metadata={"static": True})

    @property
    def batch(self):
        return (self.chains,)

    @property
    def curvature(self):
        return self.stiffness.max()

    def value(self, position):
        return jnp.sum(self.stiffness[None] * position**2, axis=-1) / 2

    def gradient(self, position):
        return self.stiffness[None] * position


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Quartic:
    """U = θ⁴/4 on chains of one degree of freedom; in units where the curvature is one, steps are plain steps."""

    zero: jax.Array
    chains: int = field(metadata={"static": True})

    @property
    def batch(self):
        return (self.chains,)

    @property
    def curvature(self):
        return self.zero + 1

    def value(self, position):
        return jnp.sum(position**4, axis=-1) / 4

    def gradient(self, position):
        return position**3


def second_moment(position):
    """θ², the observable of both energies."""
    return {"square": position**2}
