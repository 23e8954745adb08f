"""The truncated kernel with its noise: integrating out spaces of modes whole.

Decimation (running_ridge.py) for spectra with degeneracies, and the renormalised kernel of Cohen, Malka, Ringel,
arXiv:1906.05301: on the sphere a polynomial kernel K_{≤r} of degree r with the noise K(1) − K_{≤r}(1) describes the
same regression as K, because harmonics of degree > r are too many to be learned.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Spectrum

Vector = NDArray[np.float64]


def truncate(spectrum: Spectrum, keep: int) -> tuple[Spectrum, float]:
    """The spectrum of the first `keep` listed spaces (the others zero), and the trace of all the rest, its noise.

    The target keeps all its spaces: power in a truncated one is never learned.

    Args:
        spectrum: K = Σ_k λ_kφ_kφ_k.
        keep: number of spaces kept, at least 1; on the sphere r + 1.

    Raises:
        BadInput: fewer than one space, or more than are listed.

    >>> kept, noise = truncate(Spectrum([1.0, 0.5, 0.25], unresolved=0.1), 2)
    >>> kept.eigenvalues.tolist(), round(noise, 12)
    ([1.0, 0.5, 0.0], 0.35)
    """
    if not 1 <= keep <= spectrum.eigenvalues.size:
        raise BadInput(f"cannot keep {keep} of {spectrum.eigenvalues.size} listed spaces: keep at least one")
    kept = np.where(np.arange(spectrum.eigenvalues.size) < keep, spectrum.eigenvalues, 0.0)
    low = replace(spectrum, eigenvalues=kept, unresolved=0.0, tail=None)
    return low, spectrum.trace - low.trace


def spaces_above(learnability: Vector, threshold: float) -> int:
    """Number of leading spaces to keep so that every learnability ≥ ε is among them, (k,) → at least 1.

    Spaces that the kernel lacks altogether (λ = 0) may lie in between.
    """
    if not 0.0 < threshold < 1.0:
        raise BadInput(f"threshold {threshold} is not a learnability between 0 and 1; the review takes 0.01")
    above = np.flatnonzero(learnability >= threshold)
    return int(above[-1]) + 1 if above.size else 1
