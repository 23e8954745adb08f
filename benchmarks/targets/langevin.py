"""The Langevin step against its own two matrix products, and the growth of its cost.

python -m benchmarks.targets.langevin step | growth
"""

import json
import subprocess
import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.langevin import step_flops
from benchmarks.targets.kernel import interleaved, spread
from fieldbench.sampling import Underdamped, fully_connected
from fieldbench.sampling.integrators import loop

SAMPLES, DIMENSION, WIDTH = 900, 82, 210
STEPS = 400


def step():
    """`_step` in a fresh process: threads of an earlier measurement that still spin would slow the smallest kernels."""
    command = [sys.executable, "-m", "benchmarks.targets.langevin", "_step"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _step(rounds=15):
    """BAOAB, one chain in float32, over h = X wᵀ and hᵀX of the same shapes, both in a compiled loop of equal length.

    Medians over interleaved rounds, observing included (one in ten steps).
    """
    return over_products(SAMPLES, DIMENSION, WIDTH, rounds, STEPS)


def over_products(samples, dimension, width, rounds, steps):
    """The step's seconds over those of its products, and what of that is the gradient's."""
    seconds = _interleaved(samples, dimension, width, rounds, steps)
    products = float(np.median(seconds["products"]))
    return {
        **spread("over_products", seconds["step"] / seconds["products"]),
        "step_seconds": float(np.median(seconds["step"])),
        "gradient_over_products": float(np.median(seconds["gradient"] / seconds["products"])),
        "products_seconds": products,
        "gigaflops_of_products": 8e-9 * samples * dimension * width / 2 / products,
    }


def growth(factors=(1, 2, 4), rounds=5):
    """Fitted exponents of the step's seconds in n, d and N (each from 1 to 4 times its value, the others fixed).

    Counted ones: of `benchmarks.langevin.step_flops`, between the same sizes.
    """
    found = {}
    for name, position in (("samples", 0), ("dimension", 1), ("width", 2)):
        sizes, seconds = [], []
        for factor in factors:
            shape = [SAMPLES, DIMENSION, WIDTH]
            shape[position] *= factor
            sizes.append(shape)
            seconds.append(float(np.median(_interleaved(*shape, rounds)["step"])))
        scale = np.log(factors)
        found[f"{name}_exponent"] = float(np.polyfit(scale, np.log(seconds), 1)[0])
        found[f"{name}_counted"] = float(
            np.polyfit(scale, np.log([step_flops(d, n, width) for n, d, width in sizes]), 1)[0]
        )
    return found


def _interleaved(samples, dimension, width, rounds, steps=STEPS):
    """Seconds a step of the chain, of its gradient and of its two products, over rounds in which they take turns."""
    inputs = jax.random.normal(jax.random.key(0), (samples, dimension), jnp.float32)
    energy = fully_connected(inputs, inputs[None, :, 0], width=width, ridge=2.0, feature_scale=float(width))
    start = energy.prior(jax.random.key(1))
    hidden = start.hidden[0]

    @partial(jax.jit, static_argnames="count", compiler_options=loop.WIDE_VECTORS)
    def products(inputs, hidden, count):
        def twice(moved, _):
            # What comes out goes in again, so that no product can be left out or moved out of the loop.
            forward = (hidden + jnp.float32(1e-30) * moved) @ inputs.T
            return jnp.float32(1e-9) * (forward @ inputs), None

        return jax.lax.scan(twice, jnp.zeros_like(hidden), None, length=count)[0]

    def chain():
        found = Underdamped().sample(
            energy, start, jax.random.key(2), steps=steps, burn_in=0, thin=10, observe=_mean_square
        )
        return found.records["square"].block_until_ready()

    @partial(jax.jit, static_argnames="count", compiler_options=loop.WIDE_VECTORS)
    def gradients(energy, weights, count):
        def descend(_, moved):
            return jax.tree.map(lambda w, g: w - jnp.float32(1e-9) * g, moved, energy.gradient(moved))

        return jax.lax.fori_loop(0, count, descend, weights)

    measured = {
        "step": chain,
        "gradient": lambda: jax.block_until_ready(gradients(energy, start, steps)),
        "products": lambda: products(inputs, hidden, steps).block_until_ready(),
    }
    seconds = interleaved({name: lambda run=run: run for name, run in measured.items()}, rounds)
    return {name: values / steps for name, values in seconds.items()}


def _mean_square(weights):
    return {"square": jnp.mean(weights.hidden**2, axis=(-2, -1))}


if __name__ == "__main__":
    print(json.dumps({"step": step, "_step": _step, "growth": growth}[sys.argv[1]](), indent=1))
