"""Where it is measured: along the ray of constant strength, in mean field, at the source's values, at drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network
from .off_the_ray import LARGEST_POSITIVE, OffTheRay, points
from .process import ProcessAndSquares


def on_the_ray(at: Network) -> bool:
    """The feature-learning strength χ√β/N is that of the first point, where χ = N."""
    return at.readout_variance == 1 and not at.mean_field and not off_the_ray(at)


def in_mean_field(at: Network) -> bool:
    """χ = N: the strength grows as √β."""
    return at.readout_variance == 1 and at.chi == at.width and not off_the_ray(at)


def on_either(at: Network) -> bool:
    return on_the_ray(at) or in_mean_field(at)


def below_the_source(at: Network) -> bool:
    """β = 1 is left to the paper tier's other checks: sixteen data sets do not resolve the margin there, .001."""
    return on_either(at) and at.beta < 1


def of_the_source(at: Network) -> bool:
    return at.readout_variance != 1


def off_the_ray(at: Network) -> bool:
    return isinstance(at, OffTheRay)


def off_the_ray_in_both_signs(at: Network) -> bool:
    return off_the_ray(at) and at.cubic <= LARGEST_POSITIVE


def smallest(at: Network) -> bool:
    return at.beta == 0.08


def at_length(at: Network) -> bool:
    """Where broken measurements are made: not in the quick tier."""
    return smallest(at) and at.steps >= 1000


RAY = (Network(0.08, steps=2000, starts=2), Network(0.14), Network(0.24), Network(0.4))
MEAN_FIELD = (Network(0.14, mean_field=True), Network(0.24, mean_field=True))
PROCESS_RAY = (
    ProcessAndSquares(0.08, draws=8),
    ProcessAndSquares(0.14, draws=4),
    ProcessAndSquares(0.24, draws=2),
    ProcessAndSquares(0.4),
)
SOURCE = Network(0.08, steps=6000, mean_field=True, cubic=0.3, hidden_variance=0.5, readout_variance=8.0)
TIERS = {
    # A second network, which the exponent of its share needs, costs 25 CPU-seconds, a broken one 5: left to standard.
    # The linear part at ε = 0, too, of which sixteen networks resolve too little: inconclusive at 4 of 15 seeds.
    "quick": Tier([Network(0.08, steps=800), ProcessAndSquares(0.08, draws=4), ProcessAndSquares(0.4)], replicates=24),
    "standard": Tier([*RAY, *MEAN_FIELD, *PROCESS_RAY], replicates=64, note="about 13 minutes on one core"),
    "paper": Tier(
        [*RAY, *MEAN_FIELD, Network(1.0, steps=1500), Network(1.0, steps=2000, mean_field=True), *PROCESS_RAY],
        replicates=16,
        note="β = 1 is the source's own size (d = 150, n = 3000, N = 700): 20 minutes on two cores",
    ),
    "source": Tier([SOURCE], replicates=8, note="σ_w² = .5, σ_a² = 8, ε = ∓.3 at the size that fits: a minute"),
    "off-the-ray": Tier(points(), replicates=64, note="sixteen drawn points: two hours on one core, minutes on a GPU"),
}
