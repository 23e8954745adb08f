"""Threads of the peer comparison: the same for everybody, in one process."""

import importlib.util
import os

import pytest
import threadpoolctl


def pytest_addoption(parser):
    parser.addoption("--threads", type=int, default=1, help="cores for us and for every peer")
    parser.addoption("--largest", type=int, default=4_000, help="largest size of the learning curve")
    parser.addoption("--rounds", type=int, default=3, help="interleaved repetitions")


@pytest.fixture(scope="session")
def threads(request):
    """Binds the process to so many cores before a pool of XLA or torch starts: no tool can take more, or has to."""
    count = request.config.getoption("--threads")
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if count > len(cores):
            pytest.skip(f"--threads {count}, but the process has {len(cores)} cores")
        os.sched_setaffinity(0, cores[:count])
    import scipy.linalg  # noqa: F401  threadpoolctl limits only the libraries that are loaded already

    if importlib.util.find_spec("torch"):
        import torch

        # It counts the machine's cores, not the process's: its threads would spin on one core, each in the other's way.
        torch.set_num_threads(count)
    with threadpoolctl.threadpool_limits(limits=count):
        yield count
