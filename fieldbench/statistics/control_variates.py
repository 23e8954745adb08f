"""Control variates: take out of a measurement the part that known fluctuations of its data set explain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers


def adjust(values: Numbers, controls: Numbers) -> NDArray[np.float64]:
    """Subtract from each value its least-squares regression on controls whose expectations are exactly zero.

    The mean keeps its expectation up to O(1/n) times the controls' skewness, and loses the share R² of its variance
    (Glasserman, Monte Carlo Methods in Financial Engineering, section 4.1) but for (n − 2)/(n − k − 2), which the
    fitted coefficients cost (Lavenberg & Welch, Management Science 27, 322, 1981). Least squares leave a scatter that
    is too small by (n − k − 1)/(n − 1) and knows nothing of that cost: it is enlarged by both, so that the adjusted
    values give the standard error of their mean as independent ones do. Not for controls whose expectation is only
    estimated: their error would become a bias.

    Args:
        values: one measurement a data set, shape (n,).
        controls: shape (n, k), with n ≥ 3 (k + 1) so that the fitted coefficients cost at most half of the variance.

    Returns:
        Adjusted values, shape (n,).

    Raises:
        BadInput: shapes that do not fit, or too few data sets.
    """
    y, x = np.asarray(values, dtype=np.float64), np.asarray(controls, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise BadInput(f"values of shape {y.shape} and controls of shape {x.shape} do not fit")
    if len(y) < 3 * (x.shape[1] + 1):
        raise BadInput(f"{len(y)} data sets are too few for {x.shape[1]} controls: use at least {3 * (x.shape[1] + 1)}")
    coefficients = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(), rcond=None)[0]
    plain, (n, k) = y - x @ coefficients, x.shape
    enlarged = np.sqrt((n - 1) * (n - 2) / ((n - k - 1) * (n - k - 2)))
    adjusted: NDArray[np.float64] = plain.mean() + enlarged * (plain - plain.mean())
    return adjusted
