"""Worlds in which Langevin training samples another law than the posterior, or that of another width."""

from .case import POSTERIOR_MEAN, PREDICTOR, WEIGHTS
from .posteriors import (
    doubled_noise,
    gaussian_process,
    half_the_width,
    halved_noise,
    infinitely_wide,
    kernel_turned_alone,
    one_neuron_fewer,
)

WORLDS = {
    PREDICTOR: {
        "doubled-noise": doubled_noise,
        "halved-noise": halved_noise,
        "gaussian-process": infinitely_wide,
        "half-the-width": half_the_width,
        "one-neuron-fewer": one_neuron_fewer,
    },
    WEIGHTS: {
        "doubled-noise": doubled_noise,
        "halved-noise": halved_noise,
        "half-the-width": half_the_width,
        "one-neuron-fewer": one_neuron_fewer,
    },
    POSTERIOR_MEAN: {
        "gaussian-process": gaussian_process,
        "connected-term-alone": kernel_turned_alone,
        "half-of-the-correction": -1.15,
    },
}
