"""Worlds in which the claim is false: what each statement check would have to notice."""

from __future__ import annotations

from fieldbench.claims import Said, Theory
from fieldbench.theory.curves import hartree

from .case import DECAYS
from .experiment import Maximum
from .theory import changed, limiting, solved, square_of_the_coupling


def without_one_over_p(at: Maximum) -> Said:
    """Hartree of infinitely many points at the same ΣL/P."""
    return {Maximum.shift: changed(at, solved(at, hartree))}


def coefficient_two(at: Maximum) -> Said:
    """1/κ_u = (1 + 2u⟨Δ²⟩)/κ: the loss itself contracted, in place of its curvature."""
    return {Maximum.shift: changed(at, solved(at, hartree, coefficient=2.0))}


def worlds(alpha: float) -> dict[str, Theory | float]:
    """For one spectrum."""
    return {
        "limiting-exponent": limiting,  # P^{-α/(1+α)} at any P
        "marginal": 0.0,
        "exponent-alpha": -alpha,  # the ridgeless law
        "square-of-the-coupling": square_of_the_coupling,
        "coefficient-two": coefficient_two,
        "without-one-over-p": without_one_over_p,
    }


WORLDS = {shift: worlds(alpha) for (alpha, _), (shift, *_rest) in DECAYS.items()}
