"""Where an attention head begins to learn a cubic target: energy against data, and the entropy of d² attention weights.

A head f = Σ_b (softmax_b(x_0·A x_b) − 1/L) v·x_b with A_ij ~ N(0, σ_A²/d²), v ~ N(0, σ_v²/d) is taught
y = (u·x_0) Σ_b (w·x_b − mean)(v*·x_b − mean)/√(L − 1). Where logits are small f = (1/L) Σ_b (x_0·A x̃_b)(v·x̃_b), x̃ less
their mean, and A = a u wᵀ, v = b v* answer ab√(L − 1)/L times the target, at the cost a²d²/2σ_A² + b²d/2σ_v², least

    E = d^{3/2} L/[√(L − 1) σ_Aσ_v]   for the whole target:   P* = κE  ∝ √(L d³)

(arXiv:2512.04165 for the scaling in L and d). But each of A's d² weights is then known to 1/(1 + s) of its prior's
variance, s = Pσ_A²(L − 1)|v|²/(κd²L²), and the share learned of the target, A = s/(1 + s), minimises

    2κF/P = A/[(1 − A)x²] − e log(1 − A) + 1 − A,   x = P/κE,   e = κd²/P,

so that 1 − A = ½[e + √(e² + 4/x²)] and P* = κd²/2 + √[(κd²/2)² + (κE)²]: a crossover to κd², in which no L is left, at
σ_Aσ_v√(d/L) ~ 2. All this for d → ∞ at the noise κ ≫ 1; `learned` has what is left at finite d and κ.
"""

from __future__ import annotations

import math

from fieldbench.theory.attention.task import HeadTask


def least_energy(task: HeadTask) -> float:
    """E = d^{3/2}/[√m σ_Aσ_v] with m = (L − 1)/L²: of the whole target, at the balance of A and v."""
    scales = math.sqrt(task.attention_variance * task.value_variance)
    return float(task.dimension**1.5 / (math.sqrt(task.spread) * scales))


def onset_samples(task: HeadTask) -> float:
    """P* = κd²/2 + √[(κd²/2)² + (κE)²]; the task's own number of samples does not matter."""
    half = task.ridge * task.dimension**2 / 2
    return half + math.hypot(half, task.ridge * least_energy(task))


def leading_share(task: HeadTask, *, entropy: bool = True) -> float:
    """A = 1 − ½[e + √(e² + 4/x²)], 0 below the onset; 1 − 1/x without the entropy."""
    load = task.samples / (task.ridge * least_energy(task))
    cost = task.ridge * task.dimension**2 / task.samples if entropy else 0.0
    return max(0.0, 1.0 - (cost + math.hypot(cost, 2.0 / load)) / 2.0)
