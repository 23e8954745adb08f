"""The physics that speed must not bend: exponents, learnabilities and ridges measured on fixed data, as series.

The data come from NumPy's generator and scikit-learn's digits, so that a step in a series is a step in the code.
"""

import numpy as np

RIDGE, CUBIC = 0.01, 3


class CubicStaircase:
    """Claim A1 in small: P_50 of the cubic part at d = 8 and 12 one data set each; its exponent is 2.7 in theory."""

    version = "1"
    timeout = 300

    def setup_cache(self):
        try:
            return {dimension: _p50(dimension, largest) for dimension, largest in ((8, 740), (12, 2_300))}
        except (ImportError, AttributeError, TypeError):  # an older commit
            return None

    def setup(self, found):
        if found is None:
            raise NotImplementedError("no rotation-averaged learnability at this commit")

    def track_p50(self, found):
        return found[12]

    def track_p50_exponent(self, found):
        return float(np.log(found[12] / found[8]) / np.log(12 / 8))


class EffectiveRidge:
    """Digits, P = 400 of M = 1,797: κ_eff = κ (1 − ΣL/M)/(1 − ΣL/P) with ΣL = Tr K(K + κ)⁻¹ as measured, and predicted.

    One draw: the two differ by some per cent, as they should; neither may move.
    """

    version = "1"
    timeout = 300

    def setup_cache(self):
        try:
            return _digits_ridge(samples=400)
        except (ImportError, AttributeError, TypeError):  # an older commit
            return None

    def setup(self, found):
        if found is None:
            raise NotImplementedError("no data-set spectrum at this commit")

    def track_measured(self, found):
        return found["measured"]

    def track_predicted(self, found):
        return found["predicted"]

    def track_test_error(self, found):
        return found["test_error"]


def _p50(dimension, largest):
    """P at which half of the cubic part is learned, interpolated in ln P."""
    from fieldbench.regression import NestedCholesky
    from fieldbench.regression.modes.zonal import rotation_averaged_learnability
    from fieldbench.theory.kernels import sphere
    from fieldbench.theory.kernels.dual import Kernel

    kernel = Kernel("erf")
    draw = np.random.default_rng(dimension).standard_normal((largest, dimension))
    inputs = draw * dimension**0.5 / np.linalg.norm(draw, axis=1, keepdims=True)
    cosines = inputs @ inputs.T / dimension
    sizes = np.unique(np.round(np.geomspace(largest / 16, largest, 13)).astype(int))
    learned = rotation_averaged_learnability(
        NestedCholesky(),
        kernel.of_cosine(cosines),
        cosines,
        RIDGE,
        sizes,
        degree=CUBIC,
        dimension=dimension,
        eigenvalue=sphere.eigenvalues(kernel, dimension, CUBIC + 1)[CUBIC],
    )
    return float(np.exp(np.interp(0.5, learned, np.log(sizes))))


def _digits_ridge(samples):
    from benchmarks.spectrum import digits
    from fieldbench.regression import NestedCholesky
    from fieldbench.theory.curves import learning_curves
    from fieldbench.theory.kernels import empirical
    from fieldbench.theory.kernels.dual import Kernel

    inputs, labels = digits()
    gram = empirical.gram_matrix(Kernel("erf"), inputs)
    modes = empirical.principal_components(gram)
    curve = learning_curves.effective_ridge(modes.eigenvalues, samples, RIDGE, population=len(labels))
    drawn, gpr = gram[:samples, :samples].copy(), NestedCholesky()
    learned = float(np.asarray(gpr.traces(drawn, RIDGE, drawn, [samples]))[0])
    means = gpr.predictions(drawn, RIDGE, labels[:samples, None], gram[samples:, :samples].copy(), [samples])
    return {
        "measured": RIDGE * (1 - learned / len(labels)) / (1 - learned / samples),
        "predicted": float(curve.effective_ridge[0]),
        "test_error": float(np.mean((np.asarray(means)[0, :, 0] - labels[samples:]) ** 2)),
    }
