"""What theory says of networks: exact Bayes of linear ones, erf networks to first order in 1/N, and their steps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said, observable
from fieldbench.sampling import Underdamped
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.langevin import response_defect, wide_langevin
from fieldbench.theory.networks import FiniteWidth, LinearPosterior, finite_width, linear_posterior

from .experiment import RIDGE, BesideGibbs, Erf, Linear, Prior, data_set

FloatArray = NDArray[np.float64]

FRICTION = float(Underdamped().friction)


@cache
def tempered(width: int, data: int, temperature: float = 1.0) -> LinearPosterior:
    """Exact posterior of a linear network.

    At twice the temperature the noise and both layers' priors double: f = aw is that of inputs twice as large.
    """
    train, targets, _ = data_set(data)
    law = linear_posterior(temperature * train, targets, width=width, ridge=temperature * RIDGE)
    return LinearPosterior(
        predictor=temperature * law.predictor,
        covariance=temperature**2 * law.covariance,
        readout_gram=temperature * law.readout_gram,
        weight_gram=temperature * law.weight_gram,
    )


def exact_linear(at: Linear) -> Said:
    """Langevin and Gibbs sample one law.

    A Störmer–Verlet scheme is off by h²ω²/4 in a variance, ω = 1 for what moves slowly; BAOAB by less.
    """
    law = tempered(at.width, at.data)
    weights = np.diag(law.weight_gram)
    twentieth = 0.05 * np.sqrt(np.diag(law.covariance))
    resolution = Remainder("resolution: 2 %", 0.02, got="chosen", relative=True)
    step = Remainder("step", at.step**2 / 4, order="h²", got="bounded", relative=True)
    langevin: Said = {
        Linear.predictor: Known(
            law.predictor, Remainder("resolution: a twentieth of the posterior's spread", twentieth, got="chosen")
        ),
        Linear.weights: Known(weights, resolution, step),
        Linear.readout: Known(law.readout_gram, resolution, step),
    }
    gibbs: Said = {BesideGibbs.gibbs_predictor: law.predictor, BesideGibbs.gibbs_weights: weights}
    return {**langevin, **gibbs} if isinstance(at, BesideGibbs) else langevin


def doubled_noise(at: Linear) -> Said:
    """The noise 2σξ as printed in arXiv:2310.03789 eq. 6."""
    return _of(tempered(at.width, at.data, 2.0))


def halved_noise(at: Linear) -> Said:
    """The noise σξ, without √2."""
    return _of(tempered(at.width, at.data, 0.5))


def one_neuron_fewer(at: Linear) -> Said:
    return _of(tempered(at.width - 1, at.data))


def half_the_width(at: Linear) -> Said:
    return _of(tempered(at.width // 2, at.data))


def infinitely_wide(at: Linear) -> Said:
    return {Linear.predictor: tempered(10**7, at.data).predictor}


def _of(law: LinearPosterior) -> Said:
    return {Linear.predictor: law.predictor, Linear.weights: np.diag(law.weight_gram), Linear.readout: law.readout_gram}


def departure_of_mean(at: Prior, mean: FloatArray, limit: FloatArray) -> FloatArray:
    """N times the relative departure from GPR, projected on GPR's own mean."""
    return np.asarray(at.width * (np.sum(limit * mean, axis=1) / np.sum(limit**2, axis=1) - 1))


def departure_of_variance(at: Prior, variance: FloatArray, limit: FloatArray) -> FloatArray:
    """The same of the summed variance."""
    return np.asarray(at.width * (variance.sum(axis=1) / limit.sum(axis=1) - 1))


MEAN, BAYES_MEAN = (observable(of, Prior.gp_mean)(departure_of_mean) for of in (Erf.mean, Prior.bayes_mean))
VARIANCE, BAYES_VARIANCE = (
    observable(of, Prior.gp_variance)(departure_of_variance) for of in (Erf.variance, Prior.bayes_variance)
)


@observable(Erf.output_variance, Prior.bayes_variance)
def outputs_over_bayes(at: Erf, outputs: FloatArray, bayes: FloatArray) -> FloatArray:
    """Summed variance of the outputs over that of exact Bayes."""
    return np.asarray(outputs.sum(axis=1) / bayes.sum(axis=1))


@cache
def expansion(data: int) -> FiniteWidth:
    train, targets, test = data_set(data)
    return finite_width(Kernel("erf"), train, targets, test, ridge=RIDGE)


def exact_bayes(at: Prior, connected: bool = False) -> dict[Expression, Known]:
    """An erf network's posterior to first order in 1/N, or the connected term of that order alone.

    A line in 1/N leaves its slope times the square of the expansion's parameter, the evidence's variance.
    """
    law = expansion(at.data)

    def first_order(limit: FloatArray, slope: FloatArray) -> Known:
        departure, parameter = slope / at.width, law.evidence_variance / at.width
        return Known(limit + departure, Remainder("next order in 1/N", departure * parameter**2, order="1/N³"))

    return {
        Prior.gp_mean: Known(law.mean),
        Prior.gp_variance: Known(law.variance),
        Prior.bayes_mean: first_order(law.mean, law.mean_connected if connected else law.mean_slope),
        Prior.bayes_variance: first_order(law.variance, law.variance_connected if connected else law.variance_slope),
    }


def trained(at: Erf) -> Said:
    """Langevin samples the same posterior but for its step, which the outputs feel at any width."""
    bayes, parameter = exact_bayes(at), expansion(at.data).evidence_variance / at.width

    def sampled(exact: Quantity, limit: Quantity) -> Known:
        missed = step_bias(at) * (bayes[exact].value - bayes[limit].value)
        step = Remainder("step, through the response of quartic modes", missed, order="h²", got="computed")
        return Known(bayes[exact].value, *bayes[exact].remainders, step)

    outputs = wide_variance(at.step, at.data) / np.sum(expansion(at.data).variance)
    return {
        **bayes,
        Erf.mean: sampled(Prior.bayes_mean, Prior.gp_mean),
        Erf.variance: sampled(Prior.bayes_variance, Prior.gp_variance),
        outputs_over_bayes: Known(
            outputs,
            Remainder("resolution: 0.8 %", 0.008, got="chosen"),
            Remainder("order 1/N of the bias", (outputs - 1) * parameter, order="1/N"),
        ),
    }


def step_bias(at: Erf) -> float:
    """To first order in 1/N the chain answers perturbations of degree up to four around its quadratic prior."""
    return abs(response_defect(4, at.step, FRICTION))


@cache
def wide_variance(step: float, data: int) -> float:
    """Summed variance of the outputs as N → ∞."""
    train, targets, test = data_set(data)
    law = wide_langevin(train, targets, test, ridge=RIDGE, step=step, friction=FRICTION)
    return float(np.sum(law.variance))


def connected_alone(at: Prior) -> Said:
    """Without the fluctuation of the kernel: right for the kernel, not for the predictor."""
    found = values(exact_bayes(at, connected=True))
    return {**found, Erf.mean: found[Prior.bayes_mean], Erf.variance: found[Prior.bayes_variance]}


def kernel_turned_alone(at: Erf) -> Said:
    """Langevin's networks turn the kernel, and its fluctuation does nothing to them."""
    found, turned = values(exact_bayes(at)), values(exact_bayes(at, connected=True))
    return {**found, Erf.mean: turned[Prior.bayes_mean], Erf.variance: turned[Prior.bayes_variance]}


def half_the_correction(at: Erf) -> Said:
    """Langevin's networks show half of the departure at their width: a factor two lost in the cumulants."""
    found = values(exact_bayes(at))
    mean, variance = (
        0.5 * (found[limit] + found[exact])
        for limit, exact in ((Prior.gp_mean, Prior.bayes_mean), (Prior.gp_variance, Prior.bayes_variance))
    )
    return {**found, Erf.mean: mean, Erf.variance: variance}


def gaussian_process(at: Erf) -> Said:
    """Langevin samples the infinite network's posterior, at any width."""
    found = values(exact_bayes(at))
    return {**found, Erf.mean: found[Prior.gp_mean], Erf.variance: found[Prior.gp_variance]}


def values(said: Mapping[Expression, Known]) -> dict[Expression, FloatArray]:
    """Without remainders."""
    return {what: known.value for what, known in said.items()}
