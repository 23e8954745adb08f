"""Tasks: two groups of classes of a data set, or arrays of one's own; centred, normalised, in words for the record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldbench.data.cache import checksum, load
from fieldbench.data.images import Images
from fieldbench.data.unwrap import md5
from fieldbench.errors import BadInput

_NAMED = {
    "odd/even": (("1", "3", "5", "7", "9"), ("0", "2", "4", "6", "8")),
    "animals/vehicles": (("bird", "cat", "deer", "dog", "frog", "horse"), ("airplane", "automobile", "ship", "truck")),
}


@dataclass(frozen=True)
class Task:
    """A population of M points of dimension d with a target: the data measure of a case.

    Attributes:
        inputs: (M, d), mean point subtracted, then each point scaled to |x|² = d; read-only.
        targets: (M,), mean 0 and mean square 1 over the population (±1 where balanced); read-only.
        description: everything above with the numbers and the checksum of what it was made from, for the record.
    """

    inputs: NDArray[np.float64]
    targets: NDArray[np.float64]
    description: str


def own_task(inputs: ArrayLike, labels: ArrayLike, name: str = "own data") -> Task:
    """A task from arrays of one's own.

    Args:
        inputs: (M, d) numbers, a point a row; further axes of a point, such as those of an image, are flattened.
        labels: (M,) of two distinct values, of which the larger becomes +1, or real numbers for regression.
        name: what the description calls the data.

    Raises:
        BadInput: shapes that do not fit, values that are not finite, labels that are all equal or name more than two
            classes.
    """
    points, given = np.asarray(inputs), np.asarray(labels)
    if points.ndim < 2 or len(points) < 2 or points.size == 0:
        raise BadInput(f"{name}: inputs have shape {points.shape}; give (M, d) with M ≥ 2 points of d ≥ 1 numbers")
    if given.shape != points.shape[:1]:
        raise BadInput(f"{name}: labels have shape {given.shape}, inputs {points.shape}; give one label a point")
    if not np.issubdtype(points.dtype, np.number) or np.iscomplexobj(points):
        raise BadInput(f"{name}: inputs have dtype {points.dtype}; give real numbers")
    values, words = _signs(given, name)
    flat = points.reshape(len(points), -1).astype(np.float64)
    identity = md5(flat.tobytes() + values.tobytes())
    return _task(flat, values, f"{name} (md5:{identity}): {len(flat)} points, {words}", "point")


def _signs(labels: NDArray[Any], name: str) -> tuple[NDArray[np.float64], str]:
    """Labels as numbers, and in words what they are."""
    if np.issubdtype(labels.dtype, np.floating) and not np.isfinite(labels).all():
        raise BadInput(f"{name}: {np.count_nonzero(~np.isfinite(labels))} labels are NaN or infinite; clean the data")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) == 2:
        minus, plus = (f"{count} labelled {sign} ({label})" for sign, label, count in zip(("-1", "+1"), classes, counts,
                                                                                    strict=True))  # fmt: skip
        return np.where(labels == classes[1], 1.0, -1.0), f"{plus} and {minus}"
    if len(classes) < 2:
        raise BadInput(f"{name}: all labels are {classes[0]}; a task needs labels that differ")
    if not np.issubdtype(labels.dtype, np.floating):
        raise BadInput(f"{name}: {len(classes)} classes; choose two groups, for example labels == {classes[0]!s}")
    return labels.astype(np.float64), f"real targets from {labels.min():.4g} to {labels.max():.4g}"


def _task(inputs: NDArray[np.float64], targets: NDArray[np.float64], what: str, item: str) -> Task:
    """Centre and normalise both, forbid writing, and say so."""
    normalised, scaled = normalise(inputs), (targets - targets.mean()) / targets.std()
    for array in (normalised, scaled):
        array.setflags(write=False)
    description = (
        f"{what}; mean {item} subtracted, each {item} scaled to |x|^2 = {normalised.shape[1]}; targets centred and "
        "scaled to mean square 1"
    )
    return Task(normalised, scaled, description)


def binary_task(dataset: str, task: str, size: int | None = None, balanced: bool = True) -> Task:
    """The first images of two groups of classes of a data set, in the publisher's order.

    Args:
        dataset: a name of the registry.
        task: "odd/even", "animals/vehicles", or two classes as "3/5" or "cat/dog"; the first group is +1.
        size: number M of images; None takes all there are.
        balanced: take as many of one group as of the other; otherwise take them as they come.

    Returns:
        The task. Its arrays are shared between calls and read-only.

    Raises:
        BadInput: unknown class, or the data set has fewer than `size` such images.
        DataMissing, DataCorrupt: as in `load`.
    """
    return _binary_task(dataset, task, size, balanced, checksum(dataset))


@lru_cache(maxsize=4)
def _binary_task(dataset: str, task: str, size: int | None, balanced: bool, identity: str) -> Task:
    images = load(dataset)
    plus, minus = (_members(images, group, task) for group in groups(task))
    chosen = _choose(plus, minus, size, balanced, f"{task} of {dataset}")
    signs = np.where(np.isin(chosen, plus), 1.0, -1.0)
    positive = int((signs > 0).sum())
    what = (
        f"{task} on {dataset} ({identity}): the first {len(chosen)} images of these classes, {positive} labelled +1 "
        f"and {len(chosen) - positive} labelled -1"
    )
    return _task(images.pixels[chosen].astype(np.float64), signs, what, "image")


def groups(task: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The class names labelled +1 and -1. Raises BadInput unless `task` is a known name or "class/class"."""
    if task in _NAMED:
        return _NAMED[task]
    pair = task.split("/")
    if len(pair) != 2 or pair[0] == pair[1]:
        raise BadInput(
            f"unknown task {task!r}; known are {', '.join(_NAMED)} and two different classes as 'class/class'"
        )
    return (pair[0],), (pair[1],)


def _members(images: Images, group: tuple[str, ...], task: str) -> NDArray[np.intp]:
    unknown = [name for name in group if name not in images.classes]
    if unknown:
        raise BadInput(f"task {task!r}: {images.name} has no class {unknown[0]!r}; it has {', '.join(images.classes)}")
    labels = [images.classes.index(name) for name in group]
    return np.flatnonzero(np.isin(images.labels, labels))


def _choose(
    plus: NDArray[np.intp], minus: NDArray[np.intp], size: int | None, balanced: bool, what: str
) -> NDArray[np.intp]:
    most = 2 * min(len(plus), len(minus)) if balanced else len(plus) + len(minus)
    size = most if size is None else size
    if not 2 <= size <= most or (balanced and size % 2):
        raise BadInput(f"{what}: size {size} is not {'an even number ' if balanced else ''}from 2 to {most}")
    if balanced:
        return np.sort(np.concatenate([plus[: size // 2], minus[: size // 2]]))
    return np.sort(np.concatenate([plus, minus]))[:size]


def normalise(inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract the mean over the points and scale each point to |x|² = d.

    Raises:
        BadInput: a value that is not finite, or a point equal to the mean.
    """
    bad = int(np.count_nonzero(~np.isfinite(inputs)))
    if bad:
        raise BadInput(f"{bad} of {inputs.size} input values are NaN or infinite; clean the data")
    centred = inputs - inputs.mean(axis=0, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    if not (norms > 0).all():
        raise BadInput(f"point {int(np.argmin(norms))} equals the mean point and cannot be scaled to |x|² = d; drop it")
    return np.asarray(centred * (np.sqrt(inputs.shape[1]) / norms))
