"""The examples of docs/ports.md: as a reader would copy them, under the working directory, held against exact laws."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from fieldbench.doors import ports
from fieldbench.regression import NestedCholesky
from fieldbench.sampling.integrators.wells import wells

GUIDE = (Path(__file__).parents[2] / "docs" / "ports.md").read_text(encoding="utf-8")
PAGES = dict(zip(re.findall(r"`(my_\w+\.py)`,", GUIDE), re.findall(r"```python\n(.*?)```", GUIDE, re.S), strict=True))


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The implementation named by `--with` in the guide, made from the file of the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    targets = dict(re.findall(r"--with (\w+)=(\S+)", GUIDE))
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def make(port):
        ports.require_sound({port: targets[port]})
        return ports.build({port: targets[port]}, [port])[port]

    return make


def test_the_regression_of_the_guide_agrees_with_our_own(made):
    points = np.linspace(-1.0, 1.0, 20)
    kernel = np.exp(-(np.subtract.outer(points, points) ** 2))
    targets = np.stack([points, points**2], axis=1)[:12]
    arguments = (kernel[:12, :12], 0.1, targets, kernel[12:, :12], np.array([3, 12, 7]))
    # Two backward stable solves differ by the condition number, at most 12/0.1, times a few roundings.
    np.testing.assert_allclose(
        made("gpr").predictions(*arguments), NestedCholesky().predictions(*arguments), rtol=1e-10
    )
    arguments = (kernel[:12, :12], 0.1, kernel[:12, :12], np.array([3, 12, 7]))
    np.testing.assert_allclose(made("gpr").traces(*arguments), NestedCholesky().traces(*arguments), rtol=1e-10)


def test_the_sampler_of_the_guide_has_the_law_of_its_step(made):
    """On a quadratic well Euler's chain is autoregressive: ⟨θ²⟩ = 1/(k(1 − hk/2)), exactly, here with h = 0.1."""
    import jax
    import jax.numpy as jnp

    stiffness, chains, kept = np.array([1.0, 0.5]), 2000, 20
    energy = wells(stiffness, [0.0, 0.0], (chains,))
    found = made("sampler").sample(
        energy, jnp.zeros((chains, 2), jnp.float32), jax.random.key(1), steps=40 * kept, burn_in=200, thin=40,
        observe=lambda position: {"square": position**2},
    )  # fmt: skip
    squares = np.asarray(found.records["square"], np.float64).mean(axis=0)  # of each chain, which are independent
    expected = 1.0 / (stiffness * (1.0 - 0.05 * stiffness))
    error = squares.std(axis=0, ddof=1) / np.sqrt(chains)
    assert np.all(np.abs(squares.mean(axis=0) - expected) < 5 * error)  # one in 10⁶ by chance
    assert np.all(np.abs(squares.mean(axis=0) - 1.0 / stiffness)[:1] > 5 * error[:1])  # and not that of a fine step
    assert found.acceptance.shape == energy.batch
