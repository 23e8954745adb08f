"""Worlds in which the claim is false: what somebody could mean that truncated regression, or the data, would show.

Listed from theory alone. Values are those of the quantity that a check reads, as of a rival.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fieldbench.claims import Said

from .case import AMOUNT, PLACE
from .experiment import Decimated
from .theory import (
    decimated_without_finite_population,
    exchange,
    one_ridge,
    tail_doubled,
    tail_omitted,
    truncated,
    uniform_ridge,
)


def tail_scaled(at: Decimated, factor: float) -> Said:
    """The tail leaves less ridge than its own, so that all of it is `factor` times the right amount to first order."""
    wrong = np.vectorize(lambda one, unscaled, scaled: one.level + scaled.level - unscaled.level)
    return {Decimated.local_level: wrong(exchange(at, False), one_ridge(at), one_ridge(at, factor)).astype(float)}


def partly_local(at: Decimated, share: float) -> Said:
    """Only a share of the tail's unevenness is felt at the images themselves, the rest as its mean."""
    place = np.vectorize(lambda local, uniform: local.slope + (1.0 - share) * (local.slope - uniform.slope))
    return {Decimated.local_slope: place(exchange(at, False), exchange(at, True)).astype(float)}


def exact(at: Decimated) -> Said:
    """Decimation is exact: its own tail as ridge at each image changes nothing."""
    return {what: np.zeros_like(np.asarray(getattr(said, "value", said))) for what, said in truncated(at).items()}


AMOUNTS: dict[str, Any] = {
    "half-of-the-tail": partial(tail_scaled, factor=1.5),  # half of T(Λ, x) would do: modes beyond Λ are half learned
    "tail-omitted": tail_omitted,  # the modes leave nothing behind
    "tail-doubled": tail_doubled,
    "a-tenth-too-much": partial(tail_scaled, factor=1.1),  # a ridge of T(Λ)(1 + ε)
    "exact": exact,
}
PLACES: dict[str, Any] = {
    "uniform": uniform_ridge,  # the flow of one number, as the sources have it
    "half-local": partial(partly_local, share=0.5),
    "nine-tenths-local": partial(partly_local, share=0.9),
    "exact": exact,
}
WORLDS = {
    AMOUNT[0]: AMOUNTS,
    AMOUNT[1]: {
        **{name: world for name, world in AMOUNTS.items() if name != "tail-omitted"},
        "without-finite-population": decimated_without_finite_population,
    },
    PLACE[0]: PLACES,
    PLACE[1]: PLACES,
}
