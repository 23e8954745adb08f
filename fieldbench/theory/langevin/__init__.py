"""What Langevin integrators sample at a finite step: stationary laws, response, infinitely wide networks."""

from fieldbench.theory.langevin import integrator_bias as integrator_bias
from fieldbench.theory.langevin.integrator_bias import response_defect as response_defect
from fieldbench.theory.langevin.stationary_law import baoab_square as baoab_square
from fieldbench.theory.langevin.stationary_law import euler_maruyama_slope as euler_maruyama_slope
from fieldbench.theory.langevin.stationary_law import euler_maruyama_square as euler_maruyama_square
from fieldbench.theory.langevin.stationary_law import gibbs_moment as gibbs_moment
from fieldbench.theory.langevin.wide_langevin import WideLangevin as WideLangevin
from fieldbench.theory.langevin.wide_langevin import wide_langevin as wide_langevin
from fieldbench.theory.langevin.wide_training import WideTraining as WideTraining
from fieldbench.theory.langevin.wide_training import wide_training as wide_training
