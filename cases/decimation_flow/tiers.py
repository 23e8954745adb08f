"""Where it is measured: features of a power law, modulated ones, and the modes of images."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import REPLICATES, Gaussian, Images, Modulated

# A second ridge and modulated features cost the quick tier 19 CPU-seconds more: left to standard.
QUICK = (Gaussian(0.003, draws=48), Images("digits", "erf", reference=256, images=112))
LARGER = (
    Gaussian(0.3, draws=80),
    Modulated(0.03, keep=(16, 64), draws=256),
    Gaussian(0.03),
    *(Gaussian(ridge, decay=2.0, draws=128) for ridge in (0.003, 0.03)),
    Gaussian(0.1, keep=(8, 32, 64, 128), samples=64, modes=256, draws=128),
    Modulated(0.1, keep=(16, 64), draws=256),
)
IMAGES = [Images(d, k, reference=1024, images=600) for d in ("mnist", "cifar10-first-batch") for k in ("erf", "relu")]
TIERS = {
    "quick": Tier(QUICK, REPLICATES),
    "standard": Tier(
        [*QUICK, *LARGER, *IMAGES],
        REPLICATES,
        note="needs MNIST and the first batch of CIFAR-10; the sources give no sizes, so there is no larger tier",
    ),
}
WEAK = 64  # the Λ beyond which little could be learned; elsewhere the claim says nothing of the bare flow


def of_digits(at: Images) -> bool:
    return at.dataset == "digits"


def not_of_digits(at: Images) -> bool:
    return not of_digits(at)
