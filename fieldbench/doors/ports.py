"""Ports: the implementations that somebody else's may replace under the same claims.

A measurement names a port as a keyword-only argument (`def measure(self, key, *, gpr)`); the doors inject the default
below or what `--with gpr=module:factory` names. The factory is called without arguments.
"""

from __future__ import annotations

import importlib
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


def _default(port: str) -> str:
    if port not in DEFAULTS:
        raise BadInput(f"a measurement asks for the port {port!r}; there are {', '.join(DEFAULTS)}")
    return DEFAULTS[port]


def _make(port: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"port {port}: cannot load {target!r}: {error}") from error
    try:
        return factory()
    except Exception as error:
        raise BadInput(f"port {port}: {target!r} cannot be made: {type(error).__name__}: {error}") from error
