"""Table: the evidence as checks see it — one row a setup, arrays with a leading replicate axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.judging.evaluation import short_labels

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """What was measured (or predicted) at one setup.

    Args:
        setup: the frozen dataclass of physical parameters.
        arrays: name → array of shape (replicates, ...).
        coordinates: axis name → values along that axis.
        axes: array name → names of its axes after the replicate axis.
    """

    setup: Any
    arrays: Mapping[str, NDArray[Any]]
    coordinates: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self.arrays:
            raise BadInput(f"no array {name!r} at {self.setup}; there are {', '.join(sorted(self.arrays))}")
        return np.asarray(self.arrays[name], dtype=np.float64)


@dataclass(frozen=True)
class Table:
    """Rows of evidence, one a setup."""

    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    @property
    def setups(self) -> tuple[Any, ...]:
        """The setups, in the order of the tier."""
        return tuple(row.setup for row in self.rows)

    def where(self, **conditions: Any) -> Table:
        """The rows whose setup has the given field values; a tuple or list of values means any of them."""
        return Table(tuple(row for row in self.rows if matches(row.setup, conditions)))

    def labels(self) -> list[str]:
        """A short name for each row: the fields in which the rows differ."""
        return short_labels(self.setups)


@dataclass(frozen=True)
class Points:
    """An observable's values: shape (replicates, points), and a label a point."""

    values: FloatArray
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.labels):
            raise BadInput(
                f"points of shape {self.values.shape} need two axes and one label a point ({len(self.labels)} given)"
            )


def matches(setup: Any, conditions: Mapping[str, Any]) -> bool:
    """Whether each named field of `setup` has (one of) the given value(s)."""
    for name, wanted in conditions.items():
        if not hasattr(setup, name):
            raise BadInput(f"{type(setup).__name__} has no field {name!r}")
        options: Sequence[Any] = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
        if getattr(setup, name) not in options:
            return False
    return True
