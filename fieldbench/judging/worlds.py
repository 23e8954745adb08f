"""Worlds in which a claim would be false: would its statement notice?

A world is a theory that is meant to be wrong. Data are simulated from it with the scatter that the replicates show, and
weighed as if they had been measured. A world that lies two margins or more from the theory has to be contradicted; one
that lies closer is what the check cannot see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.case import Case
from fieldbench.claims.check import Check
from fieldbench.judging.judge import Arrays, read_in_world
from fieldbench.judging.predictions import Predictions
from fieldbench.verdicts.rule import Verdict
from fieldbench.verdicts.weigh import told, whole_margin

FAR = 2.0
"""Margins away, at some point, from which a world has to be contradicted."""

NEARLY_ALWAYS = 0.99
"""The fraction of its data sets in which that is asked."""

FEWEST = 3
"""Worlds that a statement lists."""


@dataclass(frozen=True)
class Met:
    """What a statement said of data from a world in which it is false.

    Attributes:
        check: the statement's id.
        world: name of the world.
        margins: its distance from the theory at the point where it is furthest, in margins (for a bound: by how far the
            world breaks it, in half 98 % intervals).
        verdicts: verdict → fraction of the simulated data sets.
    """

    check: str
    world: str
    margins: float
    verdicts: Mapping[str, float]

    @property
    def contradicted(self) -> float:
        """Fraction of the simulated data sets that contradict the claim."""
        return self.verdicts.get(Verdict.CONTRADICTED, 0.0)

    @property
    def far(self) -> bool:
        """Whether the claim has to notice."""
        return self.margins >= FAR


def meet(
    case: Case,
    check: Check,
    world: Any,
    measured: Mapping[Any, Arrays],
    predictions: Predictions,
    name: str = "world",
    simulations: int = 200,
) -> Met:
    """Simulate data from a world and let a check judge them.

    Args:
        case: the case.
        check: one of its checks, two-sided or a bound.
        world: a theory of an experiment, or a number for every point.
        measured: the sound measurement, whose scatter over replicates is the noise.
        predictions: of the case's own theories.
        name: of the world.
        simulations: data sets to simulate.
    """
    values, expected, parts, false = read_in_world(case, check, world, measured, predictions)
    rng = np.random.default_rng([simulations, *name.encode()])
    found: Counter[str] = Counter()
    margin = whole_margin(parts, len(expected), check.id)
    for _ in range(simulations):
        estimate, verdict = told(check.terms, false + _noise(values, rng), expected, margin)
        found[verdict] += 1
    room = margin if check.terms.side == "both" else estimate.quantile * estimate.standard_error
    broken = {"above": expected - false, "below": false - expected}.get(check.terms.side, np.abs(false - expected))
    with np.errstate(divide="ignore", invalid="ignore"):
        margins = np.where(room > 0, broken / room, np.inf * np.sign(broken))
    verdicts = {verdict: count / simulations for verdict, count in found.items()}
    return Met(check.id, name, float(np.nanmax(margins)), verdicts)


def _noise(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Gaussian replicates with the sample covariance of the measured ones over the points, (replicates, points)."""
    count = len(values)
    if count < 2:
        return np.zeros_like(values)
    return np.asarray(rng.standard_normal((count, count)) @ (values - values.mean(axis=0)) / np.sqrt(count - 1))
