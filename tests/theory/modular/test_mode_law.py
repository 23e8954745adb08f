"""The law of a neuron's modes, against adaptive quadrature, a random walk, closed forms and limits."""

import math

import numpy as np
import pytest
from scipy import integrate

from fieldbench.errors import BadInput
from fieldbench.theory.modular import ModularTask, infinitely_wide, mode_law, response

ELEVEN = {"modulus": 11, "cubic": 0.01, "strength": 1.459e-5}


@pytest.mark.parametrize(("coupling", "cubic"), [(0.0, 0.01), (0.18, 0.01), (0.23, 0.01), (0.5, 0.03)])
def test_moments_are_those_of_adaptive_quadrature(coupling, cubic):
    law = mode_law(coupling, cubic)
    cut = 1 / math.sqrt(3 * cubic)

    def integral(a, b, low=0.0):
        def density(r, s):
            return r**a * s**b * math.exp(-r - s + coupling * r * s - cubic / 3 * (r**3 + s**3))

        return integrate.dblquad(density, low, 60.0, low, 60.0, epsabs=0.0, epsrel=1e-9)[0]

    total = integral(0, 0)
    assert law.log_normaliser == pytest.approx(math.log(total), abs=1e-8)
    assert law.moment(1, 1) == pytest.approx(integral(1, 1) / total, rel=1e-8)
    assert law.moment(3, 1) == pytest.approx(integral(3, 1) / total, rel=1e-8)
    assert law.droplet == pytest.approx(integral(0, 0, cut) / total, rel=1e-8)


def test_powers_are_those_of_two_complex_weights():
    """Four real Gaussian weights reweighted by the rest of the action: nothing of the grid is used."""
    coupling, cubic, draws = 0.1, 0.01, 400_000
    weights = np.random.default_rng(1).standard_normal((draws, 2, 2)) / np.sqrt(2)
    r, s = (weights**2).sum(axis=-1).T
    factor = np.exp(coupling * r * s - cubic / 3 * (r**3 + s**3))
    law = mode_law(coupling, cubic)
    for sample, expected in ((r * s, law.moment(1, 1)), (r**2, law.moment(2, 0)), (r**2 * s, law.moment(2, 1))):
        mean = (sample * factor).mean() / factor.mean()
        error = ((sample - mean) * factor).std() / factor.mean() / draws**0.5
        assert abs(mean - expected) < 4.5 * error


def test_a_source_of_the_droplet_weighs_it():
    plain, tilted = mode_law(0.2, 0.01), mode_law(0.2, 0.01, droplet_tilt=0.7)
    odds = [law.droplet / (1 - law.droplet) for law in (plain, tilted)]
    assert odds[1] / odds[0] == pytest.approx(np.exp(0.7), rel=1e-12)


def test_the_known_numbers_at_eleven():
    """claims.md, C4: a and the share at κ/κ_end = 1.6 … .9."""
    ratios = (1.6, 1.45, 1.3, 1.15, 1.0, 0.9)
    found = [infinitely_wide(ModularTask(noise=0.0369 * ratio, **ELEVEN)) for ratio in ratios]
    expected = [-0.9972, -0.9689, -0.8859, -0.7934, -0.7000, -0.6392]
    np.testing.assert_allclose([solution.amplitude for solution in found], expected, atol=1.1e-4)


def test_the_solution_closes_on_itself_and_is_the_only_one():
    task = ModularTask(noise=0.0369 * 1.3, **ELEVEN)
    b = response(task)
    excess = [
        x * (task.noise + 4 * task.strength * mode_law(task.coupling(x), task.cubic).moment(1, 1)) - 1
        for x in np.linspace(0.02, 1.0, 40) / task.noise
    ]
    product = mode_law(task.coupling(b), task.cubic).moment(1, 1)
    assert b * (task.noise + 4 * task.strength * product) == pytest.approx(1)
    assert np.sum(np.diff(np.sign(excess)) != 0) == 1


def test_nothing_is_learned_at_large_noise():
    """1 + a → λ/κ̂ of the prior."""
    prior = mode_law(0.0, 0.01)
    task = ModularTask(noise=40.0, **ELEVEN)
    learned = 1 + infinitely_wide(task).amplitude
    assert learned == pytest.approx(4 * task.strength / task.noise * prior.moment(1, 0) ** 2, rel=1e-4)


def test_a_barrier_of_twenty_thousand_leaves_the_coexistence():
    """The source's size: between its onset and its end a = −σ²/σ_c², up to ln of the odds over r₊ = 70,000."""
    modulus, cubic = 401, 1e-4 / 401**2
    strength = 0.002 / (16 * 401**4)
    critical = np.sqrt(modulus * strength / np.sqrt(cubic / 3))
    found = infinitely_wide(ModularTask(modulus, cubic, strength, 0.85 * critical))
    assert found.amplitude == pytest.approx(-0.85, abs=2e-4)
    assert found.droplet == pytest.approx(found.product / (3 / cubic), rel=2e-2)


@pytest.mark.parametrize("wrong", [{"modulus": 9}, {"modulus": 3}, {"noise": 0.0}, {"cubic": -1.0}])
def test_tasks_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadInput):
        ModularTask(**{**ELEVEN, "noise": 0.04, **wrong})
