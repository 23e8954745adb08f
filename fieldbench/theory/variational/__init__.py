"""Kernel adaptation on fixed data: two layers with weights of a free density, Gaussian ones or one scale; deep ones."""

from fieldbench.theory.variational.deep import AdaptedDeep as AdaptedDeep
from fieldbench.theory.variational.deep import adapt_deep as adapt_deep
from fieldbench.theory.variational.deep import continued as continued
from fieldbench.theory.variational.deep_neurons import Kurtosis as Kurtosis
from fieldbench.theory.variational.deep_neurons import neuron_kurtosis as neuron_kurtosis
from fieldbench.theory.variational.full_covariance import Adapted as Adapted
from fieldbench.theory.variational.full_covariance import adapt as adapt
from fieldbench.theory.variational.one_scale import OneScale as OneScale
from fieldbench.theory.variational.one_scale import rescale as rescale
from fieldbench.theory.variational.one_scale import scale_of_kernel as scale_of_kernel
from fieldbench.theory.variational.overlaps import erf_overlap as erf_overlap
from fieldbench.theory.variational.overlaps import linear_overlap as linear_overlap
from fieldbench.theory.variational.overlaps import relu_overlap as relu_overlap
from fieldbench.theory.variational.population import Averaged as Averaged
from fieldbench.theory.variational.population import adapt_population as adapt_population
from fieldbench.theory.variational.population import identity as identity
from fieldbench.theory.variational.population import relu as relu
