"""Observables: the usual reductions of quantities to the points that a check compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import AcrossExperiments, Elementwise, Expression, PerExperiment
from fieldbench.errors import BadInput, TooFewPoints

FloatArray = NDArray[np.float64]
OfExperiment = Callable[[Any], float]
NumbersOfExperiment = Callable[[Any], ArrayLike]


def observable(*operands: Expression) -> Callable[[Callable[..., Any]], Expression]:
    """Make an observable of a function of an experiment and of the arrays of quantities there.

    As in `@observable(Sphere.cubic)` over `def samples_times_cubic(at, cubic): return (at.samples * cubic).mean(-1)`,
    where `cubic` has shape (replicates, samples).
    """
    return lambda function: PerExperiment(function, function.__name__, operands)


def across(
    *operands: Expression, labels: tuple[str, ...] | Callable[[Any], Sequence[str]] | None = None, least: int = 1
) -> Callable[[Callable[..., Any]], Expression]:
    """Make an observable of a function of all experiments together and of the points of expressions there.

    As in `@across(Lattice.energy, least=2)` over `def step(experiments, energy): return energy[:, -1] - energy[:, 0]`,
    where `energy` has shape (replicates, points).

    Args:
        operands: expressions, each read over all experiments.
        labels: of the points, or a function of the experiments that gives them.
        least: experiments below which it has no meaning; the check is then left to another tier.
    """
    return lambda function: AcrossExperiments(function, function.__name__, operands, labels, least)


def per(function: NumbersOfExperiment) -> Expression:
    """What is known of each experiment, such as d^{3/4}: a number, or one for each of its points."""
    return PerExperiment(lambda at: np.atleast_1d(np.asarray(function(at), np.float64))[None, :], "per", ())


def crossing(curve: Quantity, level: float) -> Expression:
    """Where a curve first rises through `level` along its axis, linear in the logarithm of the axis; one point each.

    A replicate whose curve does not cross gives NaN, and the verdict is then inconclusive.
    """
    if len(curve.axes) != 1:
        raise BadInput(f"crossing of {curve!r}: it needs one axis, not {curve.axes}")

    def cross(at: Any, values: FloatArray) -> FloatArray:
        return crossings(values, np.asarray(getattr(at, curve.axes[0]), np.float64), level)

    return PerExperiment(cross, f"crossing({curve}, {level:g})", (curve,))


def logarithm(values: FloatArray) -> FloatArray:
    """Logarithm, not a number where there is none: the verdict is then inconclusive, with its reason."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def log(expression: Expression) -> Expression:
    """Natural logarithm, point by point."""
    return Elementwise(logarithm, "log", (expression,))


def exponent(expression: Expression, over: OfExperiment) -> Expression:
    """Exponent of a power law: least-squares slope of log(expression), one point an experiment, against log(over)."""

    def slope(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
        centred = np.log(_abscissa(experiments, over))
        centred = centred - centred.mean()
        if not np.any(centred):
            raise TooFewPoints("a slope needs experiments at two different abscissae at least")
        return np.asarray(logarithm(_one_each(experiments, values)) @ centred / (centred @ centred))

    return AcrossExperiments(slope, "exponent", (expression,), ("exponent",), least=2)


def local_exponents(expression: Expression, over: OfExperiment) -> Expression:
    """Slopes of log(expression) against log(over) between neighbouring experiments."""

    def slopes(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
        logs, steps = logarithm(_one_each(experiments, values)), np.diff(np.log(_abscissa(experiments, over)))
        if not np.all(steps):
            raise TooFewPoints("a local exponent needs neighbours at different abscissae")
        return np.asarray(np.diff(logs, axis=1) / steps)

    return AcrossExperiments(slopes, "local_exponents", (expression,), least=2)


def spread(expression: Expression) -> Expression:
    """Largest over smallest point, minus one. Noise makes it larger, never smaller."""

    def relative(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
        return np.asarray(values.max(axis=1) / values.min(axis=1) - 1.0)

    return AcrossExperiments(relative, "spread", (expression,), ("spread",), least=2)


def change(expression: Expression) -> Expression:
    """The last experiment's point minus the first one's."""

    def last_minus_first(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
        found = _one_each(experiments, values)
        return found[:, -1] - found[:, 0]

    return AcrossExperiments(last_minus_first, "change", (expression,), ("last minus first",), least=2)


def extrapolated(expression: Expression, towards: OfExperiment, least: int = 4) -> Expression:
    """Least-squares line in `towards` through one point an experiment, at towards = 0."""

    def intercept(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
        order = _abscissa(experiments, towards)
        if not np.ptp(order):
            raise TooFewPoints("an extrapolation needs experiments at two different abscissae at least")
        design = np.stack([np.ones_like(order), order], axis=1)
        return np.asarray(_one_each(experiments, values) @ np.linalg.pinv(design)[0])

    return AcrossExperiments(intercept, "extrapolated", (expression,), (f"{expression} extrapolated",), least=least)


def together(*expressions: Expression) -> Expression:
    """The points of several expressions in one check."""

    def joined(experiments: Sequence[Any], *values: FloatArray) -> FloatArray:
        return np.concatenate(values, axis=1)

    if len(expressions) < 2:
        raise BadInput("together: name two expressions at least")
    return AcrossExperiments(joined, "together", expressions)


def _one_each(experiments: Sequence[Any], values: FloatArray) -> FloatArray:
    if values.shape[1] != len(experiments):
        raise BadInput(
            f"an observable over experiments needs one point each: {values.shape[1]} points, {len(experiments)} of them"
        )
    return values


def _abscissa(experiments: Sequence[Any], of: OfExperiment) -> FloatArray:
    return np.array([float(of(experiment)) for experiment in experiments])


def crossings(curves: FloatArray, axis: FloatArray, level: float) -> FloatArray:
    """Where each curve, (replicates, axis), first rises through `level`; NaN where it does not."""
    below = curves < level
    rises = below[:, :-1] & ~below[:, 1:]
    first = rises.argmax(axis=1)
    rows = np.arange(len(curves))
    low, high = curves[rows, first], curves[rows, first + 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = (level - low) / (high - low)
    log_axis = np.log(axis)
    position = np.exp(log_axis[first] + fraction * (log_axis[first + 1] - log_axis[first]))
    return np.where(rises.any(axis=1), position, np.nan)
