"""Provenance says what a number depends on and nothing about who or where; numerics are switched back."""

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
import threadpoolctl

import fieldbench
from fieldbench.cells.numerics import numerics
from fieldbench.cells.provenance import checkout, collect, measure_cost, repository


def blas_threads():
    return {entry["num_threads"] for entry in threadpoolctl.threadpool_info() if entry["user_api"] == "blas"}


def test_everything_a_number_depends_on_is_there():
    with numerics():
        found = collect(3)
    json.dumps(found, allow_nan=False)
    for name in ("fieldbench", "python", "jax", "jaxlib", "numpy", "scipy", "device", "backend", "date", "platform"):
        assert isinstance(found[name], str), name
        assert found[name], name
    assert found["x64"] is True
    assert found["matmul_precision"] == "highest"
    assert found["seed"] == 3
    assert found["cpu_count"] >= 1
    assert {entry["threads"] for entry in found["blas"]} == {1}
    assert all(entry["name"] and entry["version"] for entry in found["blas"])


def test_no_machine_no_person_no_path():
    text = json.dumps(collect(0))
    for secret in (platform.node(), str(Path.home()), os.getcwd(), sys.prefix, str(Path(fieldbench.__file__).parent)):
        assert len(secret) < 3 or secret not in text


def test_bits_of_the_generator_are_those_of_every_other_machine():
    # A hash of integers, so it is exact; draws of normals are not and are never asserted on.
    assert collect(0)["rng_bits"] == "6f27e43947cf3a8c1fd1de548f750cc292239fc1c76408de771fbf2ae051efd1"
    assert collect(1)["rng_bits"] != collect(0)["rng_bits"]


@pytest.fixture
def git(tmp_path):
    """Runs git in a folder of its own; nothing of earlier checkouts is remembered."""
    if shutil.which("git") is None:
        pytest.skip("needs git")

    def call(*arguments):
        identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    forget()
    yield call
    forget()


def forget():
    checkout.cache_clear()
    repository.cache_clear()


def test_results_never_make_a_checkout_dirty(tmp_path, git):
    def state():
        forget()
        return checkout(tmp_path)

    assert state() == {"commit": None, "dirty": None}
    git("init")
    source, record = tmp_path / "fieldbench" / "__init__.py", tmp_path / "results" / "record.json"
    own = tmp_path / ".fieldbench" / "store" / "README"
    for path in (source, record, own):
        path.parent.mkdir(parents=True)
    source.write_text("")
    git("add", ".")
    git("commit", "-m", "first")
    assert len(state()["commit"]) == 40
    assert state()["dirty"] is False
    record.write_text("{}")
    own.write_text("")
    assert state()["dirty"] is False
    source.write_text("changed = True")
    assert state()["dirty"] is True
    git("checkout", "--", ".")
    assert state()["dirty"] is False
    (tmp_path / "new.py").write_text("")
    assert state()["dirty"] is True


def test_somebody_elses_repository_around_us_is_not_our_commit(tmp_path, git):
    git("init")
    assert checkout(tmp_path) == {"commit": None, "dirty": None}


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://somebody:secret@example.org/group/their-claims.git", "group/their-claims"),
        ("git@example.org:group/their-claims.git", "group/their-claims"),
        ("ssh://git@example.org:2222/group/their-claims", "group/their-claims"),
        ("/home/somebody/their-claims", None),
        (None, None),
    ],
)
def test_the_repository_of_a_case_is_named_without_host_or_person(tmp_path, git, remote, name):
    nothing = {"repository": None, "commit": None, "dirty": None}
    assert repository(tmp_path) == nothing
    git("init")
    if remote:
        git("remote", "add", "origin", remote)
    case = tmp_path / "cases" / "case.py"
    case.parent.mkdir()
    case.write_text("")
    forget()
    assert repository(case.parent) == nothing  # not a file of it is tracked
    git("add", ".")
    git("commit", "-m", "first")
    forget()
    found = repository(case.parent)
    assert (found["repository"], len(found["commit"]), found["dirty"]) == (name, 40, False)
    (tmp_path / "elsewhere.py").write_text("")
    forget()
    assert repository(case.parent)["dirty"] is True


def test_cost_is_filled_in_even_when_the_block_fails():
    with contextlib.suppress(ZeroDivisionError), measure_cost() as cost:
        time.sleep(0.02)
        raise ZeroDivisionError
    assert cost["wall_time"] >= 0.02
    assert cost["peak_memory"] > 1_000_000  # bytes, not KiB
    assert cost["peak_growth"] >= 0


def test_numerics_switch_on_and_back_nested_and_after_an_error():
    names = ("jax_enable_x64", "jax_default_matmul_precision", "jax_numpy_dtype_promotion", "jax_numpy_rank_promotion")
    loose = (False, None, "standard", "allow")
    kept = [getattr(jax.config, name) for name in names]

    def state():
        return tuple(getattr(jax.config, name) for name in names)

    try:
        for name, value in zip(names, loose, strict=True):
            jax.config.update(name, value)
        threads = blas_threads()
        with contextlib.suppress(ZeroDivisionError), numerics():
            assert blas_threads() == {1}
            assert jnp.zeros(1).dtype == jnp.float64
            with numerics():
                pass
            assert state() == (True, "highest", "strict", "raise")
            raise ZeroDivisionError
        assert state() == loose
        assert blas_threads() == threads
    finally:
        for name, value in zip(names, kept, strict=True):
            jax.config.update(name, value)


def test_the_doors_do_not_import_jax_until_a_case_runs():
    program = (
        "import sys, fieldbench, fieldbench.doors.cli, fieldbench.doors.pytest_plugin, fieldbench.doors.verbs.run\n"
        "import fieldbench.doors.verbs.cases, fieldbench.doors.verbs.records, fieldbench.doors.session\n"
        "import fieldbench.report.table, fieldbench.cells.store, fieldbench.cells.codehash\n"
        "import fieldbench.cells.provenance, fieldbench.cells.numerics\n"
        "sys.exit(bool({'jax', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
