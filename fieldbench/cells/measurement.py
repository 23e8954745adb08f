"""What a run measured, block by block, and put together for judging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.cells.store import CellKey


@dataclass(frozen=True)
class Measurement:
    """One finished block of replicates of one experiment.

    `arrays` have a leading axis over the block's replicates; `variant` is "main" or the name of a broken class.
    `repeated` is True for the one that this run computed a second time.
    """

    experiment: Any
    variant: str
    key: CellKey
    arrays: Mapping[str, NDArray[Any]]
    provenance: Mapping[str, Any]
    reused: bool
    repeated: bool = False


@dataclass(frozen=True)
class Skipped:
    """An experiment that could not be measured here, and why (a missing data set)."""

    experiment: Any
    reason: str


def evidence_of(
    cells: Sequence[tuple[str, Any, int, Mapping[str, NDArray[Any]]]],
) -> dict[str, dict[Any, dict[str, NDArray[Any]]]]:
    """(variant, experiment, first replicate, arrays) of each cell → variant → experiment → arrays of all replicates."""
    blocks: dict[str, dict[Any, list[tuple[int, Mapping[str, NDArray[Any]]]]]] = {}
    for variant, experiment, first, arrays in cells:
        blocks.setdefault(variant, {}).setdefault(experiment, []).append((first, arrays))
    return {
        variant: {experiment: _stacked(found) for experiment, found in of_experiment.items()}
        for variant, of_experiment in blocks.items()
    }


def _stacked(blocks: Sequence[tuple[int, Mapping[str, NDArray[Any]]]]) -> dict[str, NDArray[Any]]:
    ordered = [arrays for _, arrays in sorted(blocks, key=lambda block: block[0])]
    return {name: np.concatenate([arrays[name] for arrays in ordered]) for name in ordered[0]}
