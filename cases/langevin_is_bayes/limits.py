"""What theory alone says as the step vanishes: the orders of the bias, and its coefficient."""

from __future__ import annotations

from fieldbench.claims import Limit, Remainder
from fieldbench.theory.langevin import euler_maruyama_slope

from . import stationary_laws as laws
from .stationary_laws import QUARTICS
from .wells import QUARTIC, STIFFNESS

LIMITS = (
    Limit("limiting-orders", laws.limiting_orders, expected=[1.0, 1.0, 2.0, 2.0],
          margin=(laws.left_by(laws.limiting_orders),
                  Remainder("rounding", 1e-6, got="bounded"))),
    Limit("euler-maruyama-coefficient", laws.limiting_coefficients,
          expected=[euler_maruyama_slope(STIFFNESS[well], QUARTIC[well]) for well in QUARTICS],
          margin=(laws.left_by(laws.limiting_coefficients),)),
)  # fmt: skip
