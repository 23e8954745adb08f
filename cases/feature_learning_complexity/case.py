"""Feature learning changes the complexity class: a network keeps the share of a cubic that its GP loses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fieldbench.claims import (
    AtLeast,
    AtMost,
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Guard,
    Known,
    Remainder,
    Said,
    Tier,
    change,
    exponent,
    extrapolated,
    log,
    per,
    together,
)
from fieldbench.theory.adaptation import COMPLETE, SLIDE

from .experiment import Network, ShuffledLabels, WithoutRootTwo
from .signed_teacher import SIGNS
from .theory import adapted, rescaled

WITHOUT_RESPONSE = replace(COMPLETE, name="ridge over the kernel's spectrum", ridge="kernel")
WITHOUT_CONNECTED = replace(COMPLETE, name="without the connected term", connected=False)


def complete(at: Network) -> dict[Any, Known]:
    """Adaptation with both corrections; what either leaves is guessed to be at most as large as itself."""
    full, ridge, connected = (adapted(at, each) for each in (COMPLETE, WITHOUT_RESPONSE, WITHOUT_CONNECTED))
    return {
        quantity: Known(
            value,
            Remainder("response ridge (order d/n)", np.abs(value - ridge[quantity]), order="d/n", got="guessed"),
            Remainder("connected term (order 1/N)", np.abs(value - connected[quantity]), order="1/N", got="guessed"),
        )
        for quantity, value in full.items()
    }


def slides(at: Network) -> Said:
    """The slides' theory: |w_⊥| frozen, κ for the ridge."""
    return adapted(at, SLIDE)


def gaussian_process(at: Network) -> Said:
    """The infinitely wide network, whose kernel does not move."""
    return rescaled(at, 1.0)


def rescaling(at: Network) -> Said:
    """Learning multiplies the kernel of the Gaussian process by one number."""
    return rescaled(at, None)


def no_feature_learning(at: Network) -> Said:
    """Broken: the Gaussian process in place of the network."""
    right = complete(at)
    return {quantity: Known(value, *right[quantity].remainders) for quantity, value in rescaled(at, 1.0).items()}


def ridge_not_over_n(at: Network) -> Said:
    """Broken: κ in place of κ/n in the closure, the data average forgotten."""
    wrong = adapted(at, COMPLETE, at.samples * at.ridge)
    return {quantity: Known(wrong[quantity], *known.remainders) for quantity, known in complete(at).items()}


def d_over_n(at: Network) -> float:
    """Falls as β^(−1/2) along the ray, and so does d/N."""
    return at.dimension / at.samples


def in_the_limit(level: Expression) -> Expression:
    """A level's logarithm, extrapolated to d/n = 0, where the theory is exact."""
    return extrapolated(log(level), towards=d_over_n)


LINEAR, LINEAR_0, LINEAR_PLUS = (Network.linear.at(sign=sign) for sign in SIGNS)  # ε < 0, ε = 0, ε > 0
OVERLAP, OVERLAP_0, OVERLAP_PLUS = (Network.overlap.at(sign=sign) for sign in SIGNS)
RADIUS, RADIUS_0, RADIUS_PLUS = (Network.radius.at(sign=sign) for sign in SIGNS)
EXPONENT = exponent(Network.harmonic_response, over=lambda at: at.beta)
# What a line in d/n leaves of (d/n)² with coefficient one.
SQUARE = extrapolated(per(lambda at: d_over_n(at) ** 2), towards=d_over_n)
NEXT_ORDER = (Remainder("second order in d/n", SQUARE, order="(d/n)²", got="guessed"),)


def on_the_ray(at: Network) -> bool:
    return not at.mean_field


def smallest(at: Network) -> bool:
    return at.beta == 0.08


RAY = (Network(0.08), Network(0.14), Network(0.24), Network(0.4))
TIERS = {
    "quick": Tier([Network(0.08, steps=1200), Network(0.14, steps=1600)], replicates=8),
    "standard": Tier(RAY, replicates=24, note="about 12 minutes on one core"),
    "paper": Tier(
        [*RAY, Network(1.0, steps=3000, starts=1), Network(1.0, steps=4000, starts=1, mean_field=True)],
        replicates=8,
        note="β = 1 is the source's own size (d = 150, n = 3000, N = 700): 20 minutes on two cores",
    ),
}
FINE = ("standard", "paper")  # four or more β and enough replicates for fine differences
OPEN = (
    "open: what the theory leaves out has two parts of opposite sign, of orders d/n and d/N, which at ε ≥ 0 exceed "
    "its own corrections. At β = .14, four times n at the same n/κ takes d⟨m²⟩ at ε > 0 from .47 below the theory to "
    "within .01 of it; four times N moves d⟨m²⟩ at ε = 0 from .135 above to .07 below and closes half of the gap in "
    "d⟨w_⊥²⟩; both together leave .03 at ε = 0. The connected term accounts for a fifth of the second part: the "
    "weights' covariance is a sum over N neurons in d dimensions, whose spread of order d/N this theory does not "
    "follow. Fluctuations to first order in 1/χ and d/n (theory.adaptation.FLUCTUATING) take d⟨w_⊥²⟩ at ε > 0 from "
    "4.6 … 1.2 % above the theory to 1.1 … .15 % below it, and leave d⟨m²⟩ there 6 … 1.7 % low"
)
PROCESSES, SLIDES = {"gp": gaussian_process, "rescaling": rescaling}, {"slides": slides}
CUBIC = Check("cubic-response", Network.response, rivals=PROCESSES, on=on_the_ray)
LEARNED = Check("linear-learnability", LINEAR, rivals=SLIDES, on=on_the_ray)
VARIANCE = Check("teacher-variance", OVERLAP, rivals=SLIDES, on=on_the_ray)
CHECKS = (
    AtLeast("cubic-response-does-not-fall", EXPONENT, EXPONENT.under(gaussian_process) / 2,
            rivals=PROCESSES, on=on_the_ray, statement=True),
    AtMost("gp-lacks-the-cubic", Network.gp_harmonic_response - 0.05 * Network.harmonic_response, 0.0),
    AtMost("gp-response-falls", change(Network.gp_harmonic_response), 0.0, tiers=FINE, on=on_the_ray),
    CUBIC,
    Check("harmonic-response", Network.harmonic_response, rivals=PROCESSES, on=on_the_ray),
    LEARNED,
    Check("linear-learnability-without-cubic", LINEAR_0, on=on_the_ray),
    Check("linear-learnability-positive", LINEAR_PLUS, on=on_the_ray),
    VARIANCE,
    Check("linear-learnability-full-mean-field", LINEAR, rivals=SLIDES, on=lambda at: at.mean_field),
    Check("teacher-variance-full-mean-field", OVERLAP, rivals=SLIDES, on=lambda at: at.mean_field,
          expect="contradicted",
          because="open: at the source's own size d⟨m²⟩ is 1.0 % below the corrected theory (a fifth below the "
          "slides'); fluctuations to first order in 1/χ and d/n, which there give d⟨w_⊥²⟩ at every sign to .0004, do "
          "not change it"),
    Check("transverse-variance", RADIUS, rivals=SLIDES, tiers=FINE, on=lambda at: at.beta <= 0.14),
    Check("transverse-variance-at-large-beta", RADIUS, rivals=SLIDES, tiers=FINE, on=lambda at: 0.24 <= at.beta <= 0.4,
          expect="inconclusive",
          because="the theory's own corrections, hence the margin, shrink to .0015: finer than 24 replicates resolve"),
    Check("exact-in-the-limit", together(*map(in_the_limit, (LINEAR, LINEAR_0, LINEAR_PLUS, RADIUS, RADIUS_0))),
          margin=NEXT_ORDER, tiers=FINE, on=on_the_ray),
    Check("exact-in-the-limit-at-positive-cubic", together(in_the_limit(OVERLAP_PLUS), in_the_limit(RADIUS_PLUS)),
          margin=NEXT_ORDER, tiers=FINE, on=on_the_ray, expect="inconclusive",
          because="open: at ε > 0 the extrapolated d⟨w_⊥²⟩ lies on the edge of the margin; the levels themselves are "
          "off"),
    Check("teacher-variance-without-cubic", OVERLAP_0, tiers=FINE, on=lambda at: 0.14 <= at.beta <= 0.4,
          expect="contradicted", because=OPEN),
    Check("teacher-variance-positive", OVERLAP_PLUS, on=on_the_ray, expect="contradicted", because=OPEN),
    Check("transverse-variance-positive", RADIUS_PLUS, on=on_the_ray, expect="contradicted", because=OPEN),
)  # fmt: skip

GUARDS = tuple(
    guard
    for name, quantity, rhat, ess, least in (
        ("linear", Network.linear, Network.rhat_linear, Network.ess_linear, 20),
        ("cubic", Network.harmonic_response, Network.rhat_harmonic, Network.ess_harmonic, 10),
        ("response", Network.response, Network.rhat_cubic, Network.ess_cubic, 10),
        ("teacher-variance", Network.overlap, Network.rhat_overlap, Network.ess_overlap, 10),
        ("transverse-variance", Network.radius, Network.rhat_radius, Network.ess_radius, 10),
    )
    for guard in (
        Guard(f"mixing-{name}", rhat, of=(quantity,), at_most=1.1, on=lambda at: at.starts == 2),
        Guard(f"stationary-{name}", rhat, of=(quantity,), at_most=1.2, on=lambda at: at.starts == 1),
        Guard(f"effective-samples-{name}", ess, of=(quantity,), at_least=least),
    )
)

CASE = Case(
    theories={Network: complete},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("noise-without-root-two", contradicts=VARIANCE, experiment=WithoutRootTwo, on=smallest),
        # Chains of 1,200 steps are the quick tier's, which has the time for one broken measurement only.
        Control("shuffled-labels", contradicts=LEARNED, experiment=ShuffledLabels,
                on=lambda at: at.beta == 0.08 and at.steps >= 2000),
        Control("no-feature-learning", contradicts=CUBIC, theory=no_feature_learning, on=smallest),
        Control("ridge-not-over-n", contradicts=LEARNED, theory=ridge_not_over_n, on=smallest),
    ),
    guards=GUARDS,
    figure=Figure(y=Network.harmonic_response, x=per(lambda at: at.beta), label="β", group=lambda at: "along the ray",
                  rivals=PROCESSES, log="xy", on=on_the_ray),
)  # fmt: skip
