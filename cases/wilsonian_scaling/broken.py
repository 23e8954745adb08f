"""A wrong theory for a control."""

from __future__ import annotations

from fieldbench.claims import Known, Said

from .experiment import Maximum
from .theory import of_maximum


def sign_flipped(at: Maximum) -> Said:
    """Broken: a negative u raises the error by as much."""
    right = of_maximum(at)
    return {Maximum.gap: Known(-2.0 * right[Maximum.shift].value, *right[Maximum.gap].remainders)}
