"""Truncated kernel with a ridge for the rest, minus the full theory, over a ladder of cut-offs Λ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from jax.tree_util import register_dataclass
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said
from fieldbench.theory.decimation import CutOff, cut_off, lognormal, replaced

from .experiment import Gaussian, Images, Modulated
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


beyond = partial(Remainder, "orders beyond 1/P", order="1/P²")


def to_large_size(quantity: Quantity) -> Expression:
    """2 X(2P) − X(P): where the correction of order 1/P is not computed, it cancels."""
    return 2.0 * quantity.at(copies=2) - quantity.at(copies=1)


PREDICTIONS = to_large_size(Gaussian.distance)

UNIFORM = (Modulated.uniform_error, Modulated.uniform_learned, Modulated.uniform_distance)

LOCAL = (Modulated.local_error, Modulated.local_learned, Modulated.local_distance)


def decimated(at: Gaussian, tail: Tail = whole) -> Said:
    """The truncated theory with T(Λ) against the full one with T, both to order 1/P."""
    of, settled = ladder_of(at, tail), slice(-len(at.settled), None)
    further, further_at_p = beyond(of.beyond, relative=True), of.beyond[0, settled]
    rounding = Remainder("two roots, each to the square of a last step of 1e-6", 1e-10, got="bounded")
    return {
        Gaussian.flow: Known(of.flow, beyond(of.beyond_flow)),
        Gaussian.shift: Known(of.shift, further),
        Gaussian.error: Known(of.error, further),
        Gaussian.noise_error: Known(of.error, further),
        Gaussian.learned: Known(of.learned[0, settled], beyond(further_at_p[:, None], relative=True)),
        PREDICTIONS: Known(of.distance[0, settled], beyond(further_at_p, relative=True)),
        Gaussian.two_steps: Known(np.zeros_like(of.flow), rounding),
    }


def running_ridge(at: Gaussian) -> Said:
    """T(Λ) = T + Σ_{k>Λ} λ_k, up to the learnability of what was cut."""
    of = ladder_of(at)
    learned = Remainder("learnability at the cut-off, above all that was cut", of.edge, order="L_Λ", got="bounded")
    return {Gaussian.flow: Known(np.ones_like(of.flow), learned, beyond(of.beyond_flow))}


def first_order(at: Gaussian) -> Said:
    """δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, at every Λ."""
    return {Gaussian.shift: ladder_of(at).first}


def weak_tail(at: Gaussian) -> Said:
    """The same where the tail is weak, with the second order for its error."""
    of = ladder_of(at)
    second = Remainder("second order in the tail", np.abs(of.shift - of.first), order="tail²", got="computed")
    return {Gaussian.shift: Known(of.first, second, beyond(of.beyond * np.abs(of.shift)))}


def same_for_all_modes(at: Gaussian) -> Said:
    """δL_k without its dependence on k."""
    learned = ladder_of(at).learned[0, -len(at.settled) :]
    return {Gaussian.learned: np.broadcast_to(learned.mean(axis=1, keepdims=True), learned.shape)}


def modulated_medium(at: Modulated) -> Said:
    """Both ridges, where each point feels the modes through a variance that depends on its g(x)."""
    further = beyond(beyond_leading(at), relative=True)
    changes = zip((*UNIFORM, *LOCAL), (*leading(at), *leading(at, local=True)), strict=True)
    return {to_large_size(quantity): Known(value, further) for quantity, value in changes}


def constant_ridge(at: Modulated) -> Said:
    """What the constant ridge does, said of the input-dependent one."""
    return dict(zip(map(to_large_size, LOCAL), leading(at), strict=True))


def without_amplitude(at: Modulated) -> Said:
    """What the constant ridge does to features without amplitude."""
    return dict(zip(map(to_large_size, UNIFORM), leading(at, strength=0.0), strict=True))


def near_gaussian(at: Images) -> Said:
    """The low modes are normal, or no farther from it than a uniform law."""
    return {Images.lowest: Known(0.0, Remainder("a uniform law", 1.2))}


def sum_of_squares(cut_off: NDArray[np.float64]) -> float:
    return float(cut_off @ cut_off)


def dense_curve(at: Gaussian) -> tuple[Any, Any]:
    of = at.problem(2)
    kept = np.unique(np.geomspace(of.cuts[0], of.cuts[-1], 30).astype(int))
    return kept / of.samples, [cut(of, int(keep)).flow.value[0] for keep in kept]
