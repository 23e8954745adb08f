"""The map: the bands about each action in which the error must lie, and those that it must have left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, Theory

from .actions import Action, Problem
from .experiment import Regression
from .theory import best, problem, where

Grid = NDArray[np.float64]
Band = Callable[[Any], Grid]
"""An experiment → the width of a band in ln MSE, (samples, ridges); infinite or zero where nothing is asked."""

WIDTHS = (0.02, 0.05, 0.10)


@dataclass(frozen=True)
class Place:
    """Where the error lies about an action, point by point.

    Attributes:
        inside: the narrowest band in which it must lie; infinite where it may lie outside the widest.
        beyond: the widest band that it must have left; 0 where it has left none with certainty.
    """

    inside: Grid
    beyond: Grid


def place(deviation: Grid, uncertainty: Grid) -> Place:
    """On the map: a point nearer to the edge of a band than its uncertainty lies between two neighbours.

    Args:
        deviation: how far the action is off, to the best of our knowledge; of any sign.
        uncertainty: how well that is known, of the same shape.

    >>> found = place(np.array([-0.03, 0.3]), np.array([0.005, 0.01]))
    >>> found.inside.tolist(), found.beyond.tolist()
    ([0.05, inf], [0.02, 0.1])
    """
    edges, size = np.array([0.0, *WIDTHS, np.inf]), np.abs(deviation)
    return Place(
        inside=edges[np.searchsorted(edges[:-1], size + uncertainty)],
        beyond=edges[np.searchsorted(edges[:-1], np.maximum(size - uncertainty, 0.0), side="right") - 1],
    )


def around(action: Action) -> Band:
    """The band about an action in which theory places the error."""
    return lambda at: _placed(action, at).inside


def left(action: Action) -> Band:
    """The band about an action that the error has left."""
    return lambda at: _placed(action, at).beyond


def own(bound: Action) -> Band:
    """The band that an action gives itself, by a bound on what it neglects."""
    return lambda at: place(bound(problem(at)), _uncertainty(at)).inside


def asked(band: Band) -> Expression:
    """The error at the points that have such a band."""
    return where(lambda at: _has_one(band(at)), Regression.error)


def alone(action: Action) -> Theory:
    """The error of an action, without a band."""

    def bare(at: Regression) -> Said:
        return {Regression.error: action(problem(at))}

    return bare


def within(action: Action, band: Band, of: Callable[[Any], Problem] = problem) -> Theory:
    """The error of an action, with a band about it."""

    def banded(at: Regression) -> Said:
        width = np.where(_has_one(band(at)), band(at), 0.0)
        assigned = Remainder("the band that theory assigns to the point", width, got="bounded", relative=True)
        return {Regression.error: Known(action(of(at)), assigned)}

    return banded


def told(action: Action, below: Action) -> Expression:
    """The error where the action holds to the widest band and differs by four margins from the one below it."""

    def apart(at: Regression) -> NDArray[np.bool_]:
        of, neglected = problem(at), _neglected(action, at)
        gap = np.abs(np.log(action(of) / below(of)))
        return np.asarray((neglected < WIDTHS[-1]) & (gap > 4.0 * (neglected + _uncertainty(at))))

    return where(apart, Regression.error)


def with_next_orders(action: Action) -> Theory:
    """The error of an action within what it neglects, as far as all further orders are known."""

    def bounded(at: Regression) -> Said:
        known = best(at)
        return {
            Regression.error: Known(
                action(problem(at)),
                Remainder("orders beyond the action", _neglected(action, at), got="computed", relative=True),
                Remainder("orders beyond the computed ones", known.left_open, got="computed", relative=True),
                Remainder("resolution", known.resolution, got="chosen", relative=True),
            )
        }

    return bounded


def edge(action: Action, band: Band) -> Theory:
    """The error at the upper edge of a band about an action."""

    def upper_edge(at: Regression) -> Said:
        return {Regression.error: action(problem(at)) * np.exp(band(at))}

    return upper_edge


def _has_one(widths: Grid) -> NDArray[np.bool_]:
    return np.isfinite(widths) & (widths > 0.0)


@cache
def _placed(action: Action, at: Regression) -> Place:
    return place(np.log(best(at).error / action(problem(at))), _uncertainty(at))


def _neglected(action: Action, at: Regression) -> Grid:
    return np.abs(np.log(best(at).error / action(problem(at))))


def _uncertainty(at: Regression) -> Grid:
    return best(at).left_open + best(at).resolution


def widest_at_small_ridge(at: Regression) -> NDArray[np.float64]:
    """The widest band, where the ridge is smallest; elsewhere none."""
    return np.tile(np.where(np.isin(at.ridges, (1e-3, 1e-2)), WIDTHS[-1], 0.0), (len(at.samples), 1))
