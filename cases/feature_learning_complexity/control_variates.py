"""Take out of a measurement what the luck of its data sets explains: control variates with fixed slopes.

They are functions of the inputs alone with known expectations (`fieldbench.sampling.networks.teacher_moments`), so that
subtracting them changes no mean, whatever the slopes. The slopes are fits to 160 pilot data sets (β = .08 and .14,
other keys); they leave a half to an eighth of the scatter.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fieldbench.sampling.networks.teacher_moments import controls, expected_controls

FloatArray = NDArray[np.float64]

# By the names of `SignedTeacher.evidence`: slopes in the five controls; rows: ε < 0, ε = 0, ε > 0.
SLOPES = {
    "linear": [
        [0.079, -0.047, 0.0, 0.003, 0.005],
        [0.092, 0.017, 0.0, -0.004, -0.007],
        [0.095, 0.100, 0.0, -0.009, -0.016],
    ],
    "overlap": [
        [0.541, -0.302, 0.0, 0.030, -0.171],
        [0.740, -0.149, 0.0, -0.170, -0.055],
        [0.745, 0.556, 0.0, -1.445, -0.383],
    ],
    "radius": [
        [-0.021, 0.002, 0.014, 0.0, 0.0],
        [-0.020, 0.001, 0.003, 0.0, 0.0],
        [-0.019, 0.013, 0.0, 0.036, 0.010],
    ],
    "response": [-0.014, -0.017, 0.0, 0.059, 0.0],
    "harmonic_response": [-0.014, -0.012, 0.0, 0.062, 0.0],
}


def adjusted(evidence: Mapping[str, FloatArray], samples: int) -> dict[str, FloatArray]:
    """The evidence of data sets of n inputs with its control variates subtracted."""
    excess = controls(evidence["moments"]) - np.array(expected_controls(samples))
    return {**evidence, **{name: evidence[name] - excess @ np.array(slopes).T for name, slopes in SLOPES.items()}}
