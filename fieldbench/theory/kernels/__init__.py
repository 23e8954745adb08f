"""Kernels of infinitely wide networks, and their spectra on the sphere and on a data set."""

from fieldbench.theory.kernels import sphere as sphere
from fieldbench.theory.kernels.dual import Kernel as Kernel
from fieldbench.theory.kernels.empirical import EmpiricalSpectrum as EmpiricalSpectrum
from fieldbench.theory.kernels.empirical import gram_matrix as gram_matrix
from fieldbench.theory.kernels.empirical import principal_components as principal_components
from fieldbench.theory.kernels.spectrum import PowerLawTail as PowerLawTail
from fieldbench.theory.kernels.spectrum import Spectrum as Spectrum
from fieldbench.theory.kernels.spectrum import as_spectrum as as_spectrum
from fieldbench.theory.kernels.sphere_quadrature import SphereQuadrature as SphereQuadrature
