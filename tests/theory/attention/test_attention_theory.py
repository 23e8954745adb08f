"""The attention head's theory against closed forms, limits, matrices of drawn data sets, and exact Gibbs sampling."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from fieldbench.errors import BadInput
from fieldbench.theory.attention import HeadTask, concentration, leading_share, learned, least_energy, onset_samples
from fieldbench.theory.attention.learned import _regression, _squares
from fieldbench.theory.attention.softmax import bend


def both_shares(z, scale):
    return 2 * expit(scale * z) * expit(-scale * z) * math.exp(-z * z / 2)


def test_softmax_over_two_keys_is_a_logistic_function():
    for variance in (0.1, 1.0, 9.0):
        scale = math.sqrt(2 * variance)
        expected = quad(both_shares, -12, 12, args=(scale,))[0] / math.sqrt(2 * math.pi)
        assert concentration(2, np.array([variance]))[0] == pytest.approx(expected, rel=2e-5)


@pytest.mark.parametrize("context", [2, 5, 16])
def test_softmax_at_small_logits(context):
    """1 − 1/L − (L − 1)/L² variance; the next order is the variance's square."""
    small = 1e-3
    expected = 1 - 1 / context - (context - 1) / context**2 * small
    assert concentration(context, np.array([small]))[0] == pytest.approx(expected, abs=2 * small**2)


def test_a_samples_power_has_its_moments():
    q, weights = _squares(10, 4)
    assert weights @ q == pytest.approx(1.0)
    assert weights @ q**2 == pytest.approx((1 + 2 / 3) * (1 + 2 / 9) * (1 + 2 / 10))


def test_leading_share_is_where_the_action_is_stationary():
    task = HeadTask(30, 6, 60_000, 4.0, 0.09, 1.0)
    x, e = task.samples / (task.ridge * least_energy(task)), task.ridge * 900 / task.samples
    share = leading_share(task)
    assert 1 / ((1 - share) ** 2 * x**2) + e / (1 - share) == pytest.approx(1.0)
    assert leading_share(task, entropy=False) == pytest.approx(1 - 1 / x)


def test_onset_is_where_the_leading_share_leaves_zero():
    for values in (1e-4, 1.0, 1e4):
        start = onset_samples(HeadTask(30, 6, 1, 4.0, 0.09, values))
        assert leading_share(HeadTask(30, 6, start * 0.999, 4.0, 0.09, values)) == 0.0
        assert 0 < leading_share(HeadTask(30, 6, start * 1.001, 4.0, 0.09, values)) < 0.003


def test_onset_crosses_over_from_energy_to_entropy():
    weak, strong = HeadTask(50, 8, 1, 4.0, 1e-3, 1e-3), HeadTask(50, 8, 1, 4.0, 1e3, 1e3)
    assert onset_samples(weak) == pytest.approx(4.0 * 50**1.5 * 8 / math.sqrt(7) / 1e-3, rel=0.002)
    assert onset_samples(strong) == pytest.approx(4.0 * 50**2, rel=1e-3)


def test_many_dimensions_leave_the_leading_share():
    """What is left falls as 1/d: the prior's lengths, and directions of v."""
    far = []
    for dimension in (40, 80, 160):
        task = HeadTask(dimension, 4, 1, 4.0, 0.01, 1.0)
        task = HeadTask(dimension, 4, 2 * onset_samples(task), 4.0, 0.01, 1.0)
        share = learned(task, scatter=False, softmax=False).alignment
        far.append(dimension * abs(share - leading_share(task)))
    assert max(far) < 0.5
    assert far[2] < 1.1 * far[1]


def test_a_loud_ridge_leaves_no_scatter():
    task = HeadTask(12, 4, 1, 4000.0, 0.0625, 1.0)
    task = HeadTask(12, 4, 1.8 * onset_samples(task), 4000.0, 0.0625, 1.0)
    quiet = learned(task, scatter=False, softmax=False).alignment
    assert learned(task, softmax=False).alignment == pytest.approx(quiet, abs=1e-3)


def test_light_attention_and_heavy_values_do_not_bend():
    """σ_A/σ_v down by 400 at the same σ_Aσ_v: logits' variance, and what bends, fall as much."""
    bent = HeadTask(12, 4, 3400, 4.0, 0.0625, 1.0)
    straight = HeadTask(12, 4, 3400, 4.0, 0.0625 / 400, 400.0)
    assert learned(bent, softmax=False).alignment == pytest.approx(learned(straight, softmax=False).alignment)
    assert learned(straight).alignment == pytest.approx(learned(straight, softmax=False).alignment, abs=5e-4)
    assert learned(bent).alignment < learned(bent, softmax=False).alignment - 0.05


@pytest.mark.parametrize("context", [2, 4, 12])
def test_bending_begins_with_the_fourth_cumulant(context):
    """ΔF = (P/κ)m|v|²{(L − 6)/(4L) E|k|⁴ + (a*/L) E[|k|²(u·x_0)(w·k)]}: cumulants over the keys."""
    d, variance, size = 16, 4e-3, 30.0
    task = HeadTask(d, context, 3000, 4.0, variance, 1.0)
    strength = 3000 / 4.0 * variance * task.spread * size**2 / d**2
    whole = 1 / (math.sqrt(task.spread) * size)
    a, bulk = whole * strength / (1 + strength), variance / (1 + strength)
    more = 1 + 2 / d
    quartic = 3 * a**4 + 2 * more**2 * a**2 * bulk + more**2 * bulk**2
    product = 3 * a**3 + more**2 * a * bulk
    parts = np.array([(context - 6) / (4 * context) * quartic, whole / context * product])
    parts *= 3000 / 4.0 * task.spread * size**2
    found = bend(task, np.array([size**2]), np.array([1.0])).energy[0, 0]
    # Of each part the next order in the logits' variance, at most .015, with the coefficients of a sixth cumulant.
    assert found == pytest.approx(parts.sum(), abs=0.08 * np.abs(parts).sum())


def features(rng, d, context, samples, v):
    """vec (x_0)_i (1/L) Σ_b x̃_bj v·x̃_b, and y, of one data set."""
    query, keys = rng.standard_normal((samples, d)), rng.standard_normal((samples, context, d))
    keys -= keys.mean(axis=1, keepdims=True)
    sums = np.einsum("pbj,pb->pj", keys, keys @ v) / context
    y = query[:, 0] * (keys[..., 0] * keys[..., 1]).sum(axis=1) / math.sqrt(context - 1)
    return np.einsum("pi,pj->pij", query, sums).reshape(samples, -1), y, query, keys


def test_determinant_and_misfit_are_those_of_drawn_data_sets():
    """Given v along v*, log det and yᵀ(K + κ)⁻¹y of matrices; normal features with a power leave 1/d of the scatter."""
    d, context, samples, ridge, variance, size = 10, 4, 1500, 4.0, 0.0625, 2.5
    task = HeadTask(d, context, samples, ridge, variance, 1.0)
    rng, v = np.random.default_rng(0), np.zeros(d)
    v[1] = size
    found = []
    for _ in range(24):
        x, y, *_ = features(rng, d, context, samples, v)
        inner = np.eye(d * d) + variance / d**2 / ridge * x.T @ x
        pulled = x.T @ y
        misfit = (y @ y - variance / d**2 / ridge * pulled @ np.linalg.solve(inner, pulled)) / ridge
        found.append((np.linalg.slogdet(inner)[1], misfit / (y @ y) * samples))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
    square = np.array([size**2])
    gamma = variance * task.spread * size**2 / d**2
    said = []
    for scatter in (True, False):
        strength, trace = _regression(task, square, scatter)
        said.append((float(trace.volume[0]), float(strength[0] / (1 + strength[0]) / gamma)))
    complete, annealed = np.array(said)
    assert np.all(np.abs(complete - mean) < 4 * error + 2.5 / d * np.abs(complete - annealed))
    assert abs(annealed[1] - mean[1]) > 4 * error[1]


def gibbs(rng, d, context, samples, ridge, variance, sweeps):
    """E[f y] of linear attention on one data set by exact conditionals of A and v, from 1/m of the target."""
    v = rng.standard_normal(d) / math.sqrt(d)
    v[1] += 1.5
    x, y, query, keys = features(rng, d, context, samples, v)
    kept = []
    for sweep in range(sweeps):
        sums = np.einsum("pbj,pb->pj", keys, keys @ v) / context
        x = np.einsum("pi,pj->pij", query, sums).reshape(samples, -1)
        precision = x.T @ x / ridge + d**2 / variance * np.eye(d * d)
        a = drawn(rng, precision, x.T @ y / ridge).reshape(d, d)
        z = np.einsum("pbj,pb->pj", keys, np.einsum("pj,pbj->pb", query @ a, keys)) / context
        v = drawn(rng, z.T @ z / ridge + d * np.eye(d), z.T @ y / ridge)
        if sweep >= sweeps // 4:
            kept.append(math.sqrt(context - 1) / context * (a[0, 0] * v[1] + a[0, 1] * v[0]))
    return np.mean(kept) - 0.5 * ((y**2).mean() - 1)


def drawn(rng, precision, linear):
    factor = np.linalg.cholesky(precision)
    return np.linalg.solve(factor.T, np.linalg.solve(factor, linear) + rng.standard_normal(len(linear)))


@pytest.mark.slow
def test_gibbs_sampling_of_linear_attention():
    """Exact conditionals on drawn data sets, no integrator and no softmax: to four errors and 2/d of the scatter."""
    d, context, ridge, variance = 8, 4, 4.0, 0.0625
    task = HeadTask(d, context, 1700, ridge, variance, 1.0)
    rng = np.random.default_rng(1)
    each = [gibbs(rng, d, context, 1700, ridge, variance, 160) for _ in range(16)]
    error = np.std(each, ddof=1) / math.sqrt(len(each))
    value = learned(task, softmax=False).alignment
    left = 2 / d * abs(value - learned(task, softmax=False, scatter=False).alignment)
    assert error < 0.01
    assert np.mean(each) == pytest.approx(value, abs=4 * error + left)


@pytest.mark.parametrize("wrong", [{"dimension": 3}, {"context": 1}, {"samples": 0.5}, {"ridge": 0.0}])
def test_tasks_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadInput):
        HeadTask(**{"dimension": 8, "context": 4, "samples": 100, **wrong})
