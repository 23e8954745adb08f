"""When neurons have stopped drifting and chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

ALONG = (Network.variance_along, Network.fourth_along, Network.variance_across, Network.density)
GUARDS = (
    # Pilots after two thirds of this burn-in had d⟨m²⟩ 1 % too high, as much as the margins.
    Guard("does-not-drift", Network.drift, of=ALONG, at_least=-0.02, at_most=0.02, pooled=True),
    # Six effective draws a chain have a split R-hat of 1.2 where they are stationary; it is their mean that is judged.
    Guard("mixing-linear", Network.rhat_linear, of=(Network.linear,), at_most=1.3, pooled=True),
    Guard("mixing-cubic", Network.rhat_cubic, of=(Network.cubic_learned,), at_most=1.3, pooled=True),
    Guard("mixing-along", Network.rhat_along, of=ALONG, at_most=1.3, pooled=True),
    Guard("effective-samples-linear", Network.ess_linear, of=(Network.linear,), at_least=4, pooled=True),
    Guard("effective-samples-cubic", Network.ess_cubic, of=(Network.cubic_learned,), at_least=4, pooled=True),
    Guard("effective-samples-along", Network.ess_along, of=ALONG, at_least=4, pooled=True),
)
