"""Worlds in which a statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fieldbench.claims import Said

from .broken import half_a_point_more
from .case import LEARNED, POSTERIOR, alone, with_one_loop, without_one_in_samples
from .experiment import Gaussian
from .theory import gaussian_features, learned_of_gaussian, of_modes, orders


def first_order_only(at: Gaussian) -> Said:
    """Effective ridge and the order 1/P, nothing of 1/P²."""
    return of_modes(at, orders(at)[0][:2].sum(axis=0))


def correction_doubled(at: Gaussian) -> Said:
    """Twice the order 1/P."""
    terms = orders(at)[0]
    return of_modes(at, terms.sum(axis=0) + terms[1])


def complex_features(at: Gaussian) -> Said:
    """Features of unitary instead of orthogonal symmetry, in which the order 1/P vanishes."""
    return without_one_in_samples(at)


def more_noise(at: Gaussian, share: float) -> Said:
    """T larger by `share`."""
    return gaussian_features(replace(at, ridge=tuple(T * (1.0 + share) for T in at.ridge)))


def exponent_of_learning(at: Gaussian, power: float) -> Said:
    """L/(1 − L) as another power of Pλ/κ_eff."""
    odds = learned_of_gaussian(at).value
    odds = (odds / (1.0 - odds)) ** power
    return of_modes(at, odds / (1.0 + odds))


OF_MODES = {
    "one-loop": with_one_loop,
    "effective-ridge-alone": complex_features,
    "no-order-beyond-the-first": first_order_only,
    "order-doubled": correction_doubled,
    "half-a-point-more": half_a_point_more,
}
WORLDS = {
    LEARNED: {**OF_MODES, "one-per-cent-more-noise": partial(more_noise, share=0.01)},
    POSTERIOR: {**OF_MODES, "no-feedback": alone, "power-of-odds": partial(exponent_of_learning, power=1.01)},
}
