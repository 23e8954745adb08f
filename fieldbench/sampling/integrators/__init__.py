"""Langevin integrators and Hamiltonian Monte Carlo: one interface, one loop, one algorithm a file."""

from fieldbench.sampling.integrators.baoab import Underdamped as Underdamped
from fieldbench.sampling.integrators.burn_in import BurnIn as BurnIn
from fieldbench.sampling.integrators.burn_in import run_until_mixed as run_until_mixed
from fieldbench.sampling.integrators.coupling import coupled_distance as coupled_distance
from fieldbench.sampling.integrators.euler_maruyama import EulerMaruyama as EulerMaruyama
from fieldbench.sampling.integrators.interface import Energy as Energy
from fieldbench.sampling.integrators.interface import Observe as Observe
from fieldbench.sampling.integrators.interface import Position as Position
from fieldbench.sampling.integrators.interface import Sampler as Sampler
from fieldbench.sampling.integrators.interface import Samples as Samples
from fieldbench.sampling.integrators.interface import chain_keys as chain_keys
from fieldbench.sampling.integrators.interface import check_request as check_request
from fieldbench.sampling.integrators.interface import in_its_dtype as in_its_dtype
from fieldbench.sampling.integrators.interface import typed_key as typed_key
from fieldbench.sampling.integrators.loop import WIDE_VECTORS as WIDE_VECTORS
from fieldbench.sampling.integrators.loop import Integrator as Integrator
from fieldbench.sampling.integrators.loop import integrate as integrate
from fieldbench.sampling.integrators.metropolis import MetropolisAdjusted as MetropolisAdjusted
from fieldbench.sampling.integrators.noise import normal_pairs as normal_pairs
from fieldbench.sampling.integrators.noise import normals as normals
from fieldbench.sampling.integrators.noise import threefry as threefry
from fieldbench.sampling.integrators.preconditioned import sample_preconditioned as sample_preconditioned
from fieldbench.sampling.integrators.wells import Wells as Wells
from fieldbench.sampling.integrators.wells import wells as wells
