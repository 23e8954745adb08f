"""The points at which the theory is judged, drawn from three seeds.

The first were committed before anything was derived. A first budget, ρ² + 3v², was settled after those had been
measured once; the second were drawn and committed after that and before they were measured, and refuted it;
the third were drawn and committed after the present budget, (|ρ| + 3v)², had been fitted to those, and before they were
measured (claim.toml). All are kept in tests/cases/where_effective_ridge_fails as they were committed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .experiment import Circle, Sphere, Zonal

FIRST, HELD_OUT, THIRD = 20261129, 20261130, 20261201  # the day, and the next two
RIDGES = (0.0, 1e-3, 1e-2, 1e-1)  # κ/K(x, x), each equally often
CIRCLE_TARGETS, SPHERE_TARGETS = ("cos", "cos3", "sign", "kernel"), ("1", "2", "3", "kernel")


def drawn(seed: int) -> list[dict[str, Any]]:
    """Twelve on the circle, λ_k = (1 + k)^{−α}, and twelve on spheres, ReLU networks of some depth."""
    random = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    for target in CIRCLE_TARGETS:
        for ridge in random.permutation(RIDGES)[:3]:
            alpha, samples = round(float(random.uniform(1.2, 4.0)), 2), int(random.choice([15, 25, 50, 100]))
            found.append({"on": "circle", "alpha": alpha, "ridge": float(ridge), "samples": samples, "target": target})
    for target in SPHERE_TARGETS:
        for ridge in random.permutation(RIDGES)[:3]:
            dimension, depth = int(random.integers(3, 9)), int(random.integers(1, 4))
            samples = int(random.choice([25, 50, 100]))
            found.append({"on": "sphere", "dimension": dimension, "depth": depth, "ridge": float(ridge),
                          "samples": samples, "target": target})  # fmt: skip
    return found


def experiments(seed: int) -> list[Zonal]:
    """The points of a seed."""
    kinds: dict[object, type[Zonal]] = {"circle": Circle, "sphere": Sphere}
    return [kinds[point.pop("on")](**point) for point in drawn(seed)]


# What theory.standing says of them, "open" where nothing is listed: it takes a tenth of a second a point, too long for
# each loading of the case. tests/cases/where_effective_ridge_fails holds the lists to it.
STANDINGS: dict[int, dict[str, tuple[int, ...]]] = {
    FIRST: {"told": (19,), "within": (6, 10, 12, 13, 14, 15, 16, 22, 23), "falls": (18,)},
    HELD_OUT: {"told": (21,), "within": (0, 7, 8, 11, 13, 14, 16, 17, 18, 19, 22), "falls": (12, 20)},
    THIRD: {"within": (3, 7, 11, 13, 14, 15, 16, 18, 19, 20, 21, 23)},
}


def standings(seed: int) -> dict[Zonal, str]:
    """Of the points of a seed."""
    listed = {at: said for said, places in STANDINGS[seed].items() for at in places}
    return {at: listed.get(i, "open") for i, at in enumerate(experiments(seed))}
