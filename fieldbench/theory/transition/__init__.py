"""First-order transitions of neurons: the density of w·v in a finite network, and wells that separate as d → ∞."""

from fieldbench.theory.transition.density import beyond as beyond
from fieldbench.theory.transition.density import fluctuating as fluctuating
from fieldbench.theory.transition.density import log_density as log_density
from fieldbench.theory.transition.drawn_sets import averaged as averaged
from fieldbench.theory.transition.drawn_sets import neurons_on as neurons_on
from fieldbench.theory.transition.drawn_sets import population as population
from fieldbench.theory.transition.droplets import Phase as Phase
from fieldbench.theory.transition.droplets import Ray as Ray
from fieldbench.theory.transition.droplets import critical_noise as critical_noise
from fieldbench.theory.transition.droplets import phase as phase
