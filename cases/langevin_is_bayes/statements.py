"""What is asked of each scheme and each posterior: its law in wells, its order, its width's share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fieldbench.claims import Check, Expression, Remainder, Rival, Theory, exponent, extrapolated, per, together

from . import posteriors
from .posteriors import connected_alone
from .stationary_laws import PARTNERS, QUADRATICS, QUARTICS, bias
from .tiers import LONG, one_set
from .wells import Wells

resolution = partial(Remainder, got="chosen")  # what a sampler is asked for where theory is exact


def on_quadratics(scheme: type[Wells], rivals: Mapping[str, Theory], wells: tuple[int, ...] = QUADRATICS,
                  name: str = "quadratics", tiers: tuple[str, ...] = ()) -> Check:  # fmt: skip
    square = scheme.square.at(well=wells)
    return Check(f"{scheme.stream}-on-{name}", square, rivals=rivals, scale="log", tiers=tiers)


def on_quartics(scheme: type[Wells], asked: float) -> Check:
    """The bias of the exact law itself: what is asked is a fraction of ⟨θ²⟩, not of the bias."""
    margin = (resolution("resolution: a fraction of ⟨θ²⟩", asked),)
    return Check(f"{scheme.stream}-on-quartics", bias(scheme.square), rivals={"no-bias": 0.0}, margin=margin)


def order(scheme: type[Wells], other: float, **options: Any) -> Check:
    """Exponent of the bias in the step, in each quartic well."""
    each = [bias(scheme.square, *one) for one in zip(QUARTICS, PARTNERS, strict=True)]
    return Check(
        f"{scheme.stream}-order",
        together(*(exponent(-one, over=lambda at: at.step) for one in each)),
        rivals={"other-order": other},
        margin=(resolution("resolution: less than half of the half that tells integers apart", 0.22),),
        **options,
    )


def posterior(kind: str, langevin: Expression, bayes: Expression, **options: Any) -> Check:
    """Langevin against exact Bayes at the same width."""
    through_quartic_modes = per(posteriors.step_bias) * langevin
    return Check(
        f"posterior-{kind}",
        langevin - bayes,
        rivals={
            "gaussian-process": posteriors.gaussian_process,
            "connected-term-alone": posteriors.kernel_turned_alone,
        },
        margin=(
            resolution("resolution: a tenth of the finite-width correction", 0.1 * langevin),
            Remainder("step, through the response of quartic modes", through_quartic_modes, order="h²", got="computed"),
        ),
        **options,
    )


def slopes(kind: str, langevin: Expression, bayes: Expression) -> tuple[Check, Check]:
    """Coefficient of 1/N, extrapolated to infinite width: of exact Bayes, and of Langevin."""
    rivals: dict[str, Theory | float | Rival] = {"gaussian-process": 0.0, "connected-term-alone": connected_alone}
    at_infinite_width = partial(extrapolated, towards=lambda at: 1 / at.width)
    return (
        Check(f"bayes-slope-of-{kind}", at_infinite_width(bayes, least=2), rivals=rivals, on=one_set),
        Check(f"langevin-slope-of-{kind}", at_infinite_width(langevin, least=3), rivals=rivals, on=one_set,
              tiers=LONG),
    )  # fmt: skip
