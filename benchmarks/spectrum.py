"""Spectra: of a kernel on the sphere, and of a data set; and the effective ridge that follows from each."""

import numpy as np


class Spectrum:
    """The harmonic spectrum in d dimensions, and the learning curve it gives at forty sizes."""

    version = "1"
    params = ([20, 100, 500],)
    param_names = ("dimension",)
    rounds = 1

    def setup(self, dimension):
        try:
            from fieldbench.theory.curves import learning_curves
            from fieldbench.theory.kernels import sphere
            from fieldbench.theory.kernels.dual import Kernel

            self.kernel, self.sphere, self.curves = Kernel("erf"), sphere, learning_curves
            self.spectrum = sphere.spectrum(self.kernel, dimension)
            self.sizes = np.geomspace(dimension, dimension**3, 40)
            learning_curves.effective_ridge(self.spectrum, self.sizes, 0.01)
        except (ImportError, AttributeError, TypeError) as error:  # an older commit
            raise NotImplementedError(str(error)) from error

    def time_spectrum(self, dimension):
        self.sphere.spectrum(self.kernel, dimension)

    def time_effective_ridge(self, dimension):
        self.curves.effective_ridge(self.spectrum, self.sizes, 0.01)

    def track_effective_ridge(self, dimension):
        """κ_eff at P = d³ and κ = 0.01."""
        return float(self.curves.effective_ridge(self.spectrum, dimension**3, 0.01).effective_ridge[0])

    def track_sum_rule(self, dimension):
        """Σ deg·λ_l over K(1): one, but for the tail that is cut off."""
        total = float(np.sum(self.spectrum.degeneracies * self.spectrum.eigenvalues))
        return total / float(self.kernel.of_cosine(np.ones(1))[0])


class DigitsSpectrum:
    """Diagonalisation of the kernel matrix of a thousand digits."""

    version = "1"
    rounds = 1

    def setup(self):
        try:
            from fieldbench.theory.kernels import empirical
            from fieldbench.theory.kernels.dual import Kernel

            self.empirical = empirical
            self.gram = empirical.gram_matrix(Kernel("erf"), digits()[0][:1_000])
        except (ImportError, AttributeError, TypeError) as error:  # an older commit
            raise NotImplementedError(str(error)) from error

    def time_spectrum(self):
        self.empirical.principal_components(self.gram)


def digits():
    """scikit-learn's digits in a fixed order: standardised pixels (1797, 64) in float64, and even − odd labels."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    pixels = bunch.data[order] - bunch.data.mean(axis=0)
    pixels *= np.sqrt(64 / np.mean(np.sum(pixels**2, axis=1)))
    return pixels, 1.0 - 2.0 * (bunch.target[order] % 2)
