"""Binary tasks on images: which classes against which, centring and normalisation, in words for the record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.data.cache import checksum, load
from fieldbench.data.images import Images
from fieldbench.errors import BadInput

_NAMED = {
    "odd/even": (("1", "3", "5", "7", "9"), ("0", "2", "4", "6", "8")),
    "animals/vehicles": (("bird", "cat", "deer", "dog", "frog", "horse"), ("airplane", "automobile", "ship", "truck")),
}


@dataclass(frozen=True)
class Task:
    """A population of M points of dimension d with a binary target: the data measure of a case.

    Attributes:
        inputs: (M, d), mean image subtracted, then each image scaled to |x|² = d.
        targets: (M,), mean 0 and mean square 1 over the population (±1 where balanced).
        description: everything above with the numbers, for the record.
    """

    inputs: NDArray[np.float64]
    targets: NDArray[np.float64]
    description: str


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
    inputs = normalise(images.pixels[chosen].astype(np.float64))
    targets = (signs - signs.mean()) / signs.std()
    for array in (inputs, targets):
        array.setflags(write=False)
    positive = int((signs > 0).sum())
    description = (
        f"{task} on {dataset} ({identity}): the first {len(chosen)} images of these classes, {positive} labelled +1 "
        f"and {len(chosen) - positive} labelled -1; mean image subtracted, each image scaled to "
        f"|x|^2 = {inputs.shape[1]}; targets centred and scaled to mean square 1"
    )
    return Task(inputs, targets, description)


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
