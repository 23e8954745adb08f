"""Finite two-layer networks: the linear convolutional network, exact posteriors, corrections in 1/N, free fields."""

from fieldbench.theory.networks.finite_width import FiniteWidth as FiniteWidth
from fieldbench.theory.networks.finite_width import finite_width as finite_width
from fieldbench.theory.networks.free_field import READOUT_KURTOSIS as READOUT_KURTOSIS
from fieldbench.theory.networks.free_field import NeuronMoments as NeuronMoments
from fieldbench.theory.networks.free_field import neuron_moments as neuron_moments
from fieldbench.theory.networks.free_field import pairings as pairings
from fieldbench.theory.networks.linear_cnn import LinearCNN as LinearCNN
from fieldbench.theory.networks.linear_cnn import OrderParameters as OrderParameters
from fieldbench.theory.networks.linear_cnn import adapted as adapted
from fieldbench.theory.networks.linear_cnn import aligned as aligned
from fieldbench.theory.networks.linear_cnn import asymptotic_half_samples as asymptotic_half_samples
from fieldbench.theory.networks.linear_cnn import gaussian_process as gaussian_process
from fieldbench.theory.networks.linear_cnn import half_samples as half_samples
from fieldbench.theory.networks.linear_cnn import response_modes as response_modes
from fieldbench.theory.networks.linear_posterior import LinearPosterior as LinearPosterior
from fieldbench.theory.networks.linear_posterior import linear_posterior as linear_posterior
from fieldbench.theory.networks.shrinkage import shrinkage as shrinkage
from fieldbench.theory.networks.shrinkage import shrunken_half_samples as shrunken_half_samples
from fieldbench.theory.networks.shrunken_map import ShrunkenMap as ShrunkenMap
from fieldbench.theory.networks.shrunken_map import shrink as shrink
