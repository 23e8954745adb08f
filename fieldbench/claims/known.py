"""Known: what a theory says of a quantity — a value, and by how much it may be wrong, cause by cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from fieldbench.claims.expression import Expression
from fieldbench.errors import BadInput

Origin = Literal["computed", "bounded", "guessed", "chosen"]
ORIGINS = ("computed", "bounded", "guessed", "chosen")


@dataclass(frozen=True)
class Remainder:
    """One cause by which a theory's value may be off, and by how much.

    Remainders of the same name move together through every observable; different names add in absolute value.

    Args:
        name: the cause in words.
        value: its size, of the shape of the value (or a number); a sign, where it is known, is kept.
        order: the order that it represents, as "1/P²".
        got: "computed", "bounded" (an argument holds it below this), "guessed" (shown as such), or "chosen": the
            resolution asked of a measurement where the theory itself leaves nothing open.
        relative: `value` is a fraction of the theory's value.
    """

    name: str
    value: Any
    order: str = ""
    got: Origin = "guessed"
    relative: bool = False

    def __post_init__(self) -> None:
        if self.got not in ORIGINS:
            raise BadInput(f"remainder {self.name!r}: got={self.got!r} is not one of {', '.join(ORIGINS)}")


class Known:
    """A theory's value of a quantity or an expression at one experiment, with its remainders.

    >>> Known([1.0, 2.0], Remainder("next order", 0.1, order="1/P", got="computed")).value
    array([1., 2.])
    """

    def __init__(self, value: ArrayLike, *remainders: Remainder) -> None:
        self.value = np.asarray(value, dtype=np.float64)
        names = [remainder.name for remainder in remainders]
        if len(set(names)) < len(names):
            raise BadInput(f"remainders {names}: a cause is named once")
        self.remainders = remainders

    def sizes(self) -> dict[str, Any]:
        """Name → size in the units of the value, of its shape."""
        found = {}
        for remainder in self.remainders:
            size = np.asarray(remainder.value, dtype=np.float64)
            size = size * np.abs(self.value) if remainder.relative else size
            try:
                found[remainder.name] = np.array(np.broadcast_to(size, self.value.shape))
            except ValueError:
                raise BadInput(
                    f"remainder {remainder.name!r} has shape {size.shape}, its value {self.value.shape}"
                ) from None
        return found


Said = Mapping[Expression, "Known | ArrayLike"]
"""What a theory says of one experiment: of quantities, and of expressions built from them."""

Theory = Callable[[Any], Said]
"""A theory is a function of an experiment."""


def with_margins(wrong: Theory, right: Theory) -> Theory:
    """A wrong theory's values with the right one's remainders, as a control wants it; of what both speak of."""

    def theory(at: Any) -> Said:
        sound = {quantity: known for quantity, known in right(at).items() if isinstance(known, Known)}
        said = {quantity: value for quantity, value in wrong(at).items() if quantity in sound}
        return {
            quantity: Known(value.value if isinstance(value, Known) else value, *sound[quantity].remainders)
            for quantity, value in said.items()
        }

    return theory
