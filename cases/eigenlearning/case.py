"""At large noise T mode k learns λ_k/(λ_k + T/P) by itself; on any data set the learnabilities of all modes add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Case, Check, Control, Expression, Figure, Known, Limit, Remainder, Said, Theory, Tier, per
from fieldbench.theory.curves import effective_ridge, equivalent_kernel, one_loop

from .experiment import DoubledRidge, ForgottenModes, Gaussian, Images, Modes, NextPoint, ShuffledLabels, Sphere
from .population import KERNEL
from .theory import (
    SingleModes,
    between_data_sets,
    learned_by,
    learned_of_gaussian,
    learned_on_sphere,
    levels,
    orders,
    over_ridges,
    scatter_alone,
)


def alone(at: SingleModes) -> Said:
    """Each mode by itself, λ_k/(λ_k + T/P), at the ridge as it is: the equivalent kernel."""
    return of_modes(at, learned_by(at, equivalent_kernel))


def with_one_loop(at: SingleModes) -> Said:
    """One iteration of the modes' feedback on the ridge."""
    return of_modes(at, learned_by(at, one_loop))


def without_one_in_samples(at: SingleModes) -> Said:
    """The effective ridge without its orders in 1/P."""
    return of_modes(at, learned_by(at, effective_ridge))


def noise_not_over_samples(at: SingleModes) -> Said:
    """λ_k/(λ_k + T)."""
    return of_modes(at, over_ridges(at, lambda T: levels(at) / (levels(at) + T)))


def of_modes(at: SingleModes, learned: NDArray[np.float64]) -> Said:
    """What a learnability says of posterior variances too."""
    said: dict[Expression, NDArray[np.float64]] = {Modes.learned: learned}
    return said if isinstance(at, Sphere) else {**said, Gaussian.posterior: 1.0 - learned}


def gaussian_features(at: Gaussian) -> Said:
    """Feedback and three orders in 1/P; the posterior variance is what is not learned of the prior's."""
    learned = learned_of_gaussian(at)
    left = Known(1.0 - learned.value, *learned.remainders)
    return {Modes.learned: learned, Gaussian.posterior: left, Gaussian.between: between_data_sets(at)}


def on_the_sphere(at: Sphere) -> Said:
    """The same, with one order in 1/P."""
    return {Modes.learned: learned_on_sphere(at)}


def conservation(at: Images) -> Said:
    """Exact, to the rounding of M sums of P terms with the condition of K + T, at most Tr K/T."""
    condition = 1.0 + at.samples * float(KERNEL.of_cosine(np.ones(1))[0]) / at.ridge
    rounding = 10.0 * at.images * np.finfo(float).eps * condition
    return {Images.conserved: Known(0.0, Remainder("rounding", rounding, got="bounded"))}


def scatter_of_data_sets(at: Gaussian) -> Said:
    """What the coefficient varies by between data sets, taken for its posterior variance."""
    return {Gaussian.posterior: between_data_sets(at).value / levels(at)}


def posterior_variance(at: Gaussian) -> Said:
    """The reverse."""
    return {Gaussian.between: levels(at) * (1.0 - orders(at)[0].sum(axis=0))}


def leading_scatter(at: Gaussian) -> Said:
    """L_k²·MSE/P, without what the mode's own residual adds."""
    return {Gaussian.between: scatter_alone(at)}


def half_a_point_more(at: Gaussian) -> Said:
    """The theory at P + ½."""
    return gaussian_features(replace(at, samples=at.samples + 0.5))  # type: ignore[arg-type]


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

OF_MODES: dict[str, Theory] = {
    "effective-ridge-alone": without_one_in_samples,
    "one-loop": with_one_loop,
    "equivalent-kernel": alone,
    "noise-not-divided-by-samples": noise_not_over_samples,
}
LEARNED = Check("learnability", Modes.learned, rivals=OF_MODES, on=lambda at: isinstance(at, Gaussian), statement=True)
ON_SPHERE = Check("learnability-on-the-sphere", Modes.learned, rivals=OF_MODES, on=lambda at: isinstance(at, Sphere))
POSTERIOR = Check(
    "posterior-variance",
    Gaussian.posterior,
    rivals={**OF_MODES, "variance-between-data-sets": scatter_of_data_sets},
    statement=True,
)
BETWEEN = Check(
    "variance-between-data-sets",
    Gaussian.between,
    rivals={"leading-order": leading_scatter, "posterior-variance": posterior_variance},
    scale="log",
    tiers=("standard",),  # the quick tier resolved a quarter of a per cent, of one that the margin allows
)
CONSERVED = Check("conservation", Images.conserved, exact=True)
LARGE = Gaussian(10**6, 1, (1e9,))  # T/P as large as λ_8; P so large that its orders are rounding
CHECKS = (
    LEARNED,
    ON_SPHERE,
    POSTERIOR,
    BETWEEN,
    Limit(
        "each-mode-alone-at-large-noise",
        lambda: learned_of_gaussian(LARGE).value / learned_by(LARGE, equivalent_kernel),
        expected=1.0,
        # Σλ/(Pλ + T) and λ_k/T, both below Σλ/T.
        margin=(Remainder("one loop and 1/P", 2.0 * LARGE.eigenvalues.sum() / LARGE.ridge[0], got="bounded"),),
    ),
    CONSERVED,
)

CASE = Case(
    theories={Gaussian: gaussian_features, Sphere: on_the_sphere, Images: conservation},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("labels-shuffled", contradicts=LEARNED, experiment=ShuffledLabels, why="labels of other inputs"),
        Control("one-point-more", contradicts=LEARNED, experiment=NextPoint, why="P miscounted by one"),
        Control("half-a-point-more", contradicts=POSTERIOR, theory=half_a_point_more),
        Control("one-point-more-in-posterior", contradicts=POSTERIOR, experiment=NextPoint),
        Control("ridge-doubled", contradicts=ON_SPHERE, experiment=DoubledRidge, why="a factor two in the noise"),
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
        rivals={"equivalent-kernel": alone},
        log="x",
    ),
)
