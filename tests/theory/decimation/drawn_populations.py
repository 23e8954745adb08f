"""Populations on which a next order is held to exact regression, drawn by a seed before that order was derived.

On the circle (equidistant points, a circulant kernel), on spheres in three and five dimensions (points drawn, so that
no two are alike) and on digits. Nothing about a point was computed before it was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.data import binary_task
from fieldbench.theory.kernels import Kernel, gram_matrix

SEED = 20261130
LATER = (20261201, 20261202)  # drawn when a bound on what follows had been written down

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """A population of M points with its kernel and target, P to draw of it, a ridge."""

    name: str
    gram: Matrix
    targets: Vector
    samples: int
    ridge: float


def _circle(draw: np.random.Generator) -> Drawn:
    size, exponent, wave = 360, draw.uniform(1.5, 4.0), int(draw.integers(1, 5))
    samples, ridge = int(draw.integers(10, 37)), float(10 ** draw.uniform(-6, -1))
    angle = 2 * np.pi * np.arange(size) / size
    waves = np.minimum(np.arange(size), size - np.arange(size))
    row = np.fft.ifft((1.0 + waves) ** -exponent).real
    row /= row[0]
    place = np.arange(size)
    gram = row[(place[:, None] - place[None, :]) % size]
    name = f"circle, exponent {exponent:.2f}, cos {wave}θ, P = {samples}, κ = {ridge:.1e}"
    return Drawn(name, gram, np.sqrt(2.0) * np.cos(wave * angle), samples, ridge)


def _sphere(draw: np.random.Generator, dimension: int) -> Drawn:
    size, kernel, cubic = 400, str(draw.choice(["erf", "relu"])), bool(draw.integers(2))
    samples, ridge = int(draw.integers(15, 41)), float(10 ** draw.uniform(-6, -2))
    points = draw.normal(size=(size, dimension))
    points *= np.sqrt(dimension) / np.linalg.norm(points, axis=1, keepdims=True)
    height = points[:, 0]
    target = height**3 - 3 * dimension / (dimension + 2) * height if cubic else height
    name = f"sphere, d = {dimension}, {kernel}, {'cubic' if cubic else 'linear'}, P = {samples}, κ = {ridge:.1e}"
    return Drawn(name, gram_matrix(Kernel(kernel), points), target / target.std(), samples, ridge)


def _digits(draw: np.random.Generator) -> Drawn:
    size, kernel = 400, str(draw.choice(["erf", "relu"]))
    samples, ridge = int(draw.integers(20, 41)), float(10 ** draw.uniform(-8, -2))
    task = binary_task("digits", "odd/even", size, True)
    name = f"digits, {kernel}, P = {samples}, κ = {ridge:.1e}"
    return Drawn(name, gram_matrix(Kernel(kernel), task.inputs), task.targets, samples, ridge)


def populations(seed: int = SEED) -> list[Drawn]:
    """Six on the circle, three on each sphere, three of digits."""
    draw = np.random.default_rng(seed)
    return [
        *(_circle(draw) for _ in range(6)),
        *(_sphere(draw, 3) for _ in range(3)),
        *(_sphere(draw, 5) for _ in range(3)),
        *(_digits(draw) for _ in range(3)),
    ]
