"""What is read from the amplitudes and the shares of all modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across, observable

from .experiment import Network


@observable(Network.droplet)
def share(_: Network, droplet: NDArray[np.float64]) -> NDArray[np.float64]:
    """p, averaged over modes."""
    return np.asarray(droplet.mean(axis=-1))


@across(Network.amplitude, labels=("order 0", "order 1/N"), least=4)
def orders(experiments: Sequence[Any], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limit and coefficient of 1/N of the parabola in 1/N through all widths."""
    inverse = 1.0 / np.array([at.width for at in experiments])
    return np.asarray(values @ np.linalg.pinv(np.vander(inverse, 3, increasing=True))[:2].T)


@across(orders, labels=("limit",))
def limit(_: Sequence[Any], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, :1]


@across(orders, labels=("slope",))
def slope(_: Sequence[Any], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, 1:]
