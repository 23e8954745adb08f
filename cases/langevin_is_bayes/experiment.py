"""What is measured in networks: posteriors by Langevin training and, beside it, by samplers that need no step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.regression import NestedRegression
from fieldbench.sampling import GibbsWithinLangevin, Sampler, TwoLayerNetwork, Underdamped, fully_connected
from fieldbench.sampling.networks import LinearPrior, reweighted_prior
from fieldbench.statistics import rhat
from fieldbench.theory.kernels import Kernel

from .chains import Chains, gibbs_means, linear_traces, output_traces

Values = Mapping[Quantity, Any]

BLOCK = 16

DIMENSION, SAMPLES, TESTS, RIDGE = 5, 24, 16, 1.0


class DataSet(NamedTuple):
    """Inputs (samples, d), targets 2x_1 (samples,), and test inputs (tests, d)."""

    train: NDArray[np.float64]
    targets: NDArray[np.float64]
    test: NDArray[np.float64]


@cache
def data_set(number: int) -> DataSet:
    """Standard normal inputs, one set a number: given, as the posterior is that of given data."""
    points = np.random.default_rng(number).normal(size=(SAMPLES + TESTS, DIMENSION))
    return DataSet(points[:SAMPLES], 2 * points[:SAMPLES, 0], points[SAMPLES:])


class Trained(Chains):
    """Langevin training of networks of `width` hidden units on one data set, from half of draws of the prior."""

    width: int
    chains: int
    data: int
    activation: ClassVar[str]
    hidden_variance: ClassVar[float] = 1.0
    relative_step: ClassVar[float] = float(Underdamped().step)

    def energy(self, replicates: int) -> TwoLayerNetwork:
        given = data_set(self.data)
        targets = np.broadcast_to(given.targets.astype(np.float32), (replicates, self.chains, SAMPLES))
        return fully_connected(
            given.train.astype(np.float32), targets, width=self.width, ridge=RIDGE, activation=self.activation,
            hidden_variance=self.hidden_variance,
        )  # fmt: skip

    @property
    def step(self) -> float:
        """h of the suite's own sampler, which takes it relative to 1/√(largest curvature)."""
        return self.relative_step / math.sqrt(float(self.energy(1).curvature))


@dataclass(frozen=True)
class Linear(Trained, stream="linear"):
    """Linear networks, whose posterior is known in closed form at any width."""

    width: int
    steps: int
    chains: int = 8
    data: int = 0

    direction: ClassVar = np.arange(DIMENSION)
    watched: ClassVar = direction
    activation: ClassVar = "linear"

    predictor = Quantity("direction", symbol="⟨B⟩", doc="mean predictor of f(x) = B·x, B = Σ_c a_c w_c", chain=True)
    weights = Quantity("direction", symbol="⟨wᵀw⟩_ii", doc="squared norm of the hidden weights", chain=True)
    readout = Quantity(symbol="⟨|a|²⟩", doc="squared norm of the readout", chain=True)

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Values:
        return self.by_langevin(keys, sampler)

    def by_langevin(self, keys: jax.Array, sampler: Sampler) -> Values:
        trace = linear_traces(sampler, self.energy(len(keys)), keys, self.steps)
        return {
            self.predictor: trace.predictor.mean(axis=(0, 2)),
            self.weights: trace.weights.mean(axis=(0, 2)),
            self.readout: trace.readout.mean(axis=(0, 2)),
            **self.mixing(trace.predictor),
        }


@dataclass(frozen=True)
class BesideGibbs(Linear, stream="linear-beside-gibbs"):
    """The same beside `draws` sweeps of one exact Gibbs chain, which needs no step."""

    draws: int = 6000

    gibbs_predictor = Quantity("direction", symbol="⟨B⟩", doc="by Gibbs", chain=True)
    gibbs_weights = Quantity("direction", symbol="⟨wᵀw⟩_ii", doc="by Gibbs", chain=True)
    gibbs_rhat = Quantity("direction", symbol="R-hat", doc="of the halves of a Gibbs chain")

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Values:
        return {**self.by_langevin(keys, sampler), **self.by_gibbs(keys)}

    def by_gibbs(self, keys: jax.Array) -> Values:
        given, prior = data_set(self.data), LinearPrior(self.width, 1.0, RIDGE)
        data = jnp.asarray(given.train), jnp.asarray(given.targets)
        means, draws = gibbs_means(keys, *data, prior=prior, sweeps=self.draws)
        return {
            self.gibbs_predictor: means.predictor,
            self.gibbs_weights: means.weights,
            self.gibbs_rhat: [rhat(np.asarray(chain)[:, None]) for chain in draws],
        }


@dataclass(frozen=True)
class ReadoutDrawn(BesideGibbs, stream="linear-readout-drawn"):
    """The readout is drawn from its exact conditional law after every fourth step."""

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Values:  # type: ignore[override]  # no port: the sampler is the experiment
        return super().measure(keys, sampler=GibbsWithinLangevin(every=4))


@dataclass(frozen=True)
class WithoutRootTwo(Linear):
    """Broken: noise of variance T dt in place of 2T dt, half the temperature."""

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Values:  # type: ignore[override]  # no port: it is the error
        return self.by_langevin(keys, Underdamped(temperature=0.5))


@dataclass(frozen=True)
class DecayOffByDimension(Linear):
    """Broken: weight decay T/σ_w² on hidden weights in place of T d/σ_w²: their prior's variance is d times too large.

    Half of the default step: at the whole one the wide prior now and then meets a curvature beyond stability.
    """

    hidden_variance: ClassVar = float(DIMENSION)

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Values:  # type: ignore[override]  # no port: it is the error
        return self.by_langevin(keys, Underdamped(step=0.7))


@dataclass(frozen=True)
class Prior(Experiment, stream="prior"):
    """Exact Bayes: `draws` erf networks from the prior, weighted with their evidence; and the limit's regression."""

    width: int
    draws: int
    data: int = 0

    test: ClassVar = np.arange(TESTS)

    bayes_mean = Quantity("test", symbol="⟨f⟩", doc="posterior mean at the test points")
    bayes_variance = Quantity("test", symbol="Var f", doc="posterior variance there")
    gp_mean = Quantity("test", symbol="⟨f⟩_∞", doc="mean of regression with the infinite kernel", sampled=False)
    gp_variance = Quantity("test", symbol="Var f_∞", doc="variance of the same", sampled=False)
    effective = Quantity(doc="effective share of the draws")

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Values:
        (train, targets, test), kernel = data_set(self.data), Kernel("erf")
        points, gram, cross = np.concatenate([train, test]), kernel(train, train), kernel(test, train)
        regressed = gpr.predictions(gram, RIDGE, np.column_stack([targets, cross.T]), cross, np.array([SAMPLES]))[0]
        single = [jnp.asarray(array, jnp.float32) for array in (points, targets, kernel(points, points))]
        request = {"width": self.width, "ridge": RIDGE, "networks": self.draws}
        draws = [reweighted_prior(jax.random.fold_in(key, 1), *single, **request) for key in keys]
        return {
            self.bayes_mean: [draw.mean for draw in draws],
            self.bayes_variance: [draw.variance for draw in draws],
            self.gp_mean: np.tile(regressed[:, 0], (len(keys), 1)),
            self.gp_variance: np.tile(kernel.diagonal(test) - np.diag(regressed[:, 1:]), (len(keys), 1)),
            self.effective: [draw.effective for draw in draws],
        }


@dataclass(frozen=True)
class Erf(Prior, Trained, stream="erf"):
    """Erf networks under Langevin, beside exact Bayes at the same width."""

    steps: int = 1600
    chains: int = 8

    watched: ClassVar = np.arange(1)
    activation: ClassVar = "erf"

    mean = Quantity("test", symbol="⟨f⟩", doc="mean at the test points, by averages over readouts", chain=True)
    variance = Quantity("test", symbol="Var f", doc="variance there, by the same averages", chain=True)
    output_variance = Quantity("test", symbol="Var f", doc="variance of the chains' own outputs", chain=True)

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression, sampler: Sampler) -> Values:  # type: ignore[override]
        bayes = super().measure(keys, gpr=gpr)
        trace = output_traces(sampler, self.energy(len(keys)), data_set(self.data).test, keys, self.steps)
        spread = (trace.output - trace.output.mean(axis=(0, 1, 2))) ** 2
        return {
            **bayes,
            self.mean: trace.mean.mean(axis=(0, 2)),
            self.variance: trace.variance.mean(axis=(0, 2)) + trace.mean.var(axis=(0, 2)),
            self.output_variance: np.mean(spread, axis=(0, 2)),
            **self.mixing(trace.mean @ bayes[self.gp_mean][0][:, None]),
        }


@dataclass(frozen=True)
class HalfStep(Erf, stream="erf-half-step"):
    """The same at half of the suite's own step."""

    relative_step: ClassVar = 0.7

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Values:  # type: ignore[override]  # no port
        return super().measure(keys, gpr=gpr, sampler=Underdamped(self.relative_step))
