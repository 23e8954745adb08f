"""Worlds in which the staircase is learned by another law: what P_50 would be, or its exponent at these sizes."""

from .case import EXPONENT
from .theory import bare_ridge, leading, limit_formula, mode_counting, one_loop

WORLDS = {
    EXPONENT: {
        "mode-counting": mode_counting,
        "bare-ridge": bare_ridge,
        "one-loop": one_loop,
        "effective-ridge-alone": leading,
        "limit-formula": limit_formula,
        "cube-law-already-here": 3.0,
        "square-law": 2.0,
    },
}
