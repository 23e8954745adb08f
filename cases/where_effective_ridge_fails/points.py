"""The 24 points at which the theory is judged, drawn from a seed and committed before it was derived.

`python points.py` writes points.json; nothing else does.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

SEED = 20261129  # the day
FILE = Path(__file__).with_name("points.json")
RIDGES = (0.0, 1e-3, 1e-2, 1e-1)  # κ/K(x, x), each equally often
CIRCLE_TARGETS, SPHERE_TARGETS = ("cos", "cos3", "sign", "kernel"), ("1", "2", "3", "kernel")


def drawn() -> list[dict[str, object]]:
    """Twelve on the circle, λ_k = (1 + k)^{−α}, and twelve on spheres, ReLU networks of some depth."""
    random = np.random.default_rng(SEED)
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


if __name__ == "__main__":
    FILE.write_text("[\n" + ",\n".join("  " + json.dumps(point) for point in drawn()) + "\n]\n")
