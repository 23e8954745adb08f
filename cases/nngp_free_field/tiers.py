"""Where it is measured: widths and laws of the weights on the plane, the sphere, regression."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import FewNeurons, PlaneNetworks, Regression, SphereNetworks


def gaussian(at: PlaneNetworks) -> bool:
    return at.hidden == at.readout == "gaussian"


def wide_gaussian(at: PlaneNetworks) -> bool:
    return gaussian(at) and at.width == 1000


def uniform(at: PlaneNetworks) -> bool:
    return at.hidden == at.readout == "uniform"


def networks(hidden: str, readout: str, *widths: int) -> list[PlaneNetworks]:
    """The covariance needs many networks at N = 1, the cumulant some thousands at any width.

    Uniform readouts over Gaussian weights leave a ninth of the cumulant that scatters.
    """
    count = {1: 200_000, 5: 50_000, 50: 5_000, 500: 5_000, 1000: 1_500}
    more = 5 if (hidden, readout) == ("gaussian", "uniform") else 1
    return [(FewNeurons(n, count[n], hidden, readout) if n <= 5 else PlaneNetworks(n, more * count[n], hidden, readout))
            for n in widths]  # fmt: skip


# Width 5, the sphere and regression are programs of their own, 15 CPU-seconds: left to standard.
QUICK = (*networks("gaussian", "gaussian", 1, 1000), *networks("uniform", "uniform", 1, 50))
FURTHER = (
    *networks("gaussian", "gaussian", 5),
    *networks("uniform", "uniform", 5),
    *networks("gaussian", "uniform", 5),
    SphereNetworks(20, 2048),
    Regression(6, (80, 160, 320), draws=4),
    *networks("gaussian", "gaussian", 50, 500),
    *networks("uniform", "uniform", 500, 1000),
    *networks("gaussian", "uniform", 1, 50, 500, 1000),
    SphereNetworks(1, 16_384),
    SphereNetworks(500, 2048),
    Regression(8, (160, 320, 640), draws=4),
)
NOTE = "has the source's own widths, N = 1, 5, 500, 1000: there is no larger tier"
TIERS = {"quick": Tier(QUICK, replicates=16), "standard": Tier([*QUICK, *FURTHER], replicates=16, note=NOTE)}
