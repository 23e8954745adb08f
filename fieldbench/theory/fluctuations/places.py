"""Inputs and neurons on one quadrature: z = v·x, |x_⊥|² and the angle between x_⊥ and w_⊥.

Polynomials serve averages over all inputs. What a sample does to the neurons is a function of x that they do not
converge to: φ saturates and they do not. With D = d − 1, |x_⊥|² = ρD and cos θ = ξ/√D between x_⊥ and w_⊥,

    φ(mz + √(rρ) ξ) = Σ_j φ_j(x; w) P_j(ξ),      E_ξ[P_i P_j] = δ_ij,

P_j the Gegenbauer polynomials of S^{D−1}. Each of the deg_j transverse harmonics has φ_j(x; w) φ_j(x'; w)/deg_j
of a neuron's φφ', averaged over the direction of w_⊥. The orders 0 (the aligned part), 1 and 2 are resolved, between
places; what is beyond is learned by no data set here: there are d³/6 harmonics of order 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import AlignedMode, Matrix, Solution, Vector
from fieldbench.theory.fluctuations.sections import hermite, points_along
from fieldbench.theory.kernels import sphere

Array = NDArray[np.float64]

ALONG, RADII, ACROSS = 40, 3, 16
RESOLVED = 2  # orders of transverse harmonics
OCCUPIED = 1e-8  # of the weights of neurons


@dataclass(frozen=True, eq=False)
class Places:
    """Arrays over places x, neurons w and angles ξ: `harmonics` are φ_j (x, w), `beyond` (x, w, ξ) the rest of φ.

    modes: the solution's modes at the places, (modes, x). counts: n times the weights of the places. neurons: which of
    the solution's grid, every other radius where there are any.
    """

    neurons: NDArray[np.bool_]
    counts: Vector
    modes: Matrix
    target: Vector
    m: Vector
    r: Vector
    log_prior: Vector
    harmonics: tuple[Matrix, ...]
    degeneracies: tuple[float, ...]
    beyond: Array
    polynomials: Matrix
    angle_weights: Vector

    @property
    def beyond_square(self) -> Matrix:
        """E_ξ of its square, (x, w)."""
        square: Matrix = self.beyond**2 @ self.angle_weights
        return square


def places(solution: Solution) -> Places:
    """The quadrature on the neurons that a solution occupies. Raises BadInput for modes that are not aligned ones."""
    problem, grid = solution.problem, solution.neurons.grid
    # Steps of one standard deviation in the radius: exp(−2π²) is lost.
    kept = (solution.neurons.weights > OCCUPIED) & np.isin(grid.r, np.unique(grid.r)[::2])
    m, r = grid.m[kept], grid.r[kept]
    across = problem.dimension - 1
    z, z_weights = points_along(problem.activation.odd, ALONG)
    ratios, ratio_weights = radii(across)
    z, ratio = np.tile(z, RADII), np.repeat(ratios, len(z))
    weights = np.outer(ratio_weights, z_weights).ravel()

    xi, angle_weights = angles(across)
    rooted = np.sqrt(angle_weights)[:, None]
    basis, triangle = np.linalg.qr(rooted * np.vander(xi, RESOLVED + 1, increasing=True))
    polynomials = basis * np.sign(np.diag(triangle)) / rooted
    phi = problem.activation.function((z[:, None] * m)[:, :, None] + np.sqrt(ratio[:, None] * r)[:, :, None] * xi)
    harmonics = tuple(phi @ (angle_weights * polynomials[:, j]) for j in range(RESOLVED + 1))
    beyond = phi - sum(one[:, :, None] * polynomials[:, j] for j, one in enumerate(harmonics))

    def values(mode: object) -> Vector:
        if not isinstance(mode, AlignedMode):
            raise BadInput(f"{mode} is not an aligned mode: places know those alone")
        return hermite(mode.power, z) * radial(mode.radial, ratio, across)

    target = sum(c * math.sqrt(mode.square_norm(problem.dimension)) * values(mode) for mode, c in problem.target)
    return Places(
        neurons=kept,
        counts=problem.samples * weights,
        modes=np.array([values(mode) for mode in solution.equations.modes]),
        target=np.asarray(target),
        m=m,
        r=r,
        log_prior=grid.log_prior[kept],
        harmonics=harmonics,
        degeneracies=tuple(float(sphere.degeneracy(j, across)) for j in range(RESOLVED + 1)),
        beyond=beyond,
        polynomials=polynomials,
        angle_weights=angle_weights,
    )


def angles(transverse: int) -> tuple[Vector, Vector]:
    """ξ = √D cos θ uniform on S^{D−1}, and weights: Gauss's rule for (1 − ξ²/D)^{(D−3)/2} (Golub and Welsch)."""
    order, half = np.arange(1, ACROSS), transverse / 2 - 1
    off = np.sqrt(order * (order + 2 * half - 1) / (4 * (order + half) * (order + half - 1)))
    cosines, vectors = np.linalg.eigh(np.diag(off, 1) + np.diag(off, -1))
    return math.sqrt(transverse) * cosines, vectors[0] ** 2


def radii(transverse: int, count: int = RADII) -> tuple[Vector, Vector]:
    """ρ = |x_⊥|²/D at `count` points, and weights."""
    # Golub and Welsch: SciPy's weights carry Γ(D/2), which overflows from D = 342 on.
    order, half = np.arange(count), transverse / 2
    off = np.sqrt(order[1:] * (order[1:] + half - 1))
    points, vectors = np.linalg.eigh(np.diag(2.0 * order + half) + np.diag(off, 1) + np.diag(off, -1))
    return points / half, vectors[0] ** 2


def radial(power: int, ratio: Vector, transverse: int) -> Vector:
    """:|x_⊥|²ᵖ: normalised to unit variance, at |x_⊥|² = ρD."""
    half = transverse / 2
    log_norm = special.gammaln(power + half) - special.gammaln(half) - special.gammaln(power + 1)
    values: Vector = (-1) ** power * special.eval_genlaguerre(power, half - 1, ratio * half) * math.exp(-log_norm / 2)
    return values
