"""The overview: the four claims that the suite began with, measured against predicted, in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.figure import axes as axis
from fieldbench.report.figure import panels
from fieldbench.report.figure.curves import Group, groups
from fieldbench.report.figure.style import BAND, DASHES, INK, MEDIUM, RIVAL, SMALL, colours, sheet, styled
from fieldbench.report.figure.words import with_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """A claim in the overview.

    Attributes:
        claim, tier: the record that is shown.
        title, x, y: words above and beside it.
        check: the check whose numbers stand below the title, and what these are.
        rivals: rivals of the record's figure that are shown → words.
        names: pieces of the groups' names → words.
        inside: whether the groups are named inside the panel, not beside it.
    """

    claim: str
    tier: str
    title: str
    x: str
    y: str
    check: str
    what: str
    rivals: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    inside: bool = False


PANELS = (
    Panel("gp-cubic-staircase", "standard", "Gaussian process: a cubic costs d³ samples", "samples / d³",
          "cubic part learned", "cubic-exponent-at-these-sizes", "exponent ", inside=True),
    Panel("feature-learning-complexity", "standard", "Feature learning: d² samples keep it", "size β ∝ d²",
          "share of the cubic learned", "share-exponent", "exponent ", rivals={"gp": "its Gaussian\nprocess"},
          names={"along the ray": "network"}),
    Panel("linear-cnn-three-quarters", "paper", "Linear CNN: $d^{3/4}$ samples in the limit", "dimension d",
          "samples to learn one half", "p50-exponent", "exponent ",
          rivals={"gaussian-process": "its Gaussian\nprocess"}, names={"1.0": "network", "κ = 1": "network"}),
    Panel("rg-cifar-mnist", "paper", "Images: errors from the effective ridge", "training samples", "test error",
          "effective-ridge", "", names={"cifar10-first-batch animals/vehicles": "CIFAR-10", "mnist": "MNIST",
                                       "relu": "ReLU"}),
)  # fmt: skip

WIDTH, HEIGHT = 13.0, 10.4


def overview(records: Sequence[Record]) -> Figure:
    """Four panels with their residuals, from the newest records.

    Raises:
        BadInput: a record of one of the four is missing, or Matplotlib is not installed.
    """
    with styled():
        figure = sheet(WIDTH, HEIGHT)
        grid = figure.add_gridspec(2, 2, left=0.085, right=0.862, top=0.905, bottom=0.115, hspace=0.42, wspace=0.52)
        pairs = []
        for cell, panel in zip(grid, PANELS, strict=True):
            inner = cell.subgridspec(2, 1, height_ratios=[3.2, 1.0], hspace=0.07)
            pairs.append((figure.add_subplot(inner[0]), figure.add_subplot(inner[1])))
            _draw(*pairs[-1], panel, _record(records, panel))
        for column in (0, 1):
            figure.align_ylabels([*pairs[column], *pairs[column + 2]])
        _legend(figure)
    return figure


def describe_overview(records: Sequence[Record]) -> str:
    """What the overview shows, in sentences with numbers."""
    found = [f"{panel.claim}: {_found(_check(_record(records, panel), panel))}" for panel in PANELS]
    return "Four claims, measured against predicted. " + "; ".join(found) + "."


def _record(records: Sequence[Record], panel: Panel) -> Record:
    for record in records:
        if (record.claim.id, record.tier) == (panel.claim, panel.tier) and record.figure is not None:
            return record
    raise BadInput(f"no {panel.tier} record of {panel.claim} with a figure; name the results with --results")


def _check(record: Record, panel: Panel) -> CheckPart:
    for check in record.checks:
        if check.id == panel.check and check.labels:
            return check
    raise BadInput(f"the {panel.tier} record of {panel.claim} has no check {panel.check!r} that ran")


def _found(check: CheckPart) -> str:
    """The numbers of a check: of its point, or how many of its points are within the margin."""
    if len(check.labels) == 1:
        return (
            f"{with_error(check.measured[0], check.standard_error[0])} measured, "
            f"{with_error(check.expected[0], check.margin[0])} predicted"
        )
    inside = np.abs(np.subtract(check.measured, check.expected)) <= check.margin
    return f"{int(inside.sum())} of {inside.size} errors within the margin of the prediction"


def _draw(above: Any, below: Any, panel: Panel, record: Record) -> None:
    figure = record.figure
    assert figure is not None
    log_x, log_y = "x" in figure.log, "y" in figure.log
    found = groups(figure, record.checks)
    ends, _ = axis.vertical(found, list(panel.rivals), log_y)
    across = axis.horizontal(found, log_x)
    at = np.unique(np.concatenate([s.x for group in found for s in group.strands]))
    look = panels.looks(found, colours(len(found)))
    for one in (above, below):
        one.set_xscale("log" if log_x else "linear")
        one.set_xlim(across)
        axis.ticks(one.xaxis, across, log_x, at, 5)
        one.tick_params(labelsize=SMALL)
    above.set_yscale("log" if log_y else "linear")
    above.set_ylim(ends)
    axis.ticks(above.yaxis, ends, log_y)
    above.tick_params(labelbottom=False)
    rivals = panels.rival_looks(list(panel.rivals))
    panels.curves(above, found, look, rivals, figure.log, size=5.0)
    panels.residuals(below, found, look, {}, size=5.0)
    above.set_title(panel.title, fontsize=MEDIUM, loc="left", pad=28, fontweight="bold")
    above.text(0.0, 1.04, panel.what + _found(_check(record, panel)), transform=above.transAxes, fontsize=SMALL,
               color="#444444")  # fmt: skip
    above.set_ylabel(panel.y, fontsize=MEDIUM)
    below.set_xlabel(panel.x, fontsize=MEDIUM)
    below.set_ylabel("deviation\n/ margin", fontsize=10)
    _names(above, panel, found, look)


def _names(axes: Any, panel: Panel, found: Sequence[Group], look: Any) -> None:
    """Groups and rivals named where their curves end, apart from each other; or in a list inside the panel."""
    if panel.inside:
        handles = [panels.mark(look[group.name]) for group in found]
        axes.legend(handles, [_plain(panel, group.name) for group in found], loc="lower right", ncols=2, fontsize=11,
                    labelspacing=0.35, columnspacing=1.0, handlelength=1.6)  # fmt: skip
        return
    ends = [(group.strands[-1].theory[-1], _plain(panel, group.name), look[group.name].colour) for group in found]
    strand = found[0].strands[-1]
    ends += [(strand.rivals[name][-1], text, RIVAL) for name, text in panel.rivals.items()]
    low = -1.0
    for value, text, colour in sorted(ends, key=lambda end: float(end[0])):
        height = axes.transAxes.inverted().transform(axes.transData.transform((1.0, value)))[1]
        low = min(max(height, low + 0.085), 0.95)
        axes.text(1.02, low, text, transform=axes.transAxes, va="center", fontsize=11, color=colour)


def _plain(panel: Panel, name: str) -> str:
    for piece, words in panel.names.items():
        name = name.replace(piece, words)
    return f"d = {name}" if name.isdigit() else name


def _legend(figure: Any) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        panels.mark(panels.Look(INK, "o"), line=""),
        Line2D([], [], color=INK, linewidth=1.8),
        Patch(color=BAND),
        Line2D([], [], color=RIVAL, linestyle=DASHES[0], linewidth=1.4),
    ]
    labels = ["measured ± standard error", "theory", "its margin", "rival, excluded"]
    figure.legend(handles, labels, loc="lower center", ncols=4, fontsize=MEDIUM, bbox_to_anchor=(0.48, 0.005))
