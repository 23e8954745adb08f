"""When chains have forgotten their start and are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = tuple(
    guard
    for name, quantity, rhat, ess in (
        ("linear", Network.linear, Network.rhat_linear, Network.ess_linear),
        ("cubic", Network.cubic_part, Network.rhat_cubic, Network.ess_cubic),
        ("teacher", Network.along, Network.rhat_along, Network.ess_along),
        ("transverse", Network.across, Network.rhat_across, Network.ess_across),
    )
    for guard in (
        Guard(f"mixing-{name}", rhat, of=(quantity,), at_most=1.05, pooled=True),
        Guard(f"effective-samples-{name}", ess, of=(quantity,), at_least=25, pooled=True),
    )
)
