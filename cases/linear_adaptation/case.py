"""In linear networks kernel adaptation is kernel rescaling, for the mean predictor but not for the weights."""

from __future__ import annotations

from fieldbench.claims import Case, Check, Control, Figure, Limit, Remainder, Theory, per

from . import limits, theory
from .experiment import Gibbs, HalfTheNoise, ShuffledLabels
from .guards import GUARDS
from .tiers import TIERS, least

GP: dict[str, Theory] = {"gp": theory.gaussian_process}
NEAR: dict[str, Theory] = {"without-the-trace": theory.without_the_trace, **GP}
ISOTROPIC: dict[str, Theory] = {"one-scale-for-directions": theory.one_scale_for_directions}
ANISOTROPY = Gibbs.along - Gibbs.across
ROUNDING = (Remainder("rounding of both solvers", 1e-10, got="bounded"),)

TRAIN = Check("train-discrepancy", Gibbs.train, rivals=NEAR, statement=True)
TEST = Check("test-discrepancy", Gibbs.test, rivals=NEAR, statement=True)
SCALE = Check("scale", Gibbs.scale, theory=theory.at_the_saddle, rivals=NEAR, statement=True)
DIRECTIONS = Check("anisotropy-of-the-weights", ANISOTROPY, rivals=ISOTROPIC, statement=True)
ACROSS = Check(
    "weights-across-the-teacher",
    Gibbs.across,
    rivals={**ISOTROPIC, "shared-by-both-layers": theory.shared_by_both_layers},
    statement=True,
)
MODE_BY_MODE = {"trace-mode-by-mode": theory.trace_mode_by_mode}
FULL_MATRIX = Limit("full-matrix-is-one-scale", limits.scale_of_full_matrix, limits.scale_alone(), margin=ROUNDING,
                    rivals={"gp": 1.0}, statement=True)  # fmt: skip
CHECKS: tuple[Check | Limit, ...] = (
    FULL_MATRIX,
    Limit(
        "predictor-of-the-full-matrix-is-rescaled",
        limits.predictor_of_full_matrix,
        limits.predictor_of_one_scale(),
        margin=ROUNDING,
        rivals={"gp": limits.predictor_of_process()},
    ),
    Limit(
        "one-direction-of-the-full-matrix-adapts",
        limits.directions_of_full_matrix,
        limits.directions_expected(),
        margin=ROUNDING,
    ),
    Limit(
        "one-scale-from-the-process-to-mean-field",
        limits.annealed_along,
        limits.scales_alone(),
        margin=ROUNDING,
        rivals={"gp": 1.0},
    ),
    Limit(
        "other-directions-from-the-process-to-mean-field",
        limits.annealed_across,
        1.0,
        margin=ROUNDING,
        rivals={"one-scale-for-directions": limits.scales_alone()},
    ),
    TRAIN,
    TEST,
    SCALE,
    DIRECTIONS,
    ACROSS,
    Check("train-discrepancy-at-the-saddle", Gibbs.train, theory=theory.at_the_saddle, rivals=NEAR),
    Check("test-discrepancy-at-the-saddle", Gibbs.test, theory=theory.at_the_saddle, rivals=NEAR),
    Check("trace-is-one-number", Gibbs.train, rivals=MODE_BY_MODE),
)
# fmt: off
CONTROLS = (
    Control("scale-to-first-order", contradicts=FULL_MATRIX, computed=limits.scale_to_first_order,
            why="1 + χ tᵀK_0t/N for 1/(1 − χ tᵀK_0t/N)"),
    Control("determinant-in-the-full-matrix", contradicts=FULL_MATRIX, computed=limits.scale_with_the_trace),
    Control("half-the-noise", contradicts=TRAIN, experiment=HalfTheNoise, on=least),
    Control("trace-forgotten", contradicts=TRAIN, theory=theory.trace_lost),
    Control("shuffled-labels", contradicts=TEST, experiment=ShuffledLabels, on=least),
    Control("trace-forgotten-in-the-test", contradicts=TEST, theory=theory.trace_lost),
    Control("trace-forgotten-in-the-scale", contradicts=SCALE, theory=theory.trace_lost),
    Control("half-the-trace", contradicts=SCALE, theory=theory.trace_halved),
    Control("directions-lost", contradicts=DIRECTIONS, theory=theory.directions_lost),
    Control("shuffled-labels-in-the-weights", contradicts=DIRECTIONS, experiment=ShuffledLabels, on=least),
    Control("directions-lost-across", contradicts=ACROSS, theory=theory.directions_lost),
    Control("layers-share-the-scale", contradicts=ACROSS, theory=theory.layers_share),
)
# fmt: on

CASE = Case(
    theories={Gibbs: theory.averaged},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    guards=GUARDS,
    figure=Figure(y=Gibbs.scale, x=per(lambda at: at.chi), label="χ", rivals=NEAR, log="x"),
)
