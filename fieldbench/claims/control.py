"""Control: a theory or a measurement broken on purpose. A case is evidence only if its checks notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fieldbench.claims.check import Check, Limit, Selects
from fieldbench.claims.experiment import Experiment
from fieldbench.claims.known import Theory
from fieldbench.claims.names import require_kebab
from fieldbench.claims.where import declared_at
from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Control:
    """A deliberate error that a check must contradict.

    Args:
        id: kebab-case name of the error, printed.
        contradicts: the check that has to notice (the object).
        theory: the broken theory, in place of the check's own.
        experiment: the broken measurement, a subclass of the sound one; it gets the same keys.
        computed: the broken computation of a limit, in place of its own.
        on: predicate of the experiments it is run on (a broken measurement costs as much as a sound one).
        why: what the error stands for.
    """

    id: str
    contradicts: Check | Limit
    theory: Theory | None = None
    experiment: type[Experiment] | None = None
    computed: Callable[[], Any] | None = None
    on: Selects | None = None
    why: str = ""
    line: str = field(default_factory=declared_at, compare=False, repr=False)

    @property
    def variant(self) -> str:
        """Name of the broken measurement, which several controls may use; empty for a broken theory."""
        return self.experiment.__name__ if self.experiment else ""

    def __post_init__(self) -> None:
        require_kebab(self.id, f"{self.line}: control")
        where = f"{self.line}: control {self.id}"
        if not isinstance(self.contradicts, Check | Limit):
            raise BadInput(f"{where}: contradicts={self.contradicts!r} is no check; name the check itself, not its id")
        if isinstance(self.contradicts, Limit):
            if self.computed is None or self.theory is not None or self.experiment is not None:
                raise BadInput(f"{where}: {self.contradicts.id} is a limit; give what computes it wrongly, computed=")
        elif self.computed is not None or (self.theory is None) == (self.experiment is None):
            raise BadInput(f"{where} breaks either the theory or the measurement: give one of theory, experiment")
