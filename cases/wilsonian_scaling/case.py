"""A quartic term in the loss is irrelevant: its effect dies with P, as the ridge's renormalised coupling does."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import (
    AtMost,
    Case,
    Check,
    Control,
    Figure,
    Guard,
    Limit,
    Remainder,
    exponent,
    per,
    with_margins,
)

from .broken import sign_flipped
from .collapse import collapse
from .experiment import CubicLoss, Maximum, Mean, WithoutRootTwo
from .theory import (
    coefficient_two,
    collapse_left_open,
    left_of_the_limit,
    limiting,
    limiting_exponents,
    no_flow,
    of_maximum,
    of_mean,
    one_even_ridge,
    square_of_the_coupling,
    train_error_alone,
)
from .tiers import ALPHAS, COUPLINGS, TIERS, resolved

decay = partial(exponent, over=lambda at: at.samples)


def decays(alpha: float, u: float) -> tuple[Check, ...]:
    """Exponents of the shift, of the effective coupling and of the error."""
    of = f"alpha-{alpha:.0f}-u-{u:.1f}".replace(".", "")
    asked = partial(Check, on=lambda at: at.alpha == alpha)
    shift, coupling, error = -Maximum.shift.at(u=u), Maximum.coupling.at(u=u), Maximum.curve.at(u=u)
    return (
        asked(f"shift-decays-{of}", decay(shift), statement=True,
              rivals={"limiting-exponent": limiting, "marginal": 0.0, "exponent-alpha": -alpha}),
        asked(f"asymptotic-freedom-{of}", decay(coupling),
              rivals={"limiting-exponent": limiting, "constant-coupling": 0.0}),
        asked(f"learning-curve-{of}", decay(error), rivals={"ridgeless": -alpha}),
    )  # fmt: skip


def mean_falls(u: float) -> Check:
    name = f"posterior-shift-falls-u-{u:.1f}".replace(".", "")
    return AtMost(name, decay(-Mean.shift.at(u=u)), 0.0, rivals={"marginal": 0.0}, on=lambda at: at.alpha == 1.0)


DECAYS = {(alpha, u): decays(alpha, u) for alpha in ALPHAS for u in COUPLINGS}
HARTREE = Check("hartree", Maximum.gap, rivals={"coefficient-two": coefficient_two}, on=resolved)
HARTREE_OF_MEAN = Check("hartree-of-posterior-mean", Mean.gap,
                        rivals={"one-even-ridge": one_even_ridge, "train-error-alone": train_error_alone})  # fmt: skip
CHECKS: tuple[Check | Limit, ...] = (
    *(check for three in DECAYS.values() for check in three),
    Check("shift-at-each-size", Maximum.shift, rivals={"coefficient-two": coefficient_two}),
    HARTREE,
    Check("shift-of-posterior-mean", Mean.shift,
          rivals={"one-even-ridge": one_even_ridge, "train-error-alone": train_error_alone}),
    HARTREE_OF_MEAN,
    *map(mean_falls, COUPLINGS),
    Check("scaling-collapse", collapse, rivals={"no-flow": no_flow},
          margin=(Remainder("orders beyond", collapse_left_open, order="1/P²", got="computed"),
                  Remainder("resolution", 0.01, got="chosen")), on=lambda at: at.alpha == 1.0),
    Limit("limiting-exponents", limiting_exponents, expected=0.0, margin=(
        Remainder("powers of the coupling", left_of_the_limit, got="computed"),
        Remainder("rounding", 1e-8, got="bounded"),
    )),
)  # fmt: skip


def wrong_powers(shift: Check) -> tuple[Control, ...]:
    """Errors in the flow of the coupling that an exponent has to notice."""
    of = shift.id.removeprefix("shift-decays-")
    return (
        Control(f"loss-contracted-{of}", contradicts=shift, theory=with_margins(coefficient_two, of_maximum),
                why="1/κ_u = (1 + 2u⟨Δ²⟩)/κ: the loss itself contracted, in place of its curvature"),
        Control(f"second-order-{of}", contradicts=shift, theory=with_margins(square_of_the_coupling, of_maximum),
                why="a shift of second order in the effective coupling"),
    )  # fmt: skip


CASE = Case(
    theories={Maximum: of_maximum, Mean: of_mean},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("sign-of-u-flipped", contradicts=HARTREE, theory=sign_flipped),
        Control("cubic-in-place-of-quartic", contradicts=HARTREE, experiment=CubicLoss,
                on=lambda at: at.alpha == 1.0 and at.samples == 25),
        Control("noise-without-root-two", contradicts=HARTREE_OF_MEAN, experiment=WithoutRootTwo,
                on=lambda at: at.alpha == 1.0 and at.samples == 100),
        *(control for shift, *_ in DECAYS.values() for control in wrong_powers(shift)),
    ),
    guards=(
        Guard("solved", Maximum.residual, at_most=1e-8,
              of=(Maximum.shift, Maximum.gap, Maximum.coupling, Maximum.curve, Maximum.learned)),
        Guard("mixed", Mean.rhat, of=(Mean.shift, Mean.gap), at_most=1.1),
        Guard("effective-draws", Mean.ess, of=(Mean.shift, Mean.gap), at_least=30),
    ),
    figure=Figure(y=-Maximum.shift.at(u=COUPLINGS[0]), x=per(lambda at: at.samples), label="P",
                  symbol="−δMSE/MSE at u = 0.1", group=lambda at: f"α = {at.alpha:g}", log="xy"),
)  # fmt: skip
