"""The figure of the paper, redrawn from a record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fieldbench.records.schema import FigurePart, Record
from fieldbench.report.figure import axes as axis
from fieldbench.report.figure import panels
from fieldbench.report.figure.curves import Group, exact, groups, rival_names, shared_rival
from fieldbench.report.figure.strained import strain
from fieldbench.report.figure.style import BAND, INK, LARGE, MEDIUM, SMALL, colours, sheet, styled
from fieldbench.report.figure.words import typeset, words, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_RIVALS = 6
"""Rivals that are shown, the first of the record."""

TOGETHER = 4
"""More groups than this are drawn side by side where each has rivals of its own."""

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Plan:
    """What is drawn where, in inches.

    Attributes:
        rows, columns: of panels, each with its residuals below.
        width, height: of the figure.
        left, right, top, bottom: room beside the panels; the legend lies at the right.
        small: size of the numbers at the axes.
        most: ticks that an x axis has room for.
    """

    rows: int
    columns: int
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    small: int
    most: int


ONE = Plan(1, 1, 12.0, 6.75, 1.3, 3.4, 0.95, 0.8, MEDIUM, 7)


def draw(record: Record) -> Figure:
    """Points with errors, the theory with its margin's band, rivals; below, the residuals in units of the margin.

    Where the standard error is larger than the margin, the unit of the residual is the standard error, as the label
    says. A record without a figure shows `strain`.

    Raises:
        BadInput: Matplotlib is not installed.
    """
    if record.figure is None or not record.figure.series:
        return strain(record)
    found, names = groups(record.figure, record.checks), rival_names(record.figure)[:MOST_RIVALS]
    plan = _plan(found, names)
    with styled():
        figure = sheet(plan.width, plan.height)
        figure.text(0.3 / plan.width, 1.0 - 0.25 / plan.height, wrapped(record.claim.title, int(7.2 * plan.width)),
                    fontsize=LARGE, va="top")  # fmt: skip
        look, rivals = panels.looks(found, colours(len(found))), panels.rival_looks(names)
        off = _panels(figure, plan, record.figure, found, look, rivals)
        handles, labels = _key(found, look, rivals, off, plan)
        corner = 1.0 - (plan.right - 0.25) / plan.width, 1.0 - plan.top / plan.height
        figure.legend(handles, labels, loc="upper left", bbox_to_anchor=corner, fontsize=SMALL, labelspacing=0.7,
                      borderaxespad=0.0)  # fmt: skip
    return figure


def _plan(found: Sequence[Group], names: Sequence[str]) -> Plan:
    beside = len(found) > TOGETHER and not _family(found) and any(shared_rival(found, n) is None for n in names)
    if not beside:
        return ONE
    columns = -(-len(found) // 2)
    return Plan(2, columns, 4.6 + 2.4 * columns, 8.6, 1.2, 3.4, 1.25, 0.75, SMALL, 4)


def _family(found: Sequence[Group]) -> bool:
    """Whether groups differ in one number alone, as d = 8, d = 10, …"""
    return len({NUMBER.sub("#", group.name) for group in found}) == 1 and NUMBER.sub("#", found[0].name).count("#") == 1


def _panels(
    figure: Any,
    plan: Plan,
    part: FigurePart,
    found: Sequence[Group],
    look: Mapping[str, panels.Look],
    rivals: Mapping[str, panels.Look],
) -> dict[str, str]:
    """Draw the panels, and give the rivals that are off the axis."""
    log_x, log_y = "x" in part.log, "y" in part.log
    ends, off = axis.vertical(found, list(rivals), log_y)
    across = axis.horizontal(found, log_x)
    at = np.unique(np.concatenate([s.x for group in found for s in group.strands]))
    shown = {name: how for name, how in rivals.items() if name not in off}
    grid = _grid(figure, plan)
    sets = [found] if plan is ONE else [[group] for group in found]
    for i, (above, below) in enumerate(grid):
        if i >= len(sets):
            above.set_axis_off()
            below.set_axis_off()
            continue
        for one in (above, below):
            one.set_xscale("log" if log_x else "linear")
            one.set_xlim(across)
            axis.ticks(one.xaxis, across, log_x, at, plan.most)
            one.tick_params(labelsize=plan.small)
        above.set_yscale("log" if log_y else "linear")
        above.set_ylim(ends)
        axis.ticks(above.yaxis, ends, log_y)
        above.tick_params(labelbottom=False, labelleft=i % plan.columns == 0)
        panels.curves(above, sets[i], look, shown, part.log)
        panels.residuals(below, sets[i], look, shown if plan is ONE else {})
        if plan is not ONE:
            above.set_title(wrapped(sets[i][0].name, 26), fontsize=SMALL)
        if i % plan.columns == 0:
            above.set_ylabel(typeset(part.y), fontsize=LARGE)
            below.set_ylabel("deviation\n/ margin" + "*" * exact(found), fontsize=SMALL)
        if i + plan.columns >= len(sets):
            below.set_xlabel(typeset(part.x), fontsize=LARGE)
    figure.align_ylabels()
    return off


def _grid(figure: Any, plan: Plan) -> list[tuple[Any, Any]]:
    """Pairs of axes, panel and residuals, row by row."""
    outer = figure.add_gridspec(
        plan.rows, plan.columns, left=plan.left / plan.width, right=1.0 - plan.right / plan.width,
        top=1.0 - plan.top / plan.height, bottom=plan.bottom / plan.height, hspace=0.34, wspace=0.22,
    )  # fmt: skip
    pairs = []
    for cell in outer:
        inner = cell.subgridspec(2, 1, height_ratios=[2.9, 1.0], hspace=0.08)
        pairs.append((figure.add_subplot(inner[0]), figure.add_subplot(inner[1])))
    return pairs


def _key(
    found: Sequence[Group],
    look: Mapping[str, panels.Look],
    rivals: Mapping[str, panels.Look],
    off: Mapping[str, str],
    plan: Plan,
) -> tuple[list[Any], list[str]]:
    """Handles and labels of the legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    only = look[found[0].name] if len(found) == 1 else panels.Look(INK, "o")
    entries: list[tuple[Any, str]] = [
        (panels.mark(only, line=""), "measured ± standard error"),
        (Line2D([], [], color=only.colour, linewidth=1.8), "theory"),
        (Patch(color=BAND if len(found) > 1 else only.colour, alpha=1.0 if len(found) > 1 else 0.25), "its margin"),
    ]
    if plan is ONE and (len(found) > 1 or found[0].name):
        entries += [(panels.mark(look[group.name]), wrapped(group.name, 27)) for group in found]
    for name, how in rivals.items():
        where = f" ({off[name]} the axis)" if name in off else ""
        handle = Line2D([], [], color=how.colour, linestyle=how.dashes, linewidth=1.4, marker=how.marker, markersize=9)
        entries.append((handle, wrapped(f"rival: {words(name)}{where}", 27)))
    if exact(found):
        entries.append((Line2D([], [], linestyle=""), "* in standard errors\nwhere these are larger"))
    return [handle for handle, _ in entries], [label for _, label in entries]
