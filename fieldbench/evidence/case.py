"""Case: a module that binds CLAIM at top level, loaded from its file and checked for completeness."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from fieldbench.errors import BadInput
from fieldbench.evidence.check import Check
from fieldbench.evidence.claim import Claim
from fieldbench.evidence.control import Control
from fieldbench.evidence.guard import Guard
from fieldbench.evidence.tier import Tier


@dataclass(frozen=True)
class Case:
    """Everything a case file declares."""

    path: Path
    claim: Claim
    tiers: Mapping[str, Tier]
    predict: Callable[..., Mapping[str, Any]]
    measure: Callable[..., Mapping[str, Any]]
    checks: tuple[Check, ...]
    controls: tuple[Control, ...]
    guards: tuple[Guard, ...] = ()
    coordinates: Callable[[Any], Mapping[str, Any]] | None = None
    axes: Mapping[str, tuple[str, ...]] | None = None

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


def ports_of(measure: Callable[..., Any]) -> tuple[str, ...]:
    """Keyword-only argument names of a measurement."""
    parameters = inspect.signature(measure).parameters.values()
    return tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)


def load_case(path: Path) -> Case:
    """Import a case file and check that it declares everything a case needs.

    Call inside `numerics()`: a case may build arrays while it is imported.
    """
    module = _import(path)
    for name in ("CLAIM", "TIERS", "CHECKS", "CONTROLS", "predict", "measure"):
        if not hasattr(module, name):
            raise BadInput(f"{path} binds no {name}; a case needs CLAIM, TIERS, predict, measure, CHECKS and CONTROLS")
    case = Case(
        path=path,
        claim=module.CLAIM,
        tiers=dict(module.TIERS),
        predict=module.predict,
        measure=module.measure,
        checks=tuple(module.CHECKS),
        controls=tuple(module.CONTROLS),
        guards=tuple(getattr(module, "GUARDS", ())),
        coordinates=getattr(module, "coordinates", None),
        axes=getattr(module, "AXES", None),
    )
    _require_consistent(case)
    return case


def _require_consistent(case: Case) -> None:
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


def _import(path: Path) -> ModuleType:
    name = f"fieldbench_case_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # A case may import its neighbours (shared helpers beside it), as a script would.
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception:
        del sys.modules[name]
        raise
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module
