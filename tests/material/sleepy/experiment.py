"""Cells that take a moment, and a log of which were measured, for tests of interruption."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from fieldbench.claims import Experiment, Quantity


@dataclass(frozen=True)
class Uniforms(Experiment):
    """Number of uniforms."""

    size: int

    words = (0, 1)
    mean = Quantity(doc="mean of the draws, or of their squares")
    name = Quantity("words", doc="the key's own words, by which the test knows the cell again")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        name, draws = self.draw(key)
        return {self.mean: draws.mean(), self.name: name}

    def draw(self, key: jax.Array) -> tuple[Any, Any]:
        name = np.asarray(jax.random.key_data(key))
        with open(os.environ.get("SLEEPY_LOG", os.devnull), "a") as log:
            log.write(f"{name[0]}-{name[1]}\n")
        time.sleep(0.03)
        return name, np.random.default_rng(name).random(self.size)


@dataclass(frozen=True)
class OfSquares(Uniforms):
    """Broken: squares, whose mean is a third."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        name, draws = self.draw(key)
        return {self.mean: (draws**2).mean(), self.name: name}
