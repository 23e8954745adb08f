"""What is measured: the sum of `size` normals around one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.claims import Experiment, Quantity

from .helper import terms


@dataclass(frozen=True)
class Sum(Experiment):
    """Number of normals."""

    size: int
    scatter: float = 0.1

    sum = Quantity(symbol="S_n", doc="the sum", chain=True)
    residual = Quantity(doc="how far the mean is from one")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        """Draw the terms and add them."""
        drawn = terms(key, self.size, self.scatter)
        return {self.sum: jnp.sum(drawn), self.residual: jnp.abs(jnp.mean(drawn) - 1.0)}


@dataclass(frozen=True)
class Squares(Sum):
    """Broken: normals of mean zero, squared to stay positive."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        """Draw, square and add."""
        return {self.sum: jnp.sum((terms(key, self.size, self.scatter) - 1.0) ** 2)}
