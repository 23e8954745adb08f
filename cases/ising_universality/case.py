"""At Onsager's T_c χ ∝ L^{7/4}, G(L/2) ∝ L^{−1/4}, dU/dT ∝ L, and Binder's cumulant takes its universal value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from functools import partial

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Figure,
    Guard,
    Limit,
    Quantity,
    Remainder,
    Tier,
    change,
    exponent,
    per,
)
from fieldbench.theory.ising import Scaling, onsager, scaling

from .experiment import HalfTheCoupling, NotConnected, OpenEdges, Torus
from .theory import CROSSING_LEFT, ONSAGER, ROUND, exact, heat_step, universality

CROSSING = 1.0 / (1.0 / ROUND - change(Torus.binder) / change(Torus.binder_slope))
"""T at which U of two sizes are equal, by one Newton step in K from that of the runs."""


def size(at: Torus) -> int:
    return at.size


def critical(at: Torus) -> bool:
    return at.temperature == ONSAGER


at_onsager, at_round = partial(Torus, temperature=ONSAGER), partial(Torus, temperature=ROUND)
EIGHT = partial(Torus, 8, chains=256, steps=200)
SMALL = (at_onsager(8, chains=256, steps=600), at_onsager(16))
LARGE = (at_onsager(32, steps=600), at_onsager(64, steps=400), at_onsager(96, steps=280))
ELSEWHERE = (EIGHT(temperature=2.0), EIGHT(temperature=2.6))
TIERS = {
    "quick": Tier([*SMALL, at_onsager(24, steps=560), EIGHT(temperature=ROUND), at_round(16)], replicates=16),
    "standard": Tier(
        [*SMALL, *LARGE, at_round(16), at_round(32, steps=600), *ELSEWHERE],
        replicates=16,
        note="the source gives no sizes: there is no larger tier of its own",
    ),
}


def law(id: str, quantity: Quantity, of: Callable[[Scaling], float], statement: bool = False) -> Check:
    """The exponent of a power of L, against those of other universality classes."""
    rivals = {"mean-field": of(scaling.MEAN_FIELD), "percolation": of(scaling.PERCOLATION)}
    return Check(id, exponent(quantity, over=size), rivals=rivals, on=critical, statement=statement)


def on_eight(id: str, quantity: Quantity) -> Check:
    return Check(id, quantity, theory=exact, on=lambda at: at.size == 8 and critical(at), scale="log")


ENERGY = Check("exact-energy", Torus.energy, theory=exact)
BULK = {"infinite-lattice": onsager.bulk_critical_energy()}
OTHER_DISTRIBUTIONS = {"gaussian-fluctuations": 0.0, "one-magnetisation": 2 / 3}
OTHER_TEMPERATURES = {"mean-field": 4.0, "bethe-lattice": onsager.BETHE_TEMPERATURE}
NU = law("nu-from-binder-slope", Torus.binder_slope, lambda of: of.binder_slope)
BINDER = Check("universal-binder-cumulant", Torus.binder, rivals=OTHER_DISTRIBUTIONS, on=critical)
CHECKS = (
    ENERGY,
    Check("exact-energy-at-criticality", Torus.energy, theory=exact, rivals=BULK, on=critical),
    on_eight("exact-susceptibility", Torus.susceptibility),
    on_eight("exact-correlation", Torus.correlation),
    law("eta-from-susceptibility", Torus.susceptibility, lambda of: of.susceptibility, statement=True),
    law("eta-from-correlation", Torus.correlation, lambda of: of.correlation),
    NU,
    BINDER,
    Check(
        "critical-temperature",
        CROSSING,
        theory=ONSAGER,
        margin=CROSSING_LEFT,
        rivals=OTHER_TEMPERATURES,
        on=lambda at: at.temperature == ROUND,
    ),
    Limit(
        "exact-exponents",
        lambda: astuple(scaling.extrapolated_exponents()),
        expected=astuple(scaling.ISING),
        margin=(Remainder("no more than the last step to the limit", lambda: astuple(scaling.last_step())),),
    ),
    Limit(
        "specific-heat-logarithm",
        lambda: heat_step(256),
        expected=onsager.SPECIFIC_HEAT_AMPLITUDE,
        # The remainder is of order 1/L: that at half the size is twice what is left.
        margin=(Remainder("order 1/L", lambda: heat_step(128) - onsager.SPECIFIC_HEAT_AMPLITUDE, got="computed"),),
    ),
)

MOMENTS = (Torus.energy, Torus.susceptibility, Torus.correlation, Torus.binder, Torus.binder_slope)
CASE = Case(
    theories={Torus: universality},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control(
            "bond-probability-of-half-the-coupling",
            contradicts=ENERGY,
            experiment=HalfTheCoupling,
            on=lambda at: at.size == 16 and not critical(at),
            why="1 − exp(−β) in place of 1 − exp(−2β)",
        ),
        Control(
            "open-edges",
            contradicts=BINDER,
            experiment=OpenEdges,
            on=lambda at: at.size == 16 and critical(at),
            why="U* belongs to the boundary condition",
        ),
        Control(
            "slope-not-connected",
            contradicts=NU,
            experiment=NotConnected,
            on=lambda at: at.size <= 16 and critical(at),
            why="the fluctuation formula without ⟨O⟩⟨S⟩",
        ),
    ),
    guards=(
        Guard("mixing", Torus.rhat, of=MOMENTS, at_most=1.1),
        # Ratios of averages are biased by one over the effective draws: 1e-3 at most, a tenth of every margin.
        Guard("effective-draws", Torus.ess, of=MOMENTS, at_least=1000),
    ),
    figure=Figure(y=Torus.susceptibility, x=per(size), label="L", group=lambda at: "T_c", log="xy", on=critical),
)
