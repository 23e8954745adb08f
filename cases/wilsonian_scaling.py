"""A quartic term in the loss is irrelevant: its effect dies with P, as the ridge's renormalised coupling does."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from fieldbench.errors import TooFewPoints
from fieldbench.evidence import AtMost, Check, Claim, Control, Guard, Points, Rival, Source, Tier, batched
from fieldbench.evidence.observables import derived, each, log_slope, log_slope_margin, theory
from fieldbench.regression.modes.quartic_shift import quartic_shifts
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks.quartic_shift import sampled_shifts
from fieldbench.theory.curves import (
    cavity,
    gaussian_learnability_correction,
    hartree,
    learning_curves,
    posterior_hartree,
)
from fieldbench.theory.curves.scaling_laws import exponent, infinite_power_law

CLAIM = Claim(
    id="wilsonian-scaling",
    revision=1,
    title="A quartic perturbation of the loss is irrelevant at large P",
    statement=(
        "In regression with a power-law spectrum λ_k = k^{−1−α} and a large ridge κ, a quartic term u(f − y)⁴ added to "
        "the squared loss acts as 1/κ_u = (1 + 6u⟨Δ²⟩)/κ. Its effective coupling u⟨Δ²⟩ and the relative change of the "
        "error fall with P, at the exponent of the learning curve itself, α/(1+α) for P → ∞; learnabilities collapse "
        "as functions of k/P^{1/(1+α)}."
    ),
    latex=r"\delta\mathrm{MSE}/\mathrm{MSE}\propto u\langle\Delta^2\rangle\propto P^{-\alpha/(1+\alpha)}",
    sources=(
        Source(arxiv="2510.25553", where="classification of perturbations as relevant or irrelevant under the RG"),
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning",
            where="slides on Wilsonian RG with squared and quartic loss, March 2025 (preliminary)",
        ),
    ),
    regime="κ ≫ λ_1, u⟨Δ²⟩ ≪ 1, y_k² = λ_k, clean labels",
    stated={"loss": "exp{−[(f − y)² + u(f − y)⁴]/2κ}", "spectrum": "λ_k = k^{−1−α}", "ridge": "large"},
    chosen={
        "numbers": "not stated by the sources; κ = 20, u = 0.1 and 0.2, α = 1 and 2, the first 64 modes",
        "features": "independent Gaussian; y_k = ±√λ_k with random signs; exact population errors",
        "Hartree": "derived here, for the maximum and the mean of the posterior (theory/quartic_loss.py)",
        "asymptotic exponents": "tested by the theory with all modes at P = 10¹⁴, the theory by regression at P ≤ 800",
        "posterior's mean": "its thermal variance is uneven over few modes: Hartree with a ridge for each point; that "
        "need, and the budget part for loops, were found when first samples contradicted one even ridge",
    },
    bibtex=("Coppola2025", "Ringel2025"),
    preliminary=True,
)

RIDGE, COUPLINGS, MODES, BLOCK, CHAINS = 20.0, (0.1, 0.2), 64, 16, 4
STEP, FRICTION = 0.8, 1.5  # all frequencies are near one, where critical damping is 2
COLLAPSED = np.array([1, 2, 3, 4])  # at P; twice them at 4P, with α = 1


@dataclass(frozen=True)
class Setup:
    """P samples; a replicate averages over `draws` data sets, each (MAP) with `targets` sign patterns of y_k.

    `resolved`: enough data sets to see 1/P of the shift. `steps` > 0: the posterior's mean by chains.
    """

    alpha: float
    samples: int
    draws: int
    targets: int = 16
    resolved: bool = True
    steps: int = 0

    @property
    def sampled(self):
        return self.steps > 0

    @property
    def levels(self):
        return np.arange(1.0, MODES + 1.0) ** (-1.0 - self.alpha)


def _chains(alpha, samples, sets):
    return Setup(alpha, samples, sets, steps=240)


# Where P is small 1/P is large against the scatter of a data set, and data sets are cheap.
QUICK = [
    *(Setup(alpha, size, 48) for alpha in (1.0, 2.0) for size in (25, 100)),
    _chains(1.0, 50, 12),
    _chains(1.0, 100, 12),
    _chains(2.0, 100, 12),
]
TIERS = {
    "quick": Tier(QUICK, BLOCK),
    "standard": Tier(
        [
            *QUICK,
            *(Setup(alpha, 50, 48) for alpha in (1.0, 2.0)),
            # The collapse at α = 1 is told to one in P: the more sets, the larger P.
            *(Setup(alpha, 200, sets, targets=64, resolved=alpha == 1.0) for alpha, sets in ((1.0, 160), (2.0, 64))),
            *(Setup(alpha, 400, 64, targets=64, resolved=alpha == 1.0) for alpha in (1.0, 2.0)),
            *(Setup(alpha, 800, sets, targets=64, resolved=False) for alpha, sets in ((1.0, 96), (2.0, 32))),
            _chains(1.0, 200, 48),
            _chains(2.0, 200, 48),
        ],
        BLOCK,
        note="the sources state no sizes, so there is no larger tier",
    ),
}
_MAP = ("shift", "shift_first", "gap", "coupling", "curve", "cavity_gap", "one_in_p", "finite", "flipped")
AXES = {
    **dict.fromkeys((*_MAP, "gap_two", "train_finite", "curve_finite", "loops"), ("u",)),
    **dict.fromkeys(("even", "even_gap", "train_alone"), ("u",)),
    "learned": ("u", "k"),
    "learned_order": ("u", "k"),
}


def coordinates(setup):
    return {"u": COUPLINGS, "k": np.arange(1, MODES + 1)}


def predict(setup):
    return _predict_mean(setup) if setup.sampled else _predict_map(setup)


def predict_flipped(setup):
    """The sign of u reversed: the shift is as large, and raises the error."""
    right = predict(setup)
    return right | {"gap": -2.0 * right["shift"], "shift": -right["shift"]}


def _predict_map(setup):
    found = [_predict_one(setup, u) for u in COUPLINGS]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def _predict_one(setup, u):
    size, levels = setup.samples, setup.levels
    request = (levels, size, RIDGE)
    plain, plain_finite = (hartree(*request, 0.0, levels, finite=finite) for finite in (False, True))
    first, finite, two = (
        hartree(*request, u, levels, **options) for options in ({}, {"finite": True}, {"coefficient": 2.0})
    )
    # The fourth moment of P residuals about their own mean square is 3P/(P + 2) of it.
    own = hartree(*request, u, levels, coefficient=6.0 * size / (size + 2.0))
    whole = cavity(*request, u, levels)
    relative = [float(curve.error[0] / plain.error[0] - 1.0) for curve in (first, whole, two, own)]
    corrected = float(finite.error[0] / plain_finite.error[0] - 1.0)
    curve = learning_curves.effective_ridge(levels, size, RIDGE / (1.0 + 6.0 * u * float(whole.mean_square[0])))
    learned = size * levels / (size * levels + whole.effective_ridge[0])
    correction = gaussian_learnability_correction(curve)[0]
    return {
        "shift": relative[1] + corrected - relative[0],
        "gap": relative[1] - relative[0] + relative[3] - relative[0],
        "gap_two": relative[2] - relative[0],
        "cavity_gap": abs(relative[1] - relative[0]),
        "one_in_p": 2.0 / size * abs(relative[0]),
        "finite": abs(corrected - relative[0]),
        "coupling": u * float(whole.mean_square[0]),
        "train_finite": abs(float(finite.mean_square[0] / first.mean_square[0]) - 1.0) + 2.0 / size * abs(relative[0]),
        "curve": float(whole.error[0] * finite.error[0] / first.error[0]),
        "curve_finite": abs(float(finite.error[0] / first.error[0]) - 1.0) + 2.0 / size * abs(relative[0]),
        "learned": learned + correction,
        "learned_order": np.abs(correction),
    }


def _predict_mean(setup):
    request = (setup.levels, setup.samples, RIDGE)
    plain = hartree(*request, 0.0, setup.levels).error[0]
    found = []
    for u in COUPLINGS:
        even, whole = (scheme(*request, u, setup.levels, thermal=True).error[0] for scheme in (hartree, cavity))
        modes = posterior_hartree(*request, u, setup.levels).error[0]
        alone = hartree(*request, u, setup.levels).error[0]
        shift = abs(modes / plain - 1.0)
        found.append(
            {
                "shift": modes / plain - 1.0,
                "gap": 0.0,
                "even_gap": (even - modes) / plain,
                "train_alone": (alone - modes) / plain,
                "cavity_gap": abs(whole - even) / plain,
                "one_in_p": 2.0 / setup.samples * shift,
                # Diagrams beyond Hartree and beyond the cavity: second order in u, times the share of single modes.
                "loops": shift * abs(even - modes) / plain,
            }
        )
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def _relative(found):
    shift, gap = found["error"] / found["plain"] - 1.0, (found["error"] - found["hartree"]) / found["plain"]
    return {"shift": shift, "gap": gap}


@batched(BLOCK)
def measure(setup, keys, *, sampler):
    if setup.sampled:
        return _measure_mean(
            setup, keys, sampler if not isinstance(sampler, Underdamped) else Underdamped(STEP, FRICTION)
        )
    return _measure_map(setup, keys)


@batched(BLOCK)
def measure_cubic(setup, keys):
    """|f − y|³ in place of (f − y)⁴."""
    return _measure_map(setup, keys, degree=3)


@batched(BLOCK)
def measure_without_root_two(setup, keys):
    """Noise of variance T dt in place of 2T dt: half the temperature."""
    return _measure_mean(setup, keys, Underdamped(STEP, FRICTION, temperature=0.5))


def _measure_map(setup, keys, degree=4):
    sizes = {"samples": setup.samples, "draws": setup.draws, "targets": setup.targets}
    raw = quartic_shifts(keys, jnp.asarray(setup.levels), RIDGE, couplings=COUPLINGS, degree=degree, **sizes)
    found = {name: np.asarray(values) for name, values in raw.items()}
    return _relative(found) | {name: found[name] for name in ("curve", "coupling", "learned", "residual")}


def _measure_mean(setup, keys, sampler):
    request = {"samples": setup.samples, "sets": setup.draws, "chains": CHAINS, "steps": setup.steps}
    runs = [sampled_shifts(sampler, keys, jnp.asarray(setup.levels), RIDGE, u, **request) for u in COUPLINGS]
    found = {name: np.stack([run[name] for run in runs], axis=1) for name in runs[0]}
    return _relative(found) | {
        "even": (found["error"] - found["even"]) / found["plain"],
        "rhat": found["rhat"],
        "ess": found["ess"],
    }


def at(name, u):
    return each(name, at={"u": u})


def decay(name, u, sign=1.0):
    return log_slope(derived(lambda values: sign * values, at(name, u)), over="samples")


def through_fit(*parts):
    """What relative errors at each P do to a fitted exponent."""
    return log_slope_margin(derived(lambda *values: sum(values), *parts), over="samples")


def over_shift(name, u):
    return derived(lambda part, shift: part / np.abs(shift), at(name, u), at("shift", u))


def collapse(scaled=lambda k: 2 * k):
    """L at mode 2k of 4P samples less that at mode k of P, for the smaller u; on theory, where L would move to."""

    def observe(table):
        rows = sorted(table, key=lambda row: row.setup.samples)
        pairs = [(a, b) for a in rows for b in rows if b.setup.samples == 4 * a.setup.samples]
        if not pairs:
            raise TooFewPoints("a collapse needs two sizes, one four times the other")
        columns = [b["learned"][:, 0, scaled(COLLAPSED) - 1] - a["learned"][:, 0, COLLAPSED - 1] for a, b in pairs]
        labels = [f"P={a.setup.samples} → {b.setup.samples}, k={k}" for a, b in pairs for k in COLLAPSED]
        return Points(np.concatenate(columns, axis=1), tuple(labels))

    return observe


def unscaled(table):
    """Were L a function of k alone."""
    rows = [row for row in table if any(4 * row.setup.samples == other.setup.samples for other in table)]
    return np.concatenate(
        [row["learned"][0, 0, 2 * COLLAPSED - 1] - row["learned"][0, 0, COLLAPSED - 1] for row in rows]
    )


def one_sample(table):
    """What one more sample may change: 1/P of the smaller set."""
    samples = [setup.samples for setup in table.setups]
    return np.repeat([1.0 / size for size in sorted(samples) if 4 * size in samples], COLLAPSED.size)


ENORMOUS = 1e14


def limiting_exponents(enormous=ENORMOUS):
    """Of the error and of the shift under both Hartree theories with all modes, plus α/(1+α)."""
    found = []
    for alpha in (1.0, 2.0):
        spectrum, power = infinite_power_law(alpha, alpha)
        sizes = enormous * np.array([1.0, 2.0])
        plain = hartree(spectrum, sizes, RIDGE, 0.0, power).error
        for thermal in (False, True):
            slopes = [np.log2(plain[1] / plain[0])]
            # The shift itself would be lost in rounding: the coupling 6u⟨Δ²⟩ that makes it is not.
            square = hartree(spectrum, sizes, RIDGE, COUPLINGS[0], power, thermal=thermal).mean_square
            slopes.append(np.log2(square[1] / square[0]))
            found += [slope + exponent(alpha, alpha, ridgeless=False) for slope in slopes]
    return np.array(found)


def approach(table):
    """Corrections are powers of the coupling, P^{−α/(1+α)}, and of 1/k*, P^{−1/(1+α)}.

    What is left of a power s doubles at P/2^{1/s}: the change bounds it for the slowest power, and for all faster ones.
    """
    found = limiting_exponents()
    nearer = np.concatenate([limiting_exponents(ENORMOUS / 4.0)[:4], limiting_exponents(ENORMOUS / 8.0)[4:]])
    return np.abs(found - nearer) * 1.1  # a tenth for the next power, far below at P = 10¹⁴


SOLVED, MIXED = ("solved",), ("mixed", "effective-draws")


def _decays(alpha, u):
    where, name = {"alpha": alpha, "sampled": False}, f"alpha-{alpha:.0f}-u-{u:.1f}".replace(".", "")
    shift = through_fit(over_shift("one_in_p", u), over_shift("finite", u))
    return (
        Check(
            f"shift-decays-{name}",
            decay("shift", u, -1.0),
            where=where,
            budget={"1/P: fourth moment of P residuals, and the computed correction of the curve": shift},
            guards=SOLVED,
            rivals=(Rival("marginal", 0.0), Rival("exponent-alpha", -alpha)),
            statement=alpha == 1.0 and u == COUPLINGS[0],
        ),
        Check(
            f"asymptotic-freedom-{name}",
            decay("coupling", u),
            where=where,
            budget={"1/P, through the fit": through_fit(at("train_finite", u))},
            guards=SOLVED,
            rivals=(Rival("constant-coupling", 0.0),),
        ),
        Check(
            f"learning-curve-{name}",
            decay("curve", u),
            where=where,
            budget={"1/P, through the fit": through_fit(at("curve_finite", u))},
            guards=SOLVED,
            rivals=(Rival("ridgeless", -alpha),),
        ),
    )


CHECKS = (
    *(check for alpha in (1.0, 2.0) for u in COUPLINGS for check in _decays(alpha, u)),
    Check(
        "hartree",
        each("gap"),
        where={"resolved": True, "sampled": False},
        # Expected is what cavity and fourth moment add to Hartree; what lies beyond is no larger than the latter.
        budget={"beyond the computed 1/P": each("one_in_p"), "1/P of the learning curve": each("finite")},
        guards=SOLVED,
        rivals=(Rival("coefficient-two", each("gap_two")),),
    ),
    Check(
        "hartree-of-posterior-mean",
        each("gap"),
        where={"sampled": True},
        budget={
            "next order in u: cavity": each("cavity_gap"),
            "1/P: fourth moment of P residuals": each("one_in_p"),
            "loops: second order in u, a share of single modes": each("loops"),
        },
        guards=MIXED,
        rivals=(Rival("one-even-ridge", each("even_gap")), Rival("train-error-alone", each("train_alone"))),
    ),
    *(
        AtMost(
            f"posterior-shift-falls-u-{u:.1f}".replace(".", ""),
            decay("shift", u, -1.0),
            0.0,
            where={"sampled": True, "alpha": 1.0},
            guards=MIXED,
            rivals=(Rival("marginal", 0.0),),
        )
        for u in COUPLINGS
    ),
    Check(
        "scaling-collapse",
        collapse(),
        where={"alpha": 1.0, "sampled": False},
        budget={"one sample": one_sample},
        guards=SOLVED,
        rivals=(Rival("no-flow", unscaled),),
    ),
    Check(
        "limiting-exponents",
        theory(limiting_exponents),
        expected=0.0,
        exact=True,
        budget={"powers of the coupling": approach, "rounding": 1e-8},
    ),
)

GUARDS = (
    Guard("solved", "residual", at_most=1e-10, where={"sampled": False}),
    Guard("mixed", "rhat", at_most=1.1, where={"sampled": True}),
    Guard("effective-draws", "ess", at_least=30, where={"sampled": True}),
)
CONTROLS = (
    Control("sign-of-u-flipped", contradicts="hartree", predict=predict_flipped),
    Control(
        "cubic-in-place-of-quartic",
        contradicts="hartree",
        measure=measure_cubic,
        where={"alpha": 1.0, "samples": 25, "sampled": False},
    ),
    Control(
        "noise-without-root-two",
        contradicts="hartree-of-posterior-mean",
        measure=measure_without_root_two,
        where={"alpha": 1.0, "samples": 100, "sampled": True},
    ),
)
