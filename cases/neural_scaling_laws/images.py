"""Images of a task with a kernel: where the measurement and the theory both start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.data import binary_task
from fieldbench.theory.kernels import Kernel, gram_matrix


@dataclass(frozen=True)
class Population:
    """M images of two classes, a finite population from which P are drawn without replacement."""

    dataset: str
    task: str
    images: int
    kernel: str
    balanced: bool

    @property
    def gram(self) -> NDArray[np.float64]:
        """K(x_i, x_j), (M, M)."""
        return _gram_and_targets(self)[0]

    @property
    def targets(self) -> NDArray[np.float64]:
        """y(x_i), (M,)."""
        return _gram_and_targets(self)[1]


@lru_cache(maxsize=1)
def _gram_and_targets(of: Population) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    task = binary_task(of.dataset, of.task, of.images, of.balanced)
    return gram_matrix(Kernel(of.kernel), task.inputs), task.targets
