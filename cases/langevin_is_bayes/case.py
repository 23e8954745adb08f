"""The stationary law of Langevin training is the Bayesian posterior: on quadratics, at finite width, as N → ∞."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Guard,
    Limit,
    Remainder,
    Rival,
    Theory,
    Tier,
    exponent,
    extrapolated,
    per,
    together,
)
from fieldbench.theory.langevin import euler_maruyama_slope

from . import posteriors
from . import stationary_laws as laws
from .chains import Chains
from .experiment import DecayOffByDimension, Erf, HalfStep, Linear, Prior, ReadoutDrawn, WithoutRootTwo
from .posteriors import BAYES_MEAN, BAYES_VARIANCE, MEAN, VARIANCE, connected_alone
from .stationary_laws import PARTNERS, QUADRATICS, QUARTICS, bias
from .wells import QUARTIC, STIFFNESS, BaoabWells, EulerMaruyamaWells, MetropolisWells, PreconditionedWells, Wells

QUICK = (
    EulerMaruyamaWells(0.05, 1600),
    EulerMaruyamaWells(0.1, 1600),
    BaoabWells(0.4, 3200),
    MetropolisWells(0.3, 800),
    PreconditionedWells(0.1, 800),
    Linear(8, steps=4000, draws=6000),
    Erf(64, steps=1600, draws=2048),
    Prior(128, draws=4096),
)
TIERS = {
    "quick": Tier(QUICK, replicates=16),
    "standard": Tier(
        [
            *QUICK,
            BaoabWells(0.4, 12_800, chains=4000),
            BaoabWells(0.2, 25_600, chains=8000),
            ReadoutDrawn(8, steps=6000, draws=6000),
            Linear(32, steps=8000, draws=6000),
            HalfStep(64, steps=4800, draws=2048),
            Erf(128, steps=6400, draws=4096),
            Erf(256, steps=9600, draws=4096),
            Prior(1024, draws=2048),
        ],
        replicates=16,
        note="no paper tier: the claim is asymptotic and the sources give no sizes",
    ),
}
LONG = ("standard",)

resolution = partial(Remainder, got="chosen")  # what a sampler is asked for where theory is exact


def on_quadratics(scheme: type[Wells], rivals: Mapping[str, Theory] | None = None) -> Check:
    square = scheme.square.at(well=QUADRATICS)
    return Check(f"{scheme.stream}-on-quadratics", square, rivals=rivals or {}, scale="log")


def on_quartics(scheme: type[Wells]) -> Check:
    whole = bias(scheme.square)
    margin = (resolution("resolution: a quarter of the bias", 0.25 * whole),)
    return Check(f"{scheme.stream}-on-quartics", whole, rivals={"no-bias": 0.0}, margin=margin)


def order(scheme: type[Wells], other: float, **options: Any) -> Check:
    """Exponent of the bias in the step, in each quartic well."""
    each = [bias(scheme.square, *one) for one in zip(QUARTICS, PARTNERS, strict=True)]
    return Check(
        f"{scheme.stream}-order",
        together(*(exponent(-one, over=lambda at: at.step) for one in each)),
        rivals={"other-order": other},
        margin=(resolution("resolution: half of the half that tells integers apart", 0.25),),
        **options,
    )


def posterior(kind: str, langevin: Expression, bayes: Expression, statement: bool = False) -> Check:
    """Langevin against exact Bayes at the same width."""
    through_quartic_modes = per(posteriors.step_bias) * langevin
    return Check(
        f"posterior-{kind}",
        langevin - bayes,
        rivals={"gaussian-process": posteriors.gaussian_process},
        margin=(
            resolution("resolution: a tenth of the finite-width correction", 0.1 * langevin),
            Remainder("step, through the response of quartic modes", through_quartic_modes, order="h²", got="computed"),
        ),
        statement=statement,
    )


def slopes(kind: str, langevin: Expression, bayes: Expression) -> tuple[Check, Check]:
    """Coefficient of 1/N, extrapolated to infinite width: of exact Bayes, and of Langevin."""
    rivals: dict[str, Theory | float | Rival] = {"gaussian-process": 0.0, "connected-term-alone": connected_alone}
    at_infinite_width = partial(extrapolated, towards=lambda at: 1 / at.width)
    return (
        Check(f"bayes-slope-of-{kind}", at_infinite_width(bayes, least=2), rivals=rivals, on=whole_step),
        Check(f"langevin-slope-of-{kind}", at_infinite_width(langevin, least=3), rivals=rivals, on=whole_step,
              tiers=LONG),
    )  # fmt: skip


def whole_step(at: Prior) -> bool:
    """No width counts twice."""
    return not isinstance(at, HalfStep)


WEIGHTS = Check("linear-weights", Linear.weights, rivals={"doubled-noise": posteriors.doubled_noise}, scale="log")
BAYES_SLOPE, LANGEVIN_SLOPE = slopes("mean", MEAN, BAYES_MEAN)
CHECKS = (
    on_quadratics(EulerMaruyamaWells, {"exact-law": laws.gibbs}),
    on_quadratics(BaoabWells, {"euler-law": laws.euler_law, "verlet-law": laws.verlet_law}),
    on_quadratics(PreconditionedWells, {"euler-law": laws.euler_law}),
    on_quadratics(MetropolisWells),
    Check("metropolis-on-quartics", MetropolisWells.square.at(well=QUARTICS), scale="log"),
    on_quartics(EulerMaruyamaWells),
    order(EulerMaruyamaWells, other=2.0),
    on_quartics(BaoabWells),
    order(BaoabWells, other=1.0, on=lambda at: at.chains >= 4000, tiers=LONG),  # a bias of 0.1 % is to be resolved
    Limit("limiting-orders", laws.limiting_orders, expected=[1.0, 1.0, 2.0, 2.0],
          margin=(laws.left_by(laws.limiting_orders),
                  Remainder("rounding", 1e-6, got="bounded"))),
    Limit("euler-maruyama-coefficient", laws.limiting_coefficients,
          expected=[euler_maruyama_slope(STIFFNESS[well], QUARTIC[well]) for well in QUARTICS],
          margin=(laws.left_by(laws.limiting_coefficients),)),
    Check("linear-predictor", Linear.predictor,
          rivals={"gaussian-process": posteriors.infinitely_wide, "doubled-noise": posteriors.doubled_noise}),
    WEIGHTS,
    Check("linear-readout", Linear.readout, scale="log"),
    Check("langevin-meets-gibbs", Linear.predictor - Linear.gibbs_predictor),
    Check("weights-meet-gibbs", Linear.weights / Linear.gibbs_weights, scale="log"),
    posterior("mean", MEAN, BAYES_MEAN, statement=True),
    posterior("variance", VARIANCE, BAYES_VARIANCE),
    Check("step-bias-of-outputs", posteriors.outputs_over_bayes, rivals={"no-bias": 1.0}),
    BAYES_SLOPE,
    LANGEVIN_SLOPE,
    *slopes("variance", VARIANCE, BAYES_VARIANCE),
)  # fmt: skip


SAMPLED = (
    *(scheme.square for scheme in (EulerMaruyamaWells, BaoabWells, MetropolisWells, PreconditionedWells)),
    *(Linear.predictor, Linear.weights, Linear.readout),
    *(Erf.mean, Erf.variance, Erf.output_variance),
)
GUARDS = (
    Guard("mixing", Chains.rhat, of=SAMPLED, at_most=1.05),
    Guard("effective-draws", Chains.ess, of=SAMPLED, at_least=100),
    Guard("gibbs-mixing", Linear.gibbs_rhat, of=(Linear.gibbs_predictor, Linear.gibbs_weights), at_most=1.05),
    Guard("effective-networks", Prior.effective, of=(Prior.bayes_mean, Prior.bayes_variance), at_least=0.2),
)


def cheapest(at: Linear) -> bool:
    return at.width == 8


CASE = Case(
    theories={
        EulerMaruyamaWells: laws.euler_maruyama,
        PreconditionedWells: laws.euler_maruyama,
        BaoabWells: laws.baoab,
        MetropolisWells: laws.metropolis,
        Linear: posteriors.exact_linear,
        Prior: posteriors.exact_bayes,
        Erf: posteriors.trained,
    },
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("noise-without-root-two", contradicts=WEIGHTS, experiment=WithoutRootTwo, on=cheapest),
        Control("decay-off-by-d", contradicts=WEIGHTS, experiment=DecayOffByDimension, on=cheapest),
        Control("kernel-fluctuation-left-out", contradicts=BAYES_SLOPE,
                theory=partial(posteriors.exact_bayes, connected=True),
                why="the connected term alone is right for the kernel, not for the predictor"),
    ),
    guards=GUARDS,
    figure=Figure(y=BAYES_MEAN, x=per(lambda at: 1 / at.width), label="1/N", group=lambda at: "exact Bayes",
                  rivals={"connected-term-alone": connected_alone}, on=whole_step),
)  # fmt: skip
