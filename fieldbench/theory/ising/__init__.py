"""The two-dimensional Ising model: exact finite lattices and finite-size scaling."""

from fieldbench.theory.ising import onsager as onsager
from fieldbench.theory.ising import scaling as scaling
from fieldbench.theory.ising.onsager import FiniteLattice as FiniteLattice
from fieldbench.theory.ising.onsager import kaufman as kaufman
from fieldbench.theory.ising.scaling import Scaling as Scaling
from fieldbench.theory.ising.transfer import LARGEST_TORUS as LARGEST_TORUS
from fieldbench.theory.ising.transfer import TorusMoments as TorusMoments
from fieldbench.theory.ising.transfer import torus_moments as torus_moments
