"""Wolff chains against exact moments of small tori; bit operations against plain ones."""

import itertools
from dataclasses import fields

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import sparse

from fieldbench.errors import BadInput
from fieldbench.sampling.ising import clusters as sampler
from fieldbench.sampling.ising.clusters import IsingTraces, wolff
from fieldbench.sampling.ising.moments import Moments, chain_series, moments
from fieldbench.theory.ising.onsager import CRITICAL_COUPLING
from fieldbench.theory.ising.transfer import torus_moments

REPLICATES = 12
open_bonds = jax.jit(sampler._open_bonds)


def words(size, count):
    """Shape (L, L, W) of random bits."""
    return jnp.asarray(np.random.default_rng(4).integers(2**32, size=(size, size, count), dtype=np.uint32))


def _unpacked(words):
    """Shape (L, L, W) of words to (chains, L, L) of bits."""
    bits = (np.asarray(words)[..., None] >> np.arange(32, dtype=np.uint32)) & np.uint32(1)
    return bits.reshape(*bits.shape[:2], -1).transpose(2, 0, 1).astype(bool)


def _means(size, coupling, **options):
    runs = [
        moments(wolff(key, coupling, size=size, chains=128, steps=150, burn_in=60, **options), size)
        for key in jax.random.split(jax.random.key(5), REPLICATES)
    ]
    table = {field.name: np.array([getattr(run, field.name) for run in runs]) for field in fields(Moments)}
    return {name: (values.mean(), values.std(ddof=1) / REPLICATES**0.5) for name, values in table.items()}


@pytest.mark.parametrize(("size", "coupling"), [(4, 0.3), (4, CRITICAL_COUPLING), (8, CRITICAL_COUPLING), (4, 0.5)])
def test_averages_and_slopes_are_the_exact_ones(size, coupling):
    """Five standard errors of twelve replicates: by t one failure in 2,500 for each number."""
    exact = torus_moments(size, coupling)
    for name, (mean, error) in _means(size, coupling).items():
        assert abs(mean - getattr(exact, name)) < 5 * error, name
        assert error < 0.05 * abs(getattr(exact, name)), name


def test_open_edges_are_the_enumerated_open_lattice():
    """4 × 4 with free edges, all 2¹⁶ states."""
    spins = np.array(list(itertools.product((1, -1), repeat=16)), dtype=np.int8).reshape(-1, 4, 4)
    bonds = (spins[:, 1:] * spins[:, :-1]).sum(axis=(1, 2)) + (spins[..., 1:] * spins[..., :-1]).sum(axis=(1, 2))
    weights = np.exp(CRITICAL_COUPLING * (bonds - 24.0))
    energy = -(weights @ bonds) / weights.sum() / 16
    square = weights @ spins.sum(axis=(1, 2)).astype(float) ** 2 / weights.sum() / 16
    found = _means(4, CRITICAL_COUPLING, periodic=False)
    for name, exact in (("energy", energy), ("susceptibility", square)):
        assert abs(found[name][0] - exact) < 5 * found[name][1], name


def test_coins_have_their_probability():
    """2·10⁶ coins: five standard errors."""
    up = jnp.zeros((16, 16, 128), jnp.uint32)
    for probability in (0.1, 0.5857864376):
        key, number = jax.random.key(2), np.uint32(round(probability * 2**sampler.DIGITS))
        for bonds in open_bonds(key, number, up, True):
            share = _unpacked(bonds).mean()
            assert abs(share - probability) < 5 * (probability * (1 - probability) / (16 * 16 * 128 * 32)) ** 0.5


def test_bonds_join_equal_spins_only():
    spins = words(8, 1)
    for axis, bonds in enumerate(open_bonds(jax.random.key(3), np.uint32(2**24 - 1), spins, True)):
        equal = _unpacked(spins) == np.roll(_unpacked(spins), -1, axis + 1)
        assert not np.any(_unpacked(bonds) & ~equal)


def test_clusters_are_connected_components():
    """Every chain's cluster is the component of its seed in the graph of open bonds."""
    size = 10
    up = jnp.zeros((size, size, 1), jnp.uint32)
    bonds = open_bonds(jax.random.key(7), np.uint32(round(0.5 * 2**24)), up, True)
    seeds = jax.jit(sampler._seeds, static_argnums=(1, 2))(jax.random.key(8), size, 1)
    clusters, starts = _unpacked(jax.jit(sampler._cluster)(seeds, *bonds)), _unpacked(seeds)
    sites = np.arange(size**2).reshape(size, size)
    for chain, (down, right) in enumerate(zip(*(_unpacked(b) for b in bonds), strict=True)):
        assert starts[chain].sum() == 1
        pairs = [(sites[b], np.roll(sites, -1, axis)[b]) for axis, b in enumerate((down, right))]
        rows, columns = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
        graph = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(size**2, size**2))
        label = sparse.csgraph.connected_components(graph, directed=False)[1].reshape(size, size)
        np.testing.assert_array_equal(clusters[chain], label == label[starts[chain]])


observe = jax.jit(sampler._observe)


@pytest.mark.parametrize("periodic", [True, False])
def test_observables_are_plain_sums(periodic):
    packed = words(6, 2)
    spins = 1 - 2 * _unpacked(packed).astype(int)
    found = observe(packed, periodic)
    bonds = sum(np.roll(spins, -1, axis) * spins for axis in (1, 2)).sum(axis=(1, 2))
    if not periodic:
        bonds = bonds - (spins[:, 0] * spins[:, -1]).sum(axis=1) - (spins[:, :, 0] * spins[:, :, -1]).sum(axis=1)
    pairs = sum(np.roll(spins, 3, axis) * spins for axis in (1, 2)).sum(axis=(1, 2))
    np.testing.assert_array_equal(found.bonds, bonds)
    np.testing.assert_array_equal(np.abs(found.magnetisation), np.abs(spins.sum(axis=(1, 2))))
    np.testing.assert_array_equal(found.pairs, pairs)


def test_starts_are_overdispersed_and_one_program_serves_all_couplings():
    run = {"size": 16, "chains": 64, "steps": 1, "burn_in": 0}
    before = sampler._run._cache_size()
    for coupling in (3.0, 2.0):
        magnetisation = np.abs(np.asarray(wolff(jax.random.key(0), coupling, **run).magnetisation)[0])
    assert sampler._run._cache_size() == before + 1
    assert (magnetisation[::2] > 240).all()


def test_moments_are_those_of_the_traces():
    """Slopes as covariances: d⟨O⟩/dK = ⟨O S⟩ − ⟨O⟩⟨S⟩."""
    rng, size = np.random.default_rng(0), 4
    traces = IsingTraces(*(rng.integers(-16, 17, (30, 32)) for _ in range(3)))
    bonds, magnetisation, pairs = (np.asarray(trace, float).ravel() for trace in traces)
    square, fourth = magnetisation**2, magnetisation**4
    second = square.mean()
    slopes = [np.cov(values, bonds, bias=True)[0, 1] for values in (square, fourth)]
    found = moments(traces, size)
    assert found.energy == pytest.approx(-bonds.mean() / 16)
    assert found.susceptibility == pytest.approx(second / 16)
    assert found.correlation == pytest.approx(pairs.mean() / 32)
    assert found.binder == pytest.approx(1 - fourth.mean() / (3 * second**2))
    # d/dK of 1 − ⟨M⁴⟩/3⟨M²⟩², by the product rule.
    slope = 2 * fourth.mean() * slopes[0] / (3 * second**3) - slopes[1] / (3 * second**2)
    assert found.binder_slope == pytest.approx(slope, rel=1e-10)


def test_series_are_those_of_the_first_chains():
    rng = np.random.default_rng(1)
    traces = IsingTraces(*(rng.integers(-16, 17, (50, 64)) for _ in range(3)))
    series = chain_series(traces, 8)
    assert series.shape == (50, 8, 2)
    np.testing.assert_array_equal(series[..., 0], traces.magnetisation[:, :8] ** 2)
    np.testing.assert_array_equal(series[..., 1], traces.bonds[:, :8])


@pytest.mark.parametrize(
    "change",
    [
        {"size": 5},
        {"size": 0},
        {"chains": 48},
        {"steps": 0},
        {"burn_in": -1},
        {"coupling": -0.1},
        {"coupling": float("nan")},
        {"coupling": float("inf")},
        {"key": jax.random.key(0, impl="rbg")},
    ],
)
def test_bad_input_is_refused(change):
    arguments = {"key": jax.random.key(0), "coupling": 0.4, "size": 4, "chains": 32, "steps": 1, "burn_in": 0}
    with pytest.raises(BadInput):
        wolff(**(arguments | change))


def test_empty_traces_are_refused():
    with pytest.raises(BadInput):
        moments(IsingTraces(*(jnp.zeros((0, 32), jnp.int32) for _ in range(3))), 4)
