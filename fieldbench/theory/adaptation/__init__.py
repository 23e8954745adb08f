"""Kernel adaptation in two-layer networks: a neuron's action in overlap and radius, closures, branches, observables."""

from fieldbench.theory.adaptation.approximations import COMPLETE as COMPLETE
from fieldbench.theory.adaptation.approximations import FLUCTUATING as FLUCTUATING
from fieldbench.theory.adaptation.approximations import KERNEL_RIDGE as KERNEL_RIDGE
from fieldbench.theory.adaptation.approximations import RESPONSE as RESPONSE
from fieldbench.theory.adaptation.approximations import SLIDE as SLIDE
from fieldbench.theory.adaptation.approximations import Approximation as Approximation
from fieldbench.theory.adaptation.branches import Solution as Solution
from fieldbench.theory.adaptation.branches import branches as branches
from fieldbench.theory.adaptation.branches import follow as follow
from fieldbench.theory.adaptation.branches import solve as solve
from fieldbench.theory.adaptation.cavity import Cavity as Cavity
from fieldbench.theory.adaptation.cavity import cavity as cavity
from fieldbench.theory.adaptation.fluctuations import Fluctuations as Fluctuations
from fieldbench.theory.adaptation.fluctuations import fluctuations as fluctuations
from fieldbench.theory.adaptation.learnabilities import Observables as Observables
from fieldbench.theory.adaptation.modes import AlignedMode as AlignedMode
from fieldbench.theory.adaptation.modes import FoldMode as FoldMode
from fieldbench.theory.adaptation.modes import hermite_modes as hermite_modes
from fieldbench.theory.adaptation.prediction import observables as observables
from fieldbench.theory.adaptation.prediction import saddle as saddle
from fieldbench.theory.adaptation.problem import Problem as Problem
from fieldbench.theory.adaptation.problem import staircase as staircase
from fieldbench.theory.adaptation.rescaling import Rescaled as Rescaled
from fieldbench.theory.adaptation.rescaling import rescaled_process as rescaled_process
