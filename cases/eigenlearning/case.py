"""At large noise T mode k learns λ_k/(λ_k + T/P) by itself; on any data set the learnabilities of all modes add up."""

from __future__ import annotations

import numpy as np

from fieldbench.claims import Case, Check, Control, Figure, Limit, Remainder, Said, Theory, per
from fieldbench.theory.curves import effective_ridge, equivalent_kernel, one_loop

from .broken import half_a_point_more, leading_scatter, noise_not_over_samples, posterior_variance, scatter_of_data_sets
from .experiment import DoubledRidge, ForgottenModes, Gaussian, Images, Modes, NextPoint, ShuffledLabels, Sphere
from .theory import (
    SingleModes,
    conservation,
    gaussian_features,
    learned_by,
    learned_of_gaussian,
    levels,
    of_modes,
    on_the_sphere,
)
from .tiers import TIERS


def alone(at: SingleModes) -> Said:
    """Each mode by itself, λ_k/(λ_k + T/P), at the ridge as it is: the equivalent kernel."""
    return of_modes(at, learned_by(at, equivalent_kernel))


def with_one_loop(at: SingleModes) -> Said:
    """One iteration of the modes' feedback on the ridge."""
    return of_modes(at, learned_by(at, one_loop))


def without_one_in_samples(at: SingleModes) -> Said:
    """The effective ridge without its orders in 1/P."""
    return of_modes(at, learned_by(at, effective_ridge))


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
