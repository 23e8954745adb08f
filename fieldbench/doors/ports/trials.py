"""What is under a port, tried on a problem of a few numbers: does it have the methods, and what do they return?"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from fieldbench.errors import BadInput

TRAINED, TESTS, COLUMNS, SIZES = 4, 3, 2, (1, 4, 2)
CHAINS, WELLS, STEPS, BURN_IN, THIN = 3, 2, 4, 2, 2


def require(port: str, target: str, made: Any) -> None:
    """Refuse in one sentence what cannot stand under a port.

    Args:
        port: its name.
        target: "module:factory", for the sentence.
        made: what the factory returned.

    Raises:
        BadInput: a method is missing, raises on a well-posed problem, or returns another shape or no numbers.
    """
    methods, trial = TRIALS[port]
    where = f"port {port}: {target}"
    if inspect.isclass(made):
        raise BadInput(f"{where} gives the class {made.__name__}; name what makes an instance")
    for name in methods:
        if not callable(getattr(made, name, None)):
            raise BadInput(
                f"{where} gives a {type(made).__name__} without the method {name}; a {port} has {' and '.join(methods)}"
            )
    try:
        for what, found, shape in trial(made):
            problem = _problem(found, shape)
            if problem:
                raise BadInput(f"{where}: {what} {problem}")
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"{where} fails on a problem of a few numbers: {type(error).__name__}: {error}") from error


Found = tuple[str, Any, tuple[int, ...]]
"""What was asked for in words, what came back, and the shape that it should have."""


def _regression(made: Any) -> Iterator[Found]:
    points = np.linspace(-1.0, 1.0, TRAINED + TESTS)
    kernel = np.exp(-(np.subtract.outer(points, points) ** 2))
    gram, cross = kernel[:TRAINED, :TRAINED].copy(), kernel[TRAINED:, :TRAINED].copy()
    targets, before = np.stack([points[:TRAINED], np.ones(TRAINED)], axis=1), gram.copy()
    means = made.predictions(gram, 0.1, targets, cross, np.array(SIZES))
    yield "predictions (sizes, tests, targets)", means, (len(SIZES), TESTS, COLUMNS)
    yield "traces (sizes)", made.traces(gram, 0.1, np.eye(TRAINED), np.array(SIZES)), (len(SIZES),)
    if not np.array_equal(gram, before):
        raise BadInput("the regression changed the kernel matrix that it was given; let it work on a copy")


def _sampling(made: Any) -> Iterator[Found]:
    import jax
    import jax.numpy as jnp

    from fieldbench.sampling.integrators.wells import wells

    energy = wells([1.0, 0.5], [0.0, 0.0], (CHAINS,))
    start = jnp.zeros((CHAINS, WELLS), jnp.float32)
    # The whole of what a case may ask: observations with an axis of their own, chains each with its own noise.
    found = made.sample(
        energy, start, jax.random.key(0), steps=STEPS, burn_in=BURN_IN, thin=THIN,
        observe=lambda position: {"both": jnp.stack([position, position**2], axis=-1)},
    )  # fmt: skip
    missing = [name for name in ("records", "final", "acceptance", "step", "gradients") if not hasattr(found, name)]
    if missing:
        raise BadInput(
            f"sample returned {type(found).__name__} without {missing[0]}; return fieldbench.sampling.Samples"
        )
    yield "records[…] (kept, *batch, …)", found.records["both"], (STEPS // THIN, CHAINS, WELLS, 2)
    yield "final (as the initial position)", found.final, (CHAINS, WELLS)
    yield "acceptance (*batch)", found.acceptance, (CHAINS, WELLS)


TRIALS: dict[str, tuple[tuple[str, ...], Callable[[Any], Iterator[Found]]]] = {
    "gpr": (("predictions", "traces"), _regression),
    "sampler": (("sample",), _sampling),
}


def _problem(found: Any, shape: tuple[int, ...]) -> str:
    array = np.asarray(found)
    if array.dtype == object or not np.issubdtype(array.dtype, np.number):
        return f"returned {type(found).__name__}, not an array of numbers"
    if array.shape != shape:
        return f"returned the shape {array.shape} where {shape} was asked for"
    return "" if np.all(np.isfinite(array)) else "returned values that are not finite on a well-posed problem"
