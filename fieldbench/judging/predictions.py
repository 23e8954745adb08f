"""What theories say, experiment by experiment, by name: the form in which it is judged, recorded and verified."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.case import Case
from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import Expression
from fieldbench.claims.known import Known, Theory
from fieldbench.claims.names import THEORY
from fieldbench.claims.structure import nodes
from fieldbench.errors import BadInput
from fieldbench.judging.evaluation import STEP, World, evaluate
from fieldbench.twice import chosen, without_global_state

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """A remainder in the units of the value: its size at each entry, the order it represents, how it was got."""

    size: FloatArray
    order: str
    got: str


@dataclass(frozen=True)
class Said:
    """A theory's value of one thing at one experiment, with its named remainders."""

    value: FloatArray
    remainders: Mapping[str, Size] = field(default_factory=dict)


Predictions = Mapping[str, Mapping[Any, Mapping[str, Said]]]
"""Theory's name → experiment → name of the quantity or expression → what it says."""


def ask(theory: Theory, experiment: Any, name: str) -> dict[str, Said]:
    """Call a theory at one experiment and check its answer.

    Raises:
        BadInput: something other than a mapping of quantities and expressions; NaN; a value of another shape than the
            quantity.
    """
    said = theory(experiment)
    if not isinstance(said, Mapping):
        raise BadInput(f"theory {name} returned {type(said).__name__}; return {{quantity: Known(value, …)}}")
    found: dict[str, Said] = {}
    for what, value in said.items():
        where = f"theory {name} at {experiment}: {what}"
        if not isinstance(what, Expression):
            raise BadInput(f"{where} is no quantity; refer to it as an attribute, {type(experiment).__name__}.name")
        if any(str(node) == "per" for node in nodes(what)):
            raise BadInput(
                f"{where}: a known function of the experiment has no name; say it of the expression without it"
            )
        if str(what) in found:
            raise BadInput(
                f"{where} is said twice; two expressions of one name cannot be told apart, name them otherwise"
            )
        known = value if isinstance(value, Known) else Known(value)
        if isinstance(what, Quantity) and known.value.shape != what.shape(experiment):
            raise BadInput(f"{where} has shape {known.value.shape}, its axes have {what.shape(experiment)}")
        if not np.all(np.isfinite(known.value)):
            raise BadInput(f"{where} is not finite: {known.value}")
        about = {remainder.name: remainder for remainder in known.remainders}
        sizes = {n: Size(size, about[n].order, about[n].got) for n, size in known.sizes().items()}
        if bad := [n for n, s in sizes.items() if not np.all(np.isfinite(s.size))]:
            raise BadInput(f"{where}: remainder {bad[0]!r} is not finite")
        found[str(what)] = Said(known.value, sizes)
    return found


@dataclass(frozen=True)
class Shift:
    """Remainders of one name moved by a fraction of their size; `seen` collects the names met on the way."""

    name: str = ""
    fraction: float = 0.0
    seen: dict[str, Size] = field(default_factory=dict)


def theory_world(predictions: Predictions, name: str, name_of: Callable[[Any], str], shift: Shift) -> World:
    """The world in which a theory is right, up to a shift of one of its remainders."""

    def read(expression: Expression, experiment: Any) -> FloatArray | None:
        said = predictions.get(name, {}).get(experiment, {}).get(str(expression))
        if said is None:
            return None
        for cause, size in said.remainders.items():
            shift.seen.setdefault(cause, size)
        value = said.value
        if shift.name in said.remainders:
            value = value + shift.fraction * said.remainders[shift.name].size
        return np.asarray(value)[None]

    what = "the case's own theory" if name == THEORY else f"theory {name}"
    return World(read, lambda other: theory_world(predictions, name_of(other), name_of, shift), what)


def propagated(
    expression: Expression, experiments: Sequence[Any], world: Callable[[Shift], World]
) -> tuple[FloatArray, tuple[str, ...], dict[str, Size]]:
    """A theory's points of an expression, their labels, and by how much each named remainder moves them.

    The one rule of propagation, to first order: remainders of one name move together, so that their effects add with
    sign within an observable; what is returned for a name is the absolute value of the sum.
    """
    plain = Shift()
    points = evaluate(expression, experiments, world(plain))
    if len(points.values) != 1:
        raise BadInput(f"{expression}: a prediction has one replicate, not {len(points.values)}")
    moved = {}
    for name, about in plain.seen.items():
        up, down = (evaluate(expression, experiments, world(Shift(name, s * STEP))).values[0] for s in (1.0, -1.0))
        moved[name] = Size(np.abs(up - down) / (2.0 * STEP), about.order, about.got)
    return points.values[0], points.labels, moved


ROUNDING = "rounding"
"""The name of remainders that are rounding and nothing else."""


def at_precision(predictions: Predictions, factor: float) -> Predictions:
    """The same predictions for a measurement whose rounding is coarser by a factor: an identity is judged at it."""

    def coarser(said: Said) -> Said:
        sizes = {n: replace(s, size=factor * s.size) if n == ROUNDING else s for n, s in said.remainders.items()}
        return replace(said, remainders=sizes)

    return {
        name: {at: {what: coarser(said) for what, said in of.items()} for at, of in where.items()}
        for name, where in predictions.items()
    }


def predict(case: Case, tier: str, experiments: Sequence[Any], seed: int = 0) -> Predictions:
    """What each theory of a case says wherever a check, a control or the figure asks for it.

    One of the answers is asked for a second time.

    Raises:
        BadInput: a theory answers with something other than numbers of the right shapes, or with NaN; one that draws
            from a generator that the whole process shares, or that answers otherwise the second time.
    """
    found: dict[str, dict[Any, dict[str, Said]]] = {}
    costs = []
    for name, where in case.theories_in(tier, experiments).items():
        found[name] = {}
        for experiment in where:
            started = time.perf_counter()
            with without_global_state(f"theory {name} at {experiment}"):
                found[name][experiment] = ask(case.named(name, experiment), experiment, name)
            costs.append((time.perf_counter() - started, name, experiment))
    if costs:
        _, name, experiment = costs[chosen([cost for cost, _, _ in costs], seed, case.claim.id, tier)]
        again = ask(case.named(name, experiment), experiment, name)
        _require_same_answer(found[name][experiment], again, f"theory {name} at {experiment}")
    return found


def _require_same_answer(first: Mapping[str, Said], again: Mapping[str, Said], where: str) -> None:
    def numbers(said: Said) -> list[FloatArray]:
        return [said.value, *(size.size for _, size in sorted(said.remainders.items()))]

    for what in sorted(first.keys() | again.keys()):
        before, now = (numbers(said[what]) if what in said else [] for said in (first, again))
        if len(before) != len(now) or not all(np.array_equal(a, b) for a, b in zip(before, now, strict=True)):
            raise BadInput(
                f"{where}: asked again it says {now[:1] or 'nothing'} of {what}, before {before[:1] or 'nothing'}; a "
                "theory is a function of the experiment alone: no random numbers, no state, or from a fixed seed"
            )
