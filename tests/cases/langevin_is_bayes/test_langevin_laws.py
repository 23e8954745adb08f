"""What the case's theories say: exact posteriors at other temperatures and widths, and rivals where they are asked."""

import numpy as np
import pytest

from cases.langevin_is_bayes import posteriors
from cases.langevin_is_bayes.experiment import BesideGibbs, Erf, Linear, Prior, data_set
from cases.langevin_is_bayes.stationary_laws import QUADRATICS, euler_law, limiting_orders, verlet_law
from cases.langevin_is_bayes.wells import BaoabWells, EulerMaruyamaWells
from fieldbench.theory.langevin import integrator_bias


def _posterior_by_importance(data, width, temperature, draws=200_000):
    """⟨B⟩ and its error by weighting draws of the prior with the likelihood, both at a temperature: no algebra."""
    given, rng = data_set(data), np.random.default_rng(data)
    hidden = rng.standard_normal((draws, width, 5)) * (temperature / 5) ** 0.5
    readout = rng.standard_normal((draws, width)) * (temperature / width) ** 0.5
    predictor = np.einsum("nc,ncd->nd", readout, hidden)
    misfit = ((given.targets - predictor @ given.train.T) ** 2).sum(axis=1) / (2 * temperature)
    weight = np.exp(misfit.min() - misfit)
    mean = weight @ predictor / weight.sum()
    error = np.sqrt(weight**2 @ (predictor - mean) ** 2) / weight.sum()
    return mean, error


@pytest.mark.parametrize("temperature", [0.8, 1.0, 2.0])
def test_tempered_posterior_is_the_prior_weighted_with_the_likelihood(temperature):
    """Noise and both priors scale together; five standard errors, each below a tenth of the mean.

    Below 0.8 too few draws count.
    """
    law = posteriors.tempered(3, 1, temperature)
    mean, error = _posterior_by_importance(1, 3, temperature)
    assert np.all(np.abs(mean - law.predictor) < 5.0 * error)
    assert error[0] < abs(mean[0]) / 10


def test_data_sets_differ_and_are_given():
    first, second = data_set(0), data_set(1)
    assert not np.any(first.train == second.train)
    np.testing.assert_array_equal(first.targets, 2 * first.train[:, 0])
    assert data_set(0) is first
    with pytest.raises(ValueError, match="non-negative"):
        data_set(-1)


def test_gibbs_is_predicted_where_it_is_measured():
    said = posteriors.exact_linear(BesideGibbs(8, 100))
    assert BesideGibbs.gibbs_predictor in said
    assert BesideGibbs.gibbs_predictor not in posteriors.exact_linear(Linear(8, 100))


def test_rivals_of_the_posterior_differ_where_they_should():
    """N times the departure of Langevin's mean less that of Bayes: a rival of Langevin leaves Bayes as it is."""
    at = Erf(64, draws=64)
    right, turned = posteriors.exact_bayes(at), posteriors.kernel_turned_alone(at)
    limit = posteriors.gaussian_process(at)
    np.testing.assert_array_equal(right[Prior.bayes_mean].value, turned[Prior.bayes_mean])
    np.testing.assert_array_equal(limit[Erf.mean], right[Prior.gp_mean].value)
    assert np.abs(turned[Erf.mean] - turned[Prior.bayes_mean]).max() > 1e-3


def test_other_schemes_laws_are_given_where_they_are_stable():
    """Euler–Maruyama at h = 0.4 not in the third well (hk = 3.6), at 0.1 in all; Verlet everywhere, by its own map."""
    wide, fine = euler_law(BaoabWells(0.4, 8)), euler_law(EulerMaruyamaWells(0.1, 8))
    assert len(wide) == 1
    assert len(fine) == 2
    found = [np.asarray(value) for value in verlet_law(BaoabWells(0.4, 8)).values()]
    whole = next(value for value in found if value.size == len(QUADRATICS))
    expected = [integrator_bias.obabo(k, 0.4, 1.0)[0, 0] for k in (1.5, 2.1, 9.0)]
    np.testing.assert_allclose(whole, expected, rtol=1e-12)


def test_limiting_orders_are_one_and_two():
    np.testing.assert_allclose(limiting_orders(0.01), [1.0, 1.0, 2.0, 2.0], atol=0.03)
