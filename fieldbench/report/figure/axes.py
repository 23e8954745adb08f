"""Axes of a panel: their ends, so that data, theory and near rivals are seen, and ticks that do not run together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldbench.report.figure.curves import Group, Strand, Vector

DECADES, SPANS = 3.3, 6.0
"""A rival whose median is further from the data (decades, or spans on a linear axis) is left off the axis."""

DEEP = 1.5
"""Decades below the smallest positive measurement down to which a theory is followed."""

LINEAR = 2.0
"""Residuals are linear up to this many margins, logarithmic beyond where some are far away."""

FAR = 6.0


def vertical(found: Sequence[Group], names: Sequence[str], log: bool) -> tuple[tuple[float, float], dict[str, str]]:
    """Ends of the y axis, and the rivals that are off it → "above" or "below"."""
    strands = [strand for group in found for strand in group.strands]
    low, high = _ends_of_data(strands, log)
    room = DECADES if log else SPANS * max(high - low, 0.02 * abs(high))
    bottom, top, off = low, high, {}
    for name in names:
        values = _scaled(np.concatenate([s.rivals[name] for s in strands if name in s.rivals]), log)
        middle = float(np.median(np.where(np.isnan(values), -np.inf, values)))
        if middle < low - room or middle > high + room:
            off[name] = "below" if middle < low else "above"
        else:
            inside = values[(values >= low - 1.3 * room) & (values <= high + 1.3 * room)]
            bottom, top = min(bottom, *inside), max(top, *inside)
    return _with_room(bottom, top, 0.06, log), off


def horizontal(found: Sequence[Group], log: bool) -> tuple[float, float]:
    """Ends of the x axis: all points and dense curves."""
    strands = [strand for group in found for strand in group.strands]
    x = np.concatenate([*(s.x for s in strands), *(curve[0] for s in strands for curve in s.curves)])
    values = _scaled(x, log)
    return _with_room(float(np.nanmin(values)), float(np.nanmax(values)), 0.05, log)


def ticks(axis: Any, ends: tuple[float, float], log: bool, at: Vector | None = None, most: int = 6) -> None:
    """Ticks at the values `at` where they are few and apart; else round numbers, in full where they are short."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    low, high = _scaled(np.array(ends), log)
    if at is not None and 1 <= len(at) <= most:
        places = np.sort(_scaled(at, log))
        if np.min(np.diff(places), initial=np.inf) > 0.55 / most * (high - low):
            axis.set_major_locator(FixedLocator(list(at)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{float(f'{value:.3g}'):g}"))
            axis.set_minor_locator(NullLocator())
            return
    if not log:
        axis.set_major_locator(MaxNLocator(most - 1))
        return
    decades = high - low
    subs = (1.0,) if decades > 2.2 else ((1.0, 2.0, 5.0) if decades > 0.7 else (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0))
    axis.set_major_locator(LogLocator(subs=subs, numticks=most + 1))
    axis.set_minor_formatter(NullFormatter())
    if most < 5 or decades > 3.0:
        axis.set_minor_locator(NullLocator())
    if ends[0] > 8e-4 and ends[1] < 2e4:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def margins(axes: Any, which: str, furthest: float) -> None:
    """An axis in margins, symmetric about nought; linear near it and logarithmic beyond where something is far away."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    axis = getattr(axes, f"{which}axis")
    end = 1.15 * max(furthest, 1.3)
    if furthest > FAR:
        getattr(axes, f"set_{which}scale")("symlog", linthresh=LINEAR, linscale=1.5)
        tens = 10.0 ** np.arange(1, np.ceil(np.log10(end)), max(1, round(np.log10(end) / 2)))
        axis.set_major_locator(FixedLocator([*-tens[::-1], -1.0, 0.0, 1.0, *tens]))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
        end *= 1.5
    else:
        axis.set_major_locator(MaxNLocator(4, integer=True))
    getattr(axes, f"set_{which}lim")(-end, end)


def _ends_of_data(strands: Sequence[Strand], log: bool) -> tuple[float, float]:
    measured = np.concatenate([s.measured for s in strands])
    lines = [values for s in strands for values in
             (s.measured - s.error, s.measured + s.error, s.theory - s.margin, s.theory, s.theory + s.margin,
              *(y for _, y in s.curves))]  # fmt: skip
    values, points = _scaled(np.concatenate(lines), log), _scaled(measured, log)
    if log:
        values = values[values >= np.nanmin(points) - DEEP]
    every = np.concatenate([values, points])
    return float(np.nanmin(every)), float(np.nanmax(every))


def _scaled(values: Vector, log: bool) -> Vector:
    """Logarithms of the positive values, NaN for the others; on a linear axis the values."""
    values = np.where(np.isfinite(values), values, np.nan)
    return np.log10(values, out=np.full(len(values), np.nan), where=values > 0) if log else values


def _with_room(low: float, high: float, share: float, log: bool) -> tuple[float, float]:
    room = share * (high - low) or (0.3 if log else 0.2 * abs(high) or 1.0)
    return (10.0 ** (low - room), 10.0 ** (high + room)) if log else (low - room, high + room)
