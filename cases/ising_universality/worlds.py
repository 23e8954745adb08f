"""Worlds in which the yardstick is another one: exponents that somebody could mean, with the same corrections."""

from .case import ETA, ETA_OF_CORRELATION, NU

WORLDS = {
    ETA: {
        "three-state-potts": 26 / 15,
        "percolation": 43 / 24,
        "tricritical-ising": 37 / 20,
        "mean-field": 2.0,
        "eta-one-per-cent-of-a-power-off": 1.76,
    },
    ETA_OF_CORRELATION: {
        "three-state-potts": -4 / 15,
        "percolation": -5 / 24,
        "tricritical-ising": -3 / 20,
        "cubic-lattice": -0.0363,
    },
    NU: {
        "three-state-potts": 6 / 5,
        "four-state-potts": 3 / 2,
        "percolation": 3 / 4,
        "migdal-kadanoff": 0.747,
        "mean-field": 2.0,
    },
}
