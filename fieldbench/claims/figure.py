"""Figure: what the claim looks like, declared beside its checks and stored in its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from fieldbench.claims.expression import Expression
from fieldbench.claims.known import Theory
from fieldbench.claims.where import declared_at

Curve = Callable[[Any], tuple[ArrayLike, ArrayLike]]


@dataclass(frozen=True)
class Figure:
    """Measured points with the theory, rivals and a dense curve of the theory.

    Args:
        y: what is shown.
        x: the abscissa, an expression of the same points, or the name of an axis of `y`.
        label: words under the x axis.
        symbol: words beside the y axis; by default those of `y`.
        group: one series for each value of this function of the experiment.
        rivals: printed name → theory, drawn beside the theory.
        curve: experiment → (x, y) of the theory between the points.
        log: axes on which logarithms are shown: "", "x", "y" or "xy".
        on: predicate of the experiments that are shown.
    """

    y: Expression
    x: Expression | str
    label: str = ""
    symbol: str = ""
    group: Callable[[Any], Any] = field(default=lambda at: at)
    rivals: Mapping[str, Theory] = field(default_factory=dict)
    curve: Curve | None = None
    log: str = ""
    on: Callable[[Any], bool] | None = None
    line: str = field(default_factory=declared_at, compare=False, repr=False)
