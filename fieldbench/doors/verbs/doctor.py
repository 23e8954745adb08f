"""`fieldbench doctor`: is this machine fit to run the suite, and what would its records say about it?"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fieldbench import atomic
from fieldbench.doors.session import REFERENCE, default_store, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput, FieldbenchError


def doctor(results: Path | None, store: Path | None, out: Output) -> int:
    """Examine versions, arithmetic, BLAS, directories, records and data sets.

    Directories are those that `run` would use; reference records are looked at where the working directory has some.
    Returns 5 if something essential is wrong.
    """
    from fieldbench.cells.numerics import numerics
    from fieldbench.cells.provenance import collect

    with numerics():
        provenance = collect(0)
        essential = [
            _examine("python", lambda: f"{sys.version.split()[0]} (3.11 or newer)"),
            _examine("arithmetic", _arithmetic),
            _examine("store", lambda: _writable(store or default_store())),
            _examine("results", lambda: _results(results or own_results())),
            *([_examine("reference", _reference)] if REFERENCE.is_dir() else []),
            _examine("cases", lambda: f"{len(known(None))} found"),
        ]
    data = [_examine(f"data {name}", functools.partial(_data, name)) for name in _data_names()]
    out.table(("what", "state", "detail"), [(e["what"], e["state"], e["detail"]) for e in [*essential, *data]])
    for name, value in provenance.items():
        out.line(f"{name}: {value}")
    code = 5 if any(entry["state"] != "well" for entry in essential) else 0
    out.value({"exit_code": code, "examined": [*essential, *data], "provenance": provenance})
    return code


def _examine(what: str, test: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"what": what, "state": "well", "detail": test()}
    except (FieldbenchError, AssertionError) as error:
        return {"what": what, "state": "missing" if what.startswith("data ") else "wrong", "detail": str(error)}


def _arithmetic() -> str:
    """Float64 is really float64, and a Cholesky factor multiplies back to its matrix within rounding."""
    import jax.numpy as jnp

    size = 200
    points = jnp.linspace(0.0, size / 10, size)
    matrix = jnp.exp(-jnp.abs(points[:, None] - points[None, :]))
    assert matrix.dtype == jnp.float64, f"x64 is switched on but arrays are {matrix.dtype}"
    factor = jnp.linalg.cholesky(matrix)
    residual = float(jnp.max(jnp.abs(factor @ factor.T - matrix)))
    limit = size * float(np.finfo(np.float64).eps)
    assert residual <= limit, (
        f"Cholesky of a {size}×{size} kernel leaves a residual of {residual:.1e}, above {limit:.1e}"
    )
    return f"float64, Cholesky residual {residual:.1e}"


def _writable(directory: Path) -> str:
    with atomic.explained(directory, "nothing could be kept there", "choose another with --results or --store"):
        existed = directory.is_dir()
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / ".probe"
        atomic.write(probe, b"")
        probe.unlink()
        if not existed:
            directory.rmdir()
    return str(directory)


def _results(directory: Path) -> str:
    return f"{_writable(directory)}, {_counted(directory) if directory.is_dir() else 'no record yet'}"


def _reference() -> str:
    """Reference records are only read, and have to be those of their manifest."""
    from fieldbench.archive.manifest import differences

    if changed := differences(REFERENCE):
        more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise BadInput(f"{changed[0]}{more}")
    return f"{REFERENCE}, {_counted(REFERENCE)}"


def _counted(directory: Path) -> str:
    from fieldbench.records.files import find

    count = len(find(directory))
    return f"{count} record{'s' * (count != 1)}"


def _data_names() -> tuple[str, ...]:
    from fieldbench import data

    return tuple(data.NAMES)


def _data(name: str) -> str:
    from fieldbench import data

    return data.checksum(name)
