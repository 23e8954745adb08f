"""Beyond the saddle of `adaptation`: the discrepancy fluctuates and scatters, each sample is in the others' field."""

from fieldbench.theory.fluctuations.cavity import Cavity as Cavity
from fieldbench.theory.fluctuations.cavity import cavity as cavity
from fieldbench.theory.fluctuations.discrepancy import Fluctuations as Fluctuations
from fieldbench.theory.fluctuations.discrepancy import fluctuations as fluctuations
from fieldbench.theory.fluctuations.discrepancy import scatter_of as scatter_of
from fieldbench.theory.fluctuations.prediction import first_order as first_order
from fieldbench.theory.fluctuations.prediction import observables as observables
from fieldbench.theory.fluctuations.prediction import saddle as saddle
from fieldbench.theory.fluctuations.remainders import fed_back as fed_back
from fieldbench.theory.fluctuations.remainders import scatter_share as scatter_share
from fieldbench.theory.fluctuations.ridge_at_an_input import discrepancy_at_local_ridge as discrepancy_at_local_ridge
from fieldbench.theory.fluctuations.ridge_at_an_input import ridge_at_an_input as ridge_at_an_input
