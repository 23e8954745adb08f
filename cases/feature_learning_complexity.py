"""draft"""
from __future__ import annotations
import math
from dataclasses import dataclass
import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.sampling import diagnostics, infinite_width, networks, observables
from functools import partial


@dataclass(frozen=True)
class Setup:
    """One β; everything else follows the slides' scaling."""

    beta: float
    steps: int
    cubic: float = 0.1

    @property
    def dimension(self) -> int:
        return round(150 * math.sqrt(self.beta))

    @property
    def samples(self) -> int:
        return round(3000 * self.beta)

    @property
    def width(self) -> int:
        return round(700 * self.beta)

    @property
    def ridge(self) -> float:
        return 5 * math.sqrt(self.beta)

    @property
    def chi(self) -> float:
        return self.width * math.sqrt(0.08 / self.beta)


SIGNS = (-1.0, 0.0, 1.0)
