"""When chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = (
    # Chains of 10 effective draws have 1.1.
    Guard("mixing-alignment", Network.rhat_alignment, of=(Network.alignment, Network.linear), at_most=1.1, pooled=True),
    # A count that changes once in a chain has no R-hat; three standard errors over a dozen chains of pilots.
    Guard("count-does-not-drift", Network.drift, of=(Network.specialised,), at_least=-0.15, at_most=0.15, pooled=True),
    Guard(
        "effective-samples-alignment",
        Network.ess_alignment,
        of=(Network.alignment, Network.linear),
        at_least=8,
        pooled=True,
    ),
    Guard("effective-samples-count", Network.ess_specialised, of=(Network.specialised,), at_least=8, pooled=True),
)
