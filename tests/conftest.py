"""Numerics of every test: float64 on, strict dtype promotion, no silent rank promotion, shapes as annotated.

And the toy case with an empty store, for the tests of what measures and judges it.
"""

import gc
import os
from importlib.metadata import version
from pathlib import Path

# Most of the tests' time was compilation of programs that run for milliseconds: XLA's older emitters and LLVM's first
# level take under half of it. `pytest cases/` compiles as users do. Another XLA may not know a flag, and would stop.
if version("jaxlib").startswith("0.10."):
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=1")

import jax
import jaxtyping
import pytest

from fieldbench.doors.pytest_plugin import share_cores

# Annotations are checked only in modules imported from here on: pytest imports this file before any test module.
_CHECKED = [f"fieldbench.{room}" for room in ("theory", "regression", "sampling", "statistics", "data")] + ["cases"]
# A float may be an int, as PEP 484 has it: beartype says no by default, and with it NumPy's ArrayLike takes no float.
_CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
jaxtyping.install_import_hook(_CHECKED, _CHECKER)

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_default_matmul_precision", "highest")

pytest_plugins = ["pytester"]


@pytest.fixture
def unchecked():
    """Annotations unchecked, as users run the library: for tests of what it says itself about wrong shapes."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture
def case():
    """The toy."""
    from fieldbench.loading.load import load_case

    return load_case(Path(__file__).parent / "material" / "toy" / "case.py")


@pytest.fixture
def kind(case):
    """The toy's kind of experiment."""
    (found,) = case.kinds
    return found


@pytest.fixture
def store(tmp_path):
    """An empty store in which nothing may be damaged."""
    from fieldbench.cells.store import Store

    return Store(tmp_path / "store", pytest.fail)


def pytest_configure(config):
    share_cores(config)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported stays: without it the collector of cycles goes through all of it, and again in every session."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")
    parser.addoption("--whole", action="store_true", help="also run the tests marked whole (browser, docs, wheels)")


def pytest_collection_modifyitems(config, items):
    """The slow ones first: what is left at the end is short, and can be shared out (`--dist worksteal`)."""
    items.sort(key=lambda item: "slow" not in item.keywords)
    for mark in ("slow", "whole"):
        if not config.getoption(f"--{mark}"):
            for item in items:
                if mark in item.keywords:
                    item.add_marker(pytest.mark.skip(reason=f"{mark}: run with --{mark}"))
