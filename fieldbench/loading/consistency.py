"""Consistency: a case's declarations held against each other when it is loaded; each error names its line."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from fieldbench.claims.case import Case, own_name, read_by
from fieldbench.claims.check import Check, Limit, Selects
from fieldbench.claims.experiment import Experiment, Quantity
from fieldbench.claims.expression import Expression, Selected
from fieldbench.claims.guard import Guard
from fieldbench.claims.structure import leaves, nodes, positions
from fieldbench.claims.variant import ports_of
from fieldbench.errors import BadInput
from fieldbench.verdicts.rule import RIVAL_REPLICATES


def require_consistent(case: Case) -> None:
    """Raise `BadInput` unless the parts of a case fit together."""
    where = f"case {case.claim.id}"
    _require_names(case, where)
    for kind in case.kinds:
        _require_kind(case, kind, where)
    _require_streams(case, where)
    _require_replicates(case, where)
    for guard in case.guards:
        for quantity in guard.of:
            if not _selected(case, guard.on, {guard.diagnostic.owner, quantity.owner}):
                raise BadInput(
                    f"{guard.line}: guard {guard.id} selects nothing: its on= is true of no experiment that measures "
                    f"{guard.diagnostic!r} and {quantity!r}"
                )
    for check in case.checks:
        if isinstance(check, Check):
            _require_check(case, check)
    _require_controls(case, where)
    _require_figure(case)
    _require_told_apart(case)
    _require_read(case)
    _require_independent(case)


def _require_names(case: Case, where: str) -> None:
    names = [entry.id for entry in (*case.checks, *case.controls)]
    for ids in (names, [guard.id for guard in case.guards]):
        if repeated := sorted({name for name in ids if ids.count(name) > 1}):
            raise BadInput(f"{where}: ids are used twice: {', '.join(repeated)}")
    if len(case.controls) < 2:
        raise BadInput(
            f"{where}: {len(case.controls)} control(s); a case has at least two deliberate errors, Control(…)"
        )
    if not any(check.rivals for check in case.checks if isinstance(check, Check)):
        raise BadInput(f"{where}: no rival; a case has at least one theory that the data must exclude, rivals={{…}}")


def _require_kind(case: Case, kind: type[Experiment], where: str) -> None:
    if not issubclass(kind, Experiment):
        raise BadInput(f"{where}: {kind.__name__} in a tier is no Experiment")
    params = getattr(kind, "__dataclass_params__", None)
    if params is None or "__dataclass_params__" not in vars(kind) or not params.frozen:
        raise BadInput(f"{where}: {kind.__name__} needs @dataclass(frozen=True): its fields are its parameters")
    if not hasattr(kind, "measure"):
        raise BadInput(f"{where}: {kind.__name__} has no measure(key)")
    if not any(base in case.theories for base in kind.__mro__):
        raise BadInput(f"{where}: no theory of {kind.__name__}; add it to theories=")
    for tier in case.tiers.values():
        for experiment in tier.experiments:
            if type(experiment) is kind:
                for quantity in kind.quantities().values():
                    _require_axes(quantity, experiment, where)


def _require_axes(quantity: Quantity, experiment: Any, where: str) -> None:
    for axis in quantity.axes:
        if not hasattr(experiment, axis):
            raise BadInput(
                f"{where}: {quantity!r} has the axis {axis!r}, which {type(experiment).__name__} does not have; an "
                "axis is an attribute or a property with the coordinates along it"
            )
        if np.ndim(getattr(experiment, axis)) != 1:
            raise BadInput(f"{where}: axis {axis!r} of {quantity!r} is no list of coordinates at {experiment}")


def _require_replicates(case: Case, where: str) -> None:
    rivals = any(check.rivals for check in case.checks if isinstance(check, Check))
    for name, tier in case.tiers.items():
        if rivals and tier.replicates < RIVAL_REPLICATES:
            raise BadInput(
                f"{where}: tier {name!r} has {tier.replicates} replicates; a rival is excluded from {RIVAL_REPLICATES} "
                "at least"
            )


def _require_streams(case: Case, where: str) -> None:
    kinds: dict[str, type[Experiment]] = {}
    for kind in case.kinds:
        other = kinds.setdefault(kind.stream, kind)
        if other is not kind:
            raise BadInput(
                f"{where}: {other.__name__} and {kind.__name__} share the stream {kind.stream!r}, so that their draws "
                f'would not be independent; write class {kind.__name__}(Experiment, stream="…")'
            )


def _selected(case: Case, on: Selects | None, owners: Iterable[type[Any]], tiers: tuple[str, ...] = ()) -> list[Any]:
    kinds = tuple(owners)
    return [
        e for name, tier in case.tiers.items() if not tiers or name in tiers for e in tier.experiments
        if all(isinstance(e, kind) for kind in kinds) and (on is None or on(e))
    ]  # fmt: skip


def _require_check(case: Case, check: Check) -> None:
    where = f"{check.line}: check {check.id}"
    for name in check.tiers:
        if name not in case.tiers:
            raise BadInput(f"{where}: no tier {name!r}; there are {', '.join(case.tiers)}")
    if absent := [port for port in check.own if port not in case.ports]:
        ports = ", ".join(case.ports) or "none"
        raise BadInput(f"{where}: own={check.own!r} names no port {absent[0]!r}; the case's ports are {ports}")
    experiments = [
        e for name, tier in case.tiers.items() if not check.tiers or name in check.tiers
        for e in case.select(check, tier.experiments)
    ]  # fmt: skip
    if not experiments:
        raise BadInput(f"{where} selects nothing: its on= is true of no experiment of its tiers")
    for node in read_by(check):
        if isinstance(node, Selected):
            for experiment in experiments:
                try:
                    positions(node, experiment)
                except BadInput as error:
                    raise BadInput(f"{where}: {error}") from error
    read = leaves(check.observable)
    if read and not check.exact and not any(quantity.sampled for quantity in read):
        raise BadInput(f"{where} reads nothing that is sampled, so that it has no standard error; give it exact=True")
    for quantity in read:
        guarding = [guard for guard in case.guards if quantity in guard.of]
        for experiment in experiments if quantity.chain else ():
            if not any(_holds(guard, experiment) for guard in guarding):
                raise BadInput(
                    f"{where} reads {quantity!r}, which comes from a chain, at {experiment}, where no guard is about "
                    f"it; add Guard(…, of=({quantity!r},))"
                )


def _holds(guard: Guard, experiment: Any) -> bool:
    return isinstance(experiment, guard.diagnostic.owner) and (guard.on is None or guard.on(experiment))


def _require_controls(case: Case, where: str) -> None:
    for control in case.controls:
        at = f"{control.line}: control {control.id}"
        if not any(control.contradicts is check for check in case.checks):
            raise BadInput(f"{at}: check {control.contradicts.id} is not one of the case's checks")
        if isinstance(control.contradicts, Limit):
            continue
        on = control.on
        check = control.contradicts
        experiments = [
            e for name, tier in case.tiers.items()
            if not check.tiers or name in check.tiers
            for e in case.select(check, tier.experiments, on)
        ]  # fmt: skip
        if not experiments:
            raise BadInput(f"{at} selects nothing: its on= is true of no experiment that {check.id} reads")
        broken = control.experiment
        if broken is not None:
            kind = case.broken_kind(broken)
            if kind is None or not any(type(e) is kind for e in experiments):
                raise BadInput(
                    f"{at}: {broken.__name__} is no subclass of an experiment that {control.contradicts.id} reads"
                )
            if Path(inspect.getfile(broken)).resolve() == case.path.resolve():
                raise BadInput(f"{at}: define {broken.__name__} beside the sound experiment, not in {case.path.name}: "
                               "its cells would depend on checks and rivals")  # fmt: skip
            needed = set(ports_of(broken.measure)) - set(case.ports)
            if needed:
                raise BadInput(
                    f"{at}: {broken.__name__} asks for the port {sorted(needed)[0]!r}, the sound one does not"
                )


def _require_figure(case: Case) -> None:
    figure = case.figure
    if figure is None:
        return
    quantities = [node for node in nodes(figure.y) if isinstance(node, Quantity)]
    axes = quantities[0].axes if quantities else ()
    if not isinstance(figure.x, Expression) and figure.x not in axes:
        raise BadInput(
            f"{figure.line}: the figure's x={figure.x!r} is no axis of {figure.y}, whose axes are "
            f"{', '.join(axes) or 'none'}; a field is shown by x=per(lambda at: at.field)"
        )


def _require_told_apart(case: Case) -> None:
    """What a theory says is found by its printed name: an observable of one's own is not named like a quantity."""
    quantities = {str(quantity) for kind in case.kinds for quantity in kind.quantities().values()}
    for check in case.checks:
        for node in read_by(check) if isinstance(check, Check) else ():
            if not isinstance(node, Quantity) and str(node) in quantities:
                raise BadInput(
                    f"{check.line}: check {check.id} reads the observable {str(node)!r}, which is also a quantity's "
                    "name; give the function another"
                )


def _require_read(case: Case) -> None:
    """Nothing is written only to be stored: each quantity is read by a check, a guard or the figure."""
    read: set[Quantity] = {guard.diagnostic for guard in case.guards}
    for check in case.checks:
        if isinstance(check, Check):
            read |= leaves(check.observable)
    if case.figure is not None:
        read |= {node for node in nodes(case.figure.y) if isinstance(node, Quantity)}
    for kind in case.kinds:
        for quantity in kind.quantities().values():
            if quantity not in read:
                raise BadInput(f"case {case.claim.id}: {quantity!r} is declared and nothing reads it; drop or judge it")


def _require_independent(case: Case) -> None:
    """A measurement does not reach the file that defines the theory it tests."""
    from fieldbench.cells.codehash import reach

    for kind in case.kinds:
        reached = reach([Path(inspect.getfile(kind))])
        for theory in (*case.theories.values(), *dict(case.theory_names.values()).values()):
            function = inspect.unwrap(getattr(theory, "func", theory))
            home = Path(inspect.getfile(function)).resolve()
            if home in reached:
                raise BadInput(
                    f"case {case.claim.id}: {Path(inspect.getfile(kind)).name} reaches {home.name}, which defines the "
                    f"theory {own_name(function)}: a measurement must not share the formula that it tests; find the "
                    "number in another way"
                )
