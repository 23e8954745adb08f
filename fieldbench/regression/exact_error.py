"""Population error without a test set, where the kernel's integrals over the data measure are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.regression.interface import NestedRegression, checked_array
from fieldbench.theory.sphere import degeneracy


def population_errors(
    gpr: NestedRegression, gram: Any, squared: Any, labels: Any, overlaps: Any, powers: Any, ridge: float,
    sizes: Sequence[int],
) -> Any:  # fmt: skip
    """∫(f − y)²dμ of the posterior mean f, exactly and on every data set, for several targets y.

    With α = (K + κ)⁻¹y(X) the error is ∫y² − 2hᵀα + αᵀK₂α, where h_i = ∫K(x_i, x)y(x)dμ and
    K₂(x, z) = ∫K(x, u)K(u, z)dμ. For y in the eigenspace of λ, h = λ y(X); K₂ has the eigenvalues λ_k². Targets in
    different eigenspaces add up: averaged over independent signs of its parts, the error of a sum is the sum of errors.

    Args:
        gpr: the regression (port).
        gram: K (n, n).
        squared: K₂ (n, n).
        labels: y(X), (n, t).
        overlaps: h, (n, t).
        powers: ∫y²dμ, (t,).
        ridge: κ ≥ 0.
        sizes: training sizes (s,).

    Returns:
        (s, t). Rounding is a few eps of the power, whatever the error.

    Raises:
        BadInput, NotPositiveDefinite: shapes that do not fit, and as the port.
    """
    values = checked_array("labels", labels, (len(gram), None))
    fields = checked_array("overlaps", overlaps, values.shape)
    whole = checked_array("powers", powers, (values.shape[1],))
    doubled = checked_array("squared", squared, np.shape(gram))
    alphas = np.asarray(gpr.predictions(gram, ridge, values, np.eye(len(values)), sizes))
    return np.stack([whole + (alpha * (doubled @ alpha - 2.0 * fields)).sum(axis=0) for alpha in alphas])


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
