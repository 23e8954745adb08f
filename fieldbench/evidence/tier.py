"""Tier: which setups are run and with how many independent replicates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fieldbench.errors import BadInput

SetupT = TypeVar("SetupT")
MeasureT = TypeVar("MeasureT", bound=Callable[..., Any])


@dataclass(frozen=True)
class Tier:
    """The setups (sweep points) of a tier and the number of independent replicates of each.

    Args:
        setups: frozen dataclasses of physical parameters.
        replicates: independent data sets and chains a setup.
        note: what the tier needs (time, memory, data), shown by `fieldbench info`.
    """

    setups: Sequence[Any]
    replicates: int
    note: str = ""

    def __post_init__(self) -> None:
        if not self.setups:
            raise BadInput("a tier needs at least one setup")
        if self.replicates < 1:
            raise BadInput(f"a tier needs at least one replicate, not {self.replicates}")


def grid(setup: Callable[..., SetupT], **axes: Sequence[Any]) -> list[SetupT]:
    """All combinations of the values on the given axes, the last axis running fastest.

    >>> grid(dict, dimension=[8, 10], ridge=[0.01])
    [{'dimension': 8, 'ridge': 0.01}, {'dimension': 10, 'ridge': 0.01}]
    """
    return [setup(**dict(zip(axes, values, strict=True))) for values in itertools.product(*axes.values())]


def batched(block: int) -> Callable[[MeasureT], MeasureT]:
    """Declare that a measurement takes the keys of a fixed block of `block` replicates at once.

    The block is then the unit of work: it is computed, stored and resumed whole, because arithmetic inside a batch
    may depend on the batch's shape.
    """
    if block < 1:
        raise BadInput(f"a block has at least one replicate, not {block}")

    def declare(measure: MeasureT) -> MeasureT:
        measure.block = block  # type: ignore[attr-defined]
        return measure

    return declare


def block_of(measure: Callable[..., Any]) -> int | None:
    """The block size declared with `batched`, or None for a measurement of one replicate."""
    return getattr(measure, "block", None)
