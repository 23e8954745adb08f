"""A Gaussian process needs P ~ d³ samples to learn the cubic part of a staircase target; the linear part does not help."""

from dataclasses import dataclass
from functools import cache

import jax
import numpy as np

from fieldbench.data.synthetic import on_sphere
from fieldbench.evidence import Check, Claim, Control, Points, Rival, Source, Tier
from fieldbench.evidence.observables import crossing, each, log_slope, ratio, theory
from fieldbench.regression.zonal import harmonic, rotation_averaged_learnability, zonal_coefficients
from fieldbench.theory import finite_size, learning_curves, sphere
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.spectrum import Spectrum

CLAIM = Claim(
    id="gp-cubic-staircase",
    revision=1,
    title="A Gaussian process needs d³ samples for the cubic part of a staircase",
    statement=(
        "Regression with the NNGP kernel of an erf network on y = w·x + ε H₃(w·x) learns the cubic part at P ~ d³ only: "
        "the kernel's eigenvalues are degenerate over all O(d³) cubic harmonics, and having learned the linear part "
        "does not help."
    ),
    latex=r"P_L/d^3 \to \tfrac{1}{6}\left[L + \frac{\kappa+\tau}{a_3}\frac{L}{1-L}\right]",
    sources=(
        Source(arxiv="2502.18553", where="staircase targets and the sample complexity of Gaussian processes"),
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning", where="slides, March 2025"
        ),
    ),
    regime="inputs uniform on the sphere |x|² = d; P of order d³; any ridge that is not large",
    stated={"kernel": "erf, one hidden layer", "target": "linear plus cubic in one direction"},
    chosen={
        "ridge": "not stated by the source; κ = 0.01",
        "variances": "not stated by the source; σ_w² = σ_a² = 1",
        "cubic": "the zonal harmonic of degree 3 on the sphere, which H₃ is for d → ∞",
        "staircase": "not stated by the source; ε = 0.1, so the cubic coefficient is √6/10 of the linear one",
        "learned": "P_50 and P_90, where half and nine tenths of the cubic coefficient are learned",
    },
    bibtex=("Ringel2025", "Canatar2021", "Simon2023"),
)

KERNEL = Kernel("erf")
CUBIC = 3
STAIRCASE = 0.1 * 6**0.5  # coefficient of the normalised cubic harmonic beside a linear one of 1


@dataclass(frozen=True)
class Setup:
    """One dimension; a replicate averages over `draws` independent data sets of `largest` points."""

    dimension: int
    largest: int
    draws: int = 1
    ridge: float = 0.01


SMALL = [Setup(8, 740, draws=64), Setup(10, 1_400, draws=16), Setup(12, 2_300, draws=8)]
TIERS = {
    "quick": Tier([Setup(8, 740, draws=32), Setup(10, 1_400, draws=8), Setup(12, 2_300, draws=2)], replicates=8),
    "standard": Tier(
        [*SMALL, Setup(14, 3_600, draws=4), Setup(16, 5_300, draws=2), Setup(20, 10_100)],
        replicates=8,
        note="kernel matrices of 10,100 points: 5 GiB",
    ),
    "paper": Tier(
        [*SMALL, Setup(16, 5_300), Setup(20, 10_100), Setup(24, 17_300), Setup(28, 27_300)],
        replicates=8,
        note="the source gives no size; d = 28 needs kernel matrices of 27,300 points: 36 GiB and an hour on two cores",
    ),
}

AXES = {
    **{name: ("samples",) for name in ("cubic", "cubic_effective_ridge", "correction")},
    **{name: ("early",) for name in ("cubic_from_linear", "cubic_alone", "cubic_with_linear")},
}


def coordinates(setup):
    """Training sizes; the questions about the linear part need those up to 2 P_50 only."""
    samples = np.unique(np.round(np.geomspace(setup.largest / 16, setup.largest, 13)).astype(int))
    return {"samples": samples, "early": samples[samples <= 0.4 * setup.largest]}


def _curves(setup, spectrum, ridge):
    """Learnability of degree 3 by the effective ridge at each size, and its first correction in 1/P."""
    curve = learning_curves.effective_ridge(spectrum, coordinates(setup)["samples"], ridge)
    correction = finite_size.learnability_correction(curve, setup.dimension)[:, CUBIC]
    return curve.learnability[:, CUBIC], correction


def predict(setup):
    limit, correction = _curves(setup, sphere.spectrum(KERNEL, setup.dimension), setup.ridge)
    early = coordinates(setup)["early"]
    alone = (limit + correction)[: early.size]
    return {
        "cubic": limit + correction,
        "cubic_effective_ridge": limit,
        "correction": correction,
        "cubic_from_linear": np.zeros(early.size),
        "cubic_alone": alone,
        "cubic_with_linear": alone,
    }


def measure(setup, key, *, gpr):
    draws = [_measure_once(setup, draw, gpr) for draw in jax.random.split(key, setup.draws)]
    return {name: np.mean([draw[name] for draw in draws], axis=0) for name in draws[0]}


def _measure_once(setup, key, gpr):
    grid = coordinates(setup)
    inputs = np.asarray(on_sphere(key, setup.largest, setup.dimension))
    eigenvalue = sphere.eigenvalues(KERNEL, setup.dimension, CUBIC + 1)[CUBIC]
    cosines = inputs @ inputs.T / setup.dimension
    gram = KERNEL.of_cosine(cosines)
    cubic = rotation_averaged_learnability(
        gpr, gram, cosines, setup.ridge, grid["samples"],
        degree=CUBIC, dimension=setup.dimension, eigenvalue=eigenvalue,
    )  # fmt: skip
    few, direction = grid["early"][-1], np.eye(setup.dimension)[0]
    coefficients = zonal_coefficients(
        gpr, gram[:few, :few], inputs[:few], direction, setup.ridge, grid["early"],
        target_degrees=(1, CUBIC), degree=CUBIC, eigenvalue=eigenvalue,
    )  # fmt: skip
    leaked, alone = np.asarray(coefficients).T
    with_linear = alone + leaked / STAIRCASE
    return {"cubic": cubic, "cubic_from_linear": leaked, "cubic_alone": alone, "cubic_with_linear": with_linear}


def measure_stretched(setup, key, *, gpr):
    """The kernel sees the direction of the target three times as long: the cubic part is then learned early.

    λ_l φ_l is no longer ∫ φ_l K(x, ·) dμ, so the coefficient is an average over test points.
    """
    stretch = np.ones(setup.dimension)
    stretch[0] = 3.0
    train, test = (np.asarray(on_sphere(k, setup.largest, setup.dimension)) for k in jax.random.split(key))
    labels = [harmonic(CUBIC, setup.dimension, x[:, 0] / setup.dimension**0.5) for x in (train, test)]
    cross = KERNEL(test * stretch, train * stretch)
    functional = labels[1] @ cross / (labels[1] @ labels[1])
    gram = KERNEL(train * stretch, train * stretch)
    found = gpr.predictions(gram, setup.ridge, labels[0][:, None], functional[None, :], coordinates(setup)["samples"])
    return {"cubic": np.asarray(found)[:, 0, 0]}


def predict_without_ridge(setup):
    limit, correction = _curves(setup, sphere.spectrum(KERNEL, setup.dimension), 1e-9)
    return {"cubic": limit + correction, "correction": correction}


def predict_with_quadratic_degeneracy(setup):
    """A cubic space of O(d²) modes."""
    right = sphere.spectrum(KERNEL, setup.dimension)
    wrong = right.degeneracies.copy()
    wrong[CUBIC] = sphere.degeneracy(2, setup.dimension)
    limit = learning_curves.effective_ridge(
        Spectrum(right.eigenvalues, wrong), coordinates(setup)["samples"], setup.ridge
    ).learnability[:, CUBIC]
    return {"cubic": limit, "correction": np.zeros_like(limit)}


def one_in_p(table):
    return np.concatenate([1.0 / row.coordinates["samples"] for row in table])


def next_order(table):
    """What lies beyond the first correction in 1/P is taken to be no larger than it."""
    return np.concatenate([np.abs(row["correction"][0]) for row in table])


def times_samples(name):
    """P·L_3 averaged over the sizes: one number a dimension, in which what is of order 1/P stays finite."""

    def observe(table):
        means = [np.mean(row[name] * row.coordinates["samples"], axis=1) for row in table]
        return Points(np.stack(means, axis=1), tuple(table.labels()))

    return observe


def times_samples_of_correction(table):
    return np.abs(times_samples("correction")(table).values[0])


def in_samples(level):
    """The same margins as a relative shift of P_L: divided by dL/d ln P."""

    def budget(table):
        shifts = []
        for row in table:
            learned, samples = row["cubic"][0], row.coordinates["samples"]
            margin = (np.abs(row["correction"][0]) + 1.0 / samples) / np.gradient(learned, np.log(samples))
            shifts.append(np.interp(level, learned, margin))
        return np.array(shifts)

    return budget


def in_exponent(level):
    """Largest change of a fitted exponent when each P_L moves within its margin."""

    def budget(table):
        centred = np.log([setup.dimension for setup in table.setups])
        centred = centred - centred.mean()
        return np.abs(centred) @ in_samples(level)(table) / (centred @ centred)

    return budget


def leak(table):
    """A cubic coefficient that counts: one that moves the learnability by 1/P."""
    return np.concatenate([STAIRCASE / row.coordinates["early"] for row in table])


def leak_in_samples(table):
    """1/P at P_50, as a relative shift of P_50."""
    shifts = []
    for row in table:
        learned, samples = row["cubic_alone"][0], row.coordinates["early"]
        shifts.append(np.interp(0.5, learned, 1.0 / samples / np.gradient(learned, np.log(samples))))
    return np.array(shifts)


def power(exponent):
    return lambda table: np.array([float(setup.dimension) ** exponent for setup in table.setups])


@cache
def samples_for(level, dimension, ridge=0.01):
    """P_L of the effective ridge, by bisection in log P."""
    spectrum = sphere.spectrum(KERNEL, dimension)
    low, high = np.log(dimension), np.log(100.0 * float(dimension) ** CUBIC)
    for _ in range(60):
        middle = 0.5 * (low + high)
        learned = learning_curves.effective_ridge(spectrum, np.exp(middle), ridge).learnability[0, CUBIC]
        low, high = (middle, high) if learned < level else (low, middle)
    return float(np.exp(0.5 * (low + high)))


LEVELS = (0.5, 0.9)
LARGE = (250_000, 500_000, 1_000_000)


def _scaled():
    """P_L/d³ relative to its limit, one row for each large dimension, one column for each level."""
    limits = [sphere.limiting_samples(KERNEL, CUBIC, level, 0.01) for level in LEVELS]
    return np.array([[samples_for(level, d) / float(d) ** 3 for level in LEVELS] for d in LARGE]) / limits


def limiting_exponent():
    """Exponents between d = 5e5 and 1e6."""
    return 3.0 + np.log2(_scaled()[2] / _scaled()[1])


def limiting_level():
    """P_L/d³ over its limit, extrapolated in 1/d from d = 5e5 and 1e6."""
    return 2.0 * _scaled()[2] - _scaled()[1]


def first_order(_):
    """The exponent's distance from 3 at half the dimension; it halves as d doubles."""
    return np.abs(np.log2(_scaled()[1] / _scaled()[0]))


def second_order(_):
    """Ten times the square of the first correction in 1/d."""
    return 10.0 * (_scaled()[2] - 1.0) ** 2


CHECKS = (
    Check(
        "cubic-learnability",
        each("cubic"),
        budget={"orders beyond the computed correction": next_order, "one in P": one_in_p},
    ),
    Check(
        "correction-in-one-over-p",
        times_samples("cubic"),
        where={"dimension": (8, 10)},  # where many data sets are cheap
        budget={"orders beyond the computed correction": times_samples_of_correction},
        rivals=(Rival("effective-ridge-alone", times_samples("cubic_effective_ridge")),),
    ),
    *(
        Check(
            f"cubic-p{round(100 * level)}",
            crossing("cubic", level),
            scale="log",
            budget={"finite P, through the slope of the curve": in_samples(level)},
            rivals=(Rival("square-law", power(2), free="offset"), Rival("linear-law", power(1), free="offset")),
        )
        for level in LEVELS
    ),
    Check(
        "cubic-exponent",
        log_slope(crossing("cubic", 0.5), over="dimension"),
        budget={"finite P, through the fit": in_exponent(0.5)},
        rivals=(Rival("square-law", 2.0), Rival("linear-law", 1.0)),
        statement=True,
    ),
    Check(
        "limiting-exponent",
        theory(limiting_exponent),
        expected=3.0,
        exact=True,
        budget={"order 1/d": first_order, "rounding": 1e-10},
    ),
    Check(
        "limiting-level",
        theory(limiting_level),
        expected=1.0,
        exact=True,
        budget={"second order in 1/d": second_order, "rounding": 1e-10},
    ),
    Check("linear-part-teaches-no-cubic", each("cubic_from_linear"), budget={"1/P in the learnability": leak}),
    Check(
        "linear-part-leaves-p50",
        ratio(crossing("cubic_with_linear", 0.5, axis="early"), crossing("cubic_alone", 0.5, axis="early")),
        scale="log",
        budget={"1/P in the learnability": leak_in_samples},
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
