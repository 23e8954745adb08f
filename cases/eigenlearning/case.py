"""At large noise T mode k learns λ_k/(λ_k + T/P) by itself; on any data set the learnabilities of all modes add up."""

from __future__ import annotations

import numpy as np

from fieldbench.claims import Case, Check, Control, Figure, Known, Remainder, Said, Tier, per

from .experiment import DoubledRidge, ForgottenModes, Gaussian, Images, Modes, ShuffledLabels, Sphere
from .population import KERNEL
from .theory import (
    BEYOND,
    SingleModes,
    between_data_sets,
    corrected,
    feedback,
    learned_alone,
    levels,
    one_in_samples,
    over_ridges,
)


def equivalent_kernel(at: SingleModes) -> Said:
    """Each mode by itself, at the ridge as it is."""
    return {Modes.learned: learned_alone(at)}


def large_noise(at: SingleModes) -> Said:
    """The same, with what the modes' feedback on the ridge and one part in P leave open."""
    return {Modes.learned: Known(learned_alone(at), *feedback(at))}


def any_noise(at: SingleModes) -> Said:
    """The effective ridge and its first correction in 1/P."""
    learned, shift = corrected(at)
    return {Modes.learned: Known(learned, Remainder(BEYOND, np.abs(shift), order="1/P²"), one_in_samples(at))}


def gaussian_features(at: Gaussian) -> Said:
    """The same, with the posterior variance at large noise, over λ_k, and the variance between data sets."""
    left = [Remainder(part.name, part.value[-1], part.order, part.got) for part in feedback(at)]
    return {
        **any_noise(at),
        Gaussian.posterior: Known(1.0 - learned_alone(at)[-1], *left),
        Gaussian.between: between_data_sets(at),
    }


def conservation(at: Images) -> Said:
    """Exact, to the rounding of M sums of P terms with the condition of K + T, at most Tr K/T."""
    condition = 1.0 + at.samples * float(KERNEL.of_cosine(np.ones(1))[0]) / at.ridge
    rounding = 10.0 * at.images * np.finfo(float).eps * condition
    return {Images.conserved: Known(0.0, Remainder("rounding", rounding, got="bounded"))}


def noise_not_over_samples(at: SingleModes) -> Said:
    """λ_k/(λ_k + T)."""
    return {Modes.learned: over_ridges(at, lambda T: levels(at) / (levels(at) + T))}


def scatter_of_data_sets(at: Gaussian) -> Said:
    """What the coefficient varies by between data sets, taken for its posterior variance."""
    return {Gaussian.posterior: between_data_sets(at).value[-1] / levels(at)}


def posterior_variance(at: Gaussian) -> Said:
    """The reverse."""
    return {Gaussian.between: levels(at) * (1.0 - corrected(at)[0])}


FEATURES, SPHERE = Gaussian(50, 400, (1.0, 10.0, 100.0)), Sphere(100, 16, (0.1, 1.0, 10.0), dimension=8)
TIERS = {
    "quick": Tier([FEATURES, SPHERE, Images("digits", 600, 150)], replicates=16),
    "standard": Tier(
        [
            FEATURES,
            SPHERE,
            Gaussian(100, 1600, (2.0, 20.0, 200.0)),
            Sphere(400, 32, (0.1, 1.0, 10.0), dimension=16),
            Images("digits", 1782, 400),
            Images("mnist", 2000, 500),
            Images("cifar10-first-batch", 2000, 500),
        ],
        replicates=16,
        note="needs MNIST and CIFAR-10",
    ),
}

AT_LARGE_NOISE = Check(
    "learnability-at-large-noise",
    Modes.learned.at(ridge=lambda at: at.ridge[-1]),
    theory=large_noise,
    rivals={"noise-not-divided-by-samples": noise_not_over_samples},
    statement=True,
)
AT_ANY_NOISE = Check("learnability-at-any-noise", Modes.learned, rivals={"equivalent-kernel": equivalent_kernel})
CONSERVED = Check("conservation", Images.conserved, exact=True)
CHECKS = (
    AT_LARGE_NOISE,
    AT_ANY_NOISE,
    Check("posterior-variance", Gaussian.posterior, rivals={"variance-between-data-sets": scatter_of_data_sets}),
    Check(
        "variance-between-data-sets",
        Gaussian.between,
        rivals={"posterior-variance": posterior_variance},
        scale="log",
    ),
    CONSERVED,
)

CASE = Case(
    theories={Gaussian: gaussian_features, Sphere: any_noise, Images: conservation},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control(
            "labels-shuffled",
            contradicts=AT_LARGE_NOISE,
            experiment=ShuffledLabels,
            why="labels of other inputs teach nothing",
        ),
        Control("ridge-doubled", contradicts=AT_ANY_NOISE, experiment=DoubledRidge, why="a factor two in the noise"),
        Control(
            "modes-forgotten",
            contradicts=CONSERVED,
            experiment=ForgottenModes,
            on=lambda at: at.dataset == "digits",
            why="a sum cut off where modes learn least",
        ),
    ),
    figure=Figure(
        y=Modes.learned,
        x=per(lambda at: (at.samples * levels(at) / np.array(at.ridge)[:, None]).ravel()),
        label="Pλ/T",
        group=lambda at: type(at).__name__,
        rivals={"equivalent-kernel": equivalent_kernel},
        log="x",
    ),
)
