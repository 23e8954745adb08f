"""No overfitting: the interpolation peak of a flat noisy spectrum, and the tail of small modes that takes it away."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import AtLeast, AtMost, Check, Claim, Control, Rival, Source, Tier
from fieldbench.evidence.observables import derived, each, log_slope, log_slope_margin, theory
from fieldbench.regression.modes import sign_averaged_errors
from fieldbench.theory.curves import gaussian_error_correction, learning_curves, peak_enhancement
from fieldbench.theory.kernels import Spectrum

CLAIM = Claim(
    id="no-overfitting",
    revision=1,
    title="The interpolation peak, and the tail of small eigenvalues that removes it",
    statement=(
        "At small ridge T, regression with D equal eigenvalues λ and noisy labels has an interpolation peak at P = D, "
        "with E0 = ½√(Dλ/T) for 1/D² ≪ T/Dλ ≪ 1. A tail of many small eigenvalues acts as the ridge T = Σ_{k>D} λ_k: "
        "as large as the label noise it takes the peak away, much smaller it leaves it."
    ),
    latex=r"E_0(P=D)\to\tfrac12\sqrt{D\lambda/T},\qquad T=\sum_{k>D}\lambda_k",
    sources=(
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning",
            where="slides on double descent and benign overfitting, March 2025",
        ),
        Source(arxiv="2006.13198", where="learning curves with label noise, flat spectra"),
        Source(arxiv="2405.06008", where="small eigenvalues as ridge"),
    ),
    regime="D ≫ 1; where T/λ falls below the smallest eigenvalue of a square Wishart matrix, 1/D, the hard edge adds",
    chosen={
        "spectrum": "not stated by the source; D = 50 independent Gaussian features, λ = 1/D, so that Dλ = 1",
        "target": "not stated by the source; unit power, spread evenly over the D modes; averaged over signs and noise",
        "noise": "label variance 1/4; the test error is against noisy labels",
        "tail": "λ_k ∝ k^{−6/5}, 300 modes from D + 1 on, ridge 1e-6; its sum is the noise or a fortieth of it",
        "finite D": "effective ridge plus its first correction in 1/P (theory/finite_size_error.py)",
        "hard edge": "mean over the microscopic density of a square Wishart matrix, derived here (theory/hard_edge.py)",
        "resolution": "one part in P of the error: the order at which the effective ridge stops",
    },
    bibtex=("Ringel2025", "Canatar2021", "Howard2024"),
)

MODES, TAIL, NOISE, BARE = 50, 300, 0.25, 1e-6


@dataclass(frozen=True)
class Setup:
    """Flat spectrum with a ridge, or a tail of that sum in its place; a replicate averages over `draws` data sets."""

    ridge: float
    tail: bool = False
    noise: float = NOISE
    draws: int = 64
    samples: tuple[int, ...] = (25, 50, 75)
    scaled: tuple[float, ...] = ()  # Dκ/λ at which the height of the peak is looked at, D = P = samples[0]


FLAT = tuple(Setup(ridge) for ridge in (0.1, 0.03, 0.01))
TAILED = (Setup(NOISE, tail=True), Setup(NOISE / 40, tail=True))
LONG = (12, 25, 38, 50, 62, 100, 200)
NOISELESS = Setup(1e-9, noise=0.0, samples=(10, 25, 40))
HEIGHTS = Setup(0.0, noise=1.0, draws=1000, samples=(16,), scaled=(0.01, 0.1, 1.0, 10.0))
TIERS = {
    "quick": Tier([*FLAT, *TAILED, NOISELESS, HEIGHTS], replicates=12),
    "standard": Tier(
        [
            *FLAT,
            *TAILED,
            NOISELESS,
            HEIGHTS,
            # One in D of the hard edge: the resolution has to grow with D.
            replace(HEIGHTS, draws=4000, samples=(32,)),
            replace(HEIGHTS, draws=2600, samples=(64,), scaled=(0.1, 1.0, 10.0)),
            *(Setup(ridge, draws=256, samples=LONG) for ridge in (0.1, 0.03, 0.01)),
            Setup(0.003, draws=1024),
            *(replace(setup, draws=256, samples=LONG[:-1]) for setup in TAILED),
        ],
        replicates=12,
    ),
}
AXES = dict.fromkeys(
    (
        "error",
        "error_no_e0",
        "next_order",
        "one_in_p",
        "tail_change",
        "tail_orders",
        "no_tail",
        "one_minus",
        "rounding",
    ),
    ("samples",),
)
AXES |= dict.fromkeys(("height", "inverse", "bulk", "height_order", "one_in_d"), ("scaled",))


def coordinates(setup):
    return {"samples": np.array(setup.samples), "scaled": np.array(setup.scaled)}


def tail_of(setup):
    levels = np.arange(MODES + 1.0, MODES + TAIL + 1) ** -1.2
    return setup.ridge * levels / levels.sum()


def spectrum(setup, tail=True):
    """λ_k of the kernel; the last, of eigenvalue zero, carries the label noise, which nothing can learn."""
    flat = np.full(MODES, 1.0 / MODES)
    return np.concatenate([flat, tail_of(setup) if tail else [], [0.0]])


def theory_error(setup, levels, ridge):
    """Test error of the effective ridge, its bracket without E0, and the relative first correction in 1/P."""
    power = np.zeros_like(levels)
    power[:MODES], power[-1] = 1.0 / MODES, setup.noise
    curve = learning_curves.effective_ridge(levels, setup.samples, ridge, target=power)
    shift = gaussian_error_correction(levels, setup.samples, ridge, power) / curve.test_error
    return curve.test_error, curve.test_error / curve.e0, shift


def predict(setup):
    if setup.scaled:
        return predict_height(setup)
    sizes = np.array(setup.samples)
    if not setup.noise:
        # The predictor projects on P of D directions, on every data set; what is left is rounding times Tr K/κ.
        return {"one_minus": 1.0 - sizes / MODES, "rounding": 10.0 * np.finfo(float).eps * sizes / setup.ridge}
    flat, bracket, shift = theory_error(setup, spectrum(setup, tail=False), setup.ridge)
    found = {
        "error": flat * (1.0 + shift),
        "error_no_e0": bracket,
        "next_order": np.abs(shift),
        "one_in_p": 1.0 / sizes,
    }
    if not setup.tail:
        return found
    full, _, full_shift = theory_error(setup, spectrum(setup), BARE)
    alone, _, _ = theory_error(setup, spectrum(setup, tail=False), BARE)
    return found | {
        "error": full * (1.0 + full_shift),
        "next_order": np.abs(full_shift),
        "tail_change": np.log(full / flat) + full_shift - shift,
        "tail_orders": np.abs(full_shift - shift) + (full_shift**2 + shift**2),
        "no_tail": np.log(alone / flat),
    }


def predict_height(setup):
    """E0 at P = D: effective ridge and its 1/P correction, and what the hard edge adds to ½√(Dλ/κ)."""
    (size,) = setup.samples
    levels, noise = np.append(np.full(size, 1.0 / size), 0.0), np.append(np.zeros(size), 1.0)
    ridges = np.array(setup.scaled) / size**2
    curves = [learning_curves.effective_ridge(levels, size, ridge, target=noise).test_error[0] for ridge in ridges]
    shifts = np.array([gaussian_error_correction(levels, size, ridge, noise)[0] for ridge in ridges])
    half_root = 0.5 / np.sqrt(ridges)
    height = curves + shifts + (peak_enhancement(setup.scaled) - 1.0) * half_root
    return {
        "height": height,
        "bulk": curves + shifts,
        "inverse": 1.0 / ridges,
        "height_order": np.abs(shifts) / height,
        "one_in_d": np.full(ridges.size, 1.0 / size),
    }


def measure_height(setup, key, factor=1.0):
    """Error made of unit label noise, averaged over the noise, from the singular values of square feature matrices."""
    (size,) = setup.samples
    levels = jnp.linalg.svd(jax.random.normal(key, (setup.draws, size, size)), compute_uv=False)[None] ** 2
    ridges = factor * jnp.array(setup.scaled)[:, None, None] / size
    return {"height": 1.0 + jnp.mean(jnp.sum(levels / (levels + ridges) ** 2, axis=-1), axis=-1)}


def measure_height_with_double_ridge(setup, key):
    return measure_height(setup, key, factor=2.0)


def measure(setup, key):
    if setup.scaled:
        return measure_height(setup, key)
    return _measure(setup, key)


def _measure(setup, key, tail_factor=1.0, noise_factor=1.0):
    """Errors on nested sizes, averaged over signs of the target and label noise; with a tail, on the same low modes."""
    points, tails = jax.random.split(key)
    flat = np.asarray(jax.random.normal(points, (setup.draws, setup.samples[-1], MODES)))
    levels = np.full(MODES, 1.0 / MODES)

    def errors(features, eigenvalues, ridge):
        """Population error on noisy labels, averaged over data sets; modes beyond D are not taught."""
        power = np.where(np.arange(eigenvalues.size) < MODES, 1.0 / MODES, 0.0)
        clean, noise = sign_averaged_errors(features, eigenvalues, power[None], [ridge], setup.samples)
        return np.mean(clean[:, 0, 0] + setup.noise * (noise_factor * noise[:, 0] + 1.0), axis=0)

    if not setup.tail:
        return {"error": errors(flat, levels, setup.ridge)}
    small = np.asarray(jax.random.normal(tails, (setup.draws, setup.samples[-1], TAIL)))
    full = np.concatenate([levels, tail_factor * tail_of(setup)])
    error = errors(np.concatenate([flat, small], axis=2), full, BARE)
    return {"error": error, "tail_change": np.log(error / errors(flat, levels, BARE + setup.ridge))}


def measure_without_noise(setup, key):
    return _measure(setup, key, noise_factor=0.0)


def measure_with_double_tail(setup, key):
    return _measure(setup, key, tail_factor=2.0)


def predict_with_tenfold_ridge(setup):
    return predict(replace(setup, ridge=10.0 * setup.ridge))


def peak():
    """ln of the error at P = D over that at P = D/2."""
    half = each("error", at={"samples": MODES // 2})
    return derived(lambda full, half: np.log(full) - np.log(half), at_peak("error"), half)


def at_peak(name):
    return each(name, at={"samples": MODES})


def height_over_limit(ridge):
    """E0(P = D)/½√(Dλ/T) of the effective ridge: 1 + O(√T)."""
    curve = learning_curves.effective_ridge(Spectrum(np.array([1.0 / MODES]), np.array([MODES])), [MODES], ridge)
    return curve.e0 / (0.5 / np.sqrt(ridge))


WITH_NOISE = {"noise": NOISE}
PLAIN = WITH_NOISE | {"tail": False}
TAILS = {"tail": True}
ORDERS = {"orders beyond the computed correction": each("next_order"), "resolution, one in P": each("one_in_p")}
PEAK_MARGIN = derived(np.add, at_peak("next_order"), at_peak("one_in_p"))
CHECKS = (
    AtLeast("flat-spectrum-has-a-peak", peak(), 0.0, where=PLAIN | {"ridge": 0.01}, statement=True),
    AtLeast("small-tail-leaves-the-peak", peak(), 0.0, where=TAILS | {"ridge": NOISE / 40}),
    AtMost("tail-takes-the-peak-away", peak(), 0.0, where=TAILS | {"ridge": NOISE}, statement=True),
    Check(
        "error-curve",
        each("error"),
        scale="log",
        budget=ORDERS,
        where=WITH_NOISE,
        rivals=(Rival("bias-and-variance-without-e0", each("error_no_e0")),),
    ),
    Check(
        "height-against-ridge",
        log_slope(at_peak("error"), over="ridge"),
        budget={"of the errors, through the fit": log_slope_margin(PEAK_MARGIN, over="ridge")},
        where=PLAIN,
        rivals=(
            Rival("inverse-ridge", -1.0),
            Rival("without-e0", log_slope(at_peak("error_no_e0"), over="ridge")),
        ),
    ),
    Check(
        "height-at-the-peak",
        each("height"),
        scale="log",
        budget={
            "orders beyond the computed correction": each("height_order"),
            "resolution of the hard edge, one in D": each("one_in_d"),
        },
        where={"noise": 1.0},
        rivals=(
            Rival("effective-ridge-alone", each("bulk")),
            Rival("without-e0", 1.0),
            Rival("inverse-ridge", each("inverse"), free="offset"),
        ),
    ),
    Check(
        "limiting-height",
        theory(lambda: height_over_limit(1e-12)),
        expected=1.0,
        exact=True,
        # E0 = (1 + z)²/(z(2 + z)) with z²/(1 + z) = T/Dλ: relative corrections of order z = 1e-6.
        budget={"order √T": 2e-6},
    ),
    Check(
        "tail-acts-as-its-sum",
        each("tail_change"),
        budget={"next order": each("tail_orders"), "resolution, one in P": each("one_in_p")},
        where=TAILS,
        rivals=(Rival("tail-ignored", each("no_tail")),),
    ),
    Check(
        "no-peak-without-noise",
        each("error"),
        expected=each("one_minus"),
        budget={"rounding": each("rounding")},
        where={"noise": 0.0},
    ),
)
CONTROLS = (
    Control("ridge-doubled-at-peak", contradicts="height-at-the-peak", measure=measure_height_with_double_ridge,
            where={"noise": 1.0, "samples": ((16,),)}),
    Control("noise-left-out", contradicts="flat-spectrum-has-a-peak", measure=measure_without_noise,
            where=PLAIN | {"ridge": 0.01, "draws": 64}),
    Control("tail-doubled", contradicts="tail-acts-as-its-sum", measure=measure_with_double_tail,
            where=TAILS | {"ridge": NOISE, "draws": 64}),
    Control("ridge-tenfold", contradicts="error-curve", predict=predict_with_tenfold_ridge, where=PLAIN),
)  # fmt: skip
