"""Where it is measured: bands of the sphere at three ridges, digits, digits that another feature is not seen on."""

from __future__ import annotations

from fieldbench.claims import Tier

from .digits import Digits
from .experiment import Band

LARGE = 1e5  # a ridge beside which the kernel is small
BANDS = [Band(samples, ridge) for samples in (50, 200, 800) for ridge in (0.01, 1.0, LARGE)]
UNSEEN = (Digits(images=900, draws=320), Digits(images=1400, draws=320))
"""Populations that nobody had looked at when the scatter's part of the margin was written; the first one had been."""
TIERS = {
    "quick": Tier([*BANDS[:3], Digits(draws=160)], replicates=16),
    "standard": Tier(
        [*BANDS, *(Band(200, 1.0, reach) for reach in (0.2, 1.0)), Digits(draws=320), *UNSEEN],
        replicates=16,
        note="the source's copying heads of transformers on natural language are not encoded",
    ),
}
