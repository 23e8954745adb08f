"""The plan: bytes that were then really allocated, the largest size that fits, and refusals before any allocation."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression import memory, planner
from fieldbench.regression.planner import largest, plan, required_bytes
from fieldbench.regression.tiled import tiles
from fieldbench.regression.tiled_regression import TiledRegression
from fieldbench.theory.kernels.dual import Kernel

GIB = 2**30


@pytest.mark.parametrize("count", [1, 300, 513, 700, 2000])
def test_bytes_of_the_plan_are_those_of_the_panels(count):
    triangle = tiles.build(Kernel(), np.random.default_rng(0).standard_normal((count, 3)), 0.1)
    planned = required_bytes(count, 1, 8, "tiles") - 24 * count
    assert triangle.bytes <= planned
    assert planned - triangle.bytes <= 8 * tiles.tile_size(count) ** 2  # the last tile may be narrow


def test_the_sizes_of_the_issue_on_24_gib():
    found = plan(40_000, 784, available=23 * GIB, on_accelerator=False)
    assert found.method == "tiles"
    assert found.bytes == pytest.approx(6.5e9, rel=0.02)
    assert found.flops == pytest.approx(40_000**3 / 3 + 40_000**2 * (784 + 2), rel=1e-12)
    assert "40,000 points in float64 on tiles" in found.sentence
    plan(60_000, 784, available=23 * GIB, on_accelerator=False)
    with pytest.raises(BadInput) as caught:
        plan(100_000, 784, available=23 * GIB, on_accelerator=False)
    most = int(str(caught.value).split("at most ")[1].split(" points")[0].replace(",", ""))
    plan(most, 784, available=23 * GIB, on_accelerator=False)
    with pytest.raises(BadInput, match="float32"):
        plan(most + 1, 784, available=23 * GIB, on_accelerator=False)


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("usable", [0, 100, 10**6, 10**9])
def test_largest_is_the_largest(usable, remote):
    most = largest(3, 8, usable, on_accelerator=remote)

    def needed(count):
        return required_bytes(count, 3, 8, "accelerator" if remote else "tiles" if count > tiles.ONE_TILE else "lapack")

    assert most == 0 or needed(most) <= usable
    assert needed(most + 1) > usable


def test_methods_and_dtypes():
    assert plan(100, 3, on_accelerator=False).method == "lapack"
    assert plan(100, 3, on_accelerator=True, available=GIB).method == "accelerator"
    single = plan(5000, 3, dtype=np.float32, available=GIB, on_accelerator=False)
    assert 2 * single.bytes == plan(5000, 3, available=GIB, on_accelerator=False).bytes
    with pytest.raises(BadInput, match="tiles on the CPU"):
        plan(10_000, 3, on_accelerator=True, available=GIB)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 3), "points 0"), ((5, 0), "dimension 0"), ((5, 3, {"columns": 0}), "columns 0"),
     ((5, 3, {"dtype": np.int64}), "dtype int64")],
)  # fmt: skip
def test_bad_input_is_refused(arguments, message):
    options = arguments[2] if len(arguments) == 3 else {}
    with pytest.raises(BadInput, match=message):
        plan(*arguments[:2], **options)


def test_a_regression_that_does_not_fit_is_refused_before_the_kernel_is_asked(monkeypatch):
    monkeypatch.setattr(planner, "available_bytes", lambda: 10**6)
    with pytest.raises(BadInput, match=r"1,000 points in float64 on tiles .* .* use at most \d+ points"):
        TiledRegression.fit(lambda left, right: pytest.fail("asked"), np.ones((1000, 2)), 0.1)


def _tree(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


MEMINFO = "MemTotal: 1000 kB\nMemAvailable:     800 kB\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 800 * 1024),
        ({"proc/self/cgroup": "0::/a/b\n"}, 800 * 1024),  # no limit anywhere
        (
            {
                "proc/self/cgroup": "0::/a/b\n",
                "sys/fs/cgroup/a/memory.max": "5000\n",
                "sys/fs/cgroup/a/memory.current": "3000\n",
                "sys/fs/cgroup/a/memory.stat": "anon 1\ninactive_file 700\n",
                "sys/fs/cgroup/a/b/memory.max": "max\n",
            },
            2700,
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/job\n1:cpu:/\n",
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "6000\n",
                "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "1000\n",
                "sys/fs/cgroup/memory/job/memory.stat": "total_inactive_file 100\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            5100,
        ),
        (
            {
                "proc/self/cgroup": "0::/of/the/host\n",  # a container sees its own group at the top
                "sys/fs/cgroup/memory.max": "4000\n",
                "sys/fs/cgroup/memory.current": "4500\n",
                "sys/fs/cgroup/memory.stat": "inactive_file 0\n",
            },
            0,
        ),
    ],
)
def test_available_memory_is_the_smallest_of_machine_and_groups(tmp_path, files, expected):
    root = _tree(tmp_path, {"proc/meminfo": MEMINFO, **files})
    assert memory.available_bytes(root) == expected


def test_available_memory_here():
    assert 2**20 < memory.available_bytes() < 2**50
