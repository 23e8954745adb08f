"""A learning curve at 40 sizes, P ≤ 4,000, 2,000 test points: ours and every peer, interleaved, accuracy beside speed.

pytest benchmarks/peers/test_learning_curve.py -s --threads 2
pytest benchmarks/peers/test_learning_curve.py -s --threads 1 --benchmark-json=FILE     with a file of all timings
"""

import functools
import importlib.util
import time

import jax
import numpy as np
import pytest

from benchmarks.peers import regressors
from fieldbench.data.synthetic import on_sphere

TESTS, SIZES = 2_000, 40
MODULES = {"scikit-learn": "sklearn", "jax.numpy": "jax", "scipy.linalg": "scipy"}


@pytest.mark.filterwarnings("default")  # the peers' warnings are theirs
def test_learning_curve(benchmark, request, threads):
    largest, rounds = request.config.getoption("--largest"), request.config.getoption("--rounds")
    missing = [name for name in regressors.PEERS if importlib.util.find_spec(MODULES.get(name, name)) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed, see the extra `peers`")
    with jax.enable_x64(True):
        points = np.asarray(on_sphere(jax.random.key(0), largest + TESTS, regressors.DIMENSION))
        z = points[:largest, :1]
        sizes = np.linspace(largest // SIZES, largest, SIZES).astype(int)
        work = (points[:largest], z**3 - 2 * z, points[largest:], sizes)
        found = {name: peer(*work) for name, peer in regressors.PEERS.items()}  # compiles what is to be compiled
        ours = functools.partial(regressors.fieldbench, threads=threads)
        ours(*work)
        seconds = {name: [] for name in found}

        def peers_first():
            """pytest-benchmark runs this before each round of ours: all of them alternate on the same machine."""
            for name, peer in regressors.PEERS.items():
                start = time.perf_counter()
                peer(*work)
                seconds[name].append(time.perf_counter() - start)
            return work, {}

        curve = benchmark.pedantic(ours, setup=peers_first, rounds=rounds)
    own = benchmark.stats.stats.data
    differences = {name: float(np.abs(curve - other).max()) for name, other in found.items()}
    benchmark.extra_info.update(
        threads=threads,
        largest=largest,
        ours_seconds=list(own),
        peer_seconds=seconds,
        ratios={name: [peer / our for peer, our in zip(times, own, strict=True)] for name, times in seconds.items()},
        largest_difference=differences,
        target_scale=float(np.abs(work[1]).max()),
    )
    for name, ratios in benchmark.extra_info["ratios"].items():
        print(
            f"\n{name}: {np.median(seconds[name]):.2f} s, {np.median(ratios):.1f} times ours, {differences[name]:.1e}"
        )
    print(f"ours: {np.median(own):.3f} s with {threads} threads")
    assert max(differences.values()) < 1e-6 * benchmark.extra_info["target_scale"]
