"""The figure of the paper, redrawn from a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldbench.records.schema import FigurePart, Record
from fieldbench.report.figure import panels
from fieldbench.report.figure.curves import Group, groups, rival_names, shared_rival
from fieldbench.report.figure.strained import strain
from fieldbench.report.figure.style import BAND, DASHES, INK, RIVAL, SMALL, colours, sheet, styled
from fieldbench.report.figure.words import typeset, words, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_RIVALS = 6
TOGETHER = 4
"""More groups than this are drawn side by side where each has rivals of its own."""


def draw(record: Record) -> Figure:
    """Points with errors, the theory with its margin's band, rivals; below, the residuals in units of the margin.

    A record without a figure shows `strain`.

    Raises:
        BadInput: Matplotlib is not installed.
    """
    if record.figure is None or not record.figure.series:
        return strain(record)
    found, names = groups(record.figure), rival_names(record.figure)[:MOST_RIVALS]
    own = [name for name in names if shared_rival(found, name) is None]
    beside = len(found) > TOGETHER and bool(own)
    rows = 1 if not beside else 2
    columns = 1 if not beside else -(-len(found) // rows)
    with styled():
        figure = sheet(11.0 if not beside else 4.0 * columns + 1.0, 6.6 if not beside else 9.0)
        figure.suptitle(wrapped(record.claim.title, 80 if not beside else 110))
        look = panels.looks(found, colours(len(found)))
        ends, off = panels.limits(found, names, record.figure.log)
        shown = [name for name in names if name not in off]
        grid = figure.subplots(2 * rows, columns, sharex="col", squeeze=False, height_ratios=[3.0, 1.2] * rows)
        sets = [[group] for group in found] if beside else [found]
        for i, members in enumerate(sets):
            row, column = divmod(i, columns)
            _pair(grid[2 * row, column], grid[2 * row + 1, column], members, look, shown, record.figure, ends)
            if beside:
                grid[2 * row, column].set_title(wrapped(members[0].name, 30), fontsize=SMALL)
        for i in range(len(sets), rows * columns):
            row, column = divmod(i, columns)
            grid[2 * row, column].set_axis_off()
            grid[2 * row + 1, column].set_axis_off()
        figure.align_ylabels()
        handles, labels = _key(found, look, names, off, beside)
        figure.legend(handles, labels, loc="outside right upper", fontsize=SMALL, labelspacing=0.7)
    return figure


def _pair(
    above: Any,
    below: Any,
    found: Sequence[Group],
    look: Mapping[str, panels.Look],
    names: Sequence[str],
    figure: FigurePart,
    ends: tuple[float, float],
) -> None:
    panels.curves(above, found, look, names, figure.log)
    above.set_ylim(ends)
    above.set_ylabel(typeset(figure.y))
    panels.residuals(below, found, look, figure.log)
    below.set_xlabel(typeset(figure.x))
    below.set_ylabel("deviation\n/ margin", fontsize=SMALL)


def _key(
    found: Sequence[Group], look: Mapping[str, panels.Look], names: Sequence[str], off: Mapping[str, str], beside: bool
) -> tuple[list[Any], list[str]]:
    """Handles and labels of the legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    first = look[found[0].name]
    grey = beside or len(found) > 1
    colour, marker = (INK, "o") if grey else (first.colour, first.marker)
    entries: list[tuple[Any, str]] = [
        (Line2D([], [], linestyle="", marker=marker, color=colour, markersize=7), "measured ± standard error"),
        (Line2D([], [], color=colour, linewidth=1.8), "theory"),
        (Patch(color=BAND if grey else colour, alpha=1.0 if grey else 0.22), "its margin"),
    ]
    if not beside and (len(found) > 1 or found[0].name):
        entries += [
            (Line2D([], [], color=look[g.name].colour, marker=look[g.name].marker, markersize=7, markeredgecolor=INK,
                    markeredgewidth=0.6, linewidth=1.8), wrapped(g.name)) for g in found]  # fmt: skip
    for i, name in enumerate(names):
        where = f" ({off[name]} the axis)" if name in off else ""
        entries.append((Line2D([], [], color=RIVAL, linestyle=DASHES[i % len(DASHES)], linewidth=1.5),
                        wrapped(f"rival: {words(name)}{where}")))  # fmt: skip
    return [handle for handle, _ in entries], [label for _, label in entries]
