"""What a Gaussian process learns of a feature, from any data set, is bounded by an eigenvalue of another measure.

|⟨φ_t, f⟩_q| = |λ_t φ_t(X)ᵀ(K + κ)⁻¹y| ≤ (λ_t P/κ) rms φ_t rms y, by Cauchy–Schwarz and |(K + κ)⁻¹| ≤ 1/κ; for labels
y ∝ φ_t(X) it lies between κ/(κ + tr K) and κ/(κ + λ_t P rms² φ_t) of the bound. Where between, on average over data
sets, is typical.py's: a ridge at every point takes the place of κ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldbench.claims import AtMost, Case, Check, Control, Known, Remainder, Said
from fieldbench.theory.kernels import SphereQuadrature

from .digits import Digits, RidgeSquared
from .experiment import EIGENVALUE, KERNEL, SPHERE, Band, Stretched, feature
from .tiers import LARGE, TIERS
from .typical import equivalent_kernel, one_loop_ridge, own_strength, twice_the_samples, typical

ALIGNED = Band.ratio.at(target="harmonic")
ON_DIAGONAL = float(KERNEL.of_cosine(np.ones(1))[0])


def eigenvalue_of_the_sphere(at: Band) -> dict[Any, Known]:
    """The overlap is λ_t φ_t(X)ᵀ(K + κ)⁻¹y; at large ridge the bound is tight for the feature as labels."""
    trace = at.samples * ON_DIAGONAL / at.ridge
    # Of a sum over the sphere with terms K(1)/λ_t times its value, amplified by the condition number 1 + tr K/κ.
    rounding = np.finfo(np.float64).eps * SPHERE.weights.size * ON_DIAGONAL / EIGENVALUE * (1.0 + trace)
    return {
        ALIGNED: Known(1.0, Remainder("the kernel beside the ridge, tr K/κ", trace, order="1/κ", got="bounded")),
        Band.difference: Known(np.zeros(len(at.target)), Remainder("rounding", rounding, got="bounded")),
    }


def eigenvalue_of_the_band(at: Band) -> Said:
    """The feature's strength under the measure of the training inputs: its Rayleigh quotient there."""
    band = SphereQuadrature.exact_to(47, at.reach)  # the kernel's degrees fall as (2/3)^l: 10⁻⁸ beyond
    weighted = band.weights * feature(band.points)
    strength = weighted @ KERNEL(band.points, band.points) @ weighted / (weighted @ feature(band.points))
    return {ALIGNED: strength / EIGENVALUE}


def half_the_ridge(at: Band) -> Said:
    """Broken: the bound at κ/2, twice as large."""
    return {ALIGNED: Known(0.5, *eigenvalue_of_the_sphere(at)[ALIGNED].remainders)}


def bound_at_twice_the_ridge(at: Band) -> Said:
    """Broken: (λ_t P/2κ) rms φ_t rms y, as if κ were half the noise's variance: exceeded where the bound is tight."""
    return {Band.ratio: np.full(len(at.target), 0.5)}


BOUND = AtMost("bound", Band.ratio, 1.0, statement=True)
BOUND_ON_DIGITS = AtMost("bound-on-digits", Digits.largest, 1.0, exact=True)
TYPICAL = Check(
    "typical-overlap",
    Digits.overlap.at(target="harmonic", ridge=0.01),
    rivals={"one-loop": one_loop_ridge, "equivalent-kernel": equivalent_kernel, "own-strength": own_strength},
    scale="log",
    statement=True,
)
TIGHT = Check(
    "tight-at-large-ridge",
    ALIGNED,
    rivals={"eigenvalue-of-training-measure": eigenvalue_of_the_band},
    on=lambda at: at.ridge == LARGE,
)
CHECKS = (
    BOUND,
    BOUND_ON_DIGITS,
    TYPICAL,
    Check(
        "typical-overlap-at-larger-ridge",
        Digits.overlap.at(target="harmonic", ridge=0.1),
        rivals={"equivalent-kernel": equivalent_kernel, "own-strength": own_strength},
        scale="log",
        tiers=("standard",),
    ),
    Check(
        "overlap-of-feature-and-labels",
        Digits.overlap,
        rivals={"equivalent-kernel": equivalent_kernel},
        margin=(Remainder("resolution asked: a fiftieth of the bound", 0.02, got="chosen"),),
    ),
    AtMost("bound-with-own-strength", Band.over_own_strength, 1.0, on=lambda at: at.ridge < LARGE),
    Check("overlap-formula", Band.difference, exact=True),
    TIGHT,
)

CASE = Case(
    theories={Band: eigenvalue_of_the_sphere, Digits: typical},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control(
            "kernel-stretched-along-the-axis",
            contradicts=BOUND,
            experiment=Stretched,
            on=lambda at: at.ridge == 1.0,
            why="the bound holds for eigenfunctions of the kernel under q only",
        ),
        Control("ridge-doubled-in-the-bound", contradicts=BOUND, theory=bound_at_twice_the_ridge),
        Control("ridge-halved", contradicts=TIGHT, theory=half_the_ridge),
        Control("ridge-squared", contradicts=TYPICAL, experiment=RidgeSquared, why="the source's κ² is κ here"),
        Control("samples-doubled", contradicts=TYPICAL, theory=twice_the_samples),
    ),
)
