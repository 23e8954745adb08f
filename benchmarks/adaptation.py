"""Solving the adaptation equations: what a prediction of feature learning costs, and that it is still the same one."""

import math

from fieldbench.theory.adaptation import FLUCTUATING, RESPONSE, SLIDE, invariant_chi, observables, solve, staircase


class Solve:
    """One solution along the ray d ∝ √β, n ∝ β, N ∝ β at fixed feature-learning strength."""

    version = "1"
    params = ([0.08, 1.0, 64.0], ["slide", "response", "fluctuating"])
    param_names = ("beta", "theory")

    def setup(self, beta, theory):
        width = round(700 * beta)
        self.problem = staircase(
            dimension=round(150 * math.sqrt(beta)),
            samples=round(3000 * beta),
            width=width,
            ridge=5 * math.sqrt(beta),
            chi=invariant_chi(width, beta),
            cubic=-0.1,
        )
        self.theory = {"slide": SLIDE, "response": RESPONSE, "fluctuating": FLUCTUATING}[theory]

    def time_observables(self, beta, theory):
        observables(solve(self.problem, self.theory))

    def track_linear_learnability(self, beta, theory):
        return observables(solve(self.problem, self.theory)).linear

    def track_cubic_learnability(self, beta, theory):
        return observables(solve(self.problem, self.theory)).cubic / -0.1

    def track_residual(self, beta, theory):
        return solve(self.problem, self.theory).residual
