"""Where it is measured: two kernels on digits, MNIST and CIFAR-10, populations of one to ten thousand images."""

from __future__ import annotations

from typing import Any

from fieldbench.claims import Tier

from .experiment import Curve, Decimated

CIFAR = "cifar10-first-batch"
PAIRS = (("digits", "erf"), ("digits", "relu"), ("mnist", "erf"), ("mnist", "relu"), (CIFAR, "erf"), (CIFAR, "relu"))
TASKS = {"digits": "odd/even", "mnist": "odd/even", CIFAR: "animals/vehicles"}


def thousand(dataset: str, kernel: str, samples: tuple[int, ...] = (50,)) -> list[Any]:
    facts = (dataset, TASKS[dataset], 1000, kernel)
    return [Curve(*facts, (50, 100), draws=4), Decimated(*facts, samples, draws=2)]


def thousands(dataset: str, task: str, kernel: str, draws: int = 1) -> list[Any]:
    facts = (dataset, task, 3000, kernel)
    return [Curve(*facts, (150, 300)), Decimated(*facts, (150,), draws=draws)]


def full_size(dataset: str, task: str, kernel: str, balanced: bool = True) -> Curve:
    return Curve(dataset, task, 10_000, kernel, (100, 250, 500, 1000), balanced)


def cifar(kernel: str) -> list[Curve]:
    return [full_size(CIFAR, "animals/vehicles", kernel, balanced=False), full_size("cifar10", "cat/dog", kernel)]


def largest(at: Curve) -> int:
    return max(at.samples)


def at_a_twentieth(at: Decimated) -> bool:
    """P = M/20, where a hundredth of what is learned is told from nothing; `tail-is-ridge` asks at M/40, too."""
    return at.samples == (at.images // 20,)


def affordable(at: Curve) -> bool:
    """Where M³ costs seconds."""
    return at.images <= 3000


def even(at: Curve) -> bool:
    """Without near copies, of which a draw has one or not: on digits the ridge fluctuates by more than P/M."""
    return affordable(at) and at.dataset != "digits"


QUICK = [
    *thousand("digits", "erf"), *thousand("digits", "relu"), *thousand("mnist", "erf"),
    *thousand(CIFAR, "relu"),
]  # fmt: skip
LARGER = [
    *thousands("mnist", "odd/even", "erf"), *thousands("mnist", "3/5", "relu", draws=8),  # small effect, small margin
    *thousands(CIFAR, "animals/vehicles", "erf"), *thousands(CIFAR, "animals/vehicles", "relu"),
]  # fmt: skip
MNIST = [full_size("mnist", task, kernel) for task in ("odd/even", "3/5") for kernel in ("erf", "relu")]
TIERS = {
    "quick": Tier(QUICK, replicates=128, note="1,000 images of each data set; MNIST and CIFAR-10 where they are here"),
    "standard": Tier(
        [
            *QUICK, thousand("digits", "erf", (25,))[1], *LARGER,
            MNIST[0], *cifar("relu")[:1], *cifar("erf")[1:],
        ],
        replicates=128,
        note="needs MNIST and CIFAR-10; a population of 10,000 images takes 4 minutes; 6 GiB in all",
    ),
    "paper": Tier(
        [*LARGER, *MNIST, *cifar("erf"), *cifar("relu")],
        replicates=128,
        note="needs MNIST and all of CIFAR-10; 4 minutes a population, 10 GiB in all",
    ),
}  # fmt: skip
