"""Figures of records: the figure of the paper redrawn, the strain of every check, the overview, and words for them.

Matplotlib is needed to draw, not to import this package or to describe.
"""

from fieldbench.report.figure.overview import describe_overview, overview
from fieldbench.report.figure.redrawn import draw
from fieldbench.report.figure.strained import strain
from fieldbench.report.figure.style import save
from fieldbench.report.figure.words import describe, describe_strain

__all__ = ["describe", "describe_overview", "describe_strain", "draw", "overview", "save", "strain"]
