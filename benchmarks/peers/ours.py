"""Our own sampler in the race of `race.py`, by the same clock and the same estimator.

python -m benchmarks.peers.ours fieldbench --seed 0
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.peers.race import CUBIC, RIDGE, SCALE, WIDTH, Raced, problem, race, report


def fieldbench(chains: int = 4, seed: int = 0, steps: int = 1_000, thin: int = 10) -> Raced:
    """BAOAB at its default step, chains from the prior, the first block thrown away."""
    import jax
    import jax.numpy as jnp
    from jax.tree_util import Partial

    from fieldbench.sampling import Underdamped, fully_connected
    from fieldbench.sampling.observables import order_parameters

    inputs, targets = (jnp.asarray(array) for array in problem())
    energy = fully_connected(
        inputs, jnp.broadcast_to(targets, (chains, targets.size)), width=WIDTH, ridge=RIDGE, feature_scale=SCALE
    )
    sampler, observe = Underdamped(), Partial(order_parameters, energy)

    def run(start: Any, key: Any) -> Any:
        return sampler.sample(energy, start, key, steps=steps, burn_in=0, thin=thin, observe=observe)

    def warm_up() -> Any:
        # One program: the burn-in is the first block, thrown away.
        return run(energy.prior(jax.random.key(seed)), jax.random.key(seed + 1)).final

    def block(state: Any, number: int) -> Any:
        samples = run(state, jax.random.fold_in(jax.random.key(seed + 2), number))
        return samples.final, samples.records["hermite"] / (6 * CUBIC)

    return race("fieldbench", chains, warm_up, block)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["fieldbench"])
    for option in ("chains", "seed", "steps", "thin"):
        parser.add_argument(f"--{option}", type=int)
    options = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    options.pop("name")
    import jax

    jax.devices()  # starting the back end counts as an import
    report(fieldbench(**options))


if __name__ == "__main__":
    main()
