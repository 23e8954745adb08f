"""The front matrix: kinds of theory against kinds of network, with the claims of each pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fieldbench.report.site.gather import Shown

THEORIES = (
    "effective ridge",
    "renormalisation",
    "finite width",
    "kernel adaptation",
    "variational",
    "phase transitions",
    "Langevin dynamics",
    "Ising model",
)
"""Rows, in the order of a lecture; other kinds follow, and then claims that name none."""

NETWORKS = (
    "Gaussian process",
    "images",
    "linear network",
    "erf network",
    "ReLU network",
    "convolutional network",
    "quadratic network",
    "spins",
)
"""Columns, from the simplest; other kinds follow."""

OTHER = "other"


@dataclass(frozen=True)
class Matrix:
    """Names of the columns, and for each row its name and its cells."""

    networks: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Sequence[Shown]]]]


def matrix(claims: Iterable[Shown]) -> Matrix:
    """Rows and columns that have a claim, in their order; a claim that names no kind stands under "other"."""
    cells: dict[tuple[str, str], list[Shown]] = {}
    for claim in claims:
        cells.setdefault((claim.theory or OTHER, claim.network or OTHER), []).append(claim)
    theories, networks = (_ordered({place[axis] for place in cells}, known)
                          for axis, known in enumerate((THEORIES, NETWORKS)))  # fmt: skip
    return Matrix(
        networks,
        [(theory, [cells.get((theory, network), []) for network in networks]) for theory in theories],
    )


def _ordered(names: set[str], known: Sequence[str]) -> list[str]:
    others = sorted(names - {*known, OTHER})
    return [name for name in (*known, *others, OTHER) if name in names]
