"""A case in the first form: a module that binds CLAIM at top level, as the runner asks of any case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.facts import Claim
from fieldbench.claims.names import MAIN, THEORY
from fieldbench.claims.variant import Variant, block_of, ports_of
from fieldbench.errors import BadInput
from fieldbench.evidence.check import Check, evaluate
from fieldbench.evidence.control import Control
from fieldbench.evidence.guard import Guard, inspect
from fieldbench.evidence.table import Row, Table, matches
from fieldbench.evidence.tier import Tier
from fieldbench.judging.predictions import Predictions, Said
from fieldbench.verdicts.outcome import CheckOutcome, ControlOutcome, Judgement

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class FirstForm:
    """Everything that a case file in the first form declares."""

    path: Path
    claim: Claim
    tiers: Mapping[str, Tier]
    theory: Callable[..., Mapping[str, Any]]
    measure: Callable[..., Mapping[str, Any]]
    checks: tuple[Check, ...]
    controls: tuple[Control, ...]
    guards: tuple[Guard, ...] = ()
    coordinates: Callable[[Any], Mapping[str, Any]] | None = None
    names_of_axes: Mapping[str, tuple[str, ...]] | None = None

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the exchangeable implementations: the keyword-only arguments of `measure`."""
        return ports_of(self.measure)

    def tier(self, name: str) -> Tier:
        """The tier of that name, or `BadInput` naming those there are."""
        if name not in self.tiers:
            raise BadInput(f"case {self.claim.id} has no tier {name!r}; it has {', '.join(self.tiers)}")
        return self.tiers[name]

    def check(self, name: str) -> Check:
        """The check of that id."""
        for check in self.checks:
            if check.id == name:
                return check
        raise BadInput(f"case {self.claim.id} has no check {name!r}; it has {', '.join(c.id for c in self.checks)}")

    def planned(self, tier: str) -> tuple[Sequence[Any], int]:
        """Setups and replicates of a tier."""
        found = self.tier(tier)
        return found.setups, found.replicates

    def axes(self) -> dict[str, tuple[str, ...]]:
        """Array's name → names of its axes."""
        return dict(self.names_of_axes or {})

    def variants(self) -> list[Variant]:
        """The ways in which its setups are measured."""
        found = [_variant(MAIN, self.measure, {}, self.path)]
        return found + [_variant(c.id, c.measure, c.where, self.path) for c in self.controls if c.measure is not None]

    def predict(self, tier: str, experiments: Sequence[Any]) -> Predictions:
        """What the theory and each broken one say of the setups."""
        found = {THEORY: {setup: _said(self.theory(setup)) for setup in experiments}}
        for control in self.controls:
            if control.predict is not None:
                chosen = [setup for setup in experiments if matches(setup, control.where)]
                found[control.id] = {setup: _said(control.predict(setup)) for setup in chosen}
        return found

    def judge(self, tier: str, evidence: Any, predictions: Predictions, missing: str) -> Judgement:
        """Every verdict from measured and predicted values alone."""
        main = self._table(evidence.get(MAIN, {}))
        predicted = self._table(_arrays(predictions.get(THEORY, {})))
        guards = tuple(outcome for guard in self.guards if (outcome := inspect(guard, main)) is not None)
        failed = tuple(guard.id for guard in guards if not guard.passed)
        checks = tuple(evaluate(c, main, predicted, failed_guards=failed, missing=missing) for c in self.checks)

        def controlled(control: Control) -> CheckOutcome:
            # A control asks whether this check notices; its rivals are another question.
            check = replace(self.check(control.contradicts), rivals=())
            if control.predict is not None:
                wrong = self._table(_arrays(predictions.get(control.id, {})))
                return evaluate(check, main.where(**control.where), wrong, failed_guards=failed, missing=missing)
            # A broken measurement is not asked to pass the guards of a sound one: it is asked to be noticed.
            broken = self._table(evidence.get(control.id, {}))
            return evaluate(check, broken, predicted.where(**control.where), missing=missing)

        controls = tuple(ControlOutcome(c.id, c.contradicts, controlled(c)) for c in self.controls)
        return Judgement(checks, controls, guards)

    def drawn(self, tier: str, evidence: Any, predictions: Predictions, curves: bool = True) -> None:
        """The first form declares no figure."""

    def _table(self, arrays: Mapping[Any, Arrays]) -> Table:
        rows = []
        for setup, values in arrays.items():
            places = self.coordinates(setup) if self.coordinates else {}
            plain = {name: np.asarray(value) for name, value in places.items()}
            rows.append(Row(setup, {n: np.asarray(a) for n, a in values.items()}, plain, self.axes()))
        return Table(tuple(rows))


def load_first_form(path: Path, module: ModuleType) -> FirstForm:
    """The case that a module binds, checked for completeness."""
    for name in ("CLAIM", "TIERS", "CHECKS", "CONTROLS", "predict", "measure"):
        if not hasattr(module, name):
            raise BadInput(f"{path} binds no {name}; a case needs CLAIM, TIERS, predict, measure, CHECKS and CONTROLS")
    case = FirstForm(
        path=path,
        claim=module.CLAIM,
        tiers=dict(module.TIERS),
        theory=module.predict,
        measure=module.measure,
        checks=tuple(module.CHECKS),
        controls=tuple(module.CONTROLS),
        guards=tuple(getattr(module, "GUARDS", ())),
        coordinates=getattr(module, "coordinates", None),
        names_of_axes=getattr(module, "AXES", None),
    )
    _require_consistent(case)
    return case


def _variant(name: str, measure: Callable[..., Any], where: Mapping[str, Any], path: Path) -> Variant:
    return Variant(
        name=name,
        measured=measure.__name__,
        applies=lambda setup: matches(setup, where),
        measure=lambda setup, key, ports: measure(setup, key, **ports),
        block=block_of(measure),
        ports=ports_of(measure),
        stream="",
        source=path,
    )


def _said(values: Mapping[str, Any]) -> dict[str, Said]:
    return {name: Said(np.asarray(value, dtype=np.float64)) for name, value in values.items()}


def _arrays(predictions: Mapping[Any, Mapping[str, Said]]) -> dict[Any, dict[str, NDArray[Any]]]:
    return {setup: {name: said.value[None] for name, said in of.items()} for setup, of in predictions.items()}


def _require_consistent(case: FirstForm) -> None:
    where = f"case {case.claim.id}"
    names = [check.id for check in case.checks] + [control.id for control in case.controls]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise BadInput(f"{where}: ids are used twice: {', '.join(sorted(repeated))}")
    if len(case.controls) < 2:
        raise BadInput(f"{where}: {len(case.controls)} controls; a case has at least two")
    if not any(check.rivals for check in case.checks):
        raise BadInput(f"{where}: no rival; a case has at least one")
    guards = {guard.id for guard in case.guards}
    for check in case.checks:
        unknown = set(check.guards or ()) - guards
        if unknown:
            raise BadInput(f"{where}: check {check.id} rests on unknown guards {sorted(unknown)}")
    for control in case.controls:
        case.check(control.contradicts)
