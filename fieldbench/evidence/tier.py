"""Tier: which setups are run and with how many independent replicates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fieldbench.errors import BadInput

SetupT = TypeVar("SetupT")


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
