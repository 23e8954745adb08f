"""What claims of feature learning cost: the step at a source's own size, networks in memory, a density, quick tiers.

python -m benchmarks.targets.feature_learning step | memory | density | quick
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.targets.langevin import over_products
from benchmarks.targets.rows import FEATURE_LEARNING
from benchmarks.targets.table import ROOT
from benchmarks.tiers import COMMAND_LINE
from fieldbench.cells.numerics import numerics
from fieldbench.sampling import Underdamped, fully_connected
from fieldbench.sampling.integrators import loop

SAMPLES, DIMENSION, WIDTH = 3000, 150, 700  # of arXiv:2310.03789
NETWORKS, STEPS = 128, 2
SETS = 16  # data sets a point of near-transition


def fresh(name):
    """A measurement of this module in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.targets.feature_learning", f"_{name}"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def step():
    """BAOAB of one network of the source's size over its two products, as the smaller row of `langevin` has it."""
    return fresh("step")


def _step():
    return over_products(SAMPLES, DIMENSION, WIDTH, rounds=5, steps=60)


def memory():
    """Peak resident set above its baseline of `NETWORKS` networks of the source's size, each on a data set of its own.

    Beside it what a further call compiles, with other data and another temperature of its target.
    """
    return fresh("memory")


def _memory():
    jax.block_until_ready(jnp.zeros(()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    inputs = jax.random.normal(jax.random.key(0), (NETWORKS, SAMPLES, DIMENSION), jnp.float32)

    def seconds(noise):
        energy = fully_connected(
            inputs, inputs[..., 0], width=WIDTH, ridge=noise * WIDTH, feature_scale=WIDTH, hidden_variance=0.5,
            readout_variance=8.0,
        )  # fmt: skip
        start, begun = energy.prior(jax.random.key(1)), time.perf_counter()
        chain = Underdamped().sample(
            energy, start, jax.random.key(2), steps=STEPS, burn_in=0, thin=STEPS, observe=_mean_square
        )
        jax.block_until_ready(chain.records)
        return time.perf_counter() - begun

    seconds(0.3)
    compiled = loop._run._cache_size()
    again = seconds(0.1)
    return {
        "gibibytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20,
        "networks": NETWORKS,
        "compiled_again": loop._run._cache_size() - compiled,
        "seconds_a_network_and_step": again / STEPS / NETWORKS,
    }


def _mean_square(weights):
    return {"square": jnp.mean(weights.hidden**2, axis=(-2, -1))}


def density():
    """Seconds from nothing compiled to p(w·w*) at a point of near-transition, of as many data sets as a record has."""
    return fresh("density")


def _density():
    from cases.near_transition.tiers import MAIN  # asv reads this module from a folder without the cases

    at, begun = MAIN[0], time.perf_counter()
    with numerics():
        keys = jax.random.split(jax.random.key(0), SETS).reshape(-1, 4)
        found = np.concatenate([at.measure(block, sampler=Underdamped())[at.density] for block in keys])
    mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(SETS)
    asked = mean >= 1e-4 * mean.max()
    relative = error[asked] / mean[asked]
    return {
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time(),
        "data_sets": SETS,
        "places": int(asked.sum()),
        "largest_error_of_log": float(relative.max()),
        "median_error_of_log": float(np.median(relative)),
    }


def quick():
    """Wall seconds of each case's quick tier in a process of its own, nothing compiled, nothing stored.

    Beside them the slowest's seconds of both cores' work, which others on the machine change less.
    """
    seconds, worked, codes = {}, {}, {}
    for case in FEATURE_LEARNING:
        with tempfile.TemporaryDirectory() as folder:
            options = ["--store", str(Path(folder, "store")), "--results", str(Path(folder, "results"))]
            command = [sys.executable, "-m", COMMAND_LINE, "run", case, "--tier", "quick", *options]
            begun, before = time.perf_counter(), _of_children()
            codes[case] = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
            seconds[case], worked[case] = time.perf_counter() - begun, _of_children() - before
    return {
        "slowest_seconds": max(seconds.values()),
        "most_cpu_seconds": max(worked.values()),
        "exit_code": max(codes.values()),
        **seconds,
        **{f"cpu_{case}": each for case, each in worked.items()},
    }


def _of_children():
    """CPU seconds of ended children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    functions = {"step": step, "memory": memory, "density": density, "quick": quick}
    functions |= {"_step": _step, "_memory": _memory, "_density": _density}
    print(json.dumps(functions[sys.argv[1]](), indent=1))
