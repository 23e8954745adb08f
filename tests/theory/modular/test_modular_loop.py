"""The order 1/N, against every pair of fluctuating fields one by one, and against its own limits."""

from functools import cache

import numpy as np
import pytest
from helpers_wick import second_derivative

from fieldbench.theory.modular import (
    ModularTask,
    at_width,
    expanded,
    infinitely_wide,
    log_determinant_of_fields,
    mode_law,
)


class Cached:
    """Moments of a law, each computed once."""

    def __init__(self, law):
        self.moment = cache(law.moment)


@pytest.mark.parametrize(("modulus", "b", "coupling"), [(5, 20.0, 0.2), (7, 25.0, 0.18), (7, 3.0, 0.05)])
def test_the_determinant_is_that_of_all_fields_without_blocks(modulus, b, coupling):
    """Any b and law will do: the blocks rest on independent uniform phases alone."""
    task, law = ModularTask(modulus, 0.01, 1e-5, 0.03), mode_law(coupling, 0.01)
    assert log_determinant_of_fields(task, b, law) == pytest.approx(second_derivative(task, b, Cached(law)), rel=1e-11)


def test_the_order_falls_as_one_over_n():
    task = ModularTask(7, 0.01, 1.459e-5 * 7 / 11, 0.0369 * 1.15 * 7 / 11)
    leading = infinitely_wide(task)
    for name in ("amplitude", "product", "droplet"):
        order = [1e4 * (getattr(expanded(task, 1e4), name) - getattr(leading, name)), 50 * (
            getattr(expanded(task, 50), name) - getattr(leading, name))]  # fmt: skip
        # Differences lose 1e-10 of the action's derivative, a thousandth of the order at N = 10⁶.
        assert order[0] == pytest.approx(order[1], rel=5e-3)


def test_the_two_forms_differ_in_the_next_order():
    task = ModularTask(7, 0.01, 1.459e-5 * 7 / 11, 0.0369 * 1.15 * 7 / 11)
    gaps = [at_width(task, n).amplitude - expanded(task, n).amplitude for n in (4000, 8000)]
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.1)


def test_without_learning_only_kernels_fluctuate():
    """b → 0: the determinant is P times that of the mean kernel, whose spectrum is drawn here from Gaussian weights."""
    modulus, draws = 5, 400_000
    task, law = ModularTask(modulus, 1e-9, 1e-3, 0.05), mode_law(0.0, 1e-9)
    u, v = np.random.default_rng(2).standard_normal((2, draws, modulus))
    features = ((u[:, :, None] + v[:, None, :]) ** 2).reshape(draws, -1)
    kernel = task.strength * features.T @ features / draws + task.noise * np.eye(modulus**2)
    # Each of 25 eigenvalues has a relative error of a few times draws^(-1/2), five outputs' worth of each.
    assert log_determinant_of_fields(task, 0.0, law) == pytest.approx(modulus * np.linalg.slogdet(kernel)[1], abs=0.1)
