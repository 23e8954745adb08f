"""What every loader returns: images as published, with their labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Images:
    """A labelled set of images, untouched: pixels as unsigned bytes.

    Attributes:
        name: name of the data set in the registry.
        pixels: (images, pixels) in the publisher's order of pixels (CIFAR: 1024 red, 1024 green, 1024 blue).
        labels: (images,) integers 0 … 9.
        classes: the name of each label.
    """

    name: str
    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    classes: tuple[str, ...]
