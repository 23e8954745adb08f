"""Worlds in which a statement of this claim is false, listed before looking at whether its check notices."""

from __future__ import annotations

from collections.abc import Mapping

from fieldbench.claims import Check, Theory
from fieldbench.claims.known import Said
from fieldbench.theory.curves import scaling_laws

from .data_set import half_way, labels_of_spectrum, tail_of_labels
from .experiment import PowerLaw
from .statements import FOLLOWS_TAIL, OF_CIFAR, OF_DIGITS, OF_MNIST, OF_PROPORTIONAL
from .theory import EXPONENTS, errors, leading_order, ridge_leaves_exponent, spectrum_alone, tail_alone, tail_cut


def steeper_tail(at: PowerLaw) -> Said:
    """The measured curve falls faster than the theory's by a tenth of b, at every P: a neighbouring exponent."""
    return _times_power(at, [0.1 * target.tail(at.alpha) for target in at.target])


def tail_of_single_modes(at: PowerLaw) -> Said:
    """The exponent is that of y_k² itself, 1 + b, not of its sum beyond K."""
    return _times_power(at, [1.0 for _ in at.target])


def ridge_over_two_plus_alpha(at: PowerLaw) -> Said:
    """Where the ridge dominates b/(2 + α), in place of b/(1 + α): a neighbouring rule."""
    steps = [t.tail(at.alpha) * (1 / (2 + at.alpha) - 1 / (1 + at.alpha)) if t.ridge else 0.0 for t in at.target]
    return _times_power(at, steps)


def growing_e0(at: PowerLaw) -> Said:
    """Without ridge E0 is no constant of the spectrum: it grows by a twentieth an octave, as P^{0.07}."""
    return _times_power(at, [0.0 if t.ridge else -0.07 for t in at.target])


def _times_power(at: PowerLaw, steps: list[float]) -> Said:
    slopes = scaling_laws.log_log_slope(at.samples, errors(at).value)
    return {expression: [slopes[i] - steps[i] for i in chosen] for expression, chosen in EXPONENTS.items()}


ON_IMAGES: dict[str, Theory | float] = {
    "nothing-is-learned": 0.0,
    "spectrum-alone": labels_of_spectrum,
    "tail-alone": tail_of_labels,
    "half-way-to-spectrum": half_way,
}
WORLDS: Mapping[Check, Mapping[str, Theory | float]] = {
    FOLLOWS_TAIL: {
        "exponent-of-infinite-p": tail_alone,
        "spectrum-alone": spectrum_alone,
        "without-orders-in-one-over-p": leading_order,
        "fixed-modes-per-sample": tail_cut,
        "steeper-by-a-tenth": steeper_tail,
    },
    OF_PROPORTIONAL: {
        "exponent-of-infinite-p": tail_alone,
        "ridge-changes-nothing": ridge_leaves_exponent,
        "ridge-divides-by-two-plus-alpha": ridge_over_two_plus_alpha,
        "exponent-of-single-modes": tail_of_single_modes,
        "growing-e0": growing_e0,
    },
    OF_DIGITS: ON_IMAGES,
    OF_MNIST: ON_IMAGES,
    OF_CIFAR: ON_IMAGES,
}
"""Statements → name → what is true instead, as a theory of an experiment or the number at every point."""
