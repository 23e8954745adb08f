"""Exact Gaussian-process regression: factorise once, read off the whole learning curve."""

from fieldbench.regression.cholesky import factorise
from fieldbench.regression.interface import NestedRegression
from fieldbench.regression.nested import NestedCholesky

__all__ = ["NestedCholesky", "NestedRegression", "factorise"]
