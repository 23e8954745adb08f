"""What theories say of a ReLU network in mean-field scaling: on given data sets, or averaged over data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.adaptation import (
    RELU,
    AlignedMode,
    Approximation,
    FoldMode,
    Problem,
    predictor_overlap,
    solve,
)
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.variational import adapt, adapt_population, relu, relu_overlap

from .experiment import Network
from .observables import MEANS
from .task import FOLD_NORM, data_sets, labels

FloatArray = NDArray[np.float64]
Averages = dict[Any, FloatArray]

NEURONS, TIME = 1000, 30.0  # of the population, and of its average
ASKED = {Network.linear: 0.006, Network.even: 0.01, Network.along: 0.1}
"""Resolution asked of a measurement: a tenth of what Gaussian weights are off by, or less."""
DRAWS = 2**14  # of Gaussian weights, each with its mirror image: R_2 to .005
STATIONARY = 1e-6  # of ∂F/∂L: F is flat there, and observables move by as little

MODES = AlignedMode(1), FoldMode()
AVERAGED = Approximation("averaged over data", MODES)
WITHOUT_RESPONSE = Approximation("averaged, ridge of the kernel", MODES, ridge="kernel")


def task(at: Network) -> tuple[FloatArray, FloatArray]:
    """Inputs (sets, n, d) and targets (sets, n)."""
    inputs = data_sets(at.sets, at.samples, at.dimension)
    return inputs, labels(inputs, at.fold)


@cache
def population(at: Network, pull: float = 1.0, ridge: float = 1.0, neurons: int = NEURONS) -> tuple[Averages, ...]:
    """Averages over self-consistent neurons on each data set, and their errors; at `pull` χ/N and `ridge` κ."""
    each = [
        adapt_population(
            x, y, width=at.width, ridge=ridge * at.ridge, mean_field=pull * at.width, activation=relu, observe=overlaps,
            neurons=neurons, time=TIME, seed=number,
        )
        for number, (x, y) in enumerate(zip(*task(at), strict=True))
    ]  # fmt: skip
    scales = {Network.linear: 1.0, Network.even: 1.0 / fold_power(at), Network.along: 1.0}
    return tuple(
        {what: scale * np.array([part[what.name] for part in parts]) for what, scale in scales.items()}
        for parts in zip(*each, strict=True)
    )


def overlaps(weights: NDArray[Any], fields: NDArray[Any]) -> dict[str, float]:
    """E[f z], E[f (|z| − √(2/π))] and d⟨m²⟩ of a population."""
    weights, fields = np.asarray(weights, np.float64), np.asarray(fields, np.float64)
    m, q = weights[:, 0], np.sum(weights**2, axis=1)
    return {
        "linear": float(fields @ m / 2) / len(m),
        "even": float(fields @ FoldMode().overlap(RELU, m, q - m**2)) / len(m),
        "along": float(m @ m) * weights.shape[1] / len(m),
    }


def fold_power(at: Network) -> float:
    """ε(1 − 2/π), what E[f (|z| − √(2/π))] is if the fold is learned."""
    return at.fold * FOLD_NORM


@cache
def complete(at: Network) -> dict[Any, Known]:
    """Kernel adaptation on the same data, no shape of the weights' density assumed; also of averages over the sets.

    Left is 1/N of the value, for what a kernel of N neurons fluctuates by, as much for the population's own M, and its
    sampling, which is independent from set to set and from size to size, hence of a name of its own at each.
    """
    values, errors = population(at)
    return {
        **{what: with_remainders(at, what, values[what], errors[what]) for what in values},
        **{
            mean: with_remainders(at, what, values[what].mean(keepdims=True), np.linalg.norm(errors[what]) / at.sets)
            for what, mean in MEANS.items()
        },
    }


def with_remainders(at: Network, what: Any, value: FloatArray, error: Any) -> Known:
    return Known(
        value,
        Remainder("fluctuations of kernels of N and M neurons", 1.0 / at.width + 1.0 / NEURONS, order="1/N",
                  got="bounded", relative=True),
        Remainder(f"sampling of {NEURONS} neurons at d = {at.dimension}, n = {at.samples}: three standard errors",
                  3.0 * error, got="computed"),
        Remainder("resolution", ASKED[what], got="chosen"),
    )  # fmt: skip


def averages(theory: Callable[[Network], Any]) -> Callable[[Network], Averages]:
    """The averages over the data sets of what a theory says of each, as the margins of averages are their own."""

    def mean(at: Network) -> Averages:
        said = theory(at)
        return {mean: np.mean(said[what], keepdims=True) for what, mean in MEANS.items() if what in said}

    return mean


def with_shares(wrong: Callable[[Network], Any]) -> Callable[[Network], Said]:
    """A wrong theory's averages with the right one's margins as shares of the value, as a slope of logarithms wants."""

    def theory(at: Network) -> Said:
        right = complete(at)
        return {
            mean: Known(
                value,
                *(replace(part, value=size * value / right[mean].value, relative=False)
                  for part, size in zip(right[mean].remainders, right[mean].sizes().values(), strict=True)),
            )
            for mean, value in averages(wrong)(at).items()
        }  # fmt: skip

    return theory


def changed(**values: float) -> Callable[[Network], Said]:
    """A world of another feedback χ/N or ridge."""
    return averages(lambda at: population(at, **values)[0])


@cache
def gaussian_weights(at: Network) -> Said:
    """The variational Gaussian theory: of all Gaussian densities of the weights, centred ones, the best on each set."""
    inputs, targets = task(at)
    each = [gaussian_on(x, y, at) for x, y in zip(inputs, targets, strict=True)]
    return together(at, each)


def gaussian_on(inputs: FloatArray, targets: FloatArray, at: Network) -> tuple[float, float, float]:
    found = adapt(
        inputs, targets, width=at.width, ridge=at.ridge, mean_field=at.width, overlap=relu_overlap,
        stationary=STATIONARY,
    )  # fmt: skip
    linear, even = overlaps_of_gaussian(inputs, found.discrepancy, found.covariance)
    return linear, even, float(at.dimension * found.covariance[0, 0])


def overlaps_of_gaussian(inputs: FloatArray, discrepancy: FloatArray, covariance: FloatArray) -> tuple[float, float]:
    """E[f z] and E[f (|z| − √(2/π))] of f = Σ_μ t_μ K(x, x_μ) for weights N(0, Σ).

    The first is tᵀXΣe_1/4, as the odd half of relu is linear. The second averages h(w)J(w) over weights and −w.
    """
    linear = float(discrepancy @ inputs @ covariance[:, 0]) / 4.0
    draw = np.random.default_rng(0).standard_normal((DRAWS, len(covariance)))
    weights = draw @ np.linalg.cholesky(covariance).T
    m, q = weights[:, 0], np.sum(weights**2, axis=1)
    fold = FoldMode().overlap(RELU, m, q - m**2)
    # h(w) + h(−w) over two: relu's even half |·|/2, and J is even
    even = np.abs(weights @ inputs.T) @ discrepancy / 2.0 @ fold / DRAWS
    return linear, float(even)


def together(at: Network, each: Sequence[tuple[float, ...]]) -> Said:
    """E[f z], E[f (|z| − √(2/π))] and, where there is one, d⟨m²⟩ of each set, as quantities."""
    columns = np.array(each).T
    columns[1] /= fold_power(at)
    return dict(zip((Network.linear, Network.even, Network.along), columns, strict=False))


@cache
def of_prior(at: Network, rescaled: bool) -> Said:
    inputs, targets = task(at)
    each = []
    for x, y in zip(inputs, targets, strict=True):
        kernel = Kernel("relu")(x, x)
        scale = kernel_scale(kernel, y, at.ridge) if rescaled else 1.0
        discrepancy = np.linalg.solve(scale * kernel + at.ridge * np.eye(len(y)), y)
        linear, even = overlaps_of_gaussian(x, discrepancy, np.eye(at.dimension) / at.dimension)
        each.append((scale * linear, scale * even))
    return together(at, each)


def gaussian_process(at: Network) -> Said:
    """Infinitely wide in standard scaling: the kernel of the prior on the same data."""
    return of_prior(at, False)


def rescaling(at: Network) -> Said:
    """The kernel of the prior times one number Q."""
    return of_prior(at, True)


def kernel_scale(kernel: FloatArray, targets: FloatArray, ridge: float) -> float:
    """Q > 1 where 1 − 1/Q = tᵀK_0t, t = (QK_0 + κ)⁻¹y: N(1 − 1/Q) = χ tᵀK_0t at χ = N."""
    eigenvalues, modes = np.linalg.eigh(kernel)
    power = (modes.T @ targets) ** 2

    def excess(logarithm: float) -> float:
        scale = np.exp(logarithm)
        return float(1.0 - 1.0 / scale - np.sum(power * eigenvalues / (scale * eigenvalues + ridge) ** 2))

    return float(np.exp(brentq(excess, 0.0, 20.0, xtol=1e-12)))


def averaged(at: Network) -> Said:
    """Kernel adaptation averaged over data: every set shows the teacher's own direction."""
    return over_data(at, AVERAGED, float(at.width))


def without_response(at: Network) -> Said:
    """The same, its ridge summed over the kernel's spectrum in place of the response's."""
    return over_data(at, WITHOUT_RESPONSE, float(at.width))


def averaged_process(at: Network) -> Said:
    """The Gaussian process averaged over data, by its effective ridge."""
    return over_data(at, WITHOUT_RESPONSE, 0.0)


@cache
def over_data(at: Network, approximation: Approximation, chi: float) -> Said:
    target = (MODES[0], 1.0), (MODES[1], at.fold)
    problem = Problem(at.dimension, at.samples, at.width, at.ridge, chi, target, activation=RELU)
    neurons = solve(problem, approximation).neurons
    linear, even = (
        predictor_overlap(problem, neurons, mode.overlap(RELU, neurons.grid.m, neurons.grid.r)) for mode in MODES
    )
    along = at.dimension * neurons.mean(neurons.grid.m**2)
    return together(at, [(linear, even, along)] * at.sets)
