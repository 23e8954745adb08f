"""When chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Torus

MOMENTS = (Torus.energy, Torus.susceptibility, Torus.correlation, Torus.binder, Torus.binder_slope)
GUARDS = (
    Guard("mixing", Torus.rhat, of=MOMENTS, at_most=1.1),
    # Ratios of averages are biased by one over the effective draws: 1e-3 at most, a tenth of every margin.
    Guard("effective-draws", Torus.ess, of=MOMENTS, at_least=1000),
)
