"""Exact Gaussian-process regression: factorise once, read off the whole learning curve."""

from fieldbench.regression.batched import batched_inverses, batched_weights
from fieldbench.regression.cholesky import factorise
from fieldbench.regression.interface import NestedRegression
from fieldbench.regression.memory import available_bytes
from fieldbench.regression.mixed import Refined, refined_weights
from fieldbench.regression.nested import NestedCholesky
from fieldbench.regression.planner import Plan, plan
from fieldbench.regression.ridges import ridge_weights
from fieldbench.regression.tiled_regression import TiledRegression

__all__ = [
    "NestedCholesky",
    "NestedRegression",
    "Plan",
    "Refined",
    "TiledRegression",
    "available_bytes",
    "batched_inverses",
    "batched_weights",
    "factorise",
    "plan",
    "refined_weights",
    "ridge_weights",
]
