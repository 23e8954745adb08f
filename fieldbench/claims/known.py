"""Known: what a theory says of a quantity — a value, and by how much it may be wrong, cause by cause."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from fieldbench.claims.expression import Expression
from fieldbench.errors import BadInput

if TYPE_CHECKING:
    from fieldbench.claims.experiment import Experiment, Quantity

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
    return _with(wrong, right, lambda _, value, sound: Known(value, *sound.remainders))


def with_shares(wrong: Theory, right: Theory, of: Collection[Expression] | None = None) -> Theory:
    """The same with each remainder the same share of the value that it was, as what is read in logarithms wants it.

    Args:
        wrong: its values are taken.
        right: its remainders are, of what it knows with remainders; what it does not speak of is left out.
        of: what is read in logarithms; the remainders of the others stay as large as they are. None: everything.
    """

    def held(quantity: Expression, value: Any, sound: Known) -> Known:
        scaled = of is None or quantity in of
        share = np.abs(value) / np.maximum(np.abs(sound.value), np.finfo(float).tiny) if scaled else 1.0
        sizes = sound.sizes()
        return Known(value, *(replace(r, value=share * sizes[r.name], relative=False) for r in sound.remainders))

    return _with(wrong, right, held)


def _with(wrong: Theory, right: Theory, held: Callable[[Expression, Any, Known], Known]) -> Theory:
    def theory(at: Any) -> Said:
        sound = {quantity: known for quantity, known in right(at).items() if isinstance(known, Known)}
        said = {quantity: value for quantity, value in wrong(at).items() if quantity in sound}
        return {
            quantity: held(quantity, np.asarray(value.value if isinstance(value, Known) else value), sound[quantity])
            for quantity, value in said.items()
        }

    return theory


def known_in_parts(
    at: Experiment, quantities: Sequence[Quantity], values: ArrayLike, *remainders: Remainder
) -> dict[Expression, Known]:
    """Several quantities from one vector that holds them end to end, remainders from vectors like it.

    So a theory computes everything in one go, and each remainder is a difference of two such vectors, taken in size.
    """
    shapes = [quantity.shape(at) for quantity in quantities]
    cuts = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    parts = [np.split(np.asarray(values, dtype=np.float64), cuts)] + [
        np.split(np.abs(r.value), cuts) for r in remainders
    ]
    return {
        quantity: Known(
            value.reshape(shape),
            *(replace(r, value=size.reshape(shape)) for r, size in zip(remainders, sizes, strict=True)),
        )
        for quantity, shape, value, *sizes in zip(quantities, shapes, *parts, strict=True)
    }
