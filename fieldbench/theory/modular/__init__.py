"""Modular addition by a wide network with square activation: the exact law of a neuron's modes, and its order 1/N."""

from fieldbench.theory.modular.law import ModeLaw as ModeLaw
from fieldbench.theory.modular.law import ModularSolution as ModularSolution
from fieldbench.theory.modular.law import ModularTask as ModularTask
from fieldbench.theory.modular.law import infinitely_wide as infinitely_wide
from fieldbench.theory.modular.law import mode_law as mode_law
from fieldbench.theory.modular.law import response as response
from fieldbench.theory.modular.loop import at_width as at_width
from fieldbench.theory.modular.loop import expanded as expanded
from fieldbench.theory.modular.loop import log_determinant_of_fields as log_determinant_of_fields
