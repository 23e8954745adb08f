"""Exact averages over the singular values of a real Gaussian matrix, at any size: the oracle of flat spectra.

The singular values z_i of an N × M matrix of independent N(0, 1), N ≤ M, have the density (James 1964)

    ∏ z_i^α e^{−z_i²/2} ∏_{i<j} |z_i² − z_j²|,   α = M − N,

so that ⟨∏ w(z_i)⟩ is a Pfaffian (de Bruijn 1955) of A_jk = ∫∫ sgn(z' − z) ψ_j(z)ψ_k(z') w(z)w(z') dz dz', bordered by
∫ψ_j w for odd N, with any basis ψ_j of z^α e^{−z²/2} times polynomials in z² of degree below N. To first order in
w = 1 + ηf the mean of a linear statistic is ⟨Σ_i f(z_i)⟩ = ½ Tr A⁻¹ ∂A/∂η. The basis here is orthonormal on z > 0
(Laguerre functions), the integrals are those of Gauss's rule on short panels, where the running one is a matrix.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from fieldbench.errors import BadInput

Vector = NDArray[np.float64]
Floats = NDArray[np.float64]

_NODES = 12  # a panel; the functions have some N oscillations over 2√N, and a panel is a tenth of one at most


def mean_of_sum(statistic: Callable[[Vector], Floats], rows: int, columns: int, least: float = 0.0) -> Vector:
    """⟨Σ_i f(z_i²)⟩ over the min(rows, columns) singular values z_i, to some 10⁻⁹ of the largest of f.

    Args:
        statistic: f at squared singular values, (n,) → (statistics, n).
        rows, columns: of the matrix.
        least: scale in z below which f is constant, where that is finer than the spacing of singular values, N^{−1/2}.

    Returns:
        (statistics,).

    Raises:
        BadInput: a matrix without rows or columns.
    """
    if min(rows, columns) < 1:
        raise BadInput(f"a matrix of {rows} × {columns} has no singular values")
    size, power = min(rows, columns), abs(rows - columns)
    places, weights, running = _panels(size, power, least)
    basis = _laguerre(size, power, places) * weights  # ψ_j(z) dz, (N, z)
    sums = basis.sum(axis=1)
    values = np.atleast_2d(statistic(places**2))
    # ∫ sgn(z' − z)ψ(z) dz = 2∫_0^{z'} ψ − ∫ψ.
    signed = 2.0 * running(basis / weights) - sums[:, None]
    plain = _skew(signed, basis)
    found = []
    for value in values:
        weighted = basis * value
        change = _skew(2.0 * running(weighted / weights) - weighted.sum(axis=1)[:, None], basis)
        change = change + _skew(signed, weighted)
        one, other = plain, 0.5 * (change - change.T)
        if size % 2:
            one, other = _bordered(one, sums), _bordered(other, weighted.sum(axis=1))
        found.append(0.5 * np.trace(np.linalg.solve(one, other)))
    return np.array(found)


def _skew(signed: Floats, basis: Floats) -> Floats:
    return np.asarray(signed @ basis.T)


def _bordered(matrix: Floats, edge: Vector) -> Floats:
    return np.block([[matrix, edge[:, None]], [-edge[None, :], np.zeros((1, 1))]])


def _panels(size: int, power: int, least: float) -> tuple[Vector, Vector, Callable[[Floats], Floats]]:
    """Nodes, weights and the running integral ∫_0^z on panels that are finest near the hard edge."""
    last = np.sqrt(size) + np.sqrt(size + power) + 8.0  # the largest singular value, and eight standard deviations more
    step = 0.5 / np.sqrt(size + 1.0)
    start = step if least == 0.0 else min(step, least)
    near = np.geomspace(start, step, max(2, int(np.ceil(np.log2(step / start))) + 1))[:-1]
    near = near if start < step else np.empty(0)
    edges = np.concatenate([[0.0], near, np.arange(step, last + step, step)])
    nodes, parts = np.polynomial.legendre.leggauss(_NODES)
    half = 0.5 * np.diff(edges)
    places = (edges[:-1] + half)[:, None] + half[:, None] * nodes
    # ∫_{−1}^{x_i} of the interpolating polynomial, from Legendre's series.
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(nodes, _NODES - 1))
    within = np.stack(
        [np.polynomial.legendre.legval(nodes, np.polynomial.legendre.legint(column, lbnd=-1)) for column in inverse.T],
        axis=1,
    )

    def running(values: Floats) -> Floats:
        panels = values.reshape(len(values), -1, _NODES)
        whole = (panels @ parts) * half
        before = np.cumsum(whole, axis=1) - whole
        return np.asarray((before[:, :, None] + (panels @ within.T) * half[:, None]).reshape(values.shape))

    return places.ravel(), (half[:, None] * parts).ravel(), running


def _laguerre(size: int, power: int, z: Vector) -> Floats:
    """ψ_j(z) = c_j z^α e^{−z²/2} L_j^{(α−1/2)}(z²), orthonormal on z > 0, (N, z), by the three-term recurrence."""
    x, a = z * z, power - 0.5
    first = np.exp(power * np.log(z) - 0.5 * x + 0.5 * (np.log(2.0) - gammaln(a + 1.0)))
    rows = [first]
    for j in range(size - 1):
        below = np.sqrt(j * (j + a)) * rows[j - 1] if j else 0.0
        rows.append(((2 * j + a + 1 - x) * rows[j] - below) / np.sqrt((j + 1) * (j + 1 + a)))
    return np.stack(rows)
