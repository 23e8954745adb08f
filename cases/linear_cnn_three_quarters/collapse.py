"""Whether curves over P/d^{3/4} fall together: the spread of P_50 on that scale, by shrinkage and as claimed."""

from __future__ import annotations

from fieldbench.claims import Check, Remainder, per, spread

from .theory import P50
from .tiers import at_small_ridge, at_unit_ridge

SCALED_P50 = P50 / per(lambda at: at.dimension**0.75)
SAME = Remainder("a curve that an eye would call the same", 0.02, got="chosen")
NO_COLLAPSE = (
    "P_50/d^{3/4} approaches its limit like α^{-1/2}: at the source's own α it still rises by more than a tenth from "
    "the smallest to the largest network, as shrinkage says (spread-over-three-quarters); curves over P/d^{3/4} fall "
    "together regardless of the scale for α → ∞ only"
)
COLLAPSE = (
    Check("spread-over-three-quarters", spread(SCALED_P50), rivals={"exact-collapse": 0.0}, on=at_unit_ridge),
    Check("spread-at-small-ridge", spread(SCALED_P50), rivals={"exact-collapse": 0.0}, on=at_small_ridge),
    *(
        Check(name, spread(SCALED_P50), 0.0, margin=(SAME,), on=on, expect="contradicted", because=NO_COLLAPSE)
        for name, on in (("regardless-of-scale", at_unit_ridge), ("regardless-of-scale-at-small-ridge", at_small_ridge))
    ),
)
