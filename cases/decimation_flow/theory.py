"""Truncated kernel with a ridge for the rest, minus the full theory, over a ladder of cut-offs Λ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from jax.tree_util import register_dataclass
from numpy.typing import NDArray

from fieldbench.theory.decimation import CutOff, cut_off, lognormal, replaced

from .experiment import Gaussian, Modulated
from .features import Problem, parts
from .paired import stacked

Vector = NDArray[np.float64]
Tail = Callable[[Vector], float]


def whole(cut: Vector) -> float:
    """Σ_{k>Λ} λ_k, the ridge that the modes beyond Λ become."""
    return float(cut.sum())


@register_dataclass
@dataclass(frozen=True)
class Ladder:
    """What the cut changes for Gaussian features, to order 1/P: (Λ,) at one size, (copies, Λ) at both.

    What lies beyond the computed 1/P correction is taken to be no larger, relative to the number itself, than the
    correction to the shift of κ_eff is to that shift. Errors and learnabilities follow κ_eff; their own corrections
    are smaller by cancellations on which the next order need not count.

    Attributes:
        flow: (T* − T)/Σ_{k>Λ} λ_k.
        edge: L_Λ of the full theory.
        shift: δ ln κ_eff.
        first: the same to first order in the tail.
        error: change of the population error.
        learned: mean δL_k of each part of the kept modes, (Λ, parts).
        distance: Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩, at leading order.
        beyond: orders beyond 1/P, as a fraction of the number.
        beyond_flow: those of the flow.
    """

    flow: Vector
    edge: Vector
    shift: Vector
    first: Vector
    error: Vector
    learned: Vector
    distance: Vector
    beyond: Vector
    beyond_flow: Vector


@cache
def ladder_of(at: Gaussian, tail: Tail = whole) -> Ladder:
    """At P and at 2P; `tail` is the ridge that a set of λ_k becomes: anything but their sum is another theory."""
    return stacked([ladder(at.problem(copies), tail) for copies in at.copies], axis=0)


def ladder(of: Problem, tail: Tail = whole) -> Ladder:
    changes = [cut(of, keep, tail) for keep in of.cuts]
    shift = np.array([change.log_ridge.leading[0] for change in changes])
    correction = np.array([change.log_ridge.correction[0] for change in changes])
    to_flow = np.array([change.flow.correction[0] for change in changes])
    averages = [
        [change.learnability.value[part].mean() for part in parts(keep)]
        for change, keep in zip(changes, of.cuts, strict=True)
    ]
    return Ladder(
        flow=np.array([change.flow.value[0] for change in changes]),
        edge=np.array([change.edge for change in changes]),
        shift=shift + correction,
        first=np.array([change.first for change in changes]) + correction,
        error=np.array([change.error.value[0] for change in changes]),
        learned=np.array(averages),
        distance=np.array([_replaced(of, keep, keep, 0.0, local=False)[2] for keep in of.cuts]),
        beyond=variation(correction) / np.abs(shift),
        beyond_flow=variation(to_flow * of.tails) / of.tails,
    )


def cut(of: Problem, keep: int, tail: Tail = whole) -> CutOff:
    """Truncated minus full theory for Gaussian features at one Λ."""
    return cut_off(of.eigenvalues, of.samples, of.ridge, of.target, keep, tail(of.eigenvalues[keep:]))


def variation(corrections: Vector) -> Vector:
    """How much a correction changes on the way down a ladder of Λ from the full theory, where its difference is 0.

    Σ_{j≥i} |c_j − c_{j+1}|, c = 0 above the ladder, (Λ,): the size of a difference of corrections, without the accident
    that it crosses zero at some Λ.
    """
    steps = np.abs(np.diff(corrections, append=0.0))
    return np.asarray(np.cumsum(steps[::-1])[::-1])


@cache
def leading(at: Modulated, local: bool = False, strength: float | None = None) -> Vector:
    """Changes of error and learnability, and the predictors' distance, at leading order, (3, Λ).

    Args:
        at: the experiment.
        local: the ridge depends on the input, T + g² Σ_{k>Λ} λ_k.
        strength: of the modulation, its own by default; 0 is Gaussian features.
    """
    of, spread = at.problem(1), at.strength if strength is None else strength
    return np.array([_replaced(of, keep, of.plain, spread, local) for keep in of.cuts]).T


def beyond_leading(at: Modulated) -> Vector:
    """Relative size of the 1/P correction, (Λ,).

    That of the shift of κ_eff for Gaussian features times ⟨g⁴⟩, by which the fourth moments, and with them the
    fluctuations of quadratic forms, are larger.
    """
    law = lognormal(at.strength)
    shifts = [cut(at.problem(1), keep).log_ridge for keep in at.keep]
    sizes = np.array([abs(shift.correction[0] / shift.leading[0]) for shift in shifts])
    return law.mean(law.squares**2) * sizes


def _replaced(of: Problem, keep: int, plain: int, strength: float, local: bool) -> tuple[float, float, float]:
    law = lognormal(strength)
    found = replaced(of.eigenvalues, of.target, of.samples, of.ridge, keep, plain, law, local)
    return found.error, found.learned, found.distance
