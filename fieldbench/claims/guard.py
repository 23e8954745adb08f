"""Guard: a limit on a measured diagnostic. Where it fails, verdicts that rest on what it guards are inconclusive."""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldbench.claims.check import Selects
from fieldbench.claims.experiment import Quantity
from fieldbench.claims.names import require_kebab
from fieldbench.claims.where import declared_at
from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Guard:
    """A limit that every entry of a measured diagnostic must keep, or its mean over replicates.

    The worst of very many short chains strays from any limit that one of them should keep, though all are stationary:
    R-hat of two halves with 37 effective draws exceeds 1.2 once in 230 times. Where replicates are many and what is
    judged is their mean, a drift that they share shows in their mean R-hat, to which δ standard deviations between the
    halves add δ²/4.

    Args:
        id: kebab-case name, printed.
        diagnostic: the quantity (R-hat, effective samples, residual, acceptance).
        of: the quantities that it is about.
        at_most: upper limit, if any.
        at_least: lower limit, if any.
        on: predicate of the experiments, for exceptions.
        pooled: hold the mean over replicates, at each experiment and place.
    """

    id: str
    diagnostic: Quantity
    of: tuple[Quantity, ...]
    at_most: float | None = None
    at_least: float | None = None
    on: Selects | None = None
    pooled: bool = False
    line: str = field(default_factory=declared_at, compare=False, repr=False)

    def __post_init__(self) -> None:
        require_kebab(self.id, f"{self.line}: guard")
        if self.at_most is None and self.at_least is None:
            raise BadInput(f"{self.line}: guard {self.id} has no limit: give at_most or at_least")
        if not self.of or not all(isinstance(quantity, Quantity) for quantity in (self.diagnostic, *self.of)):
            raise BadInput(f"{self.line}: guard {self.id} guards nothing: of= takes the quantities that it is about")
