"""Computed twice: what comes from a key alone comes out the same from the same key, and otherwise from another.

So that hidden state, noise that is common to a block, and random numbers from elsewhere are noticed.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench import canonical
from fieldbench.errors import BadInput

Arrays = Mapping[str, NDArray[Any]]


def chosen(costs: Sequence[float], *names: Any) -> int:
    """Which of several things is computed again: one of the cheaper half, by the run's key and not by hand."""
    cheap = [number for number, cost in enumerate(costs) if cost <= np.median(costs)]
    return cheap[int(canonical.sha256(list(names))[:8], 16) % len(cheap)]


def require_same(first: Arrays, again: Arrays, other: int | None, drawn: Collection[str], where: str) -> None:
    """Refuse a block that does not come out as before, but for the one replicate that has another key.

    On a CPU the same program gives the same bits; elsewhere sums may be added in another order, which is told from
    another draw by half of the digits.

    Args:
        first, again: name → values, (replicates, …).
        other: the replicate with another key, None where there is none.
        drawn: the quantities that change with the key.
        where: begins the sentence.
    """
    exact = jax.default_backend() == "cpu"
    for name, values in first.items():
        before, now = np.asarray(values, np.float64), np.asarray(again[name], np.float64)
        if other is not None:
            before, now = (np.delete(array, other, axis=0) for array in (before, now))
        digits = 0.0 if exact or values.dtype.kind != "f" else float(np.sqrt(np.finfo(values.dtype).eps))
        off = np.abs(now - before)
        if not np.all(off <= digits * np.abs(before)):
            cause = "measure has a hidden state" if other is None else (
                "one replicate got another key, and others changed with it: the block mixes its keys, or measure has a "
                "hidden state"
            )  # fmt: skip
            raise BadInput(
                f"{where}: {name!r} differs by {np.max(off):.2e} from the first time; {cause}; draw all randomness of "
                "a replicate from its own key, or say what a block has in common by @batched(…, common=…); its cells "
                "are not kept"
            )
    if other is None:
        return
    for name in drawn:
        if name in first and np.size(first[name]) and np.array_equal(first[name][other], again[name][other]):
            raise BadInput(
                f"{where}: {name!r} stays {np.ravel(first[name][other])[0]:.6g} in the replicate that got another key; "
                "draw all randomness of a replicate from its own key; its cells are not kept"
            )


@contextlib.contextmanager
def without_global_state(where: str) -> Iterator[None]:
    """Refuse what draws from, or seeds, the generators that a whole process shares."""
    before = _global_states()
    yield
    for name, state in _global_states().items():
        if state != before[name]:
            raise BadInput(
                f"{where}: it used the generator that all of {name} shares, whose state is no part of the key; draw "
                "from the key, in NumPy by np.random.default_rng(seed taken from it)"
            )


def _global_states() -> dict[str, Any]:
    state = np.random.get_state(legacy=False)
    assert isinstance(state, dict)
    return {"np.random": (state["state"]["key"].tobytes(), state["state"]["pos"]), "random": random.getstate()}
