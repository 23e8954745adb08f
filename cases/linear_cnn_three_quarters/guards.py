"""When sweeps and chains have forgotten their start and are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Gibbs, Langevin
from .theory import ORDER_PARAMETERS

BY_LANGEVIN, BY_GIBBS = (Langevin.learnability, Langevin.ratio), (Langevin.gibbs_learnability, Langevin.gibbs_ratio)
GUARDS = (
    Guard("gibbs-mixing", Gibbs.rhat, of=ORDER_PARAMETERS, at_most=1.05),
    # The scatter of data sets is ten times that of the posterior: a few draws a replicate are enough.
    Guard("gibbs-draws", Gibbs.ess, of=ORDER_PARAMETERS, at_least=5),
    Guard("langevin-mixing", Langevin.rhat, of=BY_LANGEVIN, at_most=1.05),
    Guard("langevin-draws", Langevin.ess, of=BY_LANGEVIN, at_least=50),
    Guard("gibbs-mixing-beside-langevin", Langevin.gibbs_rhat, of=BY_GIBBS, at_most=1.05),
)
