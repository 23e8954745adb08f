"""Population error on the sphere without a test set, for targets that are harmonics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.regression.interface import NestedRegression, checked_array
from fieldbench.theory.sphere import degeneracy


def harmonic_errors(
    gpr: NestedRegression, gram: Any, squared: Any, targets: Any, eigenvalues: Any, ridge: float, sizes: Sequence[int]
) -> Any:
    """∫(f − y)²dμ of the posterior mean f for harmonics y of unit power, exactly and on every data set.

    With α = (K + κ)⁻¹y(X), and since ∫y(x)K(x, X)dμ = λ y(X) for y of the degree with eigenvalue λ, the error is
    1 − 2λ y(X)ᵀα + αᵀK₂α, where K₂(x, z) = ∫K(x, u)K(u, z)dμ has the eigenvalues λ_l². Targets of different degrees
    add up: averaged over independent signs of its parts, the error of Σ_l c_ly_l is Σ_l c_l² times that of y_l.

    Args:
        gpr: the regression (port).
        gram: K (n, n).
        squared: K₂ (n, n), see `zonal_series`.
        targets: y(X) of t targets, (n, t).
        eigenvalues: λ of the degree of each target, (t,).
        ridge: κ ≥ 0.
        sizes: training sizes (s,).

    Returns:
        (s, t).

    Raises:
        BadInput, NotPositiveDefinite: shapes that do not fit, and as the port.
    """
    labels = checked_array("targets", targets, (len(gram), None))
    levels = checked_array("eigenvalues", eigenvalues, (labels.shape[1],))
    errors = np.empty((len(sizes), labels.shape[1]))
    for row, alpha in enumerate(np.asarray(gpr.predictions(gram, ridge, labels, np.eye(len(labels)), sizes))):
        learned = levels * np.einsum("nt,nt->t", labels, alpha)
        errors[row] = 1.0 - 2.0 * learned + np.einsum("nt,nt->t", alpha, squared @ alpha)
    return errors


def zonal_series(coefficients: Any, dimension: int, cosines: Any) -> Any:
    """Σ_l c_l deg_l P_l(t): the kernel with eigenvalues c_l, of the degrees 0 … len(c) − 1.

    By Clenshaw's backward recurrence on (l + d − 2)P_{l+1} = (2l + d − 2)tP_l − lP_{l−1}: three matrices at a time.

    Args:
        coefficients: c_l, (l,).
        dimension: d ≥ 3.
        cosines: t, an array of any shape.

    Raises:
        BadInput: d < 3, or no coefficient.
    """
    scaled = [float(c) * float(degeneracy(l, dimension)) for l, c in enumerate(coefficients)]
    if dimension < 3 or not scaled:
        raise BadInput(f"{len(scaled)} coefficients in dimension {dimension}: need at least one, and d ≥ 3")
    above, current = np.zeros_like(cosines), np.full_like(cosines, scaled[-1])
    for l in range(len(scaled) - 2, -1, -1):
        rising = (2 * l + dimension - 2) / (l + dimension - 2)
        falling = (l + 1) / (l + dimension - 1)
        above, current = current, scaled[l] + rising * cosines * current - falling * above
    return current
