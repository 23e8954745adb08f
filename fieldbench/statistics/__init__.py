"""Statistics of chains and replicates: R-hat, effective draws, control variates, functions of all replicates."""

from fieldbench.statistics.control_variates import adjust as adjust
from fieldbench.statistics.diagnostics import ess as ess
from fieldbench.statistics.diagnostics import rhat as rhat
from fieldbench.statistics.replicates import pooled_log as pooled_log
from fieldbench.statistics.replicates import pseudo_values as pseudo_values
from fieldbench.statistics.replicates import without_luck as without_luck
