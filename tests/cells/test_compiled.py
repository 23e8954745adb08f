"""Compiled programs are kept for the next process: the same numbers, from files that may be damaged."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fieldbench.cells import numerics

PROGRAM = """
import sys
from pathlib import Path
import jax, jax.numpy as jnp, numpy as np
from fieldbench.cells import numerics
numerics.WORTH_KEEPING = 0.0
jnp.ones(3) + 1  # compiled before the folder is known
with numerics.numerics(Path("compiled")):
    found = jax.jit(lambda x: jnp.tanh(x @ x.T).sum(axis=0))(jax.random.normal(jax.random.key(0), (50, 20)))
np.save(sys.argv[1], np.asarray(found))
assert jax.config.jax_compilation_cache_dir is None
"""


def run(folder, name):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, name]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return np.load(folder / f"{name}.npy")


def programs(folder):
    return {path: path.stat().st_mtime_ns for path in sorted((folder / "compiled").rglob("*-cache"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="module")
def first(folder):
    return run(folder, "first")


def test_a_second_process_compiles_nothing_and_finds_the_same_to_the_last_bit(folder, first):
    kept = programs(folder)
    assert kept
    assert {path.parent.name for path in kept} == {numerics.processor()}
    np.testing.assert_array_equal(run(folder, "second"), first)
    assert programs(folder) == kept


def test_a_damaged_program_is_compiled_again(folder, first):
    assert programs(folder)
    for number, path in enumerate(programs(folder)):
        path.write_bytes([b"", path.read_bytes()[:100], b"nonsense" * 50][number % 3])
    np.testing.assert_array_equal(run(folder, "again"), first)


def test_processors_of_other_instructions_have_other_folders(tmp_path, monkeypatch):
    here = numerics.processor()
    text = "model name\t: A\nflags\t\t: fpu sse\n"
    monkeypatch.setattr(Path, "read_text", lambda self, encoding: text)
    other = numerics.processor()
    monkeypatch.setattr(Path, "read_text", lambda self, encoding: text.replace("sse", "sse avx512f"))
    assert len({here, other, numerics.processor()}) == 3
