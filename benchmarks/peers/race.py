"""The race that every sampler runs: from a cold start to 1,000 effective samples of L_3, on one posterior.

The posterior is that of claim A2 at β = 0.08: d = 42, n = 240, N = 56, κ = 5√0.08, χ = N, y = z + ε H_3(z), ε = −0.1,
on one fixed data set. What counts is the bulk effective sample size of L_3 = E[f H_3]/(6ε), by the same estimator for
all. The clock starts after imports and the making of the data; compilation, warm-up and adaptation are on it, the
estimator is not. The mean of L_3 stands beside the speed: a fast sampler of another law would show.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

GOAL = 1_000
DIMENSION, SAMPLES, WIDTH, CUBIC = 42, 240, 56, -0.1
RIDGE = 5 * math.sqrt(0.08)
SCALE = float(WIDTH)
LIMIT_SECONDS = 120.0


def problem() -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, d) and targets (n,), float32, the same in every process."""
    inputs = np.random.default_rng(0).standard_normal((SAMPLES, DIMENSION)).astype(np.float32)
    z = inputs[:, 0]
    return inputs, z + np.float32(CUBIC) * (z**3 - 3 * z)


def learnability(position: Any) -> Any:
    """L_3 of whitened weights {"hidden": (…, N, d), "readout": (…, N)}, exactly (Stein's lemma, three times)."""
    import jax.numpy as jnp

    hidden, readout = position["hidden"] / math.sqrt(DIMENSION), position["readout"] / math.sqrt(WIDTH * SCALE)
    spread = 1 + 2 * jnp.sum(hidden**2, axis=-1)
    hermite = -4 / math.sqrt(math.pi) * jnp.sum(readout * hidden[..., 0] ** 3 / spread**1.5, axis=-1)
    return hermite / (6 * CUBIC)


def log_density(inputs: np.ndarray, targets: np.ndarray) -> Callable[[Any], Any]:
    """The posterior as a user of plain JAX would write it: scalar function of one chain's whitened weights."""
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(inputs), jnp.asarray(targets)

    def log_posterior(position: Any) -> Any:
        hidden, readout = position["hidden"] / math.sqrt(DIMENSION), position["readout"] / math.sqrt(WIDTH * SCALE)
        outputs = jax.lax.erf(x @ hidden.T) @ readout
        misfit = SCALE / (2 * RIDGE) * jnp.sum((outputs - y) ** 2)
        return -misfit - jnp.sum(position["hidden"] ** 2) / 2 - jnp.sum(position["readout"] ** 2) / 2

    return log_posterior


@dataclass(frozen=True)
class Raced:
    """What a sampler did: seconds from the cold start, effective samples, and where its mean lies.

    `seconds` counts up to GOAL effective samples, linearly within the draws taken; `rate` is effective samples a second
    once everything is compiled; `standard_error` of `mean` is the posterior's spread over √(effective samples).
    """

    name: str
    chains: int
    warm_up_seconds: float
    seconds: float
    rate: float
    mean: float
    standard_error: float
    effective: float
    draws: int
    rhat: float
    reached: bool


def race(name: str, chains: int, warm_up: Callable[[], Any], block: Callable[[Any, int], tuple[Any, Any]]) -> Raced:
    """Run `warm_up()` → state, then `block(state, number)` → (state, L_3 of shape (draws, chains)) until GOAL is there.

    The first block's compilation is on the clock of `seconds` and not on that of `rate`. Blocks should be short against
    the time to the goal.
    """
    from fieldbench.statistics import diagnostics

    start = time.perf_counter()
    state = warm_up()
    warm = time.perf_counter() - start
    found, clock = [], []
    effective = 0.0
    while (effective < GOAL and warm + sum(clock) < LIMIT_SECONDS) or len(clock) < 3:
        start = time.perf_counter()
        state, draws = block(state, len(clock))
        found.append(np.asarray(draws, np.float64).reshape(-1, chains))
        clock.append(time.perf_counter() - start)
        series = np.concatenate(found)
        effective = float(diagnostics.ess(series))
    series = np.concatenate(found)
    steady = float(np.mean(clock[1:])) * len(clock)  # the time of all blocks had the first one been compiled
    compilation = max(sum(clock) - steady, 0.0)
    share = min(GOAL / effective, 1.0)
    return Raced(
        name=name,
        chains=chains,
        warm_up_seconds=warm,
        seconds=warm + compilation + steady * share,
        rate=effective / steady,
        mean=float(series.mean()),
        standard_error=float(series.std() / math.sqrt(effective)),
        effective=effective,
        draws=series.size,
        rhat=float(diagnostics.rhat(series)),
        reached=effective >= GOAL,
    )


def in_fresh_process(module: str, name: str, *options: str) -> dict[str, Any]:
    """`python -m MODULE NAME OPTIONS` with no compilation cache; its last line is a `Raced` in JSON.

    A process that ends otherwise (crash, memory) is told in `failed`, with the last line it wrote.
    """
    environment = {key: value for key, value in os.environ.items() if key != "JAX_COMPILATION_CACHE_DIR"}
    command = [sys.executable, "-m", module, name, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return {"name": name, "failed": f"exit {done.returncode}: {said[-1] if said else 'no message'}"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def report(raced: Raced) -> None:
    """Print the line that `in_fresh_process` reads."""
    print(json.dumps(dataclasses.asdict(raced)))
