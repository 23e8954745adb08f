"""What is asked of a moment: its exponent against other classes, and its value at each size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fieldbench.claims import Check, Expression, Remainder, Theory, exponent
from fieldbench.theory.ising import Scaling, scaling

from .theory import left, of_class, resolution
from .tiers import critical, size

CLASSES = {"three-state-potts": scaling.POTTS_3, "percolation": scaling.PERCOLATION, "mean-field": scaling.MEAN_FIELD}


def law(id: str, power: Expression, of: Callable[[Scaling], float], share: float) -> Check:
    """The exponent at these sizes, against other classes with the same corrections to scaling.

    The resolution asked for is a share of the way to the nearest class, that of three Potts states.
    """
    found = exponent(power, over=size)
    asked = share * abs(of(scaling.POTTS_3) - of(scaling.ISING))
    return Check(
        id, found, rivals={name: partial(of_class, other) for name, other in CLASSES.items()}, on=critical,
        margin=(Remainder("second and third corrections", left(found), "L^{-2}", got="computed"),
                resolution("resolution: a share of the way to the nearest class", asked)),
        statement=True,
    )  # fmt: skip


def at_each_size(id: str, quantity: Expression, rivals: Mapping[str, Theory | float], scale: str = "log") -> Check:
    return Check(id, quantity, rivals=rivals, on=critical, scale=scale)
