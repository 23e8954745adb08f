"""Where it is measured: power laws of two exponents, the mean and the maximum of the posterior."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Maximum, Mean, PowerLaw


def resolved(at: Maximum) -> bool:
    """Enough data sets to see 1/P of the shift."""
    return at.samples <= (400 if at.alpha == 1.0 else 100)


ALPHAS, COUPLINGS = (1.0, 2.0), PowerLaw.u
# Where P is small 1/P is large against the scatter of a data set, and data sets are cheap: enough of them for a power
# of nine in ten within the margin of every exponent.
MEAN = [
    *(Mean(alpha, samples, 12) for alpha, samples in ((1.0, 50), (1.0, 100), (2.0, 100))),
]
# The posterior's mean, by Langevin chains, and α = 2 cost 45 CPU-seconds more: left to standard.
QUICK = [Maximum(1.0, samples, 96) for samples in (25, 100)]
STANDARD = [
    *(Maximum(alpha, samples, 160) for alpha in ALPHAS for samples in (25, 100)),
    *MEAN,
    *(Maximum(alpha, 50, 48) for alpha in ALPHAS),
    # The collapse at α = 1 is told to one in P: the more sets, the larger P.
    *(Maximum(alpha, 200, draws, targets=64) for alpha, draws in ((1.0, 160), (2.0, 64))),
    *(Maximum(alpha, 400, 64, targets=64) for alpha in ALPHAS),
    *(Maximum(alpha, 800, draws, targets=64) for alpha, draws in ((1.0, 96), (2.0, 32))),
    *(Mean(alpha, 200, 48) for alpha in ALPHAS),
]
TIERS = {
    "quick": Tier(QUICK, 16),
    "standard": Tier(STANDARD, 16, note="the sources state no sizes, so there is no larger tier"),
}
