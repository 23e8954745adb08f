"""Energies of two-layer networks, exact Gibbs samplers, and what is read off their chains."""

from fieldbench.sampling.networks import prior as prior
from fieldbench.sampling.networks.gibbs_within_langevin import GibbsWithinLangevin as GibbsWithinLangevin
from fieldbench.sampling.networks.infinite_width import harmonic_overlap as harmonic_overlap
from fieldbench.sampling.networks.infinite_width import mean_harmonic_response as mean_harmonic_response
from fieldbench.sampling.networks.linear_gibbs import GibbsState as GibbsState
from fieldbench.sampling.networks.linear_gibbs import LinearPrior as LinearPrior
from fieldbench.sampling.networks.linear_gibbs import gibbs_chain as gibbs_chain
from fieldbench.sampling.networks.linear_gibbs import lazy_start as lazy_start
from fieldbench.sampling.networks.modular_addition import ModularNetwork as ModularNetwork
from fieldbench.sampling.networks.modular_addition import modular_labels as modular_labels
from fieldbench.sampling.networks.modular_addition import modular_network as modular_network
from fieldbench.sampling.networks.order_parameters import erf_network as erf_network
from fieldbench.sampling.networks.order_parameters import harmonic_norm as harmonic_norm
from fieldbench.sampling.networks.order_parameters import order_parameters as order_parameters
from fieldbench.sampling.networks.predictive import predictive as predictive
from fieldbench.sampling.networks.prior_reweighting import Reweighted as Reweighted
from fieldbench.sampling.networks.prior_reweighting import reweighted_prior as reweighted_prior
from fieldbench.sampling.networks.quartic_posterior import QuarticPosterior as QuarticPosterior
from fieldbench.sampling.networks.quartic_posterior import quartic_posterior as quartic_posterior
from fieldbench.sampling.networks.readout import ReadoutPosterior as ReadoutPosterior
from fieldbench.sampling.networks.readout import draw_readout as draw_readout
from fieldbench.sampling.networks.readout import readout_posterior as readout_posterior
from fieldbench.sampling.networks.two_layer import TwoLayerNetwork as TwoLayerNetwork
from fieldbench.sampling.networks.two_layer import Weights as Weights
from fieldbench.sampling.networks.two_layer import convolutional as convolutional
from fieldbench.sampling.networks.two_layer import fully_connected as fully_connected
