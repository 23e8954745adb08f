"""When chains are long enough."""

from __future__ import annotations

from fieldbench.claims import Guard

from .experiment import Head

GUARDS = (
    # Two chains of ten effective draws have 1.1.
    Guard("mixing", Head.rhat_alignment, of=(Head.alignment,), at_most=1.1, pooled=True),
    Guard("effective-samples", Head.ess_alignment, of=(Head.alignment,), at_least=16, pooled=True),
    Guard("both-starts-agree", Head.gap, of=(Head.alignment,), at_least=-0.03, at_most=0.03, pooled=True),
)
