"""Exact magnetisation moments of small Ising tori by transfer matrix: the oracle of finite-size scaling.

Z(h) = Tr T(h)^L, with T the 2^L × 2^L matrix between rows, is kept as a power series in the field h up to h⁴, and its
derivative with respect to the coupling is that of a complex step (Squire & Trapp, SIAM Rev. 40, 110 (1998)): no
differences, full accuracy.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.ising.onsager import check

ORDERS = 5
LARGEST_TORUS = 12
_STEP = 1e-30

Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class TorusMoments:
    """Exact averages on an L × L torus, and their derivatives with respect to K (the names with `_slope`).

    susceptibility: χ = ⟨M²⟩/L²; binder: U = 1 − ⟨M⁴⟩/3⟨M²⟩²; correlation: G = ⟨s(0) s(L/2)⟩ along an axis;
    energy: per site.
    """

    susceptibility: float
    binder: float
    correlation: float
    energy: float
    susceptibility_slope: float
    binder_slope: float
    correlation_slope: float


@lru_cache(maxsize=256)
def torus_moments(size: int, coupling: float) -> TorusMoments:
    """Exact averages of the L × L torus at coupling K.

    Rows are summed over representatives of translations, reflections and the spin flip; half of the lattice is
    propagated from each, and closed with itself.

    Args:
        size: even, 2 … 12 (0.5 s at 12, a factor of 30 more for every two).

    Raises:
        BadInput: another size, or a coupling that is not positive and finite.
    """
    check(size, coupling)
    if size % 2 or size > LARGEST_TORUS:
        raise BadInput(f"size {size}: the transfer matrix is summed for even sizes up to {LARGEST_TORUS}")
    bonds = complex(coupling, _STEP)
    series, paired = _partition(size, bonds)
    sites = size**2
    second, fourth = 2 * series[2] / series[0], 24 * series[4] / series[0]
    susceptibility, binder = second / sites, 1 - fourth / (3 * second**2)
    correlation = paired / series[0]
    return TorusMoments(
        susceptibility=float(susceptibility.real),
        binder=float(binder.real),
        correlation=float(correlation.real),
        energy=float(-series[0].imag / (_STEP * series[0].real * sites)),
        susceptibility_slope=float(susceptibility.imag / _STEP),
        binder_slope=float(binder.imag / _STEP),
        correlation_slope=float(correlation.imag / _STEP),
    )


def _partition(size: int, bonds: complex) -> tuple[Complex, complex]:
    """Coefficients of Z(h) up to h⁴, shape (5,), and Σ s(0)s(L/2) e^{−H} averaged along a row."""
    states = np.arange(2**size)
    spins = 1 - 2 * ((states[:, None] >> np.arange(size)) & 1)
    magnetisation = spins.sum(axis=1).astype(np.float64)
    row_bonds = np.sum(spins * np.roll(spins, -1, axis=1), axis=1)
    pairs = np.mean(spins * np.roll(spins, -(size // 2), axis=1), axis=1)
    vertical = np.array([[np.exp(bonds), np.exp(-bonds)], [np.exp(-bonds), np.exp(bonds)]])
    half = np.ones((1, 1), np.complex128)
    for _ in range(size // 2):
        half = np.kron(half, vertical)
    # A whole row's weight and its square root: T = D^{1/2} W D^{1/2} is symmetric.
    row = [_field(magnetisation * part, order) * np.exp(part * bonds * row_bonds) for part in (1.0, 0.5) for order in
           range(ORDERS)]  # fmt: skip
    whole, root = row[:ORDERS], row[ORDERS:]
    series, paired = np.zeros(ORDERS, np.complex128), 0j
    for first, count in zip(*_representatives(size), strict=True):
        vector = np.zeros((ORDERS, 2**size), np.complex128)
        vector[:, first] = [weight[first] for weight in root]
        for step in range(1, size // 2 + 1):
            vector = (half @ vector.reshape(ORDERS, *half.shape) @ half).reshape(ORDERS, -1)
            vector = _multiplied(vector, root if step == size // 2 else whole)
        closed = np.array([sum(vector[j] @ vector[k - j] for j in range(k + 1)) for k in range(ORDERS)])
        series += count * closed
        paired += count * closed[0] * pairs[first]
    return series, complex(paired)


def _field(magnetisation: NDArray[np.float64], order: int) -> NDArray[np.float64]:
    """Coefficient of h^order in exp(h m)."""
    return np.asarray(magnetisation**order / math.factorial(order))


def _multiplied(vector: Complex, weights: list[Complex]) -> Complex:
    """Product of two power series in the field, truncated."""
    product = np.zeros_like(vector)
    for j, k in itertools.product(range(ORDERS), repeat=2):
        if j + k < ORDERS:
            product[j + k] += vector[j] * weights[k]
    return product


def _representatives(size: int) -> tuple[Integers, Integers]:
    """One row of each class under translation, reflection and spin flip, and the number of rows in it."""
    states, mask = np.arange(2**size), 2**size - 1
    mirrored = sum(((states >> i) & 1) << (size - 1 - i) for i in range(size))
    smallest = states
    for start in (states, states ^ mask, mirrored, mirrored ^ mask):
        turned = start
        for _ in range(size):
            turned = ((turned << 1) | (turned >> (size - 1))) & mask
            smallest = np.minimum(smallest, turned)
    found, counts = np.unique(smallest, return_counts=True)
    return found, counts
