"""Random keys: each replicate of each experiment of each claim has its own, and there is no other randomness."""

from __future__ import annotations

import hashlib
from typing import Any

import jax

from fieldbench import canonical


def replicate_key(seed: int, claim: str, stream: str, experiment: Any, replicate: int) -> jax.Array:
    """Key of one replicate: the suite's seed with claim, stream and fields of the experiment, and replicate folded in.

    The generator is named explicitly, so that a changed default of JAX cannot change the draws.
    """
    key = jax.random.key(seed, impl="threefry2x32")
    for part in (claim, stream + canonical.text(experiment)):
        key = jax.random.fold_in(key, int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big"))
    return jax.random.fold_in(key, replicate)
