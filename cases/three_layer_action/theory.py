"""What the action of a three-layer network says of its kernels, weights and output, and what other theories say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.variational import AdaptedDeep, adapt_deep, neuron_kurtosis

from .experiment import LAYERS, Network

FloatArray = NDArray[np.float64]
Values = dict[Any, FloatArray]

WIDE, NARROWER = 16.0, 0.4  # continuation: from this many times the width, by this factor at a time
COMPLETE = 1.0, 1.0, 1.0  # δ, η, η′ of `adapt_deep`
PUBLISHED_SIGN = -1.0
SMALL_SET = 200  # samples; from there on the prior is too far from the minimum to start at
ASKED: dict[Any, Any] = {
    Network.along: 0.01, Network.across: 0.005, Network.trace: np.array([0.0003, 0.001]), Network.weights: 0.0001,
    Network.output: 0.001, Network.discrepancy: 0.005,
}  # fmt: skip
"""Relative resolution asked of a measurement."""


@cache
def adapted(at: Network, number: int, determinant: float, fluctuations: float, bulk: float) -> AdaptedDeep:
    """The stationary point on a data set; wrong equations start from the right ones' solution."""
    task = at.task(number)
    settings: dict[str, Any] = {
        "ridge": at.ridge, "mean_field": at.chi, "variances": (at.variance,) * (LAYERS + 1),
        "determinant": determinant, "fluctuations": fluctuations, "bulk": bulk,
    }  # fmt: skip
    found, factor = None, WIDE if at.samples >= SMALL_SET else 1.0
    if (determinant, fluctuations, bulk) != COMPLETE:
        found, factor = adapted(at, number, *COMPLETE), 1.0
    while True:
        widths = factor * at.first, factor * at.second
        found = adapt_deep(task.inputs, task.targets, widths=widths, start=found, **settings)
        if factor == 1.0:
            return found
        factor = max(1.0, NARROWER * factor)


@cache
def averaged(at: Network, determinant: float = 1.0, fluctuations: float = 1.0, bulk: float = 1.0) -> Values:
    """Every quantity but the kurtoses, averaged over the data sets."""
    terms = determinant, fluctuations, bulk
    return mean([quantities(at, number, adapted(at, number, *terms)) for number in range(at.sets)])


def quantities(at: Network, number: int, found: AdaptedDeep) -> Values:
    along, across, trace = variances(at, number, found.kernels)
    output, discrepancy = predicted(at, number, found.discrepancy)
    return {
        Network.along: along, Network.across: across, Network.trace: trace, Network.weights: found.weights,
        Network.output: output, Network.discrepancy: discrepancy,
    }  # fmt: skip


def variances(at: Network, number: int, kernels: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
    """vᵀK_lv along the targets and averaged over the random directions, and tr K_l/n."""
    directions = at.task(number).directions
    each = np.array([np.sum(directions * (kernel @ directions), axis=0) for kernel in kernels])
    return each[:, 0], each[:, 1:].mean(axis=1), np.array([np.trace(kernel) / len(kernel) for kernel in kernels])


def predicted(at: Network, number: int, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """fᵀy/yᵀy and tᵀy/yᵀy, f = y − κt."""
    targets = at.task(number).targets
    share = np.asarray(t @ targets / (targets @ targets))
    return np.asarray(1.0 - at.ridge * share), share


def mean(each: list[Values]) -> Values:
    return {what: np.mean([values[what] for values in each], axis=0) for what in each[0]}


@cache
def kurtoses(at: Network) -> tuple[Values, Values]:
    """Of one neuron in the field of the others, and the errors of its draws, averaged over the data sets."""
    values: list[Values] = []
    errors: list[Values] = []
    for number in range(at.sets):
        task, found = at.task(number), adapted(at, number, *COMPLETE)
        layers = [
            neuron_kurtosis(
                found, task.inputs, task.targets, task.directions, layer=layer,
                widths=(float(at.first), float(at.second)), ridge=at.ridge, mean_field=at.chi,
                variances=(at.variance,) * (LAYERS + 1),
            )
            for layer in range(1, LAYERS + 1)
        ]  # fmt: skip
        for into, part in ((values, "value"), (errors, "error")):
            each = np.array([getattr(layer, part) for layer in layers])
            into.append({Network.kurtosis: each[:, 0], Network.kurtosis_across: each[:, 1:].mean(axis=1)})
    averages = mean(values)
    # Given the layer below, whose kernel along a direction is an average of N_1 squares, the second is the Gaussian.
    averages[Network.kurtosis_across] = averages[Network.kurtosis_across] + np.array([0.0, 6.0 / at.first])
    return averages, mean(errors)


@cache
def complete(at: Network) -> dict[Any, Known]:
    """The action with its first correction; the shape of a neuron's density from the field of the others."""
    values, errors = kurtoses(at)
    return with_margins_of(at, averaged(at)) | {
        what: Known(
            value,
            Remainder("draws of one neuron: three standard errors", 3.0 * errors[what], got="computed"),
            # N neurons share a readout of given norm, and the kernel of the layer below fluctuates.
            Remainder("one network", np.full(LAYERS, 6.0 / min(at.first, at.second)), order="6/N", got="bounded"),
            Remainder("the second order of one neuron's field", np.abs(value) * effective_share(at), order="n_eff/N",
                      got="bounded"),
            Remainder("resolution", 0.02, got="chosen"),
        )
        for what, value in values.items()
    }  # fmt: skip


def with_margins_of(at: Network, values: Values) -> dict[Any, Known]:
    """Values with what the first correction leaves, which wrong ones get as well.

    The next order is the first times n_eff/N, its parts by their absolute values: both terms, and in traces and weights
    what goes along the targets and what goes elsewhere; the two longitudinal modes, δQ along t itself, that it does not
    count among the n_eff are 2/n_eff of it. A quartic term moves a neuron's variance along the targets by κ_4²/6 of it
    to second order, beyond the best Gaussian (384 against 288 g²), and as layers multiply what the other has, too; all
    the other quantities follow that one.
    """
    first, turning, none = averaged(at), averaged(at, bulk=0.0), averaged(at, fluctuations=0.0, bulk=0.0)
    share = effective_share(at)
    moved = float(np.sum(kurtoses(at)[0][Network.kurtosis] ** 2)) / 6.0
    along, output = first[Network.along], first[Network.output]
    fans = np.array([at.dimension, at.first])
    targets_share = {
        Network.across: overlap(at), Network.trace: 1.0 / at.samples, Network.weights: 1.0 / prior_along(at) / fans
    }  # fmt: skip

    def parts(what: Any) -> FloatArray:
        total = np.zeros(())
        for later, earlier in ((first, turning), (turning, none)):
            change = later[what] - earlier[what]
            part = targets_share.get(what, 0.0) * (later[Network.along] - earlier[Network.along])
            total = total + (np.abs(change - part) + np.abs(part) if what in targets_share else np.abs(change))
        return np.asarray(total)

    shapes = {
        Network.along: moved * along,
        Network.across: moved * along * targets_share[Network.across],
        Network.trace: moved * along * targets_share[Network.trace],
        Network.weights: moved * along * targets_share[Network.weights],
        Network.output: moved * output * (1.0 - output),
        Network.discrepancy: moved * output * first[Network.discrepancy],
    }
    return {
        what: Known(
            value,
            Remainder("second order of n_eff/N", share * parts(what), order="(n_eff/N)²", got="bounded"),
            Remainder("density beyond Gaussian, to second order", shapes[what], order="κ_4²/6", got="computed"),
            Remainder("resolution", ASKED[what] * np.abs(first[what]), got="chosen"),
        )
        for what, value in values.items()
    }  # fmt: skip


def effective_share(at: Network) -> float:
    """n_eff/N + 2/n_eff."""
    effective = np.mean([adapted(at, number, *COMPLETE).effective for number in range(at.sets)])
    return float(effective / min(at.first, at.second) + 2.0 / effective)


def overlap(at: Network) -> float:
    """Square of what random directions have of the targets', 1/n in the mean."""
    shares = [(d[:, :1].T @ d[:, 1:]) ** 2 for d in (at.task(number).directions for number in range(at.sets))]
    return float(np.mean(shares))


def plain(at: Network) -> Said:
    """The action without its first correction."""
    return dict(averaged(at, fluctuations=0.0, bulk=0.0))


def published_sign(at: Network) -> Said:
    """The published plus, with the first correction otherwise."""
    return dict(averaged(at, PUBLISHED_SIGN))


def published(at: Network) -> Said:
    """The published equations as they stand: plus, and no correction."""
    return dict(averaged(at, PUBLISHED_SIGN, 0.0, 0.0))


def without_determinant(at: Network) -> Said:
    """The limit N, χ → ∞ of the equations: neither sign."""
    return dict(averaged(at, 0.0))


@cache
def gaussian_process(at: Network) -> Said:
    """Infinitely wide in standard scaling: kernels of the prior."""
    return of_prior(at, np.ones(LAYERS), 1.0)


@cache
def rescaling(at: Network) -> Said:
    """One number a layer: K_l = q_lQ_l and the output's kernel q_1q_2Q_3, with Q of the prior.

    Least ½Σ_l N_l(q_l − 1 − ln q_l) + (χ/2) yᵀ(q_1q_2Q_3 + κ)⁻¹y + ½ log det(q_1q_2Q_3 + κ).
    """
    each = []
    for number in range(at.sets):
        eigenvalues, modes = np.linalg.eigh(prior_kernels(at, number)[-1])
        scales = least_scales(at, eigenvalues, (modes.T @ at.task(number).targets) ** 2)
        each.append(prior_values(at, number, scales, float(scales.prod())))
    return dict(mean(each))


def least_scales(at: Network, eigenvalues: FloatArray, power: FloatArray) -> FloatArray:
    widths = np.array([at.first, at.second], np.float64)

    def cost(logarithms: FloatArray) -> float:
        noisy = np.exp(logarithms.sum()) * eigenvalues + at.ridge
        entropy = np.sum(widths * (np.exp(logarithms) - 1.0 - logarithms))
        return float(entropy + at.chi * np.sum(power / noisy) + np.sum(np.log(noisy))) / 2.0

    search: Any = minimize
    return np.asarray(np.exp(search(cost, np.zeros(LAYERS), method="Nelder-Mead", options={"xatol": 1e-8}).x))


def of_prior(at: Network, scales: FloatArray, output: float) -> Said:
    return dict(mean([prior_values(at, number, scales, output) for number in range(at.sets)]))


def prior_values(at: Network, number: int, scales: FloatArray, output: float) -> Values:
    """Of kernels of the prior times given numbers."""
    *kernels, last = prior_kernels(at, number)
    t = np.asarray(np.linalg.solve(output * last + at.ridge * np.eye(at.samples), at.task(number).targets), np.float64)
    along, across, trace = (scales * part for part in variances(at, number, kernels))
    share, discrepancy = predicted(at, number, t)
    return {
        Network.along: along, Network.across: across, Network.trace: trace, Network.weights: scales,
        Network.output: share, Network.discrepancy: discrepancy, Network.kurtosis: np.zeros(LAYERS),
        Network.kurtosis_across: np.zeros(LAYERS),
    }  # fmt: skip


@cache
def prior_kernels(at: Network, number: int) -> tuple[FloatArray, ...]:
    """Q_1, Q_2, Q_3."""
    x = at.task(number).inputs
    deeper = (Kernel("erf", depth, at.variance, at.variance)(x, x) for depth in range(1, LAYERS + 1))
    return at.variance * x @ x.T / at.dimension, *(np.asarray(kernel) for kernel in deeper)


def prior_along(at: Network) -> FloatArray:
    along = [variances(at, number, prior_kernels(at, number)[:-1])[0] for number in range(at.sets)]
    return np.asarray(np.mean(along, axis=0), np.float64)


def wrong(theory: Callable[[Network], Said]) -> Callable[[Network], Said]:
    """A wrong theory with the right one's margins."""

    def said(at: Network) -> Said:
        values: Any = theory(at)
        return with_margins_of(at, {what: values[what] for what in ASKED})

    return said


def of_other(**factors: float) -> Callable[[Network], Said]:
    """A world in which parameters are other ones: chi=0.5."""

    def said(at: Network) -> Said:
        other = replace(at, **{name: factor * getattr(at, name) for name, factor in factors.items()})
        return dict(averaged(other))

    return said
