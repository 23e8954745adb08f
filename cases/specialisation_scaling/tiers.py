"""Where it is measured: loads before and beyond the onset, widths along it, twice the dimension."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network

LOADS = (13.0, 19.0)  # P/√(Nd), below and beyond the onset
WIDTHS = (50, 100, 200, 400)
# Few neurons hop rarely, and latest near the onset.
BELOW = [
    Network(20, n, LOADS[0], time=time, burn_in=80.0)
    for n, time in zip(WIDTHS, (110.0, 110.0, 110.0, 60.0), strict=True)
]
BEYOND = [Network(20, n, LOADS[1], time=time) for n, time in zip(WIDTHS, (50.0, 50.0, 40.0, 24.0), strict=True)]
FORTY = Network(40, 200, LOADS[1], burn_in=160.0)
TIERS = {
    # With a dozen data sets the alignment flipped at 3 of 21 seeds, by noise alone, with two dozen at one.
    "quick": Tier([Network(20, 60, LOADS[-1], time=30.0)], replicates=40),
    "standard": Tier(
        [*BELOW, *BEYOND, FORTY],
        replicates=24,
        note="about 10 minutes on one core",
    ),
}


def on_the_ladder(at: Network) -> bool:
    return at.dimension == 20


def beyond_onset(at: Network) -> bool:
    return on_the_ladder(at) and at.load == LOADS[-1]


def at_forty(at: Network) -> bool:
    return at.dimension == 40


def before_onset(at: Network) -> bool:
    return at.load == LOADS[0]


def smallest(at: Network) -> bool:
    return at.width == WIDTHS[0] and beyond_onset(at)


STANDARD = ("standard",)
