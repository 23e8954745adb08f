"""Cholesky factorisation of a triangle in tiles: blocks, threads, solves; what the regressions share."""

from fieldbench.regression.tiled.blas import Blas as Blas
from fieldbench.regression.tiled.cholesky import factorisation_flops as factorisation_flops
from fieldbench.regression.tiled.cholesky import factorise_tiles as factorise_tiles
from fieldbench.regression.tiled.cholesky import first_bad_pivot as first_bad_pivot
from fieldbench.regression.tiled.pivots import not_positive as not_positive
from fieldbench.regression.tiled.substitution import backward as backward
from fieldbench.regression.tiled.substitution import forward as forward
from fieldbench.regression.tiled.substitution import nested_weights as nested_weights
from fieldbench.regression.tiled.substitution import solve_factored as solve_factored
from fieldbench.regression.tiled.tiles import ONE_TILE as ONE_TILE
from fieldbench.regression.tiled.tiles import KernelFunction as KernelFunction
from fieldbench.regression.tiled.tiles import TiledTriangle as TiledTriangle
from fieldbench.regression.tiled.tiles import build as build
from fieldbench.regression.tiled.tiles import copied as copied
from fieldbench.regression.tiled.tiles import inside as inside
from fieldbench.regression.tiled.tiles import spans as spans
from fieldbench.regression.tiled.tiles import tile_size as tile_size
from fieldbench.regression.tiled.workers import Progress as Progress
from fieldbench.regression.tiled.workers import Tasks as Tasks
from fieldbench.regression.tiled.workers import blas_threads as blas_threads
