"""When chains have forgotten their start and are long enough, for each quantity read from them."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = tuple(
    guard
    for name, quantities, rhat, ess in (
        ("linear", (Network.linear,), Network.rhat_linear, Network.ess_linear),
        ("harmonic", (Network.harmonic_response,), Network.rhat_harmonic, Network.ess_harmonic),
        ("cubic", (Network.hermite, Network.response), Network.rhat_cubic, Network.ess_cubic),
        ("teacher-variance", (Network.overlap,), Network.rhat_overlap, Network.ess_overlap),
        ("transverse-variance", (Network.radius,), Network.rhat_radius, Network.ess_radius),
    )
    for guard in (
        Guard(f"mixing-{name}", rhat, of=quantities, at_most=1.1, on=lambda at: at.starts == 2),
        # Stationary chains of 25 effective draws have 1.04; 400 draws over sixteen replicates.
        Guard(f"stationary-{name}", rhat, of=quantities, at_most=1.05, on=lambda at: at.starts == 1, pooled=True),
        Guard(f"effective-samples-{name}", ess, of=quantities, at_least=25, pooled=True),
    )
)
