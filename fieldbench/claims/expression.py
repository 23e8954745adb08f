"""Expressions: what a check reads, as a tree that can be named before anything is measured.

A leaf is a quantity of an experiment; a node combines expressions point by point, within one experiment or across
several. The tree knows no values: `evaluation.evaluate` reads it on measured arrays or on what a theory says. This
module imports nothing of the project, so that declaring a quantity makes no cell depend on how checks are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[..., Any]


class Expression:
    """Base of everything that a check can read; arithmetic with numbers and other expressions builds new ones."""

    def under(self, theory: Any) -> Expression:
        """The same expression as another theory has it, whatever it is asked of."""
        return Under(self, theory)

    def __add__(self, other: Any) -> Expression:
        return Elementwise(np.add, "+", (self, other))

    def __radd__(self, other: Any) -> Expression:
        return Elementwise(np.add, "+", (other, self))

    def __sub__(self, other: Any) -> Expression:
        return Elementwise(np.subtract, "-", (self, other))

    def __rsub__(self, other: Any) -> Expression:
        return Elementwise(np.subtract, "-", (other, self))

    def __mul__(self, other: Any) -> Expression:
        return Elementwise(np.multiply, "*", (self, other))

    def __rmul__(self, other: Any) -> Expression:
        return Elementwise(np.multiply, "*", (other, self))

    def __truediv__(self, other: Any) -> Expression:
        return Elementwise(np.divide, "/", (self, other))

    def __rtruediv__(self, other: Any) -> Expression:
        return Elementwise(np.divide, "/", (other, self))

    def __pow__(self, exponent: float) -> Expression:
        return Elementwise(np.power, "**", (self, exponent))

    def __neg__(self) -> Expression:
        return -1.0 * self

    def __abs__(self) -> Expression:
        return Elementwise(np.abs, "abs", (self,))


@dataclass(frozen=True, eq=False)
class Selected(Expression):
    """The entries of a quantity at given coordinates: axis name → value or values, matched exactly.

    A function of the experiment may give them, or one True or False for each entry of the axis.
    """

    quantity: Expression
    at: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.quantity} at " + ", ".join(
            f"chosen {axis}" if callable(value) else f"{axis} = {value}" for axis, value in self.at.items()
        )


@dataclass(frozen=True, eq=False)
class Elementwise(Expression):
    """A function of expressions (or numbers) with the same points, point by point."""

    function: Function
    name: str
    operands: tuple[Any, ...]

    def __str__(self) -> str:
        if not self.name.isidentifier() and len(self.operands) == 2:
            return f"({self.operands[0]} {self.name} {self.operands[1]})"
        return f"{self.name}({', '.join(map(str, self.operands))})"


@dataclass(frozen=True, eq=False)
class PerExperiment(Expression):
    """A function of each experiment and of operands there: arrays with a leading replicate axis in, and out.

    The function gets the experiment and, for each operand, an array (replicates, axes of the quantity …); it returns
    (replicates,) for one point or (replicates, points).
    """

    function: Function
    name: str
    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class AcrossExperiments(Expression):
    """A function of all experiments together: (experiments, values (replicates, points) of each operand) → the same.

    `labels` name the points, or make names of the experiments; `least` is the number of experiments below which it has
    no meaning.
    """

    function: Function
    name: str
    operands: tuple[Expression, ...]
    labels: tuple[str, ...] | Function | None = None
    least: int = 1

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.operands))})"


@dataclass(frozen=True, eq=False)
class Under(Expression):
    """An expression as another theory has it."""

    expression: Expression
    theory: Any

    def __str__(self) -> str:
        return f"{self.expression} of {getattr(self.theory, '__name__', 'another theory')}"


def operands(expression: Expression) -> Sequence[Any]:
    """What an expression is built from; empty for a leaf."""
    if isinstance(expression, Selected):
        return (expression.quantity,)
    if isinstance(expression, Under):
        return (expression.expression,)
    if isinstance(expression, Elementwise | PerExperiment | AcrossExperiments):
        return expression.operands
    return ()
