"""Tier: which experiments are run and with how many independent replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Tier:
    """The experiments of a tier and the number of independent replicates of each.

    Args:
        experiments: frozen dataclasses of physical parameters.
        replicates: independent data sets and chains an experiment.
        note: what the tier needs (time, memory, data), shown by `fieldbench info`.
    """

    experiments: Sequence[Any]
    replicates: int
    note: str = ""

    def __post_init__(self) -> None:
        if not self.experiments:
            raise BadInput("a tier needs at least one experiment")
        if self.replicates < 2:
            raise BadInput(f"a tier needs at least two replicates for a standard error, not {self.replicates}")
