"""Our own sampler in the race of `race.py`: underdamped Langevin, its burn-in judged by R-hat, on the same clock.

python -m benchmarks.peers.ours fieldbench --seed 0
"""

from __future__ import annotations

import argparse
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from benchmarks.peers.race import CUBIC, DIMENSION, RIDGE, SAMPLES, SCALE, WIDTH, Raced, problem, race, report
from fieldbench.sampling import Underdamped, Weights, fully_connected, run_until_mixed
from fieldbench.sampling.networks import order_parameters
from fieldbench.statistics import diagnostics

AT_MOST = 30_000


def fieldbench(chains: int = 16, seed: int = 0, steps: int = 300, thin: int = 5) -> Raced:
    """BAOAB at its default step; blocks of steps are thrown away until the chains agree on every order parameter."""
    diagnostics.rhat(
        np.random.default_rng(0).standard_normal((8, 2))
    )  # what it imports on first use is not on the clock
    inputs, targets = problem()
    draw = np.random.default_rng(seed + 1).standard_normal
    sampler = Underdamped()
    prepared: dict[str, Any] = {}

    def warm_up() -> Any:
        energy = fully_connected(
            inputs, np.broadcast_to(targets, (chains, SAMPLES)), width=WIDTH, ridge=RIDGE, feature_scale=SCALE
        )
        prepared.update(energy=energy, observe=Partial(order_parameters, energy))
        shapes = (chains, WIDTH, DIMENSION), (chains, WIDTH, 1)
        start = Weights(*(jnp.asarray(draw(shape).astype(np.float32)) for shape in shapes))
        key = jax.random.key(seed)
        return run_until_mixed(
            sampler, initial=start, key=key, block=steps, thin=thin, at_most=AT_MOST, **prepared
        ).final

    def block(state: Any, number: int) -> Any:
        key = jax.random.fold_in(jax.random.key(seed + 1_000), number)
        samples = sampler.sample(initial=state, key=key, steps=steps, burn_in=0, thin=thin, **prepared)
        return samples.final, np.asarray(samples.records["hermite"]) / (6 * CUBIC)

    return race("fieldbench", chains, warm_up, block)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["fieldbench"])
    for option in ("chains", "seed", "steps", "thin"):
        parser.add_argument(f"--{option}", type=int)
    options = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    options.pop("name")
    jax.devices()  # starting the back end counts as an import
    report(fieldbench(**options))


if __name__ == "__main__":
    main()
