"""Ports: the implementations that somebody else's may replace under the same claims.

A measurement names a port as a keyword-only argument (`def measure(setup, key, *, gpr)`); the doors inject the
default below
or what `--with gpr=module:factory` names. The factory is called without arguments.
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


def build(chosen: Mapping[str, str]) -> dict[str, Any]:
    """One instance a port: the chosen factories, the defaults elsewhere. Instances are made when first asked for."""
    return {port: _make(port, chosen.get(port, default)) for port, default in DEFAULTS.items()}


def _make(port: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"port {port}: cannot load {target!r}: {error}") from error
    return factory()
