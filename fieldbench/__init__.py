"""fieldbench: published claims of the field theory of deep learning, turned into evidence that can fail."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.doors.notebook import Run, run
    from fieldbench.doors.study import Study, study

_HOMES = {"Run": "doors.notebook", "Study": "doors.study", "run": "doors.notebook", "study": "doors.study"}

__all__ = ["Run", "Study", "run", "study"]


def __getattr__(name: str) -> Any:
    # Resolved on first use: importing fieldbench loads neither JAX nor pandas.
    if name == "__version__":
        from importlib.metadata import version

        return version("fieldbench")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
