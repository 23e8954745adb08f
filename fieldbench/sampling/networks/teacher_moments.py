"""Control variates from the inputs alone: how large the teacher's two components happen to be on a data set.

What a network learns of z + ε H_3(z) scatters over data sets mostly because the sample means m₁₁, m₁₃, m₃₃ of z²,
z H_3 and H_3²/6 do: the last has a standard deviation of 9.6/√n around 1 and a long upper tail, hence its logarithm.
Subtracting any fixed combination of controls with known expectations changes no mean.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers

FloatArray = NDArray[np.float64]

_SETS = 40_000
_BLOCK = 1_000


def controls(moments: Numbers) -> FloatArray:
    """m₁₁, m₁₃, m₃₃, log m₃₃ and (log m₃₃)² from the means of z², z H_3 and H_3²/6 over a data set.

    Args:
        moments: (sets, 3), as `SignedTeacher.evidence` returns them.

    Returns:
        (sets, 5).

    Raises:
        BadInput: another shape, or a mean square that is not positive.
    """
    found = np.asarray(moments, np.float64)
    if found.ndim != 2 or found.shape[1] != 3:
        raise BadInput(f"moments of shape {found.shape}: need (sets, 3)")
    if not np.all(found[:, 2] > 0):
        raise BadInput(f"a mean of H_3² is {found[:, 2].min()}: it must be positive")
    logarithm = np.log(found[:, 2])
    return np.column_stack([found, logarithm, logarithm**2])


@cache
def expected_controls(samples: int) -> tuple[float, ...]:
    """Expectations of `controls` for data sets of n Gaussian inputs: 1, 0, 1 exactly, the logarithms by simulation.

    40,000 simulated data sets leave a standard error of sd(log m₃₃)/200 (.0024 at n = 240): a hundredth of what the
    replicates of a claim leave.

    Raises:
        BadInput: fewer than two samples.
    """
    if samples < 2:
        raise BadInput(f"{samples} samples: at least two")
    generator = np.random.default_rng(samples)
    total = np.zeros(2)
    for _ in range(_SETS // _BLOCK):
        z = generator.standard_normal((_BLOCK, samples))
        logarithm = np.log(np.mean((z**3 - 3 * z) ** 2, axis=1) / 6)
        total += [logarithm.sum(), (logarithm**2).sum()]
    first, second = total / _SETS
    return 1.0, 0.0, 1.0, float(first), float(second)
