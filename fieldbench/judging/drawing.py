"""Drawing: the numbers of a case's figure, so that a record can be shown without anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fieldbench.claims.case import Case
from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import Expression
from fieldbench.claims.names import MAIN, THEORY
from fieldbench.claims.structure import nodes
from fieldbench.judging.evaluation import World, evaluate, short_labels
from fieldbench.judging.judge import Evidence
from fieldbench.judging.predictions import Predictions, Shift, propagated, theory_world


def draw(case: Case, evidence: Evidence, predictions: Predictions, curves: bool = True) -> Mapping[str, Any] | None:
    """Series of measured points with theory, margin and rivals, and dense curves; None where nothing is to be shown."""
    figure = case.figure
    main = evidence.get(MAIN, {})
    experiments = [e for e in case.shown(main) if e in predictions.get(THEORY, {})]
    if figure is None or not experiments:
        return None

    def measured(expression: Expression, experiment: Any) -> Any:
        return main[experiment].get(expression.name) if isinstance(expression, Quantity) else None

    def world(name: str) -> World:
        return theory_world(predictions, name, case.name_of, Shift())

    names = dict(zip(experiments, short_labels(experiments), strict=True))
    series = []
    for experiment in experiments:
        here = [experiment]
        reading = World(measured, lambda other: world(case.name_of(other)), "the measurement")
        values = evaluate(figure.y, here, reading).values
        expected, _, sizes = propagated(figure.y, here, lambda shift: theory_world(
            predictions, THEORY, case.name_of, shift))  # fmt: skip
        rivals = {
            name: evaluate(figure.y, here, world(case.name_of(rival))).values[0]
            for name, rival in figure.rivals.items()
        }
        series.append(
            {
                "group": str(figure.group(experiment)),
                "label": names[experiment],
                "x": _abscissa(figure.x, figure.y, here, reading),
                "measured": values.mean(axis=0),
                "standard_error": values.std(axis=0, ddof=1) / np.sqrt(len(values)),
                "theory": expected,
                "margin": sum((part.size for part in sizes.values()), start=np.zeros(len(expected))),
                "rivals": rivals,
                "curve": [np.asarray(axis, np.float64) for axis in figure.curve(experiment)]
                if figure.curve and curves
                else None,
            }
        )
    return {
        "x": figure.label or str(figure.x),
        "y": figure.symbol or _symbol(figure.y),
        "log": figure.log,
        "series": series,
    }


def _abscissa(x: Expression | str, y: Expression, here: Sequence[Any], world: World) -> Any:
    if isinstance(x, str):
        axis = next(node for node in nodes(y) if isinstance(node, Quantity)).coordinates(here[0])
        grid = np.meshgrid(*axis.values(), indexing="ij")
        return np.asarray(grid[list(axis).index(x)].ravel(), np.float64)
    return evaluate(x, here, world).values[0]


def _symbol(y: Expression) -> str:
    return (y.symbol or y.name) if isinstance(y, Quantity) else str(y)
