"""Decimation: which modes to integrate out, what ridge and noise they leave, and what that changes."""

from fieldbench.theory.decimation.local_order import LocalOrder as LocalOrder
from fieldbench.theory.decimation.local_order import local_order as local_order
from fieldbench.theory.decimation.local_ridge import LocalRidge as LocalRidge
from fieldbench.theory.decimation.local_ridge import local_ridge as local_ridge
from fieldbench.theory.decimation.modulated import lognormal as lognormal
from fieldbench.theory.decimation.order import CutOff as CutOff
from fieldbench.theory.decimation.order import GaussianLearning as GaussianLearning
from fieldbench.theory.decimation.order import Order as Order
from fieldbench.theory.decimation.order import cut_off as cut_off
from fieldbench.theory.decimation.order import flow_of_the_ridge as flow_of_the_ridge
from fieldbench.theory.decimation.order import gaussian_learning as gaussian_learning
from fieldbench.theory.decimation.running_ridge import Decimation as Decimation
from fieldbench.theory.decimation.running_ridge import decimate as decimate
from fieldbench.theory.decimation.running_ridge import decimated_curve as decimated_curve
from fieldbench.theory.decimation.running_ridge import difference as difference
from fieldbench.theory.decimation.running_ridge import equivalent_kernel_at_cutoff as equivalent_kernel_at_cutoff
from fieldbench.theory.decimation.running_ridge import learnability_shift as learnability_shift
from fieldbench.theory.decimation.running_ridge import ridge_shift as ridge_shift
from fieldbench.theory.decimation.shared_data import replaced as replaced
from fieldbench.theory.decimation.truncation import spaces_above as spaces_above
from fieldbench.theory.decimation.truncation import truncate as truncate
