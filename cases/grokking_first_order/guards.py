"""When chains are long enough, for each quantity read from them."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = tuple(
    guard
    for name, quantities, mixed_, drawn in (
        ("linear", (Network.linear,), Network.rhat_linear, Network.ess_linear),
        ("cubic", (Network.cubic_learned, Network.quintic, Network.density, Network.beyond, Network.start),
         Network.rhat_cubic, Network.ess_cubic),
        ("variance-along", (Network.variance_along, Network.variance_across), Network.rhat_along, Network.ess_along),
    )
    for guard in (
        # Ten effective draws a data set have R-hat 1.1 where they are stationary; it is their mean that is judged.
        Guard(f"mixing-{name}", mixed_, of=quantities, at_most=1.2, pooled=True),
        Guard(f"effective-samples-{name}", drawn, of=quantities, at_least=8, pooled=True),
    )
)  # fmt: skip
