"""Tables that fit: which columns are shown at a width, none of them cut."""

from __future__ import annotations

import textwrap
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


def selected(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines of a table of items, a row each, of `report.rows.ITEM_COLUMNS`; a claim that is alone is left out."""
    alone = len({row[0] for row in rows}) == 1
    columns = columns[1:] if alone else columns
    rows = [tuple(row[1:] if alone else row) for row in rows]
    shown = fitting(columns, rows, width, ("claim", "± margin", "predicted", "measured"), fold=("verdict",))[:-1]
    sizes = {i: max(len(row[i]) for row in [columns, *rows]) for i in shown}
    room = max(FOLDED, width - sum(size + GAP for size in sizes.values()))
    lines = []
    for row in [columns, *rows]:
        start = "".join(row[i].ljust(sizes[i] + GAP) for i in shown)
        first, *others = textwrap.wrap(row[-1], room)
        lines += [start + first, *(" " * len(start) + other for other in others)]
    return lines
