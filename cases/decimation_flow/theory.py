"""Truncated kernel with a ridge for the rest, minus the full theory, over a ladder of cut-offs Λ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from jax.tree_util import register_dataclass
from numpy.typing import ArrayLike, NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said
from fieldbench.theory.decimation import (
    GaussianLearning,
    cut_off,
    flow_of_the_ridge,
    gaussian_learning,
    lognormal,
    replaced,
)

from .experiment import Gaussian, Images, Modulated
from .features import Problem, parts
from .paired import stacked

Vector = NDArray[np.float64]
Tail = Callable[[Vector], float]
FLOW_RESOLUTION = 0.003  # of the tail: a ninth of the least that has been learned of one at Λ = 2P


def whole(cut: Vector) -> float:
    """Σ_{k>Λ} λ_k, the ridge that the modes beyond Λ become."""
    return float(cut.sum())


@register_dataclass
@dataclass(frozen=True)
class Ladder:
    """What the cut changes for Gaussian features, to order 1/P³: (Λ,) at one size, (copies, Λ) at both.

    Each order is a small fraction of the one before: what follows the last one is bounded by it and, where it crosses
    zero, by the one before times E0/P, each summed down the ladder (`variation`). For numbers that a trace's scatter
    enters, the last order lacks the scatter's own: it is 1/P times the second, which E0/P stands for.

    Attributes:
        edge: L_Λ of the full theory.
        shift, error: of ln κ_eff and of the population error.
        first: shift to first order in the tail, with its orders in 1/P.
        leading: shift at P → ∞.
        learned: mean δL_k of each part of the kept modes, (Λ, parts).
        distance: Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩, at leading order.
        after_shift, after_error, after_learned: what follows the last order.
        second: order 1/P² of the shift over the shift.
    """

    edge: Vector
    shift: Vector
    error: Vector
    first: Vector
    leading: Vector
    learned: Vector
    distance: Vector
    after_shift: Vector
    after_error: Vector
    after_learned: Vector
    second: Vector


@cache
def full_theory(at: Gaussian | Modulated, copies: int) -> GaussianLearning:
    """All modes, with Gaussian features."""
    of = at.problem(copies)
    return gaussian_learning(of.eigenvalues, of.samples, of.ridge, of.target)


@cache
def ladder_of(at: Gaussian, tail: Tail = whole) -> Ladder:
    """At P and at 2P; `tail` is the ridge that a set of λ_k becomes: anything but their sum is another theory."""
    return stacked([ladder(at.problem(copies), full_theory(at, copies), tail) for copies in at.copies], axis=0)


def ladder(of: Problem, full: GaussianLearning, tail: Tail = whole) -> Ladder:
    changes = [cut_off(full, of.target, keep, tail(of.eigenvalues[keep:])) for keep in of.cuts]
    averages = np.array(
        [
            [change.learnability.terms[:, part].mean(axis=1) for part in parts(keep)]
            for change, keep in zip(changes, of.cuts, strict=True)
        ]
    )
    shift, error = (
        np.array([getattr(change, what).terms[:, 0] for change in changes]) for what in ("log_ridge", "error")
    )
    gain = changes[0].gain
    return Ladder(
        edge=np.array([change.edge for change in changes]),
        shift=shift.sum(axis=1),
        error=error.sum(axis=1),
        first=np.array([change.first for change in changes]) + shift[:, 1:].sum(axis=1),
        leading=shift[:, 0],
        learned=averages.sum(axis=2),
        distance=np.array([_replaced(of, keep, keep, 0.0, local=False)[2] for keep in of.cuts]),
        after_shift=after(shift, gain),
        after_error=after(error, gain),
        after_learned=np.stack([after(averages[:, part], gain) for part in range(averages.shape[1])], axis=1),
        second=variation(shift[:, 2]) / np.abs(shift[:, 0]),
    )


@cache
def flow_of(at: Gaussian) -> tuple[Vector, Vector, Vector]:
    """(T* − T)/Σ_{k>Λ} λ_k with all orders, what follows them, and its leading order, each (copies, Λ)."""
    found = []
    for copies in at.copies:
        of, full = at.problem(copies), full_theory(at, copies)
        terms = np.array([flow_of_the_ridge(full, keep).terms[:, 0] for keep in of.cuts])
        left = after(terms * of.tails[:, None], float(full.curve.e0[0]) / of.samples) / of.tails
        found.append((terms.sum(axis=1), left, terms[:, 0]))
    value, left, leading = (np.stack(part) for part in zip(*found, strict=True))
    return value, left, leading


def after(terms: Vector, gain: float) -> Vector:
    """What follows the orders (Λ, 4) of a difference, (Λ,)."""
    return variation(terms[:, 3]) + gain * variation(terms[:, 2])


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
    """Relative size of what is left at 1/P² once the order 1/P is cancelled, −½ of that order, (Λ,).

    That of the shift of κ_eff for Gaussian features times ⟨g⁴⟩², by which the fourth moments, and with them the
    fluctuations of quadratic forms, are larger: a guess.
    """
    law, of = lognormal(at.strength), at.problem(1)
    second = ladder(of, full_theory(at, 1)).second
    return np.asarray(0.5 * law.mean(law.squares**2) ** 2 * second)


def _replaced(of: Problem, keep: int, plain: int, strength: float, local: bool) -> tuple[float, float, float]:
    law = lognormal(strength)
    found = replaced(of.eigenvalues, of.target, of.samples, of.ridge, keep, plain, law, local)
    return found.error, found.learned, found.distance


def to_large_size(quantity: Quantity) -> Expression:
    """2 X(2P) − X(P): where the correction of order 1/P is not computed, it cancels."""
    return 2.0 * quantity.at(copies=2) - quantity.at(copies=1)


PREDICTIONS = to_large_size(Gaussian.distance)

UNIFORM = (Modulated.uniform_error, Modulated.uniform_learned, Modulated.uniform_distance)

LOCAL = (Modulated.local_error, Modulated.local_learned, Modulated.local_distance)


def resolved(share: float) -> Remainder:
    """The theory leaves less open than a measurement of reasonable length can tell."""
    return Remainder("resolution", share, got="chosen", relative=True)


def left_open(value: Vector) -> Remainder:
    return Remainder("orders beyond 1/P³", value, order="1/P⁴", got="bounded")


def decimated(at: Gaussian, tail: Tail = whole) -> Said:
    """The truncated theory with T(Λ) against the full one with T, and the ridge that would make them equal."""
    of, settled = ladder_of(at, tail), slice(-len(at.settled), None)
    flow = flow_of(at)[0]
    rounding = Remainder("two roots, each to the square of a last step of 1e-6", 1e-10, got="bounded")
    cancelled = Remainder("order 1/P² of the shift, twice", of.second[0, settled], order="1/P²", relative=True)
    error = Known(of.error, left_open(of.after_error), resolved(0.02))
    return {
        **with_margin_of_flow(at, flow),
        Gaussian.shift: Known(of.shift, left_open(of.after_shift), resolved(0.02)),
        Gaussian.error: error,
        Gaussian.noise_error: error,
        Gaussian.learned: Known(of.learned[0, settled], left_open(of.after_learned[0, settled]), resolved(0.03)),
        PREDICTIONS: Known(of.distance[0, settled], cancelled, resolved(0.03)),
        Gaussian.two_steps: Known(np.zeros_like(flow), rounding),
    }


def running_ridge(at: Gaussian) -> Said:
    """T(Λ) = T + Σ_{k>Λ} λ_k, up to the learnability of what was cut."""
    flow, after_flow, leading = flow_of(at)
    edge = ladder_of(at).edge
    learned = Remainder("learnability at the cut-off, above all that was cut", edge, order="L_Λ", got="bounded")
    orders = Remainder("orders in 1/P", np.abs(flow - leading) + after_flow, order="1/P", got="computed")
    return {Gaussian.flow: Known(np.ones_like(flow), learned, orders)}


def learned_at_running_ridge(at: Gaussian) -> Said:
    """T + Σ_{k>Λ} λ_k(1 − L_k) with L_k = Pλ_k/(Pλ_k + T(Λ)), which counts all of the tail and no kept mode."""
    flows = []
    for of in map(at.problem, at.copies):
        cuts = [of.eigenvalues[keep:] for keep in of.cuts]
        flows.append(
            [1.0 - cut @ (of.samples * cut / (of.samples * cut + of.ridge + cut.sum())) / cut.sum() for cut in cuts]
        )
    return {Gaussian.flow: np.array(flows)}


def without_orders(at: Gaussian) -> Said:
    """T* at P → ∞."""
    return {Gaussian.flow: flow_of(at)[2]}


def with_margin_of_flow(at: Gaussian, values: ArrayLike) -> Said:
    """What a broken theory says of the flow, with the sound one's remainders."""
    flow, after_flow, _ = flow_of(at)
    resolution = Remainder("resolution", FLOW_RESOLUTION, got="chosen")
    return {Gaussian.flow: Known(np.broadcast_to(values, flow.shape), left_open(after_flow), resolution)}


def all_of_the_tail(at: Gaussian) -> Said:
    """T(Λ) = T + Σ_{k>Λ} λ_k, exactly."""
    return with_margin_of_flow(at, 1.0)


def equivalent_kernel_of_tail(at: Gaussian) -> Said:
    """`learned_at_running_ridge`, with the margin."""
    return with_margin_of_flow(at, learned_at_running_ridge(at)[Gaussian.flow])  # type: ignore[arg-type]


def first_order(at: Gaussian) -> Said:
    """δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, at every Λ."""
    return {Gaussian.shift: ladder_of(at).first}


def weak_tail(at: Gaussian) -> Said:
    """The same where the tail is weak, with the second order for its error."""
    of = ladder_of(at)
    second = Remainder("second order in the tail", np.abs(of.shift - of.first), order="tail²", got="computed")
    return {Gaussian.shift: Known(of.first, second, left_open(of.after_shift), resolved(0.02))}


def same_for_all_modes(at: Gaussian) -> Said:
    """δL_k without its dependence on k."""
    learned = ladder_of(at).learned[0, -len(at.settled) :]
    return {Gaussian.learned: np.broadcast_to(learned.mean(axis=1, keepdims=True), learned.shape)}


def modulated_medium(at: Modulated) -> Said:
    """Both ridges, where each point feels the modes through a variance that depends on its g(x)."""
    uniform, local, gaussian = leading(at), leading(at, local=True), leading(at, strength=0.0)
    left = Remainder("order 1/P² of Gaussian features, times ⟨g⁴⟩²", beyond_leading(at), order="1/P²", relative=True)
    told = zip((*UNIFORM, *LOCAL), (*uniform, *local), (*(uniform - gaussian), *(local - uniform)), strict=True)
    return {
        to_large_size(quantity): Known(
            value, left, Remainder("a twentieth of what tells it from its rival", 0.05 * np.abs(apart), got="chosen")
        )
        for quantity, value, apart in told
    }


def constant_ridge(at: Modulated) -> Said:
    """What the constant ridge does, said of the input-dependent one."""
    return dict(zip(map(to_large_size, LOCAL), leading(at), strict=True))


def without_amplitude(at: Modulated) -> Said:
    """What the constant ridge does to features without amplitude."""
    return dict(zip(map(to_large_size, UNIFORM), leading(at, strength=0.0), strict=True))


def normal_law(at: Images) -> Said:
    """Independent normal modes."""
    return {Images.excess: np.zeros(at.block.size), Images.lowest: 0.0, Images.highest: 0.0, Images.shared: 0.0}


def laplace_law(at: Images) -> Said:
    """Modes with the tails of a Laplace law, each of its own."""
    return {Images.excess: np.full(at.block.size, 3.0), Images.lowest: 3.0, Images.highest: 3.0, Images.shared: 0.0}


def sum_of_squares(cut_off: NDArray[np.float64]) -> float:
    return float(cut_off @ cut_off)


def dense_curve(at: Gaussian) -> tuple[Any, Any]:
    """Leading order, of which the orders in 1/P take one per cent."""
    of, curve = at.problem(2), full_theory(at, 2).curve
    kept = np.unique(np.geomspace(of.cuts[0], of.cuts[-1], 30).astype(int))
    lost = of.eigenvalues * curve.learnability[0]
    return kept / of.samples, [1.0 - lost[keep:].sum() / of.eigenvalues[keep:].sum() for keep in kept]
