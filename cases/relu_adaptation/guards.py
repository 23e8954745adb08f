"""When chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = tuple(
    guard
    for name, quantity, rhat, ess in (
        ("linear", Network.linear, Network.rhat_linear, Network.ess_linear),
        ("fold", Network.even, Network.rhat_even, Network.ess_even),
        ("variance", Network.along, Network.rhat_along, Network.ess_along),
    )
    for guard in (
        # The mean of four chains of fifty effective draws strays by .02.
        Guard(f"mixing-{name}", rhat, of=(quantity,), at_most=1.1, pooled=True),
        Guard(f"effective-samples-{name}", ess, of=(quantity,), at_least=20, pooled=True),
    )
)
