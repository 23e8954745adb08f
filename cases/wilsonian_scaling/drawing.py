"""Drawing data sets from a key: with NumPy, whose normal numbers need no compilation for each shape."""

from __future__ import annotations

import jax
import numpy as np

from fieldbench.typing import Array


def generator(key: Array, purpose: int) -> np.random.Generator:
    """All bits of the key seed it; purposes are told apart, so that what they draw is independent."""
    return np.random.default_rng([*np.asarray(jax.random.key_data(key)).ravel().tolist(), purpose])
