"""Tiles against dense linear algebra: any size, both dtypes, one and two workers, errors that name the pivot."""

import gc
import signal
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.tiled import substitution, tiles, workers
from fieldbench.regression.tiled.cholesky import factorisation_flops, factorise_tiles
from fieldbench.theory.kernels.dual import Kernel


def _matrix(count, dtype=np.float64, seed=0):
    features = np.random.default_rng(seed).standard_normal((count, count + 3))
    return (features @ features.T / count + np.eye(count)).astype(dtype)


def _dense(triangle):
    full = np.zeros((triangle.order, triangle.order), dtype=triangle.dtype)
    for rows, panel in zip(tiles.spans(triangle.order, triangle.tile), triangle.panels, strict=True):
        full[rows, : rows.stop] = panel
    return np.tril(full)


@given(
    count=st.integers(1, 70),
    tile=st.integers(1, 40),
    threads=st.sampled_from([1, 2, 3]),
    dtype=st.sampled_from([np.float32, np.float64]),
    layout=st.sampled_from(["C", "F"]),
)
@settings(max_examples=60, deadline=None)
def test_factor_is_the_dense_one(count, tile, threads, dtype, layout):
    matrix = np.array(_matrix(count, dtype), order=layout)
    above = np.triu(matrix, tile)
    factor = factorise_tiles(tiles.inside(matrix, tile), 0.0, threads=threads)
    assert all(np.shares_memory(panel, matrix) for panel in factor.panels)
    # Two backward stable factors differ by the condition number (below 6 here) times (n + 1) eps.
    tolerance = 10.0 * (count + 1) * np.finfo(dtype).eps * np.sqrt(_matrix(count).max())
    np.testing.assert_allclose(_dense(factor), np.linalg.cholesky(_matrix(count)), atol=tolerance, rtol=0.0)
    np.testing.assert_array_equal(np.triu(matrix, tile), above)  # nothing beyond the diagonal tiles is touched


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 15, 16, 17, 83])
def test_triangle_built_from_the_kernel_solves_like_the_full_matrix(count, dtype, threads):
    rng = np.random.default_rng(1)
    inputs, right = rng.standard_normal((count, 5)).astype(dtype), rng.standard_normal((count, 3)).astype(dtype)
    triangle = tiles.build(Kernel(), inputs, 0.5, tile=16, threads=threads)
    full = Kernel()(inputs.astype(np.float64), inputs.astype(np.float64)) + 0.5 * np.eye(count)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(_dense(triangle), np.tril(full), atol=20.0 * eps, rtol=0.0)
    factor = factorise_tiles(triangle, 0.5, threads=threads)
    tolerance = 10.0 * (count + 1) * eps * np.linalg.cond(full)
    expected = np.linalg.solve(full, right)
    np.testing.assert_allclose(substitution.solve_factored(factor, right), expected, atol=tolerance, rtol=0.0)
    lower = np.linalg.cholesky(full)
    np.testing.assert_allclose(substitution.forward(factor, right), np.linalg.solve(lower, right), atol=tolerance)
    np.testing.assert_allclose(substitution.backward(factor, right), np.linalg.solve(lower.T, right), atol=tolerance)


def test_memory_is_half_the_matrix_and_a_tile_column():
    triangle = tiles.build(Kernel(), np.random.default_rng(0).standard_normal((96, 4)), 0.1, tile=16)
    assert triangle.bytes == 8 * (96 * 96 + 96 * 16) // 2
    assert factorisation_flops(96) == 96**3 // 3


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize(("size", "bad"), [(10, 7), (40, 7), (40, 33), (40, 0)])
def test_failure_names_pivot_index_ridge_and_remedy(size, bad, layout, threads):
    """Unit matrix but for one point that repeats another and is indefinite there by 0.25."""
    matrix = np.array(np.eye(size), order=layout)
    if bad:
        matrix[bad, 2] = matrix[2, bad] = 1.0
    matrix[bad, bad] = 0.75 if bad else -0.25
    with pytest.raises(NotPositiveDefinite) as caught:
        factorise_tiles(tiles.inside(matrix, 8), 0.0, threads=threads)
    for part in ("pivot -2.500e-01", f"index {bad} of {size}", "ridge 0;", "ridge of at least 5.0e-01"):
        assert part in str(caught.value)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("place", [(0, 0), (37, 5), (37, 37)])
def test_nan_in_the_matrix_is_never_a_factor(place, threads):
    matrix = np.eye(40)
    matrix[place] = matrix[place[::-1]] = np.nan
    with pytest.raises(NotPositiveDefinite, match=f"pivot nan at index {place[0]} of 40"):
        factorise_tiles(tiles.inside(matrix, 8), 0.0, threads=threads)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_repeated_points_at_ridge_zero_fail_and_the_remedy_works(dtype):
    inputs = np.random.default_rng(0).standard_normal((60, 3)).astype(dtype)
    inputs[50] = inputs[20]
    with pytest.raises(NotPositiveDefinite) as caught:
        factorise_tiles(tiles.build(Kernel(), inputs, 0.0, tile=16), 0.0)
    proposed = float(str(caught.value).split("at least ")[1].split(",")[0])
    factorise_tiles(tiles.build(Kernel(), inputs, proposed, tile=16), proposed)


def _undefined(left, right):
    values = Kernel()(left, right)
    values[-1, -1] = np.nan
    return values


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("kernel", "inputs", "options", "message"),
    [
        (_undefined, np.ones((20, 2)), {}, "kernel of points 7 and 7 is nan"),
        (lambda left, right: Kernel()(right, left)[:1], np.ones((20, 2)), {}, r"shape \(1, 8\) for 8 and 8 points"),
        (Kernel(), np.full((20, 2), np.inf), {}, r"inputs\[0, 0\] is inf"),
        (Kernel(), np.ones(20), {}, r"inputs has shape \(20,\)"),
        (Kernel(), np.ones((20, 2), dtype=np.int64), {}, "dtype int64"),
        (Kernel(), np.ones((20, 2)), {"ridge": -1.0}, "ridge -1"),
        (Kernel(), np.ones((20, 2)), {"tile": 0}, "tile 0"),
        (Kernel(), np.ones((20, 2)), {"threads": 0}, "0 threads"),
    ],
)
def test_bad_input_is_refused(kernel, inputs, options, message):
    with pytest.raises(BadInput, match=message):
        tiles.build(kernel, inputs, **{"ridge": 0.1, "tile": 8, **options})


def test_dtype_layout_and_right_hand_sides_are_checked():
    with pytest.raises(BadInput, match="dtype float16"):
        factorise_tiles(tiles.inside(np.eye(3, dtype=np.float16)), 0.0)
    with pytest.raises(BadInput, match="need C or Fortran order"):
        tiles.inside(np.eye(8)[::2, ::2])
    with pytest.raises(BadInput, match=r"need \(3, any\)"):
        substitution.solve_factored(tiles.inside(np.eye(3)), np.ones((4, 1)))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_between_tiles_ends_the_work(monkeypatch, error, threads):
    monkeypatch.setattr(workers, "_POLL_SECONDS", 1e-3)
    seen = []

    def interrupt(done, count):
        seen.append((done, count))
        raise error

    triangle = tiles.inside(_matrix(1200), 16)  # 2,850 tiles take far longer than a millisecond
    with pytest.raises(error):
        factorise_tiles(triangle, 0.0, threads=threads, progress=interrupt)
    assert len(seen) == 1
    assert seen[0][0] < seen[0][1] == 75 * 76 // 2


def _block_sums(triangle):
    return [float(panel.sum()) for panel in triangle.panels]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_signal_ends_the_work(threads):
    """As Ctrl-C does: an exception out of nowhere in the calling thread, while workers are inside BLAS."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    triangle = tiles.inside(_matrix(2000), 4)  # 125,250 tiles: seconds
    before, running = signal.signal(signal.SIGALRM, interrupt), threading.active_count()
    gc.disable()  # an exception that falls into a callback of the collector is swallowed by Python
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            factorise_tiles(triangle, 0.0, threads=threads)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    after = _block_sums(triangle)
    time.sleep(0.05)
    assert threading.active_count() == running
    assert _block_sums(triangle) == after  # nobody writes any more


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_ends_with_all_tiles(threads):
    seen = []
    factorise_tiles(tiles.inside(_matrix(100), 16), 0.0, threads=threads, progress=lambda *now: seen.append(now))
    assert seen[-1] == (28, 28)
    assert seen == sorted(set(seen))
