"""One cell and one answer of a run are computed twice: mixed keys, hidden state and foreign generators are noticed."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_cells import measured, measured_by

from fieldbench.cells import repeated
from fieldbench.cells.repeated import require_own, require_same
from fieldbench.claims import batched
from fieldbench.errors import BadInput
from fieldbench.judging.predictions import predict
from fieldbench.statistics import adjust
from fieldbench.twice import chosen

NOTICED = "computed a second time: one replicate got another key, and 'sum' of others changed with it by up to"


def in_blocks(kind, of, block=4, **options):
    """A kind of experiment that measures blocks by a function of the keys' normals, (block, size)."""

    @dataclass(frozen=True)
    class InBlocks(kind):
        @batched(block, **options)
        def measure(self, keys):
            drawn = 1.0 + self.scatter * jax.vmap(lambda key: jax.random.normal(key, (self.size,)))(keys)
            return {self.sum: of(drawn), self.residual: jnp.abs(drawn.mean(axis=1) - 1.0)}

    return InBlocks


def finished(store):
    return len(list(store.root.rglob("*.npz"))), len(list(store.root.rglob("*/*.json")))


MIXED = {
    "a common offset": lambda drawn: drawn.sum(axis=1) + drawn[0, 0],
    "an average over the block": lambda drawn: drawn.sum(axis=1) - drawn.mean(),
    "a scale of the block": lambda drawn: drawn.sum(axis=1) * drawn.std(),
    "pairs with opposite noise": lambda drawn: drawn.sum(axis=1)[jnp.array([0, 0, 2, 2])] * jnp.array([1.0, -1, 1, -1]),
}


@pytest.mark.parametrize("mix", MIXED.values(), ids=MIXED)
def test_a_block_that_mixes_its_keys_is_refused_and_leaves_no_cell(case, kind, store, mix):
    mixed = measured_by(case, in_blocks(kind, mix))
    for _ in range(2):
        with pytest.raises(BadInput, match=NOTICED):
            measured(mixed, store)
        assert finished(store) == (0, 0)


def test_a_sound_block_passes_and_one_cell_is_marked(case, kind, store):
    cells = measured(measured_by(case, in_blocks(kind, lambda drawn: drawn.sum(axis=1))), store)
    assert [cell.repeated for cell in cells].count(True) == 1
    cells = measured(measured_by(case, in_blocks(kind, lambda drawn: drawn.sum(axis=1))), store)
    assert not any(cell.repeated for cell in cells)  # all came from the store


def test_what_a_block_has_in_common_by_its_first_key_may_be_declared(case, kind, store):
    cut = in_blocks(kind, lambda drawn: drawn.sum(axis=1) + drawn[0, 0], common="where the data set is cut")
    assert sum(cell.repeated for cell in measured(measured_by(case, cut), store)) == 1
    by_last = in_blocks(kind, lambda drawn: drawn.sum(axis=1) + drawn[-1, 0], common="where the data set is cut")
    with pytest.raises(BadInput, match=NOTICED):
        measured(measured_by(case, by_last, kind(20)), store)


def test_a_block_that_draws_its_first_replicate_from_another_key_is_refused(case, kind, store):
    """Its values differ from each other, so that nothing but the second computation shows it."""
    fixed = jax.random.normal(jax.random.key(7), ())

    def of(drawn):
        return drawn.sum(axis=1).at[0].set(10.0 + fixed)

    with pytest.raises(BadInput, match=r"'sum' stays 1.* in the replicate that got another key"):
        measured(measured_by(case, in_blocks(kind, of, block=8), kind(10)), store)


def stateful(kind):
    calls = []

    @dataclass(frozen=True)
    class Stateful(kind):
        def measure(self, key):
            calls.append(key)
            found = super().measure(key)
            return {**found, self.sum: found[self.sum] + 1e-9 * len(calls)}

    return Stateful


def unseeded(kind):
    @dataclass(frozen=True)
    class Unseeded(kind):
        def measure(self, key):
            return {self.sum: self.size + np.random.default_rng().normal(), self.residual: 0.0}

    return Unseeded


@pytest.mark.parametrize("broken", [stateful, unseeded])
def test_hidden_state_is_refused_and_leaves_no_cell(case, kind, store, broken):
    with pytest.raises(BadInput, match=r"computed a second time: 'sum' differs by .*measure has a hidden state; draw"):
        measured(measured_by(case, broken(kind)), store)
    assert finished(store) == (0, 0)


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("np.random", lambda: np.random.normal()),  # noqa: NPY002
        ("np.random", lambda: np.random.seed(0) or np.random.normal()),  # noqa: NPY002
    ],
)
def test_generators_that_a_process_shares_are_refused_at_the_first_cell(case, kind, store, name, draw):
    @dataclass(frozen=True)
    class Global(kind):
        def measure(self, key):
            return {self.sum: self.size + draw(), self.residual: 0.0}

    with pytest.raises(BadInput, match=f"it used the generator that all of {name} shares"):
        measured(measured_by(case, Global), store)
    assert finished(store) == (0, 0)


def test_elsewhere_than_on_a_cpu_rounding_is_no_difference(monkeypatch):
    values = {"x": np.float32([1.0, 2.0, 3.0, 4.0]), "n": np.arange(4), "unread": np.zeros(4)}
    nearly = {"x": values["x"] * np.float32(1.00001), "n": np.arange(4), "unread": np.ones(4)}
    with pytest.raises(BadInput, match=r"'x' differs by 4.*e-05 from the first time"):
        require_same(values, nearly, {"x", "n"}, "here")
    monkeypatch.setattr(repeated.jax, "default_backend", lambda: "gpu")
    require_same(values, nearly, {"x", "n"}, "here")
    with pytest.raises(BadInput, match=r"'x' differs"):
        require_same(values, nearly | {"x": values["x"] * np.float32(1.01)}, {"x", "n"}, "here")
    with pytest.raises(BadInput, match=r"'n' differs"):
        require_same(values, nearly | {"n": np.arange(4) + 1}, {"x", "n"}, "here")


def test_a_declared_common_part_may_move_the_mean_of_the_others_by_a_tenth_of_their_scatter():
    rng = np.random.default_rng(0)

    def own(together, each, common="a coefficient", replicates=16):
        values = rng.normal(size=(replicates, 3))
        values /= np.std(values[:-1], axis=0)
        signs = np.where(np.arange(replicates) % 2 == 0, 1.0, -1.0)[:, None]
        moved = values + together + each * signs
        moved[-1] += 1.0
        require_own({"x": values}, {"x": moved}, -1, {"x"}, common, "here")

    own(0.0, 0.0, common="")
    own(0.05, 0.1)
    own(0.0, 0.3)
    own(0.11, 0.0, replicates=8)  # fewer replicates weigh what they share less
    own(0.2, 0.3, replicates=8)  # up and down by more than on average: by chance
    for together, each, common in ((0.05, 0.1, ""), (0.2, 0.0, "a coefficient"), (0.0, 1.1, "a coefficient")):
        with pytest.raises(BadInput, match=r"'x' of others changed .* the mean of the others by 10% of their scatter"):
            own(together, each, common)


@pytest.mark.parametrize(("replicates", "draws"), [(8, 6), (16, 2)])
def test_coefficients_fitted_to_a_block_are_not_refused_by_chance(replicates, draws):
    """Four values with five controls each; a mean alone would go beyond its share in one trial of four, or of six."""
    rng = np.random.default_rng(2)

    def averages(values, controls):
        flat = controls.reshape(-1, 5)
        return {
            "x": np.stack([adjust(v.ravel(), flat).reshape(replicates, draws).mean(axis=1) for v in values], axis=1)
        }

    for _ in range(100):
        values, controls = rng.normal(size=(4, replicates, draws)), rng.normal(size=(replicates, draws, 5))
        before = averages(values, controls)
        values[:, 0], controls[0] = rng.normal(size=(4, draws)), rng.normal(size=(draws, 5))
        require_own(before, averages(values, controls), 0, {"x"}, "coefficients", "here")


def test_the_choice_is_of_the_cheapest_third_and_changes_with_the_seed():
    costs = [9.0, 1.0, 2.0, 8.0, 3.0, 1.5, 7.0]
    found = {chosen(costs, seed, "claim", "quick") for seed in range(200)}
    assert found == {1, 5}
    assert chosen([1.0], 0) == 0


def test_a_theory_that_does_not_repeat_itself_is_refused(case, kind):
    experiments = case.tiers["quick"].experiments
    rng, cache = np.random.default_rng(0), {}

    def ask(value):
        """Without rivals every answer is the theory's, whichever is asked again."""
        alone = (replace(case.checks[0], rivals={}),)
        said = {kind: lambda at: {kind.sum: value(at)}}
        told = replace(case, theories=said, checks=alone, controls=(), figure=None)
        predict(told, "quick", experiments)

    with pytest.raises(BadInput, match=r"theory theory at .*: asked again it says .* of sum, before .* no random"):
        ask(lambda at: at.size + rng.normal())
    with pytest.raises(BadInput, match=r"theory theory at .*it used the generator that all of np.random shares"):
        ask(lambda at: at.size + np.random.normal())  # noqa: NPY002
    ask(lambda at: cache.setdefault(at, at.size + rng.normal()))
