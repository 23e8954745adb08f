"""What theory alone says of infinite lattices: exponents, the universal cumulant, the logarithm of the heat."""

from __future__ import annotations

from dataclasses import astuple

from fieldbench.claims import Limit, Remainder
from fieldbench.theory.ising import onsager, scaling

from .theory import FAR, heat_step

LIMITS = (
    Limit("exact-exponents", lambda: astuple(scaling.extrapolated_exponents()), expected=astuple(scaling.ISING),
          margin=(Remainder("no more than the last step to the limit", lambda: astuple(scaling.last_step())),)),
    Limit("universal-binder-cumulant", lambda: scaling.corrected(FAR).binder, expected=onsager.CRITICAL_BINDER,
          margin=(Remainder("second correction", lambda: scaling.corrected(FAR, scaling.ORDERS[:1]).binder
                            - scaling.corrected(FAR).binder, "L^{-2}", got="computed"),)),
    Limit("specific-heat-logarithm", lambda: heat_step(256), expected=onsager.SPECIFIC_HEAT_AMPLITUDE,
          # The remainder is of order 1/L: that at half the size is twice what is left.
          margin=(Remainder("order 1/L", lambda: heat_step(128) - onsager.SPECIFIC_HEAT_AMPLITUDE, got="computed"),)),
)  # fmt: skip
