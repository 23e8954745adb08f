"""The points at which the theory is judged, drawn from seeds; `python points.py` writes their files, nothing else does.

points.json was committed before anything was derived. A first budget, ρ² + 3v², was settled after those had been
measured once; held_out.json was drawn and committed after that and before it was measured, and refuted it (claim.toml).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .experiment import Circle, Sphere, Zonal

SEEDS = {"points.json": 20261129, "held_out.json": 20261130}  # the day, and the next
RIDGES = (0.0, 1e-3, 1e-2, 1e-1)  # κ/K(x, x), each equally often
CIRCLE_TARGETS, SPHERE_TARGETS = ("cos", "cos3", "sign", "kernel"), ("1", "2", "3", "kernel")


def drawn(seed: int) -> list[dict[str, object]]:
    """Twelve on the circle, λ_k = (1 + k)^{−α}, and twelve on spheres, ReLU networks of some depth."""
    random = np.random.default_rng(seed)
    found: list[dict[str, object]] = []
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


def listed(name: str) -> list[Zonal]:
    """The experiments of a file."""
    found: list[Zonal] = []
    for point in json.loads(Path(__file__).with_name(name).read_text()):
        kind = {"circle": Circle, "sphere": Sphere}[point.pop("on")]
        found.append(kind(**point))
    return found


def written(seed: int) -> str:
    return "[\n" + ",\n".join("  " + json.dumps(point) for point in drawn(seed)) + "\n]\n"


if __name__ == "__main__":
    for name, seed in SEEDS.items():
        Path(__file__).with_name(name).write_text(written(seed))
