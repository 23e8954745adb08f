"""draft docstring"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import batched
from fieldbench.sampling.signed_teacher import SignedTeacher


@dataclass(frozen=True)
class Setup:
    """One β of the ray d ∝ √β, n ∝ β, N ∝ β; `steps` after a burn-in of a quarter of them, from `starts` starts."""

    beta: float
    steps: int
    starts: int = 2
    mean_field: bool = False
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
        return self.width * (1.0 if self.mean_field else math.sqrt(0.08 / self.beta))


def _experiment(setup: Setup) -> SignedTeacher:
    return SignedTeacher(
        width=setup.width,
        ridge=setup.ridge,
        feature_scale=setup.chi,
        cubic=setup.cubic,
        steps=setup.steps,
        burn_in=setup.steps // 4,
        starts=setup.starts,
    )


def _inputs(setup: Setup, keys: jax.Array) -> jax.Array:
    shape = (setup.samples, setup.dimension)
    return jax.vmap(lambda key: jax.random.normal(key, shape, jnp.float32))(keys)


@batched(8)
def measure(setup: Setup, keys: jax.Array, *, sampler: Any) -> dict[str, np.ndarray]:
    """Both signs of ε and ε = 0 on each replicate's own data set, from the same start with the same noise."""
    split = jax.vmap(jax.random.split)(keys)
    experiment, inputs = _experiment(setup), _inputs(setup, split[:, 0])
    traces = experiment.traces(inputs, experiment.targets(inputs), split[:, 1], sampler)
    return experiment.evidence(inputs, traces)
