"""Which implementation is under a port, by its name.

A measurement names a port as a keyword-only argument (`def measure(self, key, *, gpr)`); the doors inject the default
below or what `--with gpr=module:factory` names, a module of the working directory or an installed one. The factory is
called without arguments. docs/ports.md has an example of each.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from fieldbench.errors import BadInput

DEFAULTS = {
    "gpr": "fieldbench.regression:NestedCholesky",
    "sampler": "fieldbench.sampling:Underdamped",
}


def parse(options: Iterable[str]) -> dict[str, str]:
    """Turn `["gpr=package.module:Factory"]` into {"gpr": "package.module:Factory"}.

    Raises:
        BadInput: an option is not of that form or names an unknown port.
    """
    chosen = {}
    for option in options:
        port, _, target = option.partition("=")
        if port not in DEFAULTS:
            raise BadInput(f"unknown port {port!r}; there are {', '.join(DEFAULTS)}")
        module, _, attribute = target.partition(":")
        if not module or not attribute:
            raise BadInput(f"--with {option!r} is not of the form {port}=module:factory")
        chosen[port] = target
    return chosen


def build(chosen: Mapping[str, str], wanted: Iterable[str] = tuple(DEFAULTS)) -> dict[str, Any]:
    """One instance of each wanted port: the chosen factory, the default elsewhere.

    Raises:
        BadInput: a port that there is not, or a factory that cannot be loaded or called.
    """
    return {port: _make(port, chosen.get(port) or _default(port)) for port in wanted}


def require_sound(chosen: Mapping[str, str]) -> None:
    """Try each implementation on a problem of a few numbers, before anything is measured.

    Its numbers are the claims' business: here it must have the port's methods and return arrays of the right shape.

    Raises:
        BadInput: it cannot be loaded or made, lacks a method, raises, or returns something else than asked for.
    """
    from fieldbench.doors.ports.trials import require

    for port, made in build(chosen, chosen).items():
        require(port, chosen[port], made)


def _default(port: str) -> str:
    if port not in DEFAULTS:
        raise BadInput(f"a measurement asks for the port {port!r}; there are {', '.join(DEFAULTS)}")
    return DEFAULTS[port]


def _make(port: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # where somebody's own module lies; last, so that it hides nothing
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise BadInput(f"port {port}: cannot load {target!r}: {error}") from error
    try:
        return factory()
    except Exception as error:
        raise BadInput(f"port {port}: {target!r} cannot be made: {type(error).__name__}: {error}") from error
