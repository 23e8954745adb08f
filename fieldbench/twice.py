"""Computing something a second time: which, and with nobody using what the whole process shares."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fieldbench import canonical
from fieldbench.errors import BadInput


def chosen(costs: Sequence[float], *names: Any) -> int:
    """Which of several things is computed again: one of the cheapest third, by the run's key and not by hand."""
    cheap = sorted(range(len(costs)), key=lambda number: costs[number])[: max(1, len(costs) // 3)]
    return sorted(cheap)[int(canonical.sha256(list(names))[:8], 16) % len(cheap)]


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
    # Only to see that nobody uses it.
    state = np.random.get_state(legacy=False)  # noqa: NPY002
    assert isinstance(state, dict)
    numbers = state["state"]["key"].tobytes(), state["state"]["pos"], state["has_gauss"]
    # Not Python's own `random`: libraries that check types draw from it. Who measures with it differs the second time.
    return {"np.random": numbers}
