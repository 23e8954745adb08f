"""Wolff clusters on the square lattice, and moments of their traces."""

from fieldbench.sampling.ising.clusters import IsingTraces as IsingTraces
from fieldbench.sampling.ising.clusters import wolff as wolff
from fieldbench.sampling.ising.moments import Moments as Moments
from fieldbench.sampling.ising.moments import chain_series as chain_series
from fieldbench.sampling.ising.moments import moments as moments
