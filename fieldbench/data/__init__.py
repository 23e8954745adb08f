"""Data sets of the cases: scikit-learn's digits (embedded), MNIST and CIFAR-10 (local folder or explicit download)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.data.cache import available, checksum, fetch, load
    from fieldbench.data.drawn import directions, generator, normals
    from fieldbench.data.images import Images
    from fieldbench.data.registry import NAMES
    from fieldbench.data.synthetic import gaussian, on_band, on_sphere
    from fieldbench.data.tasks import Task, binary_task, normalise, own_task

_HOME = {
    "available": "cache",
    "checksum": "cache",
    "fetch": "cache",
    "load": "cache",
    "Images": "images",
    "directions": "drawn",
    "generator": "drawn",
    "normals": "drawn",
    "NAMES": "registry",
    "Task": "tasks",
    "binary_task": "tasks",
    "normalise": "tasks",
    "own_task": "tasks",
    "gaussian": "synthetic",
    "on_band": "synthetic",
    "on_sphere": "synthetic",
}

__all__ = [
    "NAMES",
    "Images",
    "Task",
    "available",
    "binary_task",
    "checksum",
    "directions",
    "fetch",
    "gaussian",
    "generator",
    "load",
    "normalise",
    "normals",
    "on_band",
    "on_sphere",
    "own_task",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
