"""What a Gaussian process can learn of a feature on any data set is bounded by an eigenvalue of another measure."""

from dataclasses import dataclass
from functools import cache

import jax
import numpy as np

from fieldbench.data.synthetic import on_band
from fieldbench.evidence import AtMost, Check, Claim, Control, Rival, Source, Tier
from fieldbench.evidence.observables import each
from fieldbench.regression.modes import harmonic
from fieldbench.theory.kernels import Kernel, sphere

CLAIM = Claim(
    id="cross-dataset-bound",
    revision=1,
    title="Learnability across data sets is bounded by the eigenvalue under the symmetric measure",
    statement=(
        "For Gaussian-process regression on any training set, the overlap of the predictor with an eigenfunction φ_t "
        "of the kernel under another, idealised measure q is at most (λ_t P/κ) rms φ_t rms y, with λ_t the eigenvalue "
        "under q and the two root mean squares over the training set."
    ),
    latex=r"|\langle\phi_t,f\rangle_q|\le\frac{\lambda_tP}{\kappa}\,\mathrm{rms}\,\phi_t\,\mathrm{rms}\,y",
    sources=(Source(arxiv="2406.02663", where="the learnability bound for data without the kernel's symmetry"),),
    regime="κ > 0; φ_t an exact eigenfunction under q; any training set, any labels",
    stated={"bound": "(λ_t P/κ) rms φ_t rms y"},
    chosen={
        "theorem": "an inequality for each data set: the check tests kernel, eigenvalue and regression together",
        "proof": "⟨φ_t, f⟩_q = λ_t φ_t(X)ᵀ(K + κ)⁻¹y, Cauchy–Schwarz, and |(K + κ)⁻¹| ≤ 1/κ; derived here",
        "tightness": "for y ∝ φ_t(X) between κ/(κ + tr K) and κ/(κ + λ_t P rms² φ_t) of the bound; derived here",
        "measures": "chosen here; q uniform on the sphere in three dimensions, training inputs on a band around its "
        "equator, which never see the poles",
        "kernel": "erf, one hidden layer, σ_w² = σ_a² = 1; φ_t the zonal harmonic of degree 3 along the axis",
        "labels": "the harmonic itself, and random signs",
    },
    bibtex=("Lavie2024",),
)

KERNEL, DIMENSION, DEGREE = Kernel("erf"), 3, 3
EIGENVALUE = sphere.eigenvalues(KERNEL, DIMENSION, DEGREE + 1)[DEGREE]
LATITUDES, LONGITUDES = 48, 96
TARGETS = ("harmonic", "signs")


@dataclass(frozen=True)
class Setup:
    """P training inputs on the band |cos| < reach, regression with ridge κ."""

    samples: int
    ridge: float
    reach: float = 0.5


LARGE = 1e5
QUICK = [Setup(samples, ridge) for samples in (50, 200) for ridge in (0.01, 1.0, LARGE)]
TIERS = {
    "quick": Tier(QUICK, replicates=16),
    "standard": Tier(
        QUICK + [Setup(800, ridge) for ridge in (0.01, 1.0, LARGE)] + [Setup(200, 1.0, reach) for reach in (0.2, 1.0)],
        replicates=16,
        note="the source's own kernels are those of transformers and convolutions: not encoded",
    ),
}

AXES = {"ratio": ("target",), "difference": ("target",)}


def coordinates(setup):
    return {"target": TARGETS}


@cache
def quadrature(reach=1.0):
    """Points of the sphere |x|² = 3 with |cos| < reach and their weights: exact for polynomials of degree 95."""
    heights, weights = np.polynomial.legendre.leggauss(LATITUDES)
    cosines, weights = (a.repeat(LONGITUDES) for a in (heights * reach, weights / (2 * LONGITUDES)))
    angles = np.tile(2 * np.pi * np.arange(LONGITUDES) / LONGITUDES, LATITUDES)
    across = np.sqrt(1 - cosines**2)
    return np.stack([cosines, across * np.cos(angles), across * np.sin(angles)], axis=1) * DIMENSION**0.5, weights


def feature(inputs):
    return harmonic(DEGREE, DIMENSION, inputs[:, 0] / DIMENSION**0.5)


def predict(setup, ridge=None):
    inputs, weights = quadrature(setup.reach)
    weighted = weights * feature(inputs)
    # The same feature's strength under the training measure: its Rayleigh quotient there.
    training = weighted @ KERNEL(inputs, inputs) @ weighted / (weighted @ feature(inputs))
    limit = (ridge or setup.ridge) / setup.ridge
    return {
        "limit": limit,
        "limit_training_measure": limit * training / EIGENVALUE,
        "trace": setup.samples * float(KERNEL.of_cosine(np.ones(1))[0]) / setup.ridge,
    }


def measure(setup, key, *, gpr):
    return _measure(setup, key, gpr, np.ones(DIMENSION))


def _measure(setup, key, gpr, stretch):
    where, signs = jax.random.split(key)
    inputs = np.asarray(on_band(where, setup.samples, DIMENSION, setup.reach))
    values = feature(inputs)
    targets = np.stack([values, np.asarray(jax.random.rademacher(signs, (setup.samples,), dtype=float))], axis=1)
    points, weights = quadrature()
    gram = KERNEL(inputs * stretch, inputs * stretch)
    # The overlap is a sum of the predictor over the points of the sphere; the eigenvalue enters by the formula only.
    overlap = (weights * feature(points)) @ KERNEL(points * stretch, inputs * stretch)
    functionals = np.stack([overlap, EIGENVALUE * values])
    learned, formula = gpr.predictions(gram, setup.ridge, targets, functionals, [setup.samples])[0]
    norms = np.sqrt(np.mean(values**2) * np.mean(targets**2, axis=0))
    bound = EIGENVALUE * setup.samples / setup.ridge * norms
    strength = EIGENVALUE * setup.samples * np.mean(values**2)
    return {
        "ratio": np.abs(learned) / bound,
        "difference": (learned - formula) / bound,
        "over_own_strength": learned[0] / bound[0] * (1 + strength / setup.ridge),
    }


def measure_stretched(setup, key, *, gpr):
    """A kernel that sees the axis three times as long: φ_t is no eigenfunction of it under q."""
    return _measure(setup, key, gpr, np.array([3.0, 1.0, 1.0]))


def predict_half_ridge(setup):
    return predict(setup, ridge=setup.ridge / 2)


def rounding(table):
    """Of a sum over the sphere with terms K(1)/λ_t times its value, amplified by the condition number 1 + tr K/κ."""
    terms = LATITUDES * LONGITUDES * float(KERNEL.of_cosine(np.ones(1))[0]) / EIGENVALUE
    return np.repeat(np.finfo(np.float64).eps * terms * (1 + each("trace")(table).values[0]), len(TARGETS))


ALIGNED = {"target": "harmonic"}
CHECKS = (
    AtMost("bound", each("ratio"), 1.0, statement=True),
    AtMost("bound-with-own-strength", each("over_own_strength"), 1.0, where={"ridge": (0.01, 1.0)}),
    Check(
        "overlap-formula",
        each("difference"),
        0.0,
        exact=True,
        budget={"rounding": rounding},
    ),
    Check(
        "tight-at-large-ridge",
        each("ratio", at=ALIGNED),
        each("limit"),
        where={"ridge": LARGE},
        budget={"the kernel beside the ridge, tr K/κ": each("trace")},
        rivals=(Rival("eigenvalue-of-training-measure", each("limit_training_measure")),),
    ),
)

CONTROLS = (
    Control(
        "kernel-stretched-along-the-axis",
        contradicts="bound",
        measure=measure_stretched,
        where={"ridge": 1.0},
        why="the bound holds for eigenfunctions of the kernel under q only",
    ),
    Control("ridge-halved", contradicts="tight-at-large-ridge", predict=predict_half_ridge),
)
