"""Variant: one way of measuring an experiment — soundly, or as a control breaks it — as the runner sees it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldbench.claims.names import MAIN


@dataclass(frozen=True)
class Variant:
    """How the experiments to which it applies are measured.

    Attributes:
        name: "main", or the name of the broken class that measures; controls that use the same one share its cells.
        applies: whether an experiment of the tier is measured in this way.
        measure: (experiment, key or block of keys, ports) → name → value.
        block: replicates measured at once; None for one.
        ports: keyword-only arguments of the measurement: exchangeable implementations.
        stream: part of the random key, with the experiment's fields.
        source: the file whose reach the hash of a cell covers.
        common: what a block is declared to have in common; empty where each replicate comes from its own key alone.
        shapes: experiment → name → shape of one replicate's value; None where nothing declares it.
    """

    name: str
    applies: Callable[[Any], bool]
    measure: Callable[[Any, Any, Mapping[str, Any]], Mapping[str, Any]]
    block: int | None
    ports: tuple[str, ...]
    stream: str
    source: Path
    shapes: Callable[[Any], dict[str, tuple[int, ...]]] | None = None
    common: str = ""

    @property
    def key(self) -> str:
        """What a cell's key has of it."""
        return self.name if self.name == MAIN else f"broken {self.name}"

    @property
    def size(self) -> int:
        """Replicates of one cell."""
        return self.block or 1


def ports_of(measure: Callable[..., Any]) -> tuple[str, ...]:
    """Keyword-only argument names of a measurement."""
    parameters = inspect.signature(measure).parameters.values()
    return tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)


def block_of(measure: Callable[..., Any]) -> int | None:
    """The block size declared with `batched`, or None for a measurement of one replicate."""
    return getattr(measure, "block", None)
