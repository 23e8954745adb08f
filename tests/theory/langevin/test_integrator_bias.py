"""Stationary laws of integrators: closed forms, perturbation theory, and each transport against the linear algebra."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.langevin import integrator_bias, stationary_law

ROUNDING = 1e-12


@pytest.mark.parametrize("step", [0.01, 0.3, 0.44])
def test_the_lyapunov_equation_gives_the_closed_forms(step):
    stiffness, temperature = 4.0, 0.7
    euler = integrator_bias.euler_maruyama(stiffness, step, temperature)[0, 0]
    assert euler == pytest.approx(temperature / stiffness / (1 - step * stiffness / 2), rel=ROUNDING)
    baoab = integrator_bias.baoab(stiffness, step, 0.4, temperature)
    assert baoab[0, 0] == pytest.approx(temperature / stiffness, rel=ROUNDING)
    assert baoab[1, 1] == pytest.approx(temperature * (1 - step**2 * stiffness / 4), rel=ROUNDING)
    assert baoab[0, 1] == pytest.approx(0.0, abs=ROUNDING)
    obabo = integrator_bias.obabo(stiffness, step, 0.4, temperature)
    assert obabo[0, 0] == pytest.approx(temperature / stiffness / (1 - step**2 * stiffness / 4), rel=ROUNDING)
    assert obabo[1, 1] == pytest.approx(temperature, rel=ROUNDING)


def test_a_step_beyond_stability_is_refused():
    with pytest.raises(BadInput, match="spectral radius"):
        integrator_bias.euler_maruyama(4.0, 0.5)
    with pytest.raises(BadInput, match="spectral radius"):
        integrator_bias.baoab(4.0, 1.0, 1.0)
    with pytest.raises(BadInput, match="friction"):
        integrator_bias.baoab(4.0, 0.1, 0.0)


@pytest.mark.parametrize("friction", [0.3, 2.0])
def test_the_response_is_exact_for_quadratic_perturbations_and_off_by_h_squared_beyond(friction):
    for degree in (1, 2):
        assert integrator_bias.response_defect(degree, 0.8, friction) == pytest.approx(0.0, abs=1e-10)
    coarse, fine = (integrator_bias.response_defect(4, step, friction) for step in (0.1, 0.05))
    assert coarse < 0
    assert coarse / fine == pytest.approx(4.0, rel=0.02)  # next order h²


def test_the_response_to_a_change_of_stiffness_is_that_of_the_variance():
    """δ⟨θ²⟩ = −δk at k = 1, whatever the step: the sum over past kicks knows nothing of the Lyapunov equation."""
    correlation, response = integrator_bias.free_correlation_and_response(0.9, 0.5)
    assert 2 * 0.9 * np.sum(response * correlation) == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("stiffness", [1.0, 4.0])
def test_transport_of_the_density_agrees_with_the_lyapunov_equation_on_quadratics(stiffness):
    euler = stationary_law.euler_maruyama_moment(stiffness, 0.0, 0.1)
    assert euler == pytest.approx(integrator_bias.euler_maruyama(stiffness, 0.1)[0, 0], rel=1e-9)
    assert stationary_law.baoab_moment(stiffness, 0.0, 0.3, 1.0) == pytest.approx(1 / stiffness, rel=1e-9)


def test_the_gibbs_moments_satisfy_the_virial_theorem():
    """⟨θ U′⟩ = 1 at unit temperature."""
    for k, g in ((1.0, 0.25), (0.0, 0.25), (3.0, 0.0)):
        virial = k * stationary_law.gibbs_moment(k, g) + 4 * g * stationary_law.gibbs_moment(k, g, 4)
        assert virial == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(("k", "g"), [(1.0, 0.25), (0.0, 0.25), (2.0, 0.0)])
def test_euler_maruyamas_leading_bias_is_that_of_perturbation_theory(k, g):
    exact = stationary_law.gibbs_moment(k, g)
    coarse, fine = ((stationary_law.euler_maruyama_moment(k, g, h) - exact) / h for h in (0.01, 0.005))
    expected = stationary_law.euler_maruyama_slope(k, g)
    assert 2 * fine - coarse == pytest.approx(expected, rel=1e-3)  # next order h²
    assert abs(fine - expected) > 3e-3 * expected  # so that the extrapolation is not idle


def test_baoabs_bias_is_of_second_order_and_falls_with_friction():
    exact = stationary_law.gibbs_moment(1.0, 0.25)
    biases = {
        (h, friction): stationary_law.baoab_moment(1.0, 0.25, h, friction) - exact
        for h, friction in ((0.1, 1.0), (0.05, 1.0), (0.1, 3.0))
    }
    assert biases[0.1, 1.0] / biases[0.05, 1.0] == pytest.approx(4.0, rel=0.03)
    assert abs(biases[0.1, 3.0]) < 0.6 * abs(biases[0.1, 1.0])


def test_wells_of_either_kind():
    """A quadratic well by the Lyapunov equation, a quartic one by transport of the density."""
    euler, baoab = stationary_law.euler_maruyama_square, stationary_law.baoab_square
    assert euler(2.0, 0.0, 0.1) == pytest.approx(0.5 / 0.9, rel=ROUNDING)
    assert baoab(2.0, 0.0, 0.3, 0.7) == pytest.approx(0.5, rel=ROUNDING)
    assert euler(1.0, 0.25, 0.1) == stationary_law.euler_maruyama_moment(1.0, 0.25, 0.1)
    assert baoab(1.0, 0.25, 0.3, 0.7) == stationary_law.baoab_moment(1.0, 0.25, 0.3, 0.7)
    with pytest.raises(BadInput, match="positive"):
        stationary_law.gibbs_moment(0.0, 0.0)
    with pytest.raises(BadInput, match="out of the well"):
        stationary_law.euler_maruyama_moment(1.0, 1.0, 0.16)
