"""When chains are long enough, and networks drawn from the prior enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .chains import Chains
from .experiment import BesideGibbs, Erf, Linear, Prior
from .wells import BaoabWells, EulerMaruyamaWells, GivenWells, MetropolisWells, PreconditionedWells

SAMPLED = (
    *(scheme.square for scheme in (EulerMaruyamaWells, BaoabWells, GivenWells, MetropolisWells, PreconditionedWells)),
    *(Linear.predictor, Linear.weights, Linear.readout),
    *(Erf.mean, Erf.variance, Erf.output_variance),
)
GUARDS = (
    Guard("mixing", Chains.rhat, of=SAMPLED, at_most=1.05),
    Guard("effective-draws", Chains.ess, of=SAMPLED, at_least=100),
    Guard(
        "gibbs-mixing",
        BesideGibbs.gibbs_rhat,
        of=(BesideGibbs.gibbs_predictor, BesideGibbs.gibbs_weights),
        at_most=1.05,
    ),
    # A fifth of 2,048 networks or more, in the mean over replicates, which is what is judged.
    Guard(
        "effective-networks", Prior.effective, of=(Prior.bayes_mean, Prior.bayes_variance), at_least=0.2, pooled=True
    ),
)
