"""Where a rival can be told from the theory at all. Reads outcomes and records alike, and loads little."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def separate(
    theory: FloatArray, margin: FloatArray, rival: FloatArray, rival_margin: FloatArray, free: str = ""
) -> NDArray[np.bool_]:
    """Points at which a rival differs from the theory by more than both margins, (points,) each.

    Where its offset is free, what it expects is centred already, and only the theory's shape is compared.
    """
    theory = theory - theory.mean() if free else theory
    return np.asarray(np.abs(rival - theory) > margin + rival_margin)


def told(check: Any, rival: Any) -> bool:
    """Whether a rival in a record can be told from the theory at any point of its check."""
    if not check.labels or (rival.free and len(check.labels) < 2):
        return False
    theory, margin = np.asarray(check.expected), np.asarray(check.margin)
    return bool(separate(theory, margin, np.asarray(rival.expected), np.asarray(rival.margin), rival.free).any())


def survives(check: Any, rival: Any) -> bool:
    """Whether a rival in a record could be told from the theory, and the data did not exclude it."""
    return not rival.rejected and told(check, rival)
