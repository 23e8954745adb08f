"""Learning curves of Gaussian-process regression: three actions, corrections in 1/P, how far to trust them."""

from fieldbench.theory.curves import markov_circle as markov_circle
from fieldbench.theory.curves import scaling_laws as scaling_laws
from fieldbench.theory.curves import unevenness as unevenness
from fieldbench.theory.curves.finite_size import learnability_correction as learnability_correction
from fieldbench.theory.curves.finite_size import leverage_scatter as leverage_scatter
from fieldbench.theory.curves.finite_size_error import error_change as error_change
from fieldbench.theory.curves.finite_size_error import gaussian_error_correction as gaussian_error_correction
from fieldbench.theory.curves.finite_size_error import (
    gaussian_error_second_correction as gaussian_error_second_correction,
)
from fieldbench.theory.curves.finite_size_error import (
    gaussian_learnability_correction as gaussian_learnability_correction,
)
from fieldbench.theory.curves.finite_size_error import (
    gaussian_learnability_second_correction as gaussian_learnability_second_correction,
)
from fieldbench.theory.curves.finite_size_error import sphere_error_correction as sphere_error_correction
from fieldbench.theory.curves.gaussian_features import Orders as Orders
from fieldbench.theory.curves.gaussian_features import gaussian_orders as gaussian_orders
from fieldbench.theory.curves.hard_edge import peak_enhancement as peak_enhancement
from fieldbench.theory.curves.learning_curves import LearningCurve as LearningCurve
from fieldbench.theory.curves.learning_curves import effective_ridge as effective_ridge
from fieldbench.theory.curves.learning_curves import equivalent_kernel as equivalent_kernel
from fieldbench.theory.curves.learning_curves import one_loop as one_loop
from fieldbench.theory.curves.learning_curves import solve_effective_ridge as solve_effective_ridge
from fieldbench.theory.curves.quartic_loss import QuarticCurve as QuarticCurve
from fieldbench.theory.curves.quartic_loss import hartree as hartree
from fieldbench.theory.curves.quartic_loss import posterior_hartree as posterior_hartree
from fieldbench.theory.curves.quartic_loss import quartic_cavity as quartic_cavity
from fieldbench.theory.curves.sample_complexity import relative_to_limit as relative_to_limit
from fieldbench.theory.curves.sample_complexity import samples_to_learn as samples_to_learn
from fieldbench.theory.curves.validity import equivalent_kernel_bound as equivalent_kernel_bound
from fieldbench.theory.curves.validity import one_loop_bound as one_loop_bound
from fieldbench.theory.curves.wishart import mean_of_sum as mean_of_sum
