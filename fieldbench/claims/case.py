"""Case: the theories, tiers, checks, controls, guards and figure of one claim."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldbench.claims.check import Check, Limit, Rival, Selects
from fieldbench.claims.control import Control
from fieldbench.claims.experiment import Experiment, Quantity
from fieldbench.claims.expression import Expression, Under
from fieldbench.claims.facts import Claim
from fieldbench.claims.figure import Figure
from fieldbench.claims.guard import Guard
from fieldbench.claims.known import Theory
from fieldbench.claims.names import MAIN, THEORY
from fieldbench.claims.structure import nodes
from fieldbench.claims.tier import Tier
from fieldbench.claims.variant import Variant, block_of, ports_of
from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Case:
    """Everything that a case declares; claim and path are added when it is loaded.

    Args:
        theories: kind of experiment → its theory.
        tiers: "quick", "standard", "paper" → experiments and replicates.
        checks: what is judged, the claim's own statement among them.
        controls: deliberate errors that checks must notice.
        guards: limits on diagnostics of the measurement.
        figure: what the claim looks like.
    """

    theories: Mapping[type[Experiment], Theory]
    tiers: Mapping[str, Tier]
    checks: tuple[Check | Limit, ...]
    controls: tuple[Control, ...]
    guards: tuple[Guard, ...] = ()
    figure: Figure | None = None
    claim: Claim = field(default=Claim.unread(), compare=False)
    path: Path = field(default=Path(), compare=False)

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the exchangeable implementations."""
        return tuple(dict.fromkeys(port for kind in self.kinds for port in ports_of(kind.measure)))

    @property
    def kinds(self) -> tuple[type[Experiment], ...]:
        """The kinds of experiment in its tiers."""
        return tuple(dict.fromkeys(type(e) for tier in self.tiers.values() for e in tier.experiments))

    def tier(self, name: str) -> Tier:
        """The tier of that name, or `BadInput` naming those there are."""
        if name not in self.tiers:
            raise BadInput(f"case {self.claim.id} has no tier {name!r}; it has {', '.join(self.tiers)}")
        return self.tiers[name]

    def planned(self, tier: str) -> tuple[Sequence[Any], int]:
        """Experiments and replicates of a tier."""
        found = self.tier(tier)
        return found.experiments, found.replicates

    def variants(self) -> list[Variant]:
        """The ways in which its experiments are measured: soundly, and as each broken class does, once for all
        controls that use it."""
        found = [_variant(MAIN, kind, kind, None) for kind in self.kinds]
        for broken in dict.fromkeys(c.experiment for c in self.controls if c.experiment is not None):
            kind = self.broken_kind(broken)
            found += [_variant(broken.__name__, kind, broken, self._asks(broken))] if kind else []
        return found

    def _asks(self, broken: type[Experiment]) -> Selects:
        """Where it is measured: where one of its controls says, of what the check that this contradicts reads."""
        found = [(c.contradicts, c.on) for c in self.controls if c.experiment is broken]
        return lambda experiment: any(
            self.select(check, [experiment], on) for check, on in found if isinstance(check, Check)
        )

    def broken_kind(self, broken: type[Experiment]) -> type[Experiment] | None:
        """The measured kind that a broken one stands for: the nearest in its line of classes."""
        return next((kind for kind in broken.__mro__ if kind in self.kinds), None)

    def axes(self) -> dict[str, tuple[str, ...]]:
        """Kind and quantity, "Kind.quantity" → names of its axes."""
        return {
            f"{kind.__name__}.{name}": quantity.axes
            for kind in self.kinds
            for name, quantity in kind.quantities().items()
        }

    def select(self, check: Check, experiments: Iterable[Any], on: Selects | None = None) -> list[Any]:
        """The experiments that a check reads: of its quantities' kinds, and as its (and a control's) `on` says."""
        owners = {node.owner for node in nodes(check.observable) if isinstance(node, Quantity)}
        return [
            e for e in experiments
            if all(isinstance(e, owner) for owner in owners)
            and (check.on is None or check.on(e)) and (on is None or on(e))
        ]  # fmt: skip

    def asked_in(self, tier: str) -> list[Check]:
        """The checks on samples that a tier has the statistics for."""
        return [c for c in self.checks if isinstance(c, Check) and (not c.tiers or tier in c.tiers)]

    @functools.cached_property
    def theory_names(self) -> dict[int, tuple[str, Any]]:
        """Identity of each theory → its printed name and itself."""
        found: dict[int, tuple[str, Any]] = {}

        def note(theory: Any, name: str, owner: str) -> None:
            if callable(theory) and id(theory) not in found:
                taken = {known for known, _ in found.values()} | {THEORY}
                names = (name, f"{name}-of-{owner}", *(f"{name}-of-{owner}-{n}" for n in range(2, 99)))
                found[id(theory)] = (next(free for free in names if free not in taken), theory)

        for check in self.checks:
            if isinstance(check, Check):
                for name, rival in check.rivals.items():
                    note(rival.theory if isinstance(rival, Rival) else rival, name, check.id)
                note(check.theory, own_name(check.theory), check.id)
                for node in read_by(check):
                    if isinstance(node, Under):
                        note(node.theory, own_name(node.theory), check.id)
        for control in self.controls:
            note(control.theory, control.id, "control")
        for name, theory in (self.figure.rivals if self.figure else {}).items():
            note(theory, name, "figure")
        return found

    def name_of(self, theory: Any) -> str:
        """Printed name of a theory among the predictions; None stands for the case's own."""
        return THEORY if theory is None else self.theory_names[id(theory)][0]

    def theories_in(self, tier: str, experiments: Sequence[Any]) -> dict[str, dict[Any, None]]:
        """Name of each theory → the experiments at which a check, a control or the figure asks for it."""
        wanted: dict[str, dict[Any, None]] = {}

        def want(theory: Any, where: Iterable[Any]) -> None:
            if theory is None or callable(theory):
                wanted.setdefault(self.name_of(theory), {}).update(dict.fromkeys(where))

        for check in self.asked_in(tier):
            where = self.select(check, experiments)
            # A number or an expression for a theory is read in the world of the case's own theory.
            want(check.theory if callable(check.theory) else None, where)
            for rival in check.rivals.values():
                want(rival.theory if isinstance(rival, Rival) else rival, where)
            for node in read_by(check):
                if isinstance(node, Under):
                    want(node.theory, where)
        for control in self.controls:
            broken = control.contradicts
            if control.theory is not None and isinstance(broken, Check) and broken in self.asked_in(tier):
                want(control.theory, self.select(broken, experiments, control.on))
        if self.figure is not None:
            shown = self.shown(experiments)
            for theory in (None, *self.figure.rivals.values()):
                want(theory, shown)
        return wanted

    def named(self, name: str, experiment: Any) -> Theory:
        """The theory of a name; the case's own is that of the experiment's kind."""
        theory: Theory = dict(self.theory_names.values()).get(name) or self.theory_of(experiment)
        return theory

    def theory_of(self, experiment: Any) -> Theory:
        """The case's own theory of an experiment: that of the nearest kind in its line of classes."""
        for kind in type(experiment).__mro__:
            if kind in self.theories:
                return self.theories[kind]
        raise BadInput(f"case {self.claim.id} has no theory of {type(experiment).__name__}; add it to theories=")

    def shown(self, experiments: Iterable[Any]) -> list[Any]:
        """The experiments that the figure shows."""
        if self.figure is None:
            return []
        return self.select(Check("figure", self.figure.y, on=self.figure.on), experiments)


def own_name(theory: Any) -> str:
    """A theory's name where the case gives it none: that of its function."""
    return getattr(getattr(theory, "func", theory), "__name__", "another").replace("_", "-").strip("-<>") or "another"


def read_by(check: Check) -> list[Expression]:
    found = nodes(check.observable) + nodes(check.theory)
    return found + [node for remainder in check.margin for node in nodes(remainder.value)]


def _variant(name: str, kind: type[Experiment], measured: type[Experiment], on: Selects | None) -> Variant:
    block = block_of(measured.measure)

    def measure(experiment: Any, key: Any, ports: Mapping[str, Any]) -> dict[str, Any]:
        done = experiment if measured is kind else experiment.as_broken(measured)
        return _by_name(name, measured, done.measure(key, **ports))

    def shapes(experiment: Any) -> dict[str, tuple[int, ...]]:
        return {n: quantity.shape(experiment) for n, quantity in measured.quantities().items()}

    return Variant(
        name=name,
        applies=lambda e: type(e) is kind and (on is None or on(e)),
        measure=measure,
        block=block,
        ports=ports_of(measured.measure),
        stream=measured.stream,
        source=Path(inspect.getfile(measured)),
        shapes=shapes,
        common=getattr(measured.measure, "common", ""),
    )


def _by_name(variant: str, kind: type[Experiment], found: Any) -> dict[str, Any]:
    """What `measure` returned, by name: all quantities of a sound experiment, any of a broken one's."""
    if not isinstance(found, Mapping):
        raise BadInput(f"{kind.__name__}.measure returned {type(found).__name__}; return {{self.quantity: value, …}}")
    known = kind.quantities()
    for quantity in found:
        if not isinstance(quantity, Quantity) or known.get(quantity.name) is not quantity:
            raise BadInput(
                f"{kind.__name__}.measure returned {quantity!r}, which is no quantity of it; it has {', '.join(known)}"
            )
    missing = [name for name in known if variant == MAIN and name not in {quantity.name for quantity in found}]
    if missing:
        raise BadInput(f"{kind.__name__}.measure returned no {missing[0]!r}; it declares it as a quantity")
    return {quantity.name: value for quantity, value in found.items()}
