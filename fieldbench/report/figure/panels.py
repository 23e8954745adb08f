"""A panel with its residuals: points with errors, the theory with the band of its margin, rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fieldbench.report.figure.curves import Group, Strand, Vector, shared_rival
from fieldbench.report.figure.style import BAND, DASHES, INK, MARKERS, RIVAL

DECADES, SPANS = 3.0, 6.0
"""A rival further from the data than so many decades (or spans of the data, on a linear axis) is left off the axis."""

LINEAR = 2.0
"""Residuals are linear up to this many margins, logarithmic beyond where some are far away."""

FAR = 6.0


@dataclass(frozen=True)
class Look:
    """How a group is drawn."""

    colour: Any
    marker: str


def looks(found: Sequence[Group], colours: Sequence[Any]) -> dict[str, Look]:
    """A look for each group."""
    return {group.name: Look(colours[i], MARKERS[i % len(MARKERS)]) for i, group in enumerate(found)}


def curves(axes: Any, found: Sequence[Group], look: Mapping[str, Look], names: Sequence[str], log: str) -> None:
    """Theory, rivals and measured points of groups."""
    _scales(axes, log)
    for i, name in enumerate(names):
        _rival(axes, found, look, name, DASHES[i % len(DASHES)])
    for group in found:
        for strand in group.strands:
            _theory(axes, strand, look[group.name], log)
            _points(axes, strand.x, strand.measured, strand.error, look[group.name])


def residuals(axes: Any, found: Sequence[Group], look: Mapping[str, Look], log: str) -> None:
    """(measured − theory)/margin over the same x, with the band of ±1."""
    _scales(axes, "x" if "x" in log else "")
    band(axes, axes.axhspan, axes.axhline)
    for group in found:
        for strand in group.strands:
            _points(axes, strand.x, strand.residual, strand.residual_error, look[group.name])
    every = [s for group in found for s in group.strands]
    reach = np.concatenate([np.abs(s.residual) + s.residual_error for s in every])
    furthest = float(np.max(reach[np.isfinite(reach)], initial=1.0))
    if furthest > FAR:
        far_away(axes, "y")
    axes.set_ylim(-1.15 * max(furthest, 1.3), 1.15 * max(furthest, 1.3))


def band(axes: Any, span: Any, line: Any) -> None:
    """The band of ±1 margin about a line at nought."""
    span(-1.0, 1.0, color=BAND, alpha=0.55, linewidth=0, zorder=0)
    line(0.0, color=INK, linewidth=1.0, zorder=1)


def far_away(axes: Any, which: str) -> None:
    """An axis in margins that is linear near nought and logarithmic beyond."""
    from matplotlib.ticker import FuncFormatter, SymmetricalLogLocator

    getattr(axes, f"set_{which}scale")("symlog", linthresh=LINEAR, linscale=1.0)
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=LINEAR, subs=(1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}".replace("-", "−")))


def limits(found: Sequence[Group], names: Sequence[str], log: str) -> tuple[tuple[float, float], dict[str, str]]:
    """The y axis that shows data and theory, and rivals unless they are far away; those → "above" or "below"."""
    scale = _logarithm if "y" in log else np.asarray
    strands = [strand for group in found for strand in group.strands]
    shown = [scale(values) for s in strands for values in
             (s.measured, s.measured + s.error, s.measured - s.error, s.theory, s.theory + s.margin,
              s.theory - s.margin, *(y for _, y in s.curves))]  # fmt: skip
    data = np.concatenate(shown[0::1])
    low, high = float(np.nanmin(data)), float(np.nanmax(data))
    room = DECADES if "y" in log else SPANS * max(high - low, 1e-12 + 0.02 * abs(high))
    off = {}
    bottom, top = low, high
    for name in names:
        values = np.concatenate([scale(s.rivals[name]) for s in strands if name in s.rivals])
        values = values[~np.isnan(values)]
        if values.size and np.all(values < low - room):
            off[name] = "below"
        elif values.size and np.all(values > high + room):
            off[name] = "above"
        else:
            inside = values[(values >= low - room) & (values <= high + room)]
            bottom, top = min(bottom, *inside, bottom), max(top, *inside, top)
    pad = 0.06 * (top - bottom) or 0.05 * (abs(top) or 1.0)
    ends = (bottom - pad, top + pad)
    return ((10.0 ** ends[0], 10.0 ** ends[1]) if "y" in log else ends), off


def _logarithm(values: Vector) -> Vector:
    return np.log10(np.where(values > 0, values, np.nan))


def _scales(axes: Any, log: str) -> None:
    if "x" in log:
        axes.set_xscale("log")
    if "y" in log:
        axes.set_yscale("log", nonpositive="clip")


def _points(axes: Any, x: Vector, y: Vector, error: Vector, look: Look) -> None:
    keep = np.isfinite(y)
    axes.errorbar(
        x[keep], y[keep], np.nan_to_num(error[keep], posinf=0.0), fmt=look.marker, color=look.colour, markersize=7,
        markeredgecolor=INK, markeredgewidth=0.6, elinewidth=1.4, capsize=2.5, zorder=4,
    )  # fmt: skip


def _theory(axes: Any, strand: Strand, look: Look, log: str) -> None:
    """A line with its band where the theory is a function of x, a box at each point where it is not, or is alone."""
    for x, y in strand.curves:
        axes.plot(x, y, color=look.colour, linewidth=1.8, zorder=3)
    if len(strand.x) > 1 and strand.joined:
        low, high = strand.theory - strand.margin, strand.theory + strand.margin
        axes.fill_between(strand.x, low, high, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
        if not strand.curves:
            axes.plot(strand.x, strand.theory, color=look.colour, linewidth=1.8, zorder=3)
        return
    for x, middle, margin in zip(strand.x, strand.theory, strand.margin, strict=True):
        axes.plot([x], [middle], marker="_", markersize=26, markeredgewidth=1.8, color=look.colour, zorder=3)
        axes.errorbar([x], [middle], [margin], fmt="none", ecolor=look.colour, elinewidth=16, alpha=0.22, zorder=2)


def _rival(axes: Any, found: Sequence[Group], look: Mapping[str, Look], name: str, dashes: Any) -> None:
    one = shared_rival(found, name)
    if one is not None:
        _line(axes, *one, RIVAL, dashes)
        return
    for group in found:
        for strand in group.strands:
            if name in strand.rivals:
                _line(axes, strand.x, strand.rivals[name], RIVAL if len(found) == 1 else look[group.name].colour, dashes)


def _line(axes: Any, x: Vector, y: Vector, colour: Any, dashes: Any) -> None:
    """A line; a level mark where there is but one point."""
    if len(x) == 1:
        axes.plot(x, y, marker="_", markersize=26, markeredgewidth=1.6, color=colour, zorder=2)
    else:
        axes.plot(x, y, linestyle=dashes, linewidth=1.5, color=colour, zorder=2)
