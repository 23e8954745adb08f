"""The guarded factorisation: right where it exists, and a useful error where it does not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression import cholesky
from fieldbench.regression.cholesky import blas_threads, factorise, factorise_jax
from fieldbench.regression.lowrank import low_rank_factor

FACTORISATIONS = [factorise, factorise_jax]


def _gram(count, rank=None, seed=0):
    features = np.random.default_rng(seed).standard_normal((count, rank or 2 * count))
    return features @ features.T / features.shape[1]


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_factor_times_its_transpose_is_the_matrix(factorisation, dtype, layout):
    gram = np.array(_gram(300), dtype=dtype, order=layout)
    before = gram.copy()
    factor = np.tril(np.asarray(factorisation(gram, 0.1)))
    assert factor.dtype == dtype
    # Backward error of a Cholesky factorisation: (n + 1) eps per entry of unit size (Higham 2002, theorem 10.3).
    tolerance = 301 * np.finfo(dtype).eps * (np.diagonal(gram).max() + 0.1)
    np.testing.assert_allclose(factor @ factor.T, gram + 0.1 * np.eye(300, dtype=dtype), atol=tolerance, rtol=0.0)
    np.testing.assert_array_equal(gram, before)


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_failure_names_pivot_index_ridge_and_remedy(factorisation):
    """Point 7 repeats point 2 and the kernel is indefinite there by 0.25: the pivot is exactly −0.25."""
    gram = np.eye(10)
    gram[7, 2] = gram[2, 7] = 1.0
    gram[7, 7] = 0.75
    with pytest.raises(NotPositiveDefinite) as caught:
        factorisation(gram, 0.0)
    message = str(caught.value)
    for part in ("pivot -2.500e-01", "index 7 of 10", "ridge 0;", "ridge of at least 5.0e-01", "duplicate points"):
        assert part in message
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_the_remedy_works(factorisation):
    """The ridge that the error of a rank-deficient kernel asks for makes the factorisation exist."""
    gram = _gram(200, rank=5)
    with pytest.raises(NotPositiveDefinite) as caught:
        factorisation(gram, 0.0)
    proposed = float(str(caught.value).split("at least ")[1].split(",")[0])
    assert np.all(np.isfinite(np.tril(np.asarray(factorisation(gram, proposed)))))


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_first_point_can_be_the_bad_one(factorisation):
    with pytest.raises(NotPositiveDefinite, match=r"pivot -1\.000e\+00 at index 0 of 3"):
        factorisation(-np.eye(3), 0.0)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("factorisation", FACTORISATIONS)
@pytest.mark.parametrize(
    ("gram", "ridge", "message"),
    [
        (np.eye(3), -1e-9, "ridge -1e-09"),
        (np.eye(3), float("nan"), "ridge nan"),
        (np.eye(3), float("inf"), "ridge inf"),
        (np.ones((3, 4)), 0.1, r"shape \(3, 4\)"),
        (np.ones(3), 0.1, r"shape \(3,\)"),
        (np.zeros((0, 0)), 0.1, r"shape \(0, 0\)"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), 0.1, r"gram\[0, 1\] is nan"),
        (np.array([[np.inf, 0.0], [0.0, 1.0]]), 0.1, r"gram\[0, 0\] is inf"),
    ],
)
def test_bad_input_is_refused(factorisation, gram, ridge, message):
    with pytest.raises(BadInput, match=message):
        factorisation(gram, ridge)


@pytest.mark.usefixtures("unchecked")
def test_integers_are_refused():
    with pytest.raises(BadInput, match="dtype int64"):
        factorise(np.eye(3, dtype=np.int64), 0.1)


def test_float64_is_not_rounded_in_silence():
    with jax.enable_x64(False), pytest.raises(BadInput, match="x64 mode is off"):
        factorise_jax(np.eye(3), 0.1)


def test_blas_threads_are_limited_and_restored():
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with blas_threads(2):
        before = threads()
        with blas_threads():
            assert threads() == {1}
        assert threads() == before


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_overwritten_matrix_holds_the_factor(monkeypatch, threads, dtype, layout):
    monkeypatch.setattr(cholesky, "CROSSOVER", 100)
    gram = np.array(_gram(301), dtype=dtype, order=layout)
    reference = np.linalg.cholesky(gram.astype(np.float64) + 0.1 * np.eye(301))
    factor = factorise(gram, 0.1, threads=threads, overwrite=True)
    assert np.shares_memory(factor, gram)
    assert factor.flags.f_contiguous
    # Condition number below 100, backward error (n + 1) eps.
    np.testing.assert_allclose(np.tril(factor), reference, atol=100 * 302 * np.finfo(dtype).eps, rtol=0.0)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_a_matrix_that_has_no_factor_is_given_back(monkeypatch, threads, overwrite, layout):
    monkeypatch.setattr(cholesky, "CROSSOVER", 100)
    gram = np.array(_gram(300), order=layout)
    gram[280] = gram[100]
    gram[:, 280] = gram[:, 100]
    gram[280, 280] = gram[100, 100] - 1.0
    before = gram.copy()
    with pytest.raises(NotPositiveDefinite, match=r"pivot -1\.000e\+00 at index 280 of 300"):
        factorise(gram, 0.0, threads=threads, overwrite=overwrite)
    np.testing.assert_array_equal(gram, before)


def test_what_cannot_be_overwritten_is_refused():
    fixed = np.eye(4)
    fixed.flags.writeable = False
    for gram in (fixed, np.eye(8)[::2, ::2], jnp.eye(4)):
        with pytest.raises(BadInput, match="cannot be overwritten"):
            factorise(gram, 0.1, overwrite=True)


def test_one_compilation_a_shape(monkeypatch):
    traced, original = [], cholesky._factorise_on_device.__wrapped__
    counted = jax.jit(lambda matrix, ridge: traced.append(matrix.shape) or original(matrix, ridge))
    monkeypatch.setattr(cholesky, "_factorise_on_device", counted)
    for seed in range(3):
        factorise_jax(jnp.asarray(_gram(20, seed=seed)), 0.1)
    factorise_jax(jnp.asarray(_gram(21)), 0.1)
    assert traced == [(20, 20), (21, 21)]


def test_low_rank_factor_is_certified():
    low = _gram(120, rank=9)
    factor = low_rank_factor(low)
    assert factor.shape == (120, 9)
    np.testing.assert_allclose(factor @ factor.T, low, atol=1e-12)
    assert low_rank_factor(_gram(120)) is None  # full rank
    assert low_rank_factor(_gram(120, rank=60)) is None  # too high a rank to pay
    indefinite = low - 2.0 / low[0, 0] * np.outer(low[0], low[0])
    assert low_rank_factor(indefinite) is None


def test_low_rank_factor_notices_rank_that_begins_late():
    """The leading quarter has rank 1, the whole matrix full rank."""
    count = 80
    matrix = np.eye(count)
    matrix[:20, :20] = 1.0
    assert low_rank_factor(matrix) is None
