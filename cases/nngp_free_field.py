"""The outputs of a random erf network become a free field as 1/N, with the arcsine covariance at every width N."""

from dataclasses import dataclass

import jax
import numpy as np

from fieldbench.data.synthetic import on_sphere
from fieldbench.evidence import AtLeast, AtMost, Check, Claim, Control, Rival, Source, Tier
from fieldbench.evidence.observables import derived, difference, each, log_slope
from fieldbench.regression.modes import rotation_averaged_learnability
from fieldbench.sampling.networks import harmonic_power
from fieldbench.sampling.networks import prior as network_prior
from fieldbench.theory.curves import finite_size, learning_curves
from fieldbench.theory.kernels import Kernel, sphere
from fieldbench.theory.networks import free_field

CLAIM = Claim(
    id="nngp-free-field",
    revision=1,
    title="Outputs of a random erf network become a free field as 1/N, of low degree",
    statement=(
        "The outputs of a random two-layer erf network have the covariance of one neuron at every width N, the arcsine "
        "kernel for Gaussian hidden weights; their connected four-point function falls as 1/N, with a coefficient set "
        "by the law of the weights: at coincident points positive for Gaussian, negative for uniform ones. The free "
        "field prefers, and learns first, low degrees."
    ),
    latex=r"\langle ffff\rangle_c=\tfrac{\sigma_a^4}{N}\Big[k\langle\phi\phi\phi\phi\rangle"
    r"-\sum_{3\ \mathrm{pairings}}\langle\phi\phi\rangle\langle\phi\phi\rangle\Big],\quad k=E a^4/(E a^2)^2",
    sources=(
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning",
            where="slides, March 2025: random networks with uniform weights, N = 1, 5, 500, 1000, x in the plane",
        ),
        Source(arxiv="2502.18553", where="the Gaussian-process limit, and the spectrum on the sphere"),
    ),
    regime="any N ≥ 1; weights independent, readouts with a fourth moment",
    stated={"widths": "N = 1, 5, 500, 1000", "inputs": "x in the plane", "weights": "uniform in the slides' figures"},
    chosen={
        "variances": "not stated by the source; weights of variance 1/d, readouts of variance 1/N, for every law",
        "points": "not stated by the source; three on the circle |x|² = d = 2, one inside",
        "uniform weights": "all of them; also uniform readouts over Gaussian hidden weights, which keep the arcsine",
        "coefficient": "for readouts that are not Gaussian derived here (theory/free_field.py)",
        "sign": "it flips at coincident points; at the distinct ones here uniform weights leave it positive",
        "estimator": "law of total cumulance given the hidden weights; at N = 1 and 5 also the outputs' own cumulant",
        "sphere": "not stated by the source; spectrum in d = 3, where quadrature is exact, learning in d = 6",
        "margins": "the theory is exact at every N: margins are the resolution wanted, fixed with the sample sizes",
    },
    bibtex=("Ringel2025",),
)

ANGLES = np.deg2rad([0.0, 45.0, 100.0])
INPUTS = np.concatenate([2.0**0.5 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1), [[-0.6, 1.0]]])
QUADRUPLES = ((0, 0, 0, 0), (0, 0, 1, 1), (0, 0, 1, 2), (0, 1, 2, 3))
PAIRS = np.triu_indices(len(INPUTS))
KERNEL, DEGREES, EXACTNESS, REPLICATES = Kernel("erf"), (1, 3, 5, 7), 23, 16
# Resolutions. Four points: .06 of the Gaussian coefficient at coincident points, half of what uniform readouts leave
# there. The outputs' own cumulant scatters as a Gaussian's, √(24/networks), whatever N: a quarter of the coefficient.
COVARIANCE, OUTPUT_COVARIANCE, FOUR_POINT, RAW, EXPONENT, SPECTRUM = 0.005, 0.02, 0.06, 0.25, 0.02, 0.05


@dataclass(frozen=True)
class Setup:
    """Networks of one width and law of weights in the plane ("prior") or on a sphere ("spectrum"); or regression."""

    experiment: str
    width: int = 0
    networks: int = 0
    hidden: str = "gaussian"
    readout: str = "gaussian"
    dimension: int = 2
    samples: tuple[int, ...] = ()
    draws: int = 0
    ridge: float = 0.05


GAUSSIAN = {"experiment": "prior", "hidden": "gaussian", "readout": "gaussian"}
UNIFORM = {"experiment": "prior", "hidden": "uniform", "readout": "uniform"}
MIXED = {"experiment": "prior", "hidden": "gaussian", "readout": "uniform"}
# The covariance needs many networks at N = 1, the cumulant some thousands at any width.
NETWORKS = {1: 200_000, 5: 50_000, 50: 5_000, 500: 5_000}


def _prior(law, *widths):
    return [Setup(width=n, networks=NETWORKS.get(n, 2_500), **law) for n in widths]


QUICK = [
    *_prior(GAUSSIAN, 1, 5, 1000),
    *_prior(UNIFORM, 1, 5, 1000),
    *_prior(MIXED, 5),
    Setup("spectrum", 20, 2048, dimension=3),
    Setup("learning", dimension=6, samples=(80, 160, 320), draws=4),
]
TIERS = {
    "quick": Tier(QUICK, REPLICATES),
    "standard": Tier(
        [
            *QUICK,
            *_prior(GAUSSIAN, 50, 500),
            *_prior(UNIFORM, 50, 500),
            *_prior(MIXED, 1, 50, 500, 1000),
            Setup("spectrum", 1, 16_384, dimension=3),
            Setup("spectrum", 500, 2048, dimension=3),
            Setup("learning", dimension=8, samples=(160, 320, 640), draws=4),
        ],
        REPLICATES,
        note="has the source's own widths, N = 1, 5, 500, 1000: there is no larger tier",
    ),
}

AXES = {
    **dict.fromkeys(("covariance", "output_covariance", "arcsine", "covariance_scale"), ("pair",)),
    **dict.fromkeys(("four_point", "output_four_point", "without_excess", "inverse_square"), ("quadruple",)),
    **dict.fromkeys(("power", "aliased", "flat"), ("degree",)),
    **dict.fromkeys(("learned", "equivalent_kernel", "next_order", "one_in_p"), ("samples", "learned_degree")),
}


def coordinates(setup):
    names = ["".join("ABCD"[i] for i in points) for points in (*zip(*PAIRS, strict=True), *QUADRUPLES)]
    pairs = len(PAIRS[0])
    return {
        "pair": np.array(names[:pairs]),
        "quadruple": np.array(names[pairs:]),
        "degree": np.array(DEGREES),
        "samples": np.array(setup.samples),
        "learned_degree": np.array(DEGREES[:3]),
    }


def predict(setup):
    return {"prior": predict_prior, "spectrum": predict_spectrum, "learning": predict_learning}[setup.experiment](setup)


def predict_prior(setup, kernel=KERNEL):
    neuron = free_field.neuron_moments(INPUTS, setup.hidden)
    arcsine = kernel(INPUTS, INPUTS)
    covariance = arcsine if setup.hidden == "gaussian" else neuron.covariance()
    coefficient, without_excess = (
        np.array([neuron.four_point(points, kurtosis) for points in QUADRUPLES])
        for kurtosis in (free_field.READOUT_KURTOSIS[setup.readout], 3.0)
    )
    variances = np.diag(neuron.covariance())
    return {
        "covariance": covariance[PAIRS],
        "output_covariance": covariance[PAIRS],
        "arcsine": arcsine[PAIRS],
        "covariance_scale": np.sqrt(np.outer(variances, variances))[PAIRS],
        "four_point": coefficient,
        "output_four_point": coefficient,
        "without_excess": without_excess,
        "inverse_square": coefficient / setup.width,
        "resolution": without_excess[0],
        "size_of_cumulant": abs(coefficient[0]) / setup.width,
    }


def predict_spectrum(setup):
    # Degrees from EXACTNESS + 1 − l on are mistaken for degree l. Those of different degrees are uncorrelated, so
    # the mean gains at most their power, which falls fast with degree.
    values, degrees = sphere.eigenvalues(KERNEL, setup.dimension, EXACTNESS + 1), np.array(DEGREES)
    wrong = EXACTNESS + 1 - degrees
    aliased = (2 * wrong + 1) * values[wrong] / ((2 * degrees + 1) * values[degrees])
    return {"power": values[degrees], "aliased": aliased, "flat": np.ones(len(DEGREES))}


def predict_learning(setup):
    spectrum, degrees = sphere.spectrum(KERNEL, setup.dimension), list(DEGREES[:3])
    curve = learning_curves.effective_ridge(spectrum, setup.samples, setup.ridge)
    bare = learning_curves.equivalent_kernel(spectrum, setup.samples, setup.ridge)
    correction = finite_size.learnability_correction(curve, setup.dimension)[:, degrees]
    # What lies beyond the first correction in 1/P is no larger than it, plus 1/P, as in gp-cubic-staircase.
    return {
        "learned": curve.learnability[:, degrees] + correction,
        "equivalent_kernel": bare.learnability[:, degrees],
        "next_order": np.abs(correction),
        "one_in_p": np.repeat(1.0 / np.array(setup.samples)[:, None], len(degrees), axis=1),
    }


def measure(setup, key, *, gpr):
    if setup.experiment == "learning":
        return measure_learning(setup, key, gpr)
    return measure_spectrum(setup, key) if setup.experiment == "spectrum" else measure_prior(setup, key)


def measure_prior(setup, key):
    return _prior_moments(setup, key, setup.width, setup.networks, setup.readout)


def _prior_moments(setup, key, width, networks, readout):
    law = {"hidden": setup.hidden, "readout": readout}
    draws = network_prior.draw(key, INPUTS, networks=networks, width=width, quadruples=QUADRUPLES, **law)
    cumulants = network_prior.four_point(draws, QUADRUPLES)
    outputs = np.asarray(draws.outputs, np.float64)
    return {
        "covariance": np.asarray(draws.kernel, np.float64).mean(axis=0)[PAIRS],
        "output_covariance": (outputs.T @ outputs / networks)[PAIRS],
        "four_point": setup.width * cumulants,
        "output_four_point": setup.width * network_prior.output_four_point(draws, QUADRUPLES),
        "size_of_cumulant": abs(cumulants[0]),
    }


def measure_spectrum(setup, key):
    points, weights = harmonic_power.sphere_quadrature(EXACTNESS)
    outputs = network_prior.draw_outputs(key, points, networks=setup.networks, width=setup.width)
    power = harmonic_power.power_by_degree(np.asarray(outputs, np.float64), points, weights, DEGREES)
    return {"power": power.mean(axis=0)}


def measure_learning(setup, key, gpr):
    draws = [_learned(setup, draw, gpr) for draw in jax.random.split(key, setup.draws)]
    return {"learned": np.mean(draws, axis=0)}


def _learned(setup, key, gpr):
    inputs = np.asarray(on_sphere(key, setup.samples[-1], setup.dimension))
    cosines = inputs @ inputs.T / setup.dimension
    gram, values = KERNEL.of_cosine(cosines), sphere.eigenvalues(KERNEL, setup.dimension, 6)
    columns = [
        rotation_averaged_learnability(
            gpr, gram, cosines, setup.ridge, setup.samples, degree=l, dimension=setup.dimension, eigenvalue=values[l]
        )
        for l in DEGREES[:3]
    ]
    return np.stack(columns, axis=1)


def measure_heavy_tails(setup, key):
    return _prior_moments(setup, key, setup.width, setup.networks // 5, "student-3")


def measure_pairs(setup, key):
    """Two neurons with the same hidden weights are one whose Gaussian readout has twice the variance."""
    return _prior_moments(setup, key, setup.width // 2, setup.networks // 5, setup.readout)


def predict_relu(setup):
    return predict_prior(setup, Kernel("relu"))


def fraction_of(array, fraction, **options):
    """A fraction of an array of the predicted table."""
    return derived(lambda values: fraction * np.abs(values), each(array, **options))


def per_quadruple(table):
    return np.concatenate([np.repeat(FOUR_POINT * row["resolution"][0], len(QUADRUPLES)) for row in table])


COINCIDENT = {"at": {"quadruple": "AAAA"}}
FALLING = derived(lambda power: power[:, 1:] / power[:, :-1], each("power"), label="λ_{l+2}/λ_l")
IN_ORDER = difference(
    each("learned", at={"learned_degree": DEGREES[:2]}), each("learned", at={"learned_degree": DEGREES[1:3]})
)
NO_CUMULANT = Rival("free-field", 0.0)
INVERSE_SQUARE = Rival("inverse-square-of-n", each("inverse_square"))
INVERSE_SQUARE_AT_A = Rival("inverse-square-of-n", each("inverse_square", **COINCIDENT))
EXPONENTS = (Rival("independent-of-n", 0.0), Rival("inverse-square", -2.0))


def _covariance(name, array, resolution, where, *rivals):
    budget = {"resolution": fraction_of("covariance_scale", resolution)}
    return Check(name, each(array), budget=budget, where=where, rivals=rivals)


def _four_point(name, where, *rivals):
    budget, rivals = {"resolution": per_quadruple}, (NO_CUMULANT, *rivals)
    return Check(name, each("four_point"), budget=budget, where=where, rivals=rivals)


def _outputs(name, where, *rivals):
    budget, rivals = {"resolution": fraction_of("four_point", RAW, **COINCIDENT)}, (NO_CUMULANT, *rivals)
    where = {**where, "width": (1, 5)}
    return Check(name, each("output_four_point", **COINCIDENT), budget=budget, where=where, rivals=rivals)


def _exponent(name, where, **options):
    slope = log_slope(each("size_of_cumulant"), over="width")
    return Check(name, slope, -1.0, {"resolution": EXPONENT}, where=where, rivals=EXPONENTS, **options)


CHECKS = (
    _covariance("arcsine-covariance", "covariance", COVARIANCE, {"experiment": "prior", "hidden": "gaussian"}),
    _covariance("covariance-of-uniform-weights", "covariance", COVARIANCE, UNIFORM, Rival("arcsine", each("arcsine"))),
    _covariance(
        "covariance-of-outputs", "output_covariance", OUTPUT_COVARIANCE, {"experiment": "prior", "width": (1, 5)}
    ),
    Check(
        "gaussian-coefficient",
        each("four_point", **COINCIDENT),
        budget={"resolution": FOUR_POINT},
        scale="log",
        where=GAUSSIAN,
        rivals=(INVERSE_SQUARE_AT_A,),
    ),
    _four_point("gaussian-four-point", GAUSSIAN, INVERSE_SQUARE),
    _four_point("uniform-four-point", UNIFORM, Rival("gaussian-readouts", each("without_excess"))),
    _four_point("uniform-readouts-four-point", MIXED, Rival("gaussian-readouts", each("without_excess"))),
    _exponent("gaussian-exponent", GAUSSIAN, statement=True),
    _exponent("uniform-exponent", UNIFORM),
    AtMost("uniform-sign", each("four_point", **COINCIDENT), 0.0, where=UNIFORM),
    # The estimator above takes the readouts' own excess as given; the outputs' cumulant measures it.
    AtMost("uniform-sign-of-outputs", each("output_four_point", **COINCIDENT), 0.0, where=UNIFORM | {"width": (1, 5)}),
    _outputs("cumulant-of-outputs", GAUSSIAN, INVERSE_SQUARE_AT_A),
    _outputs("cumulant-of-uniform-outputs", UNIFORM, Rival("gaussian-readouts", each("without_excess", **COINCIDENT))),
    Check(
        "spectrum-of-outputs",
        each("power"),
        scale="log",
        budget={"resolution": SPECTRUM, "aliasing of the quadrature": each("aliased")},
        where={"experiment": "spectrum"},
        rivals=(Rival("flat-in-degree", each("flat"), free="offset"),),
    ),
    AtMost("spectrum-falls-with-degree", FALLING, 1.0, where={"experiment": "spectrum", "width": 20}),
    Check(
        "learnability-by-degree",
        each("learned"),
        budget={"orders beyond the computed correction": each("next_order"), "one in P": each("one_in_p")},
        where={"experiment": "learning"},
        rivals=(Rival("equivalent-kernel", each("equivalent_kernel")),),
    ),
    AtLeast("low-degree-is-learned-first", IN_ORDER, 0.0, where={"experiment": "learning"}),
)

CONTROLS = (
    Control(
        "heavy-tailed-readouts",
        contradicts="gaussian-coefficient",
        measure=measure_heavy_tails,
        where={**GAUSSIAN, "width": 1000},
        why="Student's t with 3 degrees of freedom, same variance: no fourth moment, so K̂ does not settle as 1/N",
    ),
    Control(
        "neurons-in-identical-pairs",
        contradicts="gaussian-four-point",
        measure=measure_pairs,
        where={**GAUSSIAN, "width": 1000},
        why="the same covariance from half as many independent neurons: twice the cumulant",
    ),
    Control("activation-swapped", contradicts="arcsine-covariance", predict=predict_relu, where=GAUSSIAN),
)
