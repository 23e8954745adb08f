"""When sweeps are enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Gibbs

GUARDS = (
    Guard("mixing", Gibbs.rhat, of=(Gibbs.scale, Gibbs.train, Gibbs.test, Gibbs.along, Gibbs.across), at_most=1.1),
    Guard(
        "effective-samples",
        Gibbs.ess,
        of=(Gibbs.scale, Gibbs.train, Gibbs.test, Gibbs.along, Gibbs.across),
        at_least=100,
    ),
)
