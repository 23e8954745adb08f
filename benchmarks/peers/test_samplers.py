"""Every sampler from a cold start to 1,000 effective samples of L_3, a fresh process each, the mean beside the speed.

    pytest benchmarks/peers/test_samplers.py -s
    pytest benchmarks/peers/test_samplers.py -k hmc --benchmark-json=FILE

The time that pytest-benchmark shows holds the imports too; what is compared is `seconds` and `rate` in extra_info.
"""

import importlib.util

import pytest

from benchmarks.peers.race import GOAL, in_fresh_process
from benchmarks.peers.samplers import PEERS

MODULES = {"fieldbench": "benchmarks.peers.ours"}
# L_3 of this posterior by NUTS, HMC, MALA and noisy SGD: .445 to .447, each with a standard error of .0009. The margin
# is six of them: who lies outside samples another law.
EXPECTED, MARGIN = 0.446, 0.006


@pytest.mark.parametrize("name", ["fieldbench", *PEERS])
def test_race(benchmark, name):
    package = name.partition("-")[0]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed, see the extra `peers`")
    module = MODULES.get(name, "benchmarks.peers.samplers")
    found = benchmark.pedantic(in_fresh_process, args=(module, name), rounds=1)
    assert "failed" not in found, found["failed"]
    benchmark.extra_info.update(found)
    print(
        f"\n{name}: {found['seconds']:.2f} s to {GOAL}, {found['rate']:.0f} a second, "
        f"mean {found['mean']:.4f} ± {found['standard_error']:.4f}, {found['chains']} chains"
    )
    assert abs(found["mean"] - EXPECTED) < MARGIN
