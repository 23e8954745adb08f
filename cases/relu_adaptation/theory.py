"""Kernel adaptation of a ReLU network in mean-field scaling, on the data sets that it was measured on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.adaptation import (
    RELU,
    FoldMode,
)
from fieldbench.theory.variational import adapt_population, relu

from .experiment import Network
from .observables import MEANS
from .task import FOLD_NORM, data_sets, labels

FloatArray = NDArray[np.float64]
Averages = dict[Any, FloatArray]

NEURONS, TIME = 1000, 30.0  # of the population, and of its average
ASKED = {Network.linear: 0.006, Network.even: 0.01, Network.along: 0.1}
"""Resolution asked of a measurement: a tenth of what Gaussian weights are off by, or less."""


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


def changed(**values: float) -> Callable[[Network], Said]:
    """A world of another feedback χ/N or ridge."""
    return averages(lambda at: population(at, **values)[0])


def together(at: Network, each: Sequence[tuple[float, ...]]) -> Said:
    """E[f z], E[f (|z| − √(2/π))] and, where there is one, d⟨m²⟩ of each set, as quantities."""
    columns = np.array(each).T
    columns[1] /= fold_power(at)
    return dict(zip((Network.linear, Network.even, Network.along), columns, strict=False))
