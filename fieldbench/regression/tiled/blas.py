"""BLAS and LAPACK on blocks of larger arrays, in place and without Python's global lock.

SciPy's own wrappers hold the lock, so that two threads take turns; the same routines called through the C pointers
that SciPy exports for Cython (scipy.linalg.cython_blas) run side by side, and take a leading dimension, so that a
block needs no copy. Addresses are not checked: callers are `cholesky` and `substitution`, nobody else.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy import LowLevelCallable
from scipy.linalg import cython_blas, cython_lapack

from fieldbench.errors import BadInput

_LETTERS = {np.dtype(np.float32): "s", np.dtype(np.float64): "d"}
_SCALARS: dict[str, type[ctypes.c_float | ctypes.c_double]] = {"s": ctypes.c_float, "d": ctypes.c_double}


class Blas:
    """The four routines a Cholesky factorisation needs, for one dtype; matrices are addresses in Fortran order.

    Args:
        dtype: float32 or float64.

    Raises:
        BadInput: another dtype.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        letter = _LETTERS.get(np.dtype(dtype))
        if letter is None:
            raise BadInput(f"dtype {np.dtype(dtype)}: tiles are factorised in float32 or float64")
        self._scalar = _SCALARS[letter]
        self._gemm = _routine(cython_blas, f"{letter}gemm", 13)
        self._syrk = _routine(cython_blas, f"{letter}syrk", 10)
        self._trsm = _routine(cython_blas, f"{letter}trsm", 11)
        self._potrf = _routine(cython_lapack, f"{letter}potrf", 5)

    def subtract_product(
        self,
        sides: str,
        shape: tuple[int, int, int],
        left: tuple[int, int],
        right: tuple[int, int],
        out: tuple[int, int],
    ) -> None:
        """C −= op(A) op(B) with C (m, n) and inner length k; sides such as "TN"; each matrix is (address, stride)."""
        m, n, k = map(_int, shape)
        self._gemm(
            *(_letter(side) for side in sides), m, n, k, self._number(-1.0), left[0], _int(left[1]),
            right[0], _int(right[1]), self._number(1.0), out[0], _int(out[1]),
        )  # fmt: skip

    def subtract_square(
        self, triangle: str, side: str, shape: tuple[int, int], factor: tuple[int, int], out: tuple[int, int]
    ) -> None:
        """C −= op(A) op(A)ᵀ on one triangle ("U" or "L") of C (n, n), inner length k; shape = (n, k)."""
        n, k = map(_int, shape)
        self._syrk(
            _letter(triangle), _letter(side), n, k, self._number(-1.0), factor[0], _int(factor[1]),
            self._number(1.0), out[0], _int(out[1]),
        )  # fmt: skip

    def solve(self, form: str, shape: tuple[int, int], factor: tuple[int, int], out: tuple[int, int]) -> None:
        """X ← op(A)⁻¹X or X op(A)⁻¹, X (m, n), A triangular; the form is side ("L", "R"), triangle, transposition."""
        side, triangle, transposition = tuple(form)
        m, n = map(_int, shape)
        self._trsm(
            _letter(side), _letter(triangle), _letter(transposition), _letter("N"), m, n, self._number(1.0), factor[0],
            _int(factor[1]), out[0], _int(out[1]),
        )  # fmt: skip

    def factorise(self, triangle: str, order: int, matrix: tuple[int, int]) -> int:
        """Cholesky factor in place of one triangle; 0, or the number (from 1) of the first pivot that fails."""
        info = ctypes.c_int(0)
        self._potrf(_letter(triangle), _int(order), matrix[0], _int(matrix[1]), ctypes.byref(info))
        return info.value

    def _number(self, value: float) -> Any:
        return ctypes.byref(self._scalar(value))


def _int(value: int) -> Any:
    return ctypes.byref(ctypes.c_int(value))


def _letter(value: str) -> ctypes.c_char_p:
    return ctypes.c_char_p(value.encode())


@functools.cache
def _routine(module: ModuleType, name: str, arguments: int) -> Callable[..., None]:
    """A routine of SciPy's BLAS or LAPACK as a ctypes function, which releases the global lock while it runs."""
    capsule = LowLevelCallable.from_cython(module, name).function
    name_of, pointer_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    prototype: Any = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)
    function: Callable[..., None] = prototype(pointer_of(capsule, name_of(capsule)))
    return function
