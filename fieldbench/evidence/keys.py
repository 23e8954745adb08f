"""Random keys: each replicate of each setup of each claim has its own, and no other source of randomness exists."""

from __future__ import annotations

import hashlib
from typing import Any

import jax

from fieldbench.evidence import canonical


def replicate_key(seed: int, claim: str, setup: Any, replicate: int) -> jax.Array:
    """Key of one replicate: the suite's seed with claim, setup and replicate folded in.

    The generator is named explicitly, so that a changed default of JAX cannot change the draws.
    """
    key = jax.random.key(seed, impl="threefry2x32")
    for part in (claim, canonical.text(setup)):
        key = jax.random.fold_in(key, int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big"))
    return jax.random.fold_in(key, replicate)
