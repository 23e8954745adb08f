"""Random quadratic targets on the sphere |x|² = d: harmonics of degree 2 and unit power."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.data import normals
from fieldbench.errors import BadInput
from fieldbench.typing import Array

Matrix = NDArray[np.float64]

_ROWS = 512


def quadratic_targets(key: Array, inputs: Matrix, count: int) -> Matrix:
    """xᵀBx with B symmetric, traceless, uniform on the sphere tr B² = (d + 2)/(2d): ⟨(xᵀBx)²⟩ = 1.

    On |x|² = d the traceless quadratic forms are the harmonics of degree 2, with ⟨(xᵀBx)²⟩ = 2d/(d + 2) tr B².

    Args:
        key: typed JAX key.
        inputs: (n, d) with |x|² = d, d ≥ 2.
        count: number of independent targets t.

    Returns:
        (n, t).

    Raises:
        BadInput: inputs that are not on the sphere.
    """
    if inputs.ndim != 2 or not np.allclose((inputs**2).sum(axis=1), inputs.shape[1], rtol=1e-6):
        raise BadInput(f"inputs of shape {inputs.shape} are not points of the sphere |x|² = d: scale each to length √d")
    points, dimension = inputs.shape
    forms = normals(key, count, dimension, dimension)
    forms = forms + forms.transpose(0, 2, 1)
    forms -= np.eye(dimension) * (np.trace(forms, axis1=1, axis2=2) / dimension)[:, None, None]
    forms *= np.sqrt((dimension + 2) / (2 * dimension) / (forms**2).sum(axis=(1, 2)))[:, None, None]
    upper, right = np.triu_indices(dimension)
    weights = (np.where(upper == right, 1.0, 2.0) * forms[:, upper, right]).T
    values = np.empty((points, count))
    for start in range(0, points, _ROWS):  # the products of coordinates are d²/2 a point
        rows = slice(start, start + _ROWS)
        values[rows] = (inputs[rows][:, upper] * inputs[rows][:, right]) @ weights
    return values
