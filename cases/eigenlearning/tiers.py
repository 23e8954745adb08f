"""Where it is measured: Gaussian features, the sphere, three data sets of images."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Gaussian, Images, Sphere

FEATURES, SPHERE = Gaussian(50, 160, (1.0, 10.0, 100.0)), Sphere(100, 8, (0.1, 1.0, 10.0), dimension=8)
TIERS = {
    # The sphere is no statement and costs 3 CPU-seconds more: left to standard.
    "quick": Tier([FEATURES, Images("digits", 600, 150)], replicates=16),
    "standard": Tier(
        [
            FEATURES,
            SPHERE,
            Gaussian(100, 200, (2.0, 20.0, 200.0)),
            Sphere(400, 16, (0.1, 1.0, 10.0), dimension=16),
            Images("digits", 1782, 400),
            Images("mnist", 2000, 500),
            Images("cifar10-first-batch", 2000, 500),
        ],
        replicates=16,
        note="needs MNIST and CIFAR-10",
    ),
}
