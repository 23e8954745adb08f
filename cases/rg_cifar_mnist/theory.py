"""What the theories of the case say of each experiment, with what they leave open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said
from fieldbench.theory import curves, decimation
from fieldbench.theory.curves import LearningCurve, gaussian_error_correction, unevenness
from fieldbench.theory.decimation import Decimation, LocalOrder, local_order

from . import exchange_theory as exchanges
from .cuts import cuts, full_curve
from .exchange_theory import Exchange
from .experiment import Curve, Decimated

Vector = NDArray[np.float64]

REVIEW = 0.01  # ε in the review
OBSERVED = ("level", "slope", "error", "low_modes")


@cache
def full(at: Curve) -> LearningCurve:
    """The effective ridge of the full theory."""
    return full_curve(at.population, at.samples, at.ridge)


@cache
def left_open(at: Curve) -> tuple[Any, Any, Any]:
    """Relative next orders at each P: unevenness of the ridge over images, its fluctuation, 1/P."""
    curve, modes = full(at), at.population.modes
    fluctuation = np.array([exchanges.fluctuation(at.population, P, at.ridge) for P in at.samples])
    pairs = zip(at.samples, curve.effective_ridge, strict=True)
    uneven = np.array([unevenness.over_points(modes, *pair) for pair in pairs])
    power = at.population.power
    plain = curves.effective_ridge(modes.eigenvalues, at.samples, at.ridge, target=power)
    order = np.abs(gaussian_error_correction(modes.eigenvalues, at.samples, at.ridge, power)) / plain.test_error
    return uneven, fluctuation, order


def effective_ridge(at: Curve) -> Said:
    """One effective ridge for all images."""
    curve = full(at)
    uneven, fluctuation, order = left_open(at)
    error, variance = curve.test_error, curve.effective_ridge / (1.0 - curve.learnability.sum(axis=1) / at.images)
    remainders = (
        Remainder("fluctuation of the ridge between draws", fluctuation, "E0 Var c/c²", "computed", relative=True),
        Remainder("next order of Gaussian features", order, "1/P", "computed", relative=True),
        Remainder("unevenness of the ridge over images", uneven, "Var c/c²", "computed", relative=True),
    )
    return {Curve.error: Known(error, *remainders), Curve.variance: Known(variance, *remainders)}


@cache
def next_orders(at: Curve) -> list[LocalOrder]:
    """Of the ridge at each image, over the images' own fourth moments."""
    of = at.population
    return [local_order(of.gram, of.targets, P, at.ridge, exchanges.at_each_image(of, P, at.ridge)) for P in at.samples]


def ridge_alone(at: Curve) -> dict[Expression, Vector]:
    """A self-consistent ridge at each image, without the next order."""
    each = [exchanges.at_each_image(at.population, P, at.ridge) for P in at.samples]
    return {
        Curve.error: np.array([one.test_error for one in each]),
        Curve.variance: np.array([at.ridge + one.variance.mean() for one in each]),
    }


def ridge_at_each_image(at: Curve) -> Said:
    """A self-consistent ridge at each image, and its next order in 1/P."""
    orders = next_orders(at)
    shifts: dict[Expression, list[float]] = {
        Curve.error: [o.error for o in orders],
        Curve.variance: [o.variance + o.last for o in orders],
    }
    # A draw's error scatters by 7 to 15 %, its variance by half of that: what 128 of them can tell.
    asked: dict[Expression, float] = {Curve.error: 0.02, Curve.variance: 0.01}
    said: dict[Expression, Known] = {}
    for what, alone in ridge_alone(at).items():
        relative = np.array(shifts[what]) / alone
        beyond = [order.beyond(rho) for order, rho in zip(orders, relative, strict=True)]
        said[what] = Known(
            alone * (1.0 + relative),
            Remainder("what follows the next order over images", beyond, "1/P²", "bounded", relative=True),
            Remainder("resolution", asked[what], "of the value", "chosen", relative=True),
        )
    return said


def without_finite_population(at: Curve) -> Said:
    """The images drawn as if there were no end of them."""
    of = at.population
    curve = curves.effective_ridge(of.modes.eigenvalues, at.samples, at.ridge, target=of.power)
    return {Curve.error: curve.test_error, Curve.variance: curve.effective_ridge}


def equivalent_kernel(at: Curve) -> Said:
    """κ_eff = κ, E0 = 1."""
    of = at.population
    curve = curves.equivalent_kernel(of.modes.eigenvalues, at.samples, at.ridge, target=of.power)
    return {Curve.error: curve.test_error, Curve.variance: curve.effective_ridge}


def one_loop(at: Curve) -> Said:
    """The effective ridge iterated once."""
    of = at.population
    curve = curves.one_loop(of.modes.eigenvalues, at.samples, at.ridge, target=of.power)
    return {Curve.error: curve.test_error, Curve.variance: curve.effective_ridge}


def without_e0(at: Curve) -> Said:
    """The effective ridge without the factor E0."""
    return {Curve.error: full(at).test_error / full(at).e0}


def decimated(at: Curve) -> Said:
    """The error of the truncated kernel with T(Λ), by its own effective ridge."""
    of = at.population
    errors = [decimation.decimated_curve(cuts(of, P, at.ridge, [REVIEW])[0], P, of.power, at.images).test_error[0]
              for P in at.samples]  # fmt: skip
    known = effective_ridge(at)[Curve.error]
    assert isinstance(known, Known)
    return {Curve.error: Known(errors, *known.remainders)}


def cutoff_equivalent_kernel(at: Curve) -> Said:
    """The equivalent kernel at T(Λ), the talk read literally."""
    of = at.population
    errors = [decimation.equivalent_kernel_at_cutoff(cuts(of, P, at.ridge, [REVIEW])[0], P, of.power)
              for P in at.samples]  # fmt: skip
    known = effective_ridge(at)[Curve.error]
    assert isinstance(known, Known)
    return {Curve.error: Known(errors, *known.remainders)}


def dense_curve(at: Curve) -> tuple[Any, Any]:
    samples = np.geomspace(at.samples[0], at.samples[-1], 40)
    return samples, full_curve(at.population, samples, at.ridge).test_error


# Modes exchanged for ridge: tables over (P, ε).


@cache
def _cuts(at: Decimated) -> list[tuple[int, list[Decimation]]]:
    return [(P, cuts(at.population, P, at.ridge, at.threshold)) for P in at.samples]


def _table(at: Decimated, make: Callable[[int, Decimation], Any]) -> Any:
    """make(P, cut) at each P and threshold."""
    return np.array([[make(P, cut) for cut in row] for P, row in _cuts(at)], dtype=object)


@cache
def exchange(at: Decimated, uniform: bool) -> Any:
    of = at.population
    return _table(at, lambda P, cut: exchanges.exchange(
        of, exchanges.at_each_image(of, P, at.ridge), P, at.ridge, cut.keep, uniform
    ))  # fmt: skip


@cache
def one_ridge(at: Decimated, factor: float = 1.0, finite: bool = True) -> Any:
    """By one effective ridge for all images."""
    return _table(at, lambda P, cut: exchanges.one_ridge(at.population, P, at.ridge, cut, factor, finite))


def _said(local: Any = None, uniform: Any = None) -> dict[Expression, Any]:
    return {
        getattr(Decimated, f"{name}_{what}"): _read(table, what)
        for name, table in (("local", local), ("uniform", uniform)) if table is not None
        for what in OBSERVED
    }  # fmt: skip


def _read(table: Any, what: str) -> Any:
    return np.vectorize(lambda one: getattr(one, what), otypes=[float])(table)


LEVEL, SLOPE, QUARTER = 0.0145, 0.05, 0.25
"""Resolution asked of the measurements: in units of the tail, and of the effect that once more of it would have."""


def truncated(at: Decimated) -> dict[Expression, Known]:
    """The kernel K_{≤Λ} with a self-consistent ridge at each image, the tail its own or everywhere its mean."""
    of = at.population
    fluctuation = np.array([[exchanges.fluctuation(of, P, at.ridge)] for P in at.samples])
    off_diagonal = _table(at, lambda P, cut: exchanges.off_diagonal(of, P, at.ridge, cut)).astype(float)
    once_more = np.vectorize(Exchange.minus)(one_ridge(at, 2.0), one_ridge(at))

    def computed(value: Any) -> Remainder:
        return Remainder("fluctuation of the ridge between draws", value, order="E0 Var c/c²", got="computed")

    def asked(value: Any) -> Remainder:
        return Remainder("resolution", value, order="of the tail's effect", got="chosen")

    def known(name: str, table: Any) -> dict[Expression, Known]:
        # With its own tail as ridge at each image only the off-diagonal part acts, else its unevenness too.
        value = {what: _read(table, what) for what in OBSERVED}
        uneven = {what: np.abs(value[what] - _read(exchange(at, False), what)) for what in OBSERVED}
        effect = {what: np.abs(_read(once_more, what)) + uneven[what] for what in ("error", "low_modes")}
        remainders = {
            "level": (
                computed(fluctuation * (off_diagonal + uneven["level"])),
                asked(LEVEL + QUARTER * uneven["level"]),
            ),
            "slope": (computed(fluctuation), asked(SLOPE)),
            **{what: (computed(fluctuation * effect[what]), asked(QUARTER * effect[what])) for what in effect},
        }
        return {getattr(Decimated, f"{name}_{what}"): Known(value[what], *remainders[what]) for what in OBSERVED}

    return {**known("local", exchange(at, False)), **known("uniform", exchange(at, True))}


def uniform_ridge(at: Decimated) -> dict[Expression, Any]:
    """T(Λ) at every image is what the tail leaves: its own tail at each then changes what it changes against that."""
    difference = np.vectorize(Exchange.minus)(exchange(at, False), exchange(at, True))
    return _said(difference, one_ridge(at))


def claimed_uniform(at: Decimated) -> Said:
    """The claim with one ridge for all images, and no wider margin."""
    wrong = uniform_ridge(at)
    return {what: Known(wrong[what], *known.remainders) for what, known in truncated(at).items()}


def tail_doubled(at: Decimated) -> Said:
    """Twice the ridge."""
    return _of_either(one_ridge(at, 2.0))


def tail_omitted(at: Decimated) -> Said:
    """No ridge for the modes that are integrated out."""
    return _of_either(one_ridge(at, 0.0))


def _of_either(table: Any) -> Said:
    """For its own tail at each image and for its mean, of whose slope one ridge for all says nothing."""
    said = _said(table, table)
    del said[Decimated.uniform_slope]
    return said


def decimated_without_finite_population(at: Decimated) -> Said:
    """δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, as if there were no end of images."""
    return _said(one_ridge(at, finite=False))
