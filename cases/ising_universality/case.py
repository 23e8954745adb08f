"""At Onsager's T_c χ ∝ L^{7/4}, G(L/2) ∝ L^{−1/4}, dU/dT ∝ L, and Binder's cumulant tends to its universal value."""

from __future__ import annotations

import math
from functools import partial

from fieldbench.claims import Case, Check, Control, Figure, Remainder, Theory, change, per
from fieldbench.theory.ising import onsager, scaling

from .broken import CUBIC, HALF_ETA, MIGDAL_KADANOFF, POTTS_4
from .experiment import HalfTheCoupling, NotConnected, OpenEdges, Torus
from .guards import GUARDS
from .limits import LIMITS
from .statements import at_each_size, law
from .theory import (
    ONSAGER,
    ROUND,
    at_kaufmans_energy,
    exact,
    no_corrections,
    of_class,
    of_the_smallest,
    resolution,
    universality,
)
from .tiers import TIERS, critical, size

CROSSING = 1.0 / (1.0 / ROUND - change(Torus.binder) / change(Torus.binder_slope))
"""T at which U of two sizes are equal, by one Newton step in K from that of the runs."""

POTTS: dict[str, Theory] = {"three-state-potts": partial(of_class, scaling.POTTS_3)}

OTHER_DISTRIBUTIONS = {
    "mean-field": onsager.MEAN_FIELD_BINDER,
    "one-magnetisation": 2 / 3,
    "gaussian-fluctuations": 0.0,
}
OTHER_TEMPERATURES = {"cluster-variation": onsager.KIKUCHI_TEMPERATURE, "bethe-lattice": onsager.BETHE_TEMPERATURE}
ENERGY = Check(
    "exact-energy", Torus.energy, theory=exact, rivals={"coupling-half-a-per-cent-off": partial(exact, off=0.005)}
)
FINITE_SIZE = 0.1 * abs(Torus.energy - onsager.bulk_critical_energy())
ETA = law("eta-from-susceptibility", at_kaufmans_energy(Torus.susceptibility), lambda of: of.susceptibility, 1 / 8)
ETA_OF_CORRELATION = law(
    "eta-from-correlation", at_kaufmans_energy(Torus.correlation), lambda of: of.correlation, 1 / 8
)
NU = law("nu-from-binder-slope", Torus.binder_slope, lambda of: of.binder_slope, 0.24)
SLOPE = at_each_size("binder-slope-at-each-size", Torus.binder_slope, POTTS)
BINDER = at_each_size("binder-cumulant-at-each-size", Torus.binder, OTHER_DISTRIBUTIONS, scale="linear")
CORRECTIONS = Check(
    "binder-cumulant-is-not-yet-universal", Torus.binder, rivals={"no-corrections": no_corrections},
    on=lambda at: at.size == 8 and critical(at),  # exact there
    margin=(resolution("resolution: a fifth of the corrections at this size",
                       0.2 * abs(Torus.binder - Torus.binder.under(no_corrections))),),
)  # fmt: skip
CHECKS = (
    ENERGY,
    Check("exact-energy-at-criticality", Torus.energy, theory=exact, on=critical,
          rivals={"infinite-lattice": onsager.bulk_critical_energy()},
          margin=(resolution("resolution: a tenth of what finite size adds", FINITE_SIZE),)),
    at_each_size("susceptibility-at-each-size", at_kaufmans_energy(Torus.susceptibility), POTTS),
    at_each_size("correlation-at-each-size", at_kaufmans_energy(Torus.correlation), POTTS),
    SLOPE,
    BINDER,
    CORRECTIONS,
    ETA,
    ETA_OF_CORRELATION,
    NU,
    Check("critical-temperature", CROSSING, theory=of_the_smallest(7 / 4), rivals=OTHER_TEMPERATURES,
          on=lambda at: at.temperature == ROUND,
          margin=(Remainder("next correction, below the first", abs(of_the_smallest(7 / 4) - of_the_smallest(math.inf)),
                            "L^{-7/4}", got="bounded"),
                  resolution("resolution: a twentieth of the way to the cluster variation",
                             0.05 * (onsager.KIKUCHI_TEMPERATURE - ONSAGER)))),
    *LIMITS,
)  # fmt: skip

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
            contradicts=SLOPE,
            experiment=NotConnected,
            on=lambda at: at.size == 16 and critical(at),
            why="the fluctuation formula without ⟨O⟩⟨S⟩",
        ),
        Control("corrections-left-out", contradicts=CORRECTIONS, theory=no_corrections, why="U* at every size"),
        Control(
            "magnetisation-for-its-square",
            contradicts=ETA,
            theory=partial(of_class, HALF_ETA),
            why="the exponent of ⟨|M|⟩ has β/ν where that of ⟨M²⟩ has 2β/ν",
        ),
        Control("three-dimensions", contradicts=ETA, theory=partial(of_class, CUBIC), why="exponents of the cube"),
        Control("half-eta-of-correlation", contradicts=ETA_OF_CORRELATION, theory=partial(of_class, HALF_ETA)),
        Control("three-dimensions-of-correlation", contradicts=ETA_OF_CORRELATION, theory=partial(of_class, CUBIC)),
        Control(
            "migdal-kadanoff",
            contradicts=NU,
            theory=partial(of_class, MIGDAL_KADANOFF),
            why="bond moving, the approximate renormalisation of a square",
        ),
        Control("four-state-potts", contradicts=NU, theory=partial(of_class, POTTS_4)),
    ),
    guards=GUARDS,
    figure=Figure(y=Torus.susceptibility, x=per(size), label="L", group=lambda at: "T_c", log="xy", on=critical),
)
