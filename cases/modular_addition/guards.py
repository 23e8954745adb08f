"""When two starts agree and chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Network

GUARDS = (
    # Stationary pairs of chains of 10 effective draws have 1.1; eight replicates make 80.
    Guard("mixing-amplitude", Network.rhat_amplitude, of=(Network.amplitude,), at_most=1.1, pooled=True),
    Guard("mixing-powers", Network.rhat_product, of=(Network.product,), at_most=1.1, pooled=True),
    Guard("effective-samples-amplitude", Network.ess_amplitude, of=(Network.amplitude,), at_least=10, pooled=True),
    Guard("effective-samples-powers", Network.ess_product, of=(Network.product,), at_least=10, pooled=True),
    # What two starts remember, three times the standard error of eight pairs of chains.
    Guard(
        "starts-agree-in-amplitude",
        Network.gap,
        of=(Network.amplitude, Network.product),
        pooled=True,
        at_least=-0.002,
        at_most=0.002,
    ),
    Guard("starts-agree-in-share", Network.share_gap, of=(Network.droplet,), pooled=True, at_least=-0.02, at_most=0.02),
)
