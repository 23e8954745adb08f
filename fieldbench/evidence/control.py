"""Control: a theory or a measurement broken on purpose. A case is evidence only if its checks notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldbench.claims.facts import require_kebab
from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Control:
    """A deliberate error that a named check must contradict.

    Args:
        id: kebab-case name of the error.
        contradicts: id of the check that has to notice.
        predict: the broken theory, in place of the case's `predict`.
        measure: the broken measurement, in place of the case's `measure`; it gets the same keys.
        where: fields of the setup that select the setups it is run on (a broken measurement costs as much as a sound
        one).
        why: what the error stands for.
    """

    id: str
    contradicts: str
    predict: Callable[..., Mapping[str, Any]] | None = None
    measure: Callable[..., Mapping[str, Any]] | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    def __post_init__(self) -> None:
        require_kebab(self.id, "control")
        if (self.predict is None) == (self.measure is None):
            raise BadInput(
                f"control {self.id} breaks either the theory or the measurement: give one of predict, measure"
            )
