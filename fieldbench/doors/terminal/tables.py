"""Tables that fit: which columns are shown at a width, none of them cut."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 2
FOLDED = 24
"""A column that may be folded asks for no more than this."""


def fitting(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    drop: Sequence[str] = (),
    fold: Sequence[str] = (),
) -> list[int]:
    """The positions of the columns to show.

    Args:
        columns: their names.
        rows: their cells.
        width: of the terminal.
        drop: the names of those that may go, the first to go first; all others stay.
        fold: the names of those whose cells may run over several lines.
    """
    shown = list(range(len(columns)))
    natural = [max(len(name), *(len(row[i]) for row in rows), 0) for i, name in enumerate(columns)]
    natural = [min(size, FOLDED) if columns[i] in fold else size for i, size in enumerate(natural)]
    empty = [i for i in shown if rows and columns[i] in drop and not any(row[i].strip("–") for row in rows)]
    for i in [*empty, *(columns.index(name) for name in drop if name in columns)]:
        if i in shown and (i in empty or sum(natural[i] + GAP for i in shown) - GAP > width):
            shown.remove(i)
    return shown
