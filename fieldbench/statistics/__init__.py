"""Statistics of chains and replicates: R-hat, effective draws, control variates."""

from fieldbench.statistics.control_variates import adjust as adjust
from fieldbench.statistics.diagnostics import ess as ess
from fieldbench.statistics.diagnostics import rhat as rhat
