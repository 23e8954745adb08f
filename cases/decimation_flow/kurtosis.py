"""Kurtosis of kernel modes over a data set: how Gaussian the features φ_k(x) of a kernel are, from low to high k."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.stats import kurtosis, spearmanr

from fieldbench.data import normalise
from fieldbench.errors import BadInput
from fieldbench.theory.kernels import gram_matrix, principal_components

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def continued_modes(
    kernel: Callable[[Matrix, Matrix], Matrix], reference: Matrix, images: Matrix, count: int
) -> Matrix:
    """Kernel modes of M reference images on other images, φ_k(x) = Σ_j K(x, x_j) φ_k(x_j)/(Mλ_k), (images, count).

    Within the reference a mode at high k is bent to its M images; on others it is not. Of modes beyond about k = M/4
    less than half of the norm is left there: they are not resolved.

    Args:
        kernel: function of two sets of inputs, (n, d) and (m, d), that returns (n, m).
        reference: (M, d).
        images: (n, d), none of them in the reference.
        count: number of modes, 1 … M.

    Raises:
        BadInput: count outside 1 … M, or a mode among them whose eigenvalue is rounding.
    """
    size = len(reference)
    if not 1 <= count <= size:
        raise BadInput(f"{count} modes of a reference of {size} images: must lie within 1 and {size}")
    modes = principal_components(gram_matrix(kernel, reference))
    if not modes.eigenvalues[count - 1] > size * np.finfo(np.float64).eps * modes.eigenvalues[0]:
        raise BadInput(f"the kernel has fewer than {count} modes on this reference; ask for fewer")
    weights = modes.functions[:, :count] / (size * modes.eigenvalues[:count])
    return np.asarray(kernel(images, reference) @ weights)


def modes_on_subsets(
    pixels: NDArray[np.uint8],
    kernel: Callable[[Matrix, Matrix], Matrix],
    keys: jax.Array,
    reference: int,
    images: int,
) -> NDArray[np.float64]:
    """Modes k ≤ M/4 of a reference drawn by each key, on a subset of its own, (keys, images, k): subsets are disjoint.

    Args:
        pixels: of all images, (N, d).
        kernel: as `continued_modes`.
        keys: the first one also cuts out the subsets.
        reference: M, images of the rest.
        images: in a subset.
    """
    order = np.asarray(jax.random.permutation(keys[0], len(pixels)))
    found = []
    for subset, key in zip(order[: len(keys) * images].reshape(len(keys), -1), keys, strict=True):
        rest = jax.random.choice(key, np.setdiff1d(order, subset), (reference,), replace=False)
        inputs = normalise(pixels[np.concatenate([np.asarray(rest), subset])].astype(np.float64))
        first, seen = np.split(inputs, [reference])
        found.append(continued_modes(kernel, first, seen, reference // 4))
    return np.array(found)


def kurtosis_by_block(modes: Matrix) -> Vector:
    """Excess kurtosis ⟨(φ − ⟨φ⟩)⁴⟩/⟨(φ − ⟨φ⟩)²⟩² − 3, unbiased for normal φ, averaged over blocks of two octaves of k.

    Args:
        modes: φ_k(x), (..., n images, k), at least four images and two modes.

    Returns:
        (..., blocks): k = 1, 2 … 4, 5 … 16, 17 … 64, and so on; the last one ends with the modes.

    Raises:
        BadInput: fewer than four images or two modes.
    """
    if modes.ndim < 2 or modes.shape[-2] < 4 or modes.shape[-1] < 2:
        raise BadInput(f"modes of shape {modes.shape}: need at least four images and two modes")
    excess = kurtosis(modes, axis=-2, bias=False)
    return np.stack([part.mean(axis=-1) for part in np.split(excess, edges(excess.shape[-1]), axis=-1)], axis=-1)


def edges(modes: int) -> list[int]:
    """Where blocks of two octaves of k end, 1, 4, 16, … below the number of modes."""
    return [4**power for power in range(modes) if 4**power < modes]


def shared_excess(modes: Matrix) -> Vector:
    """3(⟨φ_k²φ_l²⟩ − 1 − 2⟨φ_kφ_l⟩²) over pairs of the last block: the excess that a shared amplitude makes.

    For φ_k = g z_k with one g(x) and independent normal z_k, ⟨φ_k²φ_l²⟩ = ⟨g⁴⟩ and ⟨φ_k⁴⟩ = 3⟨g⁴⟩; the last term is
    what a sample's own correlations add.

    Args:
        modes: φ_k(x), (..., n images, k).
    """
    last = modes[..., edges(modes.shape[-1])[-1] :]
    last = last - last.mean(axis=-2, keepdims=True)
    last = last / np.sqrt(np.mean(last**2, axis=-2, keepdims=True))
    count, size = last.shape[-2:]
    apart = ~np.eye(size, dtype=bool)
    squares, products = (np.swapaxes(part, -1, -2) @ part / count for part in (last**2, last))
    return np.asarray(3.0 * np.mean((squares - 1.0 - 2.0 * products**2)[..., apart], axis=-1))


def rank_trend(rows: Matrix) -> Vector:
    """Spearman's rank correlation of each row with its position, (rows,): 1 if it rises everywhere."""
    positions = np.arange(rows.shape[-1])
    return np.array([spearmanr(positions, row).statistic for row in rows])
