"""A Gaussian process needs P ~ d³ samples for the cubic part of a staircase; the linear part does not help."""

from dataclasses import dataclass

import jax
import numpy as np

from fieldbench.data.synthetic import on_sphere
from fieldbench.evidence import Check, Claim, Control, Points, Rival, Source, Tier
from fieldbench.evidence.observables import crossing, each, log_slope, log_slope_margin, ratio, theory
from fieldbench.regression.zonal import harmonic, rotation_averaged_learnability, zonal_coefficients
from fieldbench.theory import finite_size, learning_curves, sphere
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.sample_complexity import relative_to_limit, shift_of_samples
from fieldbench.theory.spectrum import Spectrum

CLAIM = Claim(
    id="gp-cubic-staircase",
    revision=1,
    title="A Gaussian process needs d³ samples for the cubic part of a staircase",
    statement=(
        "Regression with the NNGP kernel of an erf network on y = w·x + ε H₃(w·x) learns the cubic part at P ~ d³: "
        "the kernel is degenerate over all O(d³) cubic harmonics, and having learned the linear part does not help."
    ),
    latex=r"P_L/d^3 \to \tfrac{1}{6}\left[L + \frac{\kappa+\tau}{a_3}\frac{L}{1-L}\right]",
    sources=(
        Source(arxiv="2502.18553", where="sample complexity of Gaussian processes on staircase targets"),
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning", where="slides, March 2025"
        ),
    ),
    regime="inputs uniform on the sphere |x|² = d, P of order d³, κ not large",
    stated={"kernel": "erf, one hidden layer", "target": "linear plus cubic along one direction"},
    chosen={
        "ridge": "not stated by the source; κ = 0.01",
        "variances": "not stated by the source; σ_w² = σ_a² = 1",
        "cubic": "the zonal harmonic of degree 3 on the sphere, which is H₃ for d → ∞",
        "staircase": "not stated by the source; ε = 0.1, that is a normalised cubic coefficient √6/10",
        "learned": "P_50 and P_90: half and nine tenths of the cubic coefficient learned",
        "finite P": "effective ridge plus its first correction in 1/P, derived here (theory/finite_size.py)",
    },
    bibtex=("Ringel2025", "Canatar2021", "Simon2023"),
)

KERNEL, CUBIC, LEVELS = Kernel("erf"), 3, (0.5, 0.9)
STAIRCASE = 0.1 * 6**0.5


@dataclass(frozen=True)
class Setup:
    """One dimension; a replicate averages over `draws` independent data sets of `largest` points."""

    dimension: int
    largest: int
    draws: int = 1
    ridge: float = 0.01


SMALL = (Setup(8, 740, draws=64), Setup(10, 1_400, draws=16), Setup(12, 2_300, draws=8))
TIERS = {
    "quick": Tier([Setup(8, 740, draws=32), Setup(10, 1_400, draws=8), Setup(12, 2_300, draws=3)], replicates=8),
    "standard": Tier(
        [*SMALL, Setup(14, 3_600, draws=4), Setup(16, 5_300, draws=2), Setup(20, 10_100, draws=2)],
        replicates=8,
        note="kernel matrices of 10,100 points: 5 GiB",
    ),
    "paper": Tier(
        [*SMALL, Setup(16, 5_300, draws=2), Setup(20, 10_100, draws=2), Setup(24, 17_300), Setup(28, 27_300)],
        replicates=8,
        note="the source gives no sizes; d = 28 needs kernel matrices of 27,300 points: 36 GiB and about an hour",
    ),
}

AXES = {
    **dict.fromkeys(("cubic", "cubic_effective_ridge", "next_order", "one_in_p"), ("samples",)),
    **dict.fromkeys(("cubic_from_linear", "cubic_alone", "cubic_with_linear", "leak"), ("early",)),
}


def coordinates(setup):
    """Training sizes; what concerns the linear part needs those up to about 2 P_50 only."""
    samples = np.unique(np.round(np.geomspace(setup.largest / 16, setup.largest, 13)).astype(int))
    return {"samples": samples, "early": samples[samples <= 0.4 * setup.largest]}


def predict(setup, ridge=None):
    samples, early = coordinates(setup).values()
    curve = learning_curves.effective_ridge(sphere.spectrum(KERNEL, setup.dimension), samples, ridge or setup.ridge)
    correction = finite_size.learnability_correction(curve, setup.dimension)[:, CUBIC]
    learned = curve.learnability[:, CUBIC] + correction
    # Margins: what lies beyond the first correction is no larger than it, plus 1/P; a leak counts if it moves L by 1/P.
    next_order, one_in_p = np.abs(correction), 1.0 / samples
    shifts = {
        f"shift_p{100 * level:.0f}": shift_of_samples(samples, learned, next_order + one_in_p, level)
        for level in LEVELS
    }
    alone = learned[: early.size]
    return {
        "cubic": learned,
        "cubic_effective_ridge": curve.learnability[:, CUBIC],
        "next_order": next_order,
        "one_in_p": one_in_p,
        "cubic_from_linear": np.zeros(early.size),
        "cubic_alone": alone,
        "cubic_with_linear": alone,
        "leak": STAIRCASE / early,
        "leak_p50": shift_of_samples(early, alone, 1.0 / early, 0.5),
        **shifts,
    }


def measure(setup, key, *, gpr):
    draws = [_measure_once(setup, draw, gpr) for draw in jax.random.split(key, setup.draws)]
    return {name: np.mean([draw[name] for draw in draws], axis=0) for name in draws[0]}


def _measure_once(setup, key, gpr):
    samples, early = coordinates(setup).values()
    inputs = np.asarray(on_sphere(key, setup.largest, setup.dimension))
    cosines = inputs @ inputs.T / setup.dimension
    gram = KERNEL.of_cosine(cosines)
    eigenvalue = sphere.eigenvalues(KERNEL, setup.dimension, CUBIC + 1)[CUBIC]
    known = {"degree": CUBIC, "eigenvalue": eigenvalue}
    cubic = rotation_averaged_learnability(gpr, gram, cosines, setup.ridge, samples, dimension=setup.dimension, **known)
    few, direction = early[-1], np.eye(setup.dimension)[0]
    leaked, alone = zonal_coefficients(
        gpr, gram[:few, :few], inputs[:few], direction, setup.ridge, early, target_degrees=(1, CUBIC), **known
    ).T
    return {
        "cubic": cubic,
        "cubic_from_linear": leaked,
        "cubic_alone": alone,
        "cubic_with_linear": alone + leaked / STAIRCASE,
    }


def measure_stretched(setup, key, *, gpr):
    """The kernel sees the target's direction three times as long, and learns the cubic part early.

    Without rotation invariance ∫ φ_3 K(x, ·) dμ is not λ_3 φ_3: the coefficient is an average over test points.
    """
    stretch = np.ones(setup.dimension)
    stretch[0] = 3.0
    train, test = (np.asarray(on_sphere(k, setup.largest, setup.dimension)) for k in jax.random.split(key))
    targets, tests = (harmonic(CUBIC, setup.dimension, x[:, 0] / setup.dimension**0.5) for x in (train, test))
    functional = tests @ KERNEL(test * stretch, train * stretch) / (tests @ tests)
    gram = KERNEL(train * stretch, train * stretch)
    samples = coordinates(setup)["samples"]
    return {"cubic": gpr.predictions(gram, setup.ridge, targets[:, None], functional[None, :], samples)[:, 0, 0]}


def predict_without_ridge(setup):
    return predict(setup, ridge=1e-9)


def predict_with_quadratic_degeneracy(setup):
    """A cubic space of O(d²) modes."""
    right = sphere.spectrum(KERNEL, setup.dimension)
    degeneracies = right.degeneracies.copy()
    degeneracies[CUBIC] = sphere.degeneracy(2, setup.dimension)
    wrong = Spectrum(right.eigenvalues, degeneracies)
    curve = learning_curves.effective_ridge(wrong, coordinates(setup)["samples"], setup.ridge)
    return {**predict(setup), "cubic": curve.learnability[:, CUBIC]}


def times_samples(name):
    """P·L_3 averaged over the sizes: one number a dimension, in which what is of order 1/P stays finite."""

    def observe(table):
        means = [np.mean(row[name] * row.coordinates["samples"], axis=1) for row in table]
        return Points(np.stack(means, axis=1), tuple(table.labels()))

    return observe


def power(exponent):
    return lambda table: np.array([float(setup.dimension) ** exponent for setup in table.setups])


def from_limit(dimension):
    """P_L/d³ over its limit for both levels: 1 + O(1/d)."""
    return np.array([relative_to_limit(KERNEL, CUBIC, level, 0.01, dimension) for level in LEVELS])


def local_exponent(dimension):
    return CUBIC + np.log2(from_limit(dimension) / from_limit(dimension // 2))


POWER_LAWS = (Rival("square-law", power(2), free="offset"), Rival("linear-law", power(1), free="offset"))
CHECKS = (
    Check(
        "cubic-learnability",
        each("cubic"),
        budget={"orders beyond the computed correction": each("next_order"), "one in P": each("one_in_p")},
    ),
    Check(
        "correction-in-one-over-p",
        times_samples("cubic"),
        where={"dimension": (8, 10)},  # where many data sets are cheap
        budget={"orders beyond the computed correction": times_samples("next_order")},
        rivals=(Rival("effective-ridge-alone", times_samples("cubic_effective_ridge")),),
    ),
    *(
        Check(
            f"cubic-p{100 * level:.0f}",
            crossing("cubic", level),
            scale="log",
            budget={"finite P, through the slope of the curve": each(f"shift_p{100 * level:.0f}")},
            rivals=POWER_LAWS,
        )
        for level in LEVELS
    ),
    Check(
        "cubic-exponent",
        log_slope(crossing("cubic", 0.5), over="dimension"),
        budget={"finite P, through the fit": log_slope_margin(each("shift_p50"), over="dimension")},
        rivals=(Rival("square-law", 2.0), Rival("linear-law", 1.0)),
        statement=True,
    ),
    Check(
        "limiting-exponent",
        theory(lambda: local_exponent(10**6)),
        expected=float(CUBIC),
        exact=True,
        # The distance from 3 halves when d doubles: that at half the dimension is twice what is left.
        budget={"order 1/d": lambda table: np.abs(local_exponent(500_000) - CUBIC), "rounding": 1e-10},
    ),
    Check(
        "limiting-level",
        theory(lambda: 2.0 * from_limit(10**6) - from_limit(500_000)),
        expected=1.0,
        exact=True,
        budget={"order 1/d²": lambda table: 10.0 * (from_limit(10**6) - 1.0) ** 2, "rounding": 1e-10},
    ),
    Check("linear-part-teaches-no-cubic", each("cubic_from_linear"), budget={"1/P in the learnability": each("leak")}),
    Check(
        "linear-part-leaves-p50",
        ratio(crossing("cubic_with_linear", 0.5, axis="early"), crossing("cubic_alone", 0.5, axis="early")),
        scale="log",
        budget={"1/P in the learnability": each("leak_p50")},
    ),
)

CONTROLS = (
    Control(
        "kernel-stretched-along-teacher",
        contradicts="cubic-learnability",
        measure=measure_stretched,
        where={"dimension": 8},
        why="without rotation invariance the cubic part is learned early",
    ),
    Control("ridge-omitted", contradicts="cubic-learnability", predict=predict_without_ridge),
    Control("degeneracy-d-squared", contradicts="cubic-exponent", predict=predict_with_quadratic_degeneracy),
)
