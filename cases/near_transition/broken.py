"""Wrong theories for the controls: a parameter off by a factor, a sign, each with the right one's margins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fieldbench.claims import Known, Said, Theory, with_shares

from .experiment import Network
from .theory import NINTH, adapted, resolved


def changed(**factors: float) -> Callable[[Network], Said]:
    """Broken: the saddle with a parameter times a factor."""

    def theory(at: Network) -> Said:
        return adapted(at, NINTH, **factors)

    return theory


def other_sign(at: Network) -> Said:
    """Broken: E[H_3 erf] = +(4/√π) m³ (1 + 2q)^(−3/2), as if −ε were taught."""
    wrong = dict(adapted(at, NINTH, cubic=-1.0))
    wrong[Network.cubic_learned] = Known(-np.asarray(wrong[Network.cubic_learned].value))
    return wrong


def claimed(wrong: Theory) -> Theory:
    """A wrong theory with the right one's margins; those of a density are the same share of it, as of −log p."""
    return with_shares(wrong, resolved, of=(Network.density,))
