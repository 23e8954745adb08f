"""Result: everything that one run of a case produced, before it becomes a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.cells.store import CellKey
from fieldbench.judging.predictions import Predictions
from fieldbench.verdicts.outcome import ExitCode, Judgement


@dataclass(frozen=True)
class Measurement:
    """One finished block of replicates of one experiment.

    `arrays` have a leading axis over the block's replicates; `variant` is "main" or a control's id.
    """

    experiment: Any
    variant: str
    key: CellKey
    arrays: Mapping[str, NDArray[Any]]
    provenance: Mapping[str, Any]
    reused: bool


@dataclass(frozen=True)
class Skipped:
    """An experiment that could not be measured here, and why (a missing data set)."""

    experiment: Any
    reason: str


@dataclass(frozen=True)
class Result:
    """A case run at one tier and seed. `judgement` is None where cells are missing: a partial result."""

    case: Any
    tier: str
    seed: int
    replicates: int
    measurements: tuple[Measurement, ...]
    predictions: Predictions
    judgement: Judgement | None
    figure: Mapping[str, Any] | None = None
    skipped: tuple[Skipped, ...] = ()
    exploratory: bool = False
    ports: Mapping[str, str] = field(default_factory=dict)
    sampler: Mapping[str, Any] | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    wall_seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """0 if everything is as declared; a partial result could not run."""
        return ExitCode.COULD_NOT_RUN if self.judgement is None else self.judgement.exit_code

    @property
    def summary(self) -> str:
        """The claim's outcome in one line."""
        if self.judgement is None:
            return f"partial: {len(self.measurements)} cells measured, nothing judged"
        return self.judgement.summary(tuple(dict.fromkeys(skip.reason for skip in self.skipped)))

    @property
    def computed(self) -> int:
        """Number of blocks measured in this run (the others came from the store)."""
        return sum(not m.reused for m in self.measurements)


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
