"""What theories say of a linear network on given data: one scale of its kernel, and what others leave out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder
from fieldbench.theory.networks import linear_posterior
from fieldbench.theory.variational import Adapted, OneScale, adapt, rescale

from .experiment import Gibbs
from .task import IsingTask, ising_task

FloatArray = NDArray[np.float64]
Numbers = Mapping[Any, float]

OF_THE_MEAN = (Gibbs.scale, Gibbs.train, Gibbs.test)


def task(at: Gibbs) -> IsingTask:
    return ising_task(at.data, at.samples, at.dimension)


def numbers(at: Gibbs, scale: float, predictor: FloatArray, covariance: FloatArray) -> Numbers:
    """Every quantity from Q, the mean predictor, (d,), and Σ, (d, d)."""
    given = task(at)
    teacher = given.class_mean / np.linalg.norm(given.class_mean)
    along = at.dimension * float(teacher @ covariance @ teacher)
    return {
        Gibbs.scale: scale,
        Gibbs.train: 1.0 - float(given.targets @ given.inputs @ predictor) / at.samples,
        Gibbs.test: 1.0 - float(given.class_mean @ predictor),
        Gibbs.along: along,
        Gibbs.across: (at.dimension * float(np.trace(covariance)) - along) / (at.dimension - 1),
    }


def rescaled(at: Gibbs, trace: float = 1.0, noise: float = 1.0) -> OneScale:
    """Kernel rescaling, N(1 − 1/Q) = χ tᵀK_0t − δ Tr[…], at `noise` κ."""
    given = task(at)
    return rescale(given.inputs, given.targets, width=at.width, ridge=noise * at.ridge, mean_field=at.chi, trace=trace)


@cache
def one_scale(at: Gibbs, trace: float = 1.0, noise: float = 1.0) -> Numbers:
    """Every quantity of `rescaled`."""
    found = rescaled(at, trace, noise)
    return numbers(at, found.scale, found.predictor, found.covariance)


@cache
def integrated(at: Gibbs) -> Numbers:
    """The exact posterior: Q is not at its saddle but integrated."""
    given = task(at)
    law = linear_posterior(given.inputs, given.targets, width=at.width, ridge=at.ridge, mean_field=at.chi)
    return numbers(at, at.chi * law.readout_gram, law.predictor, law.weight_gram / at.width)


@cache
def full_matrix(at: Gibbs, determinant: float = 0.0) -> Adapted:
    """The adaptation equations for all entries of Σ."""
    given = task(at)
    return adapt(
        given.inputs, given.targets, width=at.width, ridge=at.ridge, mean_field=at.chi, determinant=determinant
    )


def process_predictor(at: Gibbs) -> FloatArray:
    """Map of the prior's kernel, (d,)."""
    given = task(at)
    kernel = given.inputs @ given.inputs.T / at.dimension + at.ridge * np.eye(at.samples)
    return np.asarray(given.inputs.T @ np.linalg.solve(kernel, given.targets) / at.dimension)


def gaussian_process(at: Gibbs) -> Numbers:
    """The kernel of the prior."""
    return numbers(at, 1.0, process_predictor(at), np.eye(at.dimension) / at.dimension)


def without_the_trace(at: Gibbs) -> Numbers:
    """N, χ → ∞ at fixed data."""
    return one_scale(at, 0.0)


def twice_the_trace(at: Gibbs) -> Numbers:
    return one_scale(at, 2.0)


def half_the_noise(at: Gibbs) -> Numbers:
    return one_scale(at, noise=0.5)


def trace_mode_by_mode(at: Gibbs) -> Numbers:
    """The determinant acts on the mean kernel, entry by entry: every direction has a trace of its own."""
    given, found = task(at), full_matrix(at, 1.0)
    predictor = found.covariance @ given.inputs.T @ found.discrepancy
    power = found.discrepancy @ given.inputs @ given.inputs.T @ found.discrepancy / at.dimension
    return numbers(at, float(found.discrepancy @ found.kernel @ found.discrepancy / power), predictor, found.covariance)


def one_scale_for_directions(at: Gibbs) -> Numbers:
    """The weights' covariance is the prior's times Q, as the kernel is."""
    said = one_scale(at)
    return {**said, Gibbs.along: said[Gibbs.scale], Gibbs.across: said[Gibbs.scale]}


def shared_by_both_layers(at: Gibbs) -> Numbers:
    """Readouts and weights take √Q each, in all directions."""
    said = one_scale(at)
    return {**said, Gibbs.along: said[Gibbs.scale] ** 0.5, Gibbs.across: said[Gibbs.scale] ** 0.5}


def half_the_scale(at: Gibbs) -> Numbers:
    """All directions take half of what the kernel gains."""
    said = one_scale(at)
    half = (1.0 + said[Gibbs.scale]) / 2.0
    return {**said, Gibbs.along: half, Gibbs.across: half}


def asked(at: Gibbs) -> dict[Any, Remainder]:
    """What a measurement is asked for, whatever theory says.

    Of what the trace or all learning does to Q and the discrepancies, whichever is less, an eighth; of the covariance a
    tenth of what its directions differ by or of its distance from Q across the teacher, whichever is less.
    """
    saddle, near = one_scale(at), (without_the_trace(at), gaussian_process(at))
    sizes = {what: min(abs(saddle[what] - other[what]) for other in near) / 8.0 for what in OF_THE_MEAN}
    apart = (saddle[Gibbs.along] - saddle[Gibbs.across], saddle[Gibbs.scale] - saddle[Gibbs.across])
    sizes[Gibbs.along] = sizes[Gibbs.across] = min(abs(each) for each in apart) / 10.0
    return {what: Remainder(f"resolution of {what.name}", size, got="chosen") for what, size in sizes.items()}


def averaged(at: Gibbs) -> dict[Any, Known]:
    """One scale that fluctuates: exact."""
    return {what: Known(value, asked(at)[what]) for what, value in integrated(at).items()}


def at_the_saddle(at: Gibbs) -> dict[Any, Known]:
    """One scale from N(1 − 1/Q) = χ tᵀK_0t − Tr[…]."""
    return of_one_scale(at, one_scale(at))


def of_one_scale(at: Gibbs, said: Numbers) -> dict[Any, Known]:
    """With what Q's fluctuations around the saddle leave, known from the exact integral; wrong ones get it as well."""
    saddle, exact = one_scale(at), integrated(at)
    return {
        what: Known(
            said[what],
            Remainder(f"fluctuations of Q in {what.name}", exact[what] - saddle[what], order="1/N", got="computed"),
            asked(at)[what],
        )
        for what in (*OF_THE_MEAN, Gibbs.along, Gibbs.across)
    }


def directions_lost(at: Gibbs) -> dict[Any, Known]:
    """Wrong: one scale for directions too."""
    return of_one_scale(at, one_scale_for_directions(at))


def layers_share(at: Gibbs) -> dict[Any, Known]:
    """Wrong: √Q in every direction of the weights."""
    return of_one_scale(at, shared_by_both_layers(at))


def trace_lost(at: Gibbs) -> dict[Any, Known]:
    """Wrong: the trace forgotten."""
    return of_one_scale(at, without_the_trace(at))


def trace_halved(at: Gibbs) -> dict[Any, Known]:
    """Wrong: ½ Tr in place of Tr, a slip in the derivative of ½ log det."""
    return of_one_scale(at, one_scale(at, 0.5))
