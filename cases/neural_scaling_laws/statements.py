"""Statements: exponents are those of the target's tail, of two power laws and on three data sets."""

from __future__ import annotations

from typing import Any

from fieldbench.claims import Check, Theory

from .data_set import RELATIVE, equivalent_kernel, labels_of_spectrum, no_e0_on_images
from .experiment import Images
from .theory import OWN_TAIL, PROPORTIONAL, WITH_RIDGE, ridge_leaves_exponent, spectrum_alone, tail_alone
from .tiers import CIFAR, DIGITS, MNIST

ONE_OVER_P: dict[str, Theory | float] = {"one-over-p": -1.0}
AT_INFINITE_P: dict[str, Theory | float] = {"exponent-of-infinite-p": tail_alone, **ONE_OVER_P}
OF_CURVES: dict[str, Theory] = {"equivalent-kernel": equivalent_kernel, "no-e0": no_e0_on_images}


def on_data(id: str, of: list[Images], **declared: Any) -> Check:
    """The exponent on one data set, over that of labels in random order."""
    rivals: dict[str, Theory | float] = {"nothing-is-learned": 0.0, "spectrum-alone": labels_of_spectrum}
    asked = {(one.dataset, one.kernel) for one in of}
    return Check(id, RELATIVE, rivals=rivals, on=lambda at: (at.dataset, at.kernel) in asked, **declared)


FOLLOWS_TAIL = Check(
    "exponents-follow-the-tail", OWN_TAIL, rivals={**AT_INFINITE_P, "spectrum-alone": spectrum_alone}, statement=True
)
OF_PROPORTIONAL = Check("proportional-target", PROPORTIONAL, rivals=AT_INFINITE_P, statement=True)
# With ReLU the spectrum alone happens to say nearly the same of digits: no statement there.
OF_DIGITS = on_data("exponents-on-digits", DIGITS[:1], statement=True)
OF_MNIST = on_data("exponents-on-mnist", MNIST[:1], statement=True)
OF_CIFAR = on_data("exponents-on-cifar10-first-batch", CIFAR, statement=True)
WITH_LARGE_RIDGE = Check(
    "ridge-divides-the-exponent",
    WITH_RIDGE,
    rivals={"exponent-of-infinite-p": tail_alone, "ridge-leaves-exponent": ridge_leaves_exponent},
)
