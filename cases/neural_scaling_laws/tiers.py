"""Where it is measured: power-law features of two exponents, and two kernels on three data sets."""

from __future__ import annotations

from typing import Any

from fieldbench.claims import Tier

from .experiment import Images, PowerLaw


def both_kernels(dataset: str, task: str, images: int, **fields: Any) -> list[Images]:
    return [Images(dataset, task, images, kernel, **fields) for kernel in ("erf", "relu")]


# With forty draws errors on digits, whose margins are 2 to 4 %, were undecided at half of the seeds.
DIGITS, MNIST = both_kernels("digits", "odd/even", 1200, draws=100), both_kernels("mnist", "odd/even", 3000)
# Three animals to two vehicles; exponents of 0.05, for which ten times the draws are needed.
CIFAR = both_kernels("cifar10-first-batch", "animals/vehicles", 3000, balanced=False, draws=400)
# With half of these draws the first order in 1/P was predicted to flip at 6 % of seeds.
SMALL = [PowerLaw(modes=256, draws=384, alpha=alpha) for alpha in (0.5, 1.0)]
LARGE = [PowerLaw(modes=768, draws=256, alpha=alpha, largest=96) for alpha in (0.5, 1.0)]
TIERS = {
    "quick": Tier([*SMALL, DIGITS[0]], replicates=16),
    "standard": Tier(
        [*SMALL, *DIGITS, *LARGE, *MNIST, *CIFAR],
        replicates=16,
        note="needs MNIST and the first batch of CIFAR-10; the sources state no sizes, so there is no larger tier",
    ),
}
