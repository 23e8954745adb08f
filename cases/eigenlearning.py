"""Eigenlearning: at large noise mode k learns λ_k/(λ_k + T/P), and the learnabilities of all modes are conserved."""

from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.data import binary_task
from fieldbench.data.synthetic import on_sphere
from fieldbench.evidence import Check, Claim, Control, Points, Rival, Source, Tier
from fieldbench.evidence.observables import each
from fieldbench.regression.modes import learned_modes, posterior_variances, rotation_averaged_learnability
from fieldbench.theory.curves import (
    finite_size,
    gaussian_error_correction,
    gaussian_learnability_correction,
    learning_curves,
)
from fieldbench.theory.kernels import Kernel, empirical, sphere

CLAIM = Claim(
    id="eigenlearning",
    revision=1,
    title="At large noise mode k learns λ_k/(λ_k + T/P), and learnability is conserved",
    statement=(
        "At large T each eigenmode of the kernel is learned by itself, to the fraction λ_k/(λ_k + T/P), with the "
        "posterior variance (λ_kT/P)/(λ_k + T/P); between data sets its coefficient varies by L_k²·MSE/P, which is "
        "another thing; on any data set the learnabilities add up to Tr K(K + T)⁻¹."
    ),
    latex=r"\langle L_k\rangle\simeq\frac{\lambda_k}{\lambda_k+T/P},\qquad\sum_kL_k=\mathrm{Tr}\,K(K+T)^{-1}",
    sources=(
        Source(arxiv="1906.05301", where="equivalent kernel: mean and variance of each mode"),
        Source(arxiv="2110.03922", where="conservation of learnability; covariance of the learned coefficients"),
        Source(arxiv="2502.18553", where="Gaussian-process learning at large noise"),
    ),
    regime="one-loop shift of the ridge, Σ λ_k/(Pλ_k + T), small; P ≫ 1",
    chosen={
        "spectrum": "not stated by the source; 64 independent Gaussian features, λ_k = k^{−3/2}",
        "sphere": "not stated by the source; erf NNGP, |x|² = d = 8, averaged over rotations of the target",
        "images": "not stated by the source; erf NNGP; modes of the kernel over M images, P of them drawn",
        "label noise": "not stated by the source; variance 1 for the variance between data sets, none elsewhere",
        "targets": "y_k = ±1 for k ≤ 16 with 32 choices of the signs",
        "finite P": "effective ridge plus its first correction in 1/P (theory/finite_size_error.py, finite_size.py)",
        "resolution": (
            "one part in P of each L_k(1 − L_k): the order at which the claim stops; the computed correction alone is "
            "no bound, since its two terms may cancel"
        ),
    },
    bibtex=("Cohen2021", "Simon2023", "Ringel2025"),
)

KERNEL = Kernel("erf")
WATCHED, TAUGHT, TARGETS, NOISE = (0, 1, 3, 7), 16, 32, 1.0
HIGH, LOW = 100.0, 1.0


@dataclass(frozen=True)
class Setup:
    """One measure of data; a replicate averages over `draws` data sets. `size`: features, d, or M images."""

    family: str
    size: int
    samples: int
    draws: int
    ridges: tuple[float, ...]

    @property
    def datasets(self):
        return () if self.family in ("gaussian", "sphere") else (self.family,)


GAUSSIAN = Setup("gaussian", 64, 50, 400, (LOW, 10.0, HIGH))
SPHERE = Setup("sphere", 8, 100, 16, (0.1, 1.0, 10.0))
TIERS = {
    "quick": Tier([GAUSSIAN, SPHERE, Setup("digits", 600, 150, 1, (0.01,))], replicates=16),
    "standard": Tier(
        [
            GAUSSIAN,
            SPHERE,
            Setup("gaussian", 64, 100, 1600, (2 * LOW, 20.0, 2 * HIGH)),
            Setup("sphere", 16, 400, 32, (0.1, 1.0, 10.0)),
            Setup("digits", 1782, 400, 1, (0.01,)),
            Setup("mnist", 2000, 500, 1, (0.01,)),
            Setup("cifar10-first-batch", 2000, 500, 1, (0.01,)),
        ],
        replicates=16,
        note="needs MNIST and CIFAR-10",
    ),
}
MODES = ("ridge", "mode")
AXES = {
    **dict.fromkeys(("learned", "equivalent_kernel", "effective", "not_over_p"), MODES),
    **dict.fromkeys(("one_loop", "second_loop", "next_order", "one_in_p"), MODES),
    **dict.fromkeys(("between", "between_orders", "between_own", "between_one_in_p", "between_posterior"), MODES),
    **dict.fromkeys(("posterior", "posterior_between"), ("mode",)),
    **dict.fromkeys(("posterior_one_loop", "posterior_second_loop", "posterior_one_in_p"), ("mode",)),
}
ONLY = {family: {"family": family} for family in ("gaussian", "sphere")}
MODEL = {"family": ("gaussian", "sphere")}
IMAGES = {"family": ("digits", "mnist", "cifar10-first-batch")}


def coordinates(setup):
    return {"ridge": np.arange(len(setup.ridges)), "mode": np.array({"sphere": (1, 3)}.get(setup.family, WATCHED))}


def spectrum(setup):
    return sphere.spectrum(KERNEL, setup.size) if setup.family == "sphere" else power_law(setup)


def power_law(setup):
    return np.arange(1.0, setup.size + 1) ** -1.5


def predict(setup):
    if setup.family not in MODEL["family"]:
        return predict_rounding(setup)
    modes = coordinates(setup)["mode"]
    rows = [predict_at(setup, ridge) for ridge in setup.ridges]
    stacked = {name: np.stack([row[name] for row in rows])[:, modes] for name in rows[0]}
    if setup.family == "sphere":
        return stacked
    return stacked | predict_posterior(setup, rows[-1])


def predict_at(setup, ridge):
    """All modes at one ridge: L_k of each theory, and the variance between data sets."""
    levels, size = spectrum(setup), setup.samples
    bare = learning_curves.equivalent_kernel(levels, size, ridge)
    curve = learning_curves.effective_ridge(levels, size, ridge)
    loop = learning_curves.one_loop(levels, size, ridge).effective_ridge[0] / ridge - 1.0
    on_a_sphere = setup.family == "sphere"
    shift = (
        finite_size.learnability_correction(curve, setup.size)
        if on_a_sphere
        else gaussian_learnability_correction(curve)
    )[0]
    learned, ek = curve.learnability[0] + shift, bare.learnability[0]
    found = {
        "learned": learned,
        "equivalent_kernel": ek,
        "effective": learned,
        "next_order": np.abs(shift),
        "one_in_p": ek * (1.0 - ek) / size,
        # One loop adds Σ λ/(Pλ + κ) to each κ; what follows is of second order in it.
        "one_loop": ek * (1.0 - ek) * loop,
        "second_loop": ek * (1.0 - ek) * loop**2,
        "not_over_p": bare.spectrum.eigenvalues / (bare.spectrum.eigenvalues + ridge),
    }
    if on_a_sphere:
        return found
    power = np.where(np.arange(setup.size) < TAUGHT, 1.0, 0.0)
    error = learning_curves.effective_ridge(levels, size, ridge, target=power, noise=NOISE).test_error[0]
    # To the correction in 1/P label noise is power in a mode that the kernel lacks.
    change = gaussian_error_correction(np.append(levels, 0.0), size, ridge, np.append(power, NOISE))[0]
    own = (1.0 - learned) ** 2 * power  # ⟨φ_k²r²⟩ − ⟨r²⟩ of a Gaussian mode: twice this, less the squared mean
    return found | {
        "between": learned**2 * (error + change) / size,
        "between_orders": 2.0 * np.abs(shift) / learned + np.abs(change) / error,
        "between_own": own / error,
        "between_one_in_p": np.full(setup.size, 3.0 / size),
        "between_posterior": levels * (1.0 - learned),
    }


def predict_posterior(setup, row):
    """Posterior variance at the largest ridge, over the prior's: 1 − λ_k/(λ_k + T/P)."""
    modes = list(WATCHED)
    kept = 1.0 - row["equivalent_kernel"][modes]
    return {
        "posterior": kept,
        **{"posterior_" + part: row[part][modes] for part in ("one_loop", "second_loop", "one_in_p")},
        "posterior_between": (row["between"] / power_law(setup))[modes],
    }


def predict_rounding(setup):
    """Conservation holds to the rounding of M sums of P terms with the condition of K + T, at most Tr K/T."""
    trace = setup.samples * float(KERNEL.of_cosine(np.ones(1))[0])
    return {"conserved": 0.0, "rounding": 10.0 * setup.size * np.finfo(float).eps * (1.0 + trace / setup.ridges[0])}


def measure(setup, key, *, gpr):
    return MEASURE.get(setup.family, measure_images)(setup, key, gpr)


def measure_features(setup, key, gpr, shuffled=False, factor=1.0):
    """Gaussian features: single modes, predictors of mixed targets over the data sets, and the posterior."""
    points, signs, noise = jax.random.split(key, 3)
    levels = jnp.asarray(power_law(setup))
    features = jax.random.normal(points, (setup.draws, setup.samples, setup.size))
    taught = jax.random.rademacher(signs, (TAUGHT, TARGETS), dtype=features.dtype)
    labels = jnp.einsum("dpk,kt->dpt", features[:, :, :TAUGHT], taught)
    labels = labels + NOISE**0.5 * jax.random.normal(noise, labels.shape)
    ridges = factor * jnp.asarray(setup.ridges)
    learned, coefficients = learned_modes(features, levels, labels, ridges, WATCHED)
    if shuffled:
        learned, coefficients = learned_modes(features, levels, jnp.roll(features, 1, axis=1), ridges, WATCHED)
        learned = jnp.stack([coefficients[:, :, i, mode] for i, mode in enumerate(WATCHED)], axis=2)
    left = posterior_variances(features, levels, setup.ridges[-1])[:, jnp.array(WATCHED)]
    return {
        "learned": jnp.mean(learned, axis=0),
        "between": jnp.mean(jnp.var(coefficients, axis=0, ddof=1), axis=-1),
        "posterior": jnp.mean(left, axis=0) / levels[jnp.array(WATCHED)],
    }


def measure_sphere(setup, key, gpr, factor=1.0):
    degrees, rows = coordinates(setup)["mode"], []
    eigenvalues = sphere.eigenvalues(KERNEL, setup.size, degrees[-1] + 1)
    for draw in jax.random.split(key, setup.draws):
        inputs = np.asarray(on_sphere(draw, setup.samples, setup.size))
        cosines = inputs @ inputs.T / setup.size
        gram = KERNEL.of_cosine(cosines)
        rows.append(
            [
                [
                    rotation_averaged_learnability(
                        gpr, gram, cosines, factor * ridge, [setup.samples],
                        degree=degree, dimension=setup.size, eigenvalue=eigenvalues[degree],
                    )[0]
                    for degree in degrees
                ]
                for ridge in setup.ridges
            ]
        )  # fmt: skip
    return {"learned": np.mean(rows, axis=0)}


@cache
def images(setup):
    task = "animals/vehicles" if setup.family.startswith("cifar10") else "odd/even"
    inputs = binary_task(setup.family, task, setup.size, balanced=False).inputs
    gram = empirical.gram_matrix(KERNEL, inputs)
    return gram, empirical.principal_components(gram)


def measure_images(setup, key, gpr, modes=None):
    """Σ_k L_k, mode by mode, minus Tr K(K + T)⁻¹ from the eigenvalues of the training points' own kernel matrix."""
    gram, population = images(setup)
    rows = np.asarray(jax.random.permutation(key, setup.size))[: setup.samples]
    features, ridge = population.functions[rows, :modes], setup.ridges[0]
    functional = (features * population.eigenvalues[:modes]).T
    trained = gram[np.ix_(rows, rows)]
    learned = np.diagonal(gpr.predictions(trained, ridge, features, functional, [setup.samples])[0])
    levels = np.linalg.eigvalsh(trained)
    return {"conserved": np.sum(learned) - np.sum(levels / (levels + ridge))}


MEASURE = {"gaussian": measure_features, "sphere": measure_sphere}


def measure_shuffled(setup, key):
    """Each mode's labels belong to other inputs."""
    return measure_features(setup, key, None, shuffled=True)


def measure_with_doubled_ridge(setup, key, *, gpr):
    return MEASURE[setup.family](setup, key, gpr, factor=2.0)


def measure_without_last_modes(setup, key, *, gpr):
    """A tenth of the modes forgotten: those that learn least."""
    return measure_images(setup, key, gpr, modes=setup.size - setup.size // 10)


def at_largest_ridge(name):
    """The array `name` at each setup's largest ridge."""

    def observe(table):
        parts = [each(name, at={"ridge": len(row.setup.ridges) - 1})(type(table)((row,))) for row in table]
        labels = [
            f"{s.family}, P={s.samples}, {p}" for s, part in zip(table.setups, parts, strict=True) for p in part.labels
        ]
        return Points(np.concatenate([part.values for part in parts], axis=1), tuple(labels))

    return observe


LOOPS = {"one loop": "one_loop", "its square": "second_loop", "one in P": "one_in_p"}
CHECKS = (
    Check(
        "learnability-at-large-noise",
        at_largest_ridge("learned"),
        expected=at_largest_ridge("equivalent_kernel"),
        budget={part: at_largest_ridge(name) for part, name in LOOPS.items()},
        rivals=(Rival("noise-not-divided-by-samples", at_largest_ridge("not_over_p")),),
        where=MODEL,
        statement=True,
    ),
    Check(
        "learnability-at-any-noise",
        each("learned"),
        expected=each("effective"),
        budget={"orders beyond the computed correction": each("next_order"), "one in P": each("one_in_p")},
        rivals=(Rival("equivalent-kernel", each("equivalent_kernel")),),
        where=MODEL,
    ),
    Check(
        "posterior-variance",
        each("posterior"),
        budget={part: each("posterior_" + name) for part, name in LOOPS.items()},
        rivals=(Rival("variance-between-data-sets", each("posterior_between")),),
        where=ONLY["gaussian"],
    ),
    Check(
        "variance-between-data-sets",
        each("between"),
        scale="log",
        budget={
            "orders beyond the computed correction": each("between_orders"),
            "the mode's own residual, ⟨φ⁴⟩ of a Gaussian": each("between_own"),
            "one in P for each of L, L and MSE": each("between_one_in_p"),
        },
        rivals=(Rival("posterior-variance", each("between_posterior")),),
        where=ONLY["gaussian"],
    ),
    Check(
        "conservation",
        each("conserved"),
        budget={"rounding": each("rounding")},
        where=IMAGES,
    ),
)
CONTROLS = (
    Control(
        "labels-shuffled", contradicts="learnability-at-large-noise", measure=measure_shuffled, where=ONLY["gaussian"]
    ),
    Control(
        "ridge-doubled",
        contradicts="learnability-at-any-noise",
        measure=measure_with_doubled_ridge,
        where=ONLY["sphere"],
    ),
    Control(
        "modes-forgotten", contradicts="conservation", measure=measure_without_last_modes, where={"family": "digits"}
    ),
)
