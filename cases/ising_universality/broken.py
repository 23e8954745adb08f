"""Exponents of other classes, for the controls: slips that somebody could make, and other systems."""

from __future__ import annotations

from fieldbench.theory.ising import Scaling

HALF_ETA, CUBIC = Scaling.exponents(eta=1 / 8, nu=1.0), Scaling.exponents(eta=0.0363, nu=0.63)
MIGDAL_KADANOFF, POTTS_4 = Scaling.exponents(eta=1 / 4, nu=1 / 0.747), Scaling.exponents(eta=1 / 4, nu=2 / 3)
