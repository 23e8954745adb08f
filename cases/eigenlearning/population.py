"""Images as the measure of a kernel: the kernel matrix of all M and its modes."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.data import binary_task
from fieldbench.theory.kernels import EmpiricalSpectrum, Kernel, gram_matrix, principal_components

KERNEL = Kernel("erf")


@cache
def population(dataset: str, images: int) -> tuple[NDArray[np.float64], EmpiricalSpectrum]:
    """K(x_i, x_j) over the first M images of a data set, (M, M), with its principal components."""
    task = "animals/vehicles" if dataset.startswith("cifar10") else "odd/even"
    gram = gram_matrix(KERNEL, binary_task(dataset, task, images, balanced=False).inputs)
    return gram, principal_components(gram)
