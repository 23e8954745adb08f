"""What first-order fluctuations leave: their own effect on themselves, and a share of the data's scatter.

*Second order.* The corrections A and δt of `fluctuations` are computed on neurons that do not feel them. Fed back,

    e^{−S − A(w)},      (K_A + κ_eff/n) t = y + E,      E the source of δt at fixed A,

with G, s, A, E and κ_eff of the neurons that feel them, until nothing changes, they hold every power of the first order
acting on itself. What that changes is the size of the second order; diagrams with two loops of their own are of that
order too and are not contained.

*The scatter's share.* s(w) of `scatter` takes the first transverse harmonic at each z and the higher ones as not
learned; what this misses is a share of it. Both derived for this project.
"""

from __future__ import annotations

from dataclasses import replace

from fieldbench.theory.adaptation import Solution, Vector
from fieldbench.theory.fluctuations.discrepancy import corrections
from fieldbench.theory.fluctuations.ridge_at_an_input import ridge_at_an_input

ROUNDS = 4  # of feeding back: what a further one changes is below a fifth of what they change


def fed_back(solution: Solution) -> tuple[Solution, Vector]:
    """The solution with its first-order corrections fed back on themselves, and f of it in the modes of the closure."""
    plain, problem = solution.equations, solution.problem
    now, predictor = solution, solution.predictor
    for _ in range(ROUNDS):
        neurons, (action, source) = now.neurons, corrections(now)
        action = action - neurons.mean(action)
        moments = plain.overlaps * neurons.field
        answer = (
            problem.readout_variance * (moments - (moments @ neurons.weights)[:, None]) @ (neurons.weights * action)
        )
        target = plain.target + source - answer
        equations = replace(plain, connected=action, target=target)
        t = equations.minimum(now.effective_ridge, now.discrepancy)
        predictor = plain.target - now.effective_ridge / problem.samples * t
        now = replace(now, equations=equations, discrepancy=t, state=equations.state(t))
    return now, predictor


def scatter_share(solution: Solution) -> float:
    """The share of the scatter that is approximated: what higher harmonics learn, and what it adds to r² itself."""
    spectrum, ridge = solution.state.spectrum, solution.problem.ridge
    assert spectrum is not None
    even = 1.0 - 1.0 / spectrum.discrepancy_factor(solution.problem.samples, solution.effective_ridge)
    learned = ridge_at_an_input(solution, levelled=False).mean() / solution.effective_ridge - 1.0
    return even + abs(learned) * solution.effective_ridge / (solution.effective_ridge - ridge)
