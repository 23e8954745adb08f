"""Rivals of the law of modes: the known numbers, closed forms, and the law at another temperature by direct sums."""

from dataclasses import replace

import numpy as np
import pytest

from cases.modular_addition import theory
from cases.modular_addition.experiment import Network
from cases.modular_addition.points import points
from fieldbench.theory.modular import mode_law

ELEVEN = Network(11, 1000, 1.45)


def amplitude(of, at):
    return float(getattr(of(at)[Network.amplitude], "value", of(at)[Network.amplitude]))


@pytest.mark.parametrize(
    ("rival", "onset", "below"),
    [
        (theory.gaussian_process, -0.9989, None),
        (theory.no_feedback, -0.830, -0.597),
        (theory.source, -0.963, None),
        (theory.saddle, -0.981, None),
    ],
)
def test_known_numbers_of_the_rivals(rival, onset, below):
    """claims.md, C4, at κ/κ_end = 1.45 and 1.3."""
    assert amplitude(rival, ELEVEN) == pytest.approx(onset, abs=8e-4)  # the saddle is −.9817
    if below is not None:
        assert amplitude(rival, replace(ELEVEN, ratio=1.3)) == pytest.approx(below, abs=6e-4)


def test_two_phases_close_on_themselves():
    """a(1 + λ/κ̂) = −1 with λ = 4ŝr₊²p, and the odds of the droplet are those asked for."""
    task = theory.task(replace(ELEVEN, ratio=1.15))
    found = theory.saddle_solution(task, lambda s, _: np.exp(-2 * s))
    assert found.amplitude * (1 + 4 * task.strength * found.product / task.noise) == pytest.approx(-1)
    g, c = task.coupling(-found.amplitude / task.noise), task.cubic
    r = max(np.roots([c, -g, 1]).real)
    action = 2 * r - g * r**2 + 2 * c * r**3 / 3
    assert found.droplet == pytest.approx(1 / (1 + np.exp(action)), rel=1e-9)
    assert found.product == pytest.approx(r**2 * found.droplet, rel=1e-9)


def test_two_modes_have_half_the_action():
    at = replace(ELEVEN, ratio=1.3)
    task, said = theory.task(at), theory.two_modes(at)
    g = task.coupling(-amplitude(theory.two_modes, at) / task.noise)
    r = np.linspace(0, 120, 2401)
    density = np.exp((-r[:, None] - r + g * np.outer(r, r) - at.cubic / 3 * (r[:, None] ** 3 + r**3)) / 2)
    weights = np.full(r.size, r[1])
    weights[[0, -1]] /= 2
    mass = density * np.outer(weights, weights)
    product = (mass * np.outer(r, r)).sum() / mass.sum()
    # A trapezoidal rule of step .05 on a density that falls by e^{-r/2} from a corner: h²/12 of its slope there.
    assert np.all(said[Network.product].value == pytest.approx(product, rel=1e-3))


def test_every_solution_of_one_network_is_that_of_another_of_the_same_mean_field():
    """κ̂ ∝ P, ŝ ∝ P leaves the law for N → ∞ as it is, whatever P."""
    for rival in (theory.infinite_width, theory.laplace, theory.two_modes):
        assert amplitude(rival, ELEVEN) == pytest.approx(amplitude(rival, replace(ELEVEN, modulus=7)), rel=1e-9)


def test_neurons_that_do_not_answer_leave_out_a_part_of_the_order():
    at = Network(7, 400, 1.15)
    zeroth, alone, first = (
        amplitude(of, at) for of in (theory.infinite_width, theory.kernel_fluctuations_alone, theory.exact)
    )
    assert first < alone < zeroth


def test_the_source_is_pinned_at_coexistence_up_to_its_end():
    # g = 4√(c/3) at a = −1, with κ and s of the source.
    assert abs(theory.COEXISTENCE - 0.23602) < 1e-5
    assert theory.of_the_source(theory.END * 1.01).droplet < 0.99 < theory.of_the_source(theory.END * 0.99).droplet
    literal = theory.of_the_source(0.1, lacking=1.0)
    assert literal.amplitude == pytest.approx(-0.1 / theory.COEXISTENCE, abs=2e-4)
    assert literal.droplet < 1e-5


def test_drawn_points_are_the_same_and_in_their_ranges():
    assert points() == points()
    for at in points():
        assert at.width >= 8 * at.modulus**2
        assert 0.008 <= at.cubic <= 0.03
        assert 0.9 <= at.ratio <= 1.5
        assert mode_law(0.0, at.cubic).threshold > 3
