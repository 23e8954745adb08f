"""A softmax attention head on a cubic target: where it begins to learn, and how much it has learned at finite size."""

from fieldbench.theory.attention.learned import Learned as Learned
from fieldbench.theory.attention.learned import learned as learned
from fieldbench.theory.attention.onset import leading_share as leading_share
from fieldbench.theory.attention.onset import least_energy as least_energy
from fieldbench.theory.attention.onset import onset_samples as onset_samples
from fieldbench.theory.attention.softmax import concentration as concentration
from fieldbench.theory.attention.task import HeadTask as HeadTask
