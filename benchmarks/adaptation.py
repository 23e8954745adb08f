"""Solving the adaptation equations: what a prediction of feature learning costs, and that it is still the same one."""

import math


class Adaptation:
    """One solution along the ray d ∝ √β, n ∝ β, N ∝ β at fixed feature-learning strength; L_1 and L_3 of claim A2."""

    version = "1"
    params = ([0.08, 64.0], ["SLIDE", "RESPONSE", "FLUCTUATING"])
    param_names = ("beta", "theory")
    rounds = 1

    def setup(self, beta, theory):
        try:
            from fieldbench.theory import adaptation

            self.theory = getattr(adaptation, theory)
            self.solve, self.observables = adaptation.solve, adaptation.observables
            width = round(700 * beta)
            self.problem = adaptation.staircase(
                dimension=round(150 * math.sqrt(beta)),
                samples=round(3000 * beta),
                width=width,
                ridge=5 * math.sqrt(beta),
                chi=width * math.sqrt(0.08 / beta),
                cubic=-0.1,
            )
        except (ImportError, AttributeError) as error:  # an older commit
            raise NotImplementedError(str(error)) from error

    def time_observables(self, beta, theory):
        self.observables(self.solve(self.problem, self.theory))

    def track_linear_learnability(self, beta, theory):
        return self.observables(self.solve(self.problem, self.theory)).linear

    def track_cubic_learnability(self, beta, theory):
        return self.observables(self.solve(self.problem, self.theory)).cubic / -0.1

    def track_residual(self, beta, theory):
        return self.solve(self.problem, self.theory).residual
