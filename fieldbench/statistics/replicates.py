"""Values of replicates whose mean is a function of all of them, or is less scattered by the luck of their data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def without_luck(values: Values, moments: Values) -> Values:
    """Values (replicates, …) less their regression on moments (replicates, k) of their data, as (replicates, points).

    The moments' expectations are zero. A replicate's slopes are fitted to the others: independent of its own moments,
    so that the mean is not biased, as it would be by slopes that follow a moment's heavy tail. Fewer than 3 (k + 1)
    replicates are left as they are.
    """
    count, controls = moments.shape
    flat = values.reshape(count, -1)
    if count < 3 * (controls + 1):
        return flat
    design = np.column_stack([np.ones(count), moments])
    others = ~np.eye(count, dtype=bool)
    slopes = np.array([np.linalg.lstsq(design[one], flat[one], rcond=None)[0][1:] for one in others])
    found: Values = flat - np.einsum("rc,rcp->rp", moments, slopes)
    return found


def pooled_log(values: Values) -> Values:
    """log of the mean over replicates, as values whose mean it is and whose scatter is its own to first order."""
    mean = values.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.log(mean) + (values - mean) / mean)


def pseudo_values(function: Callable[..., float], *values: Values) -> Values:
    """Jackknife pseudo-values of a function of arrays (replicates, …), each (replicates,).

    Their mean is the function of all replicates less its leading bias; their scatter gives its standard error.
    """
    count = len(values[0])
    whole = function(*values)
    if count == 1:
        return np.array([whole])
    others = ~np.eye(count, dtype=bool)
    found = [count * whole - (count - 1) * function(*(each[keep] for each in values)) for keep in others]
    return np.array(found)
