"""Where it is measured: on the sphere, of power-law features, on digits, and many data sets for the orders in 1/P."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fieldbench.claims import Tier

from .experiment import BLOCK, Digits, GaussianFeatures, ManySets, Sphere


def cheapest(at: Any) -> bool:
    return isinstance(at, Sphere) and at.samples == (50, 200)


MANY = ManySets(100, (5, 10), draws=1024, ridges=(1e-2, 1.0))
SMALL = (Sphere(50, (50, 200), draws=4), GaussianFeatures(1000, (25, 50), draws=48), MANY,
         Digits(600, (40, 60), draws=24))  # fmt: skip
# A thousand power-law features and digits cost the quick tier 23 CPU-seconds more: left to standard.
QUICK = [replace(SMALL[0], draws=2), MANY]
TIERS = {
    "quick": Tier(QUICK, replicates=BLOCK, note="half as many data sets where they tell more than is asked"),
    "standard": Tier(
        [
            *SMALL,
            Sphere(50, (100, 200), draws=24),
            Sphere(50, (500,), draws=4),
            Sphere(50, (1000,), draws=1, targets=64),
            Sphere(50, (2000,), draws=1, targets=32),
            Sphere(50, (5000,), draws=1, targets=64, ridges=(1e-2, 1.0), kept=()),
            GaussianFeatures(1000, (100, 200, 400), draws=6),
            GaussianFeatures(1000, (50, 100, 200), draws=24, exponent=2.0),
            Digits(1782, (45, 90, 135), draws=40),
        ],
        replicates=BLOCK,
        note="P = 5000 needs 1.6 GiB and takes more than a minute, at two ridges and without truncation",
    ),
    "paper": Tier(
        [*SMALL, *(Sphere(50, (size,), draws=1, targets=64) for size in (500, 1000, 2000, 5000))],
        replicates=BLOCK,
        note="every ridge and the truncations up to P = 5000, the source's largest: 1.6 GiB and about ten minutes",
    ),
}
