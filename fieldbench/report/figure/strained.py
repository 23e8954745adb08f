"""How far every check of a record is from its theory, in units of its margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.figure.axes import margins
from fieldbench.report.figure.style import BAND, INK, LARGE, MEDIUM, SMALL, sheet, styled
from fieldbench.report.figure.words import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOK = {
    "reproduced": ("#009E73", "o"),
    "compatible": ("#56B4E9", "s"),
    "contradicted": ("#D55E00", "X"),
    "inconclusive": ("#E69F00", "D"),
}
ROW, WIDTH, LETTER = 0.36, 12.0, 0.093
"""Inches: height of a check, width of the figure, width of a letter of its names."""


def strain(record: Record) -> Figure:
    """(measured − theory)/margin at every point of every check that ran, with the 98 % interval; ±1 is the margin.

    A one-sided check without a margin is shown in units of its interval.

    Raises:
        BadInput: Matplotlib is not installed.
    """
    ran = [check for check in record.checks if check.labels]
    names = [_name(check) for check in ran]
    left = 0.35 + LETTER * max((len(line) for name in names for line in name.split("\n")), default=0)
    height = 2.65 + ROW * max(len(ran), 3)
    with styled():
        figure = sheet(WIDTH, height)
        figure.text(0.3 / WIDTH, 1.0 - 0.25 / height, wrapped(record.claim.title, 86), fontsize=LARGE, va="top")
        axes = figure.add_axes((left / WIDTH, 1.5 / height, (WIDTH - left - 0.3) / WIDTH, (height - 2.5) / height))
        axes.axvspan(-1.0, 1.0, color=BAND, alpha=0.55, linewidth=0, zorder=0)
        axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
        for row, check in enumerate(ran):
            _row(axes, row, check)
        margins(axes, "x", max((_furthest(check) for check in ran), default=1.0))
        axes.set_ylim(len(ran) - 0.4, -0.6)
        axes.set_yticks(range(len(ran)), names, fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=SMALL)
        note = "" if all(_margins(check).all() for check in ran) else "\n† has no margin: in units of its interval"
        axes.set_xlabel("(measured − theory) / margin, with 98 % intervals" + note, fontsize=MEDIUM)
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        axes.set_axisbelow(True)
        _legend(figure, ran)
    return figure


def _name(check: CheckPart) -> str:
    unit = "" if _margins(check).all() else "\u00a0†"
    bound = {"above": " ≥", "below": " ≤"}.get(check.side, "")
    return wrapped(check.id + bound + unit, 48)


def _margins(check: CheckPart) -> Any:
    return np.asarray(check.margin, np.float64) > 0


def _scaled(check: CheckPart) -> tuple[Any, Any]:
    """Deviation and 98 % half-width, in units of the margin (of the interval where there is no margin)."""
    deviation = np.asarray(check.measured, np.float64) - np.asarray(check.expected, np.float64)
    interval = np.asarray(check.interval, np.float64)
    unit = np.where(_margins(check), np.asarray(check.margin, np.float64), interval)
    unit = np.where(unit > 0, unit, np.nan)
    return deviation / unit, interval / unit


def _furthest(check: CheckPart) -> float:
    deviation, interval = _scaled(check)
    reach = np.abs(deviation) + interval
    return float(np.max(reach[np.isfinite(reach)], initial=1.0))


def _row(axes: Any, row: int, check: CheckPart) -> None:
    """The points of a check, spread a little so that none hides another."""
    deviation, interval = _scaled(check)
    keep = np.isfinite(deviation)
    colour, marker = LOOK.get(check.verdict, (INK, "o"))
    height = row + (np.linspace(-0.28, 0.28, len(deviation)) if len(deviation) > 1 else np.zeros(1))
    bars = np.nan_to_num(interval[keep], posinf=0.0)
    axes.errorbar(
        deviation[keep], height[keep], xerr=bars, fmt=marker, color=colour, markeredgecolor=INK, markeredgewidth=0.4,
        markersize=6 if len(deviation) <= 8 else 3.5, elinewidth=1.0, zorder=3,
    )  # fmt: skip


def _legend(figure: Any, ran: list[CheckPart]) -> None:
    from matplotlib.lines import Line2D

    counts = {verdict: sum(check.verdict == verdict for check in ran) for verdict in LOOK}
    handles = [Line2D([], [], linestyle="", marker=LOOK[verdict][1], color=LOOK[verdict][0], markeredgecolor=INK,
                      markersize=8, label=f"{count} {verdict}")
               for verdict, count in counts.items() if count]  # fmt: skip
    if handles:
        figure.legend(handles=handles, loc="lower center", ncols=len(handles), fontsize=SMALL)
