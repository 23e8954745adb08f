"""Where it is measured: integrators in wells, linear networks, erf networks of several widths."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import BesideGibbs, Erf, HalfStep, Linear, Prior, ReadoutDrawn
from .wells import BaoabWells, EulerMaruyamaWells, GivenWells, MetropolisWells, PreconditionedWells

LINEAR = tuple(Linear(8, steps=2400, data=number) for number in (0, 1, 2))
TIERS = {
    # Each kind of experiment is a program of its own: erf networks beside exact Bayes and the integrators in wells cost
    # 40 CPU-seconds more, and are left to standard. A sampler given from outside is asked in wells here, too.
    "quick": Tier([GivenWells(6000), *LINEAR], replicates=16),
    "standard": Tier(
        [
            # Standard errors of an eighth of the margin: fresh seeds flipped checks at a fifth.
            EulerMaruyamaWells(0.05, 9600),
            EulerMaruyamaWells(0.1, 3200),
            BaoabWells(0.4, 7200),
            GivenWells(6000),
            *LINEAR,
            Erf(64, draws=2048),
            Prior(128, draws=4096),
            MetropolisWells(0.3, 800),
            PreconditionedWells(0.1, 800),
            BaoabWells(0.4, 12_800, chains=4000),
            BaoabWells(0.2, 25_600, chains=8000),
            BesideGibbs(8, steps=6000),
            BesideGibbs(32, steps=8000),
            ReadoutDrawn(8, steps=6000),
            *(Erf(64, draws=2048, data=number) for number in (1, 2)),
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


def on_the_first_set(at: Erf) -> bool:
    return at.data == 0


def one_set(at: Prior) -> bool:
    """No width counts twice."""
    return not isinstance(at, HalfStep) and at.data == 0


def cheapest(at: Linear) -> bool:
    return at.width == 8 and at.data == 0 and type(at) is Linear
