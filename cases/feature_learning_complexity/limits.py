"""What holds as d/n vanishes: of measured networks, extrapolated along the ray, and of theory alone."""

from __future__ import annotations

from fieldbench.claims import Check, Limit, Remainder, extrapolated, log, per, together

from .experiment import Network
from .observables import ASKED
from .predictions import limit_of_process, limit_of_share
from .tiers import on_the_ray


def d_over_n(at: Network) -> float:
    """Falls as β^(−1/2) along the ray, and so does d/N."""
    return at.dimension / at.samples


EXTRAPOLATED = {
    word: together(*(
        extrapolated(log(ASKED[f"{name}-{word}"][0]), towards=d_over_n)
        for name in ("linear-learnability", "teacher-variance", "transverse-variance")
    ))
    for word in ("negative", "zero", "positive")
}  # fmt: skip
# What a line in d/n leaves of (d/n)² with coefficient one.
NEXT_ORDER = (
    Remainder("second order in d/n", extrapolated(per(lambda at: d_over_n(at) ** 2), towards=d_over_n),
              order="(d/n)²", got="guessed"),
)  # fmt: skip
IN_THE_LIMIT = (
    *(Check(f"exact-in-the-limit-{word}", EXTRAPOLATED[word], margin=NEXT_ORDER, tiers=("standard",), on=on_the_ray)
      for word in ("negative", "zero")),
    Check("exact-in-the-limit-positive", EXTRAPOLATED["positive"], margin=NEXT_ORDER, on=on_the_ray,
          tiers=("standard",), expect="inconclusive",
          because="open: the extrapolated d⟨m²⟩ lies on the edge of the margin"),
)  # fmt: skip
LIMITS = (
    Limit("process-falls-as-inverse-square", limit_of_process, -2.0,
          margin=(Remainder("what κ_eff adds to κ = 40, at most σ_a²⟨φ²⟩", 0.47 / 40, order="1/κ", got="bounded"),)),
    Limit("share-is-constant-in-the-limit", limit_of_share, 0.0,
          margin=(Remainder("d/n at β = 16", 0.05 / 4, order="d/n", got="guessed"),)),
)  # fmt: skip
