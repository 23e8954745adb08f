"""From experiments to cells: keys, blocks, overrides, data, resumption, and what is refused before it is kept."""

import re
from dataclasses import dataclass, replace

import jax
import numpy as np
import pytest
from helpers_cells import anew, measured, measured_by

from fieldbench.cells.keys import replicate_key
from fieldbench.cells.runner import Settings, available, measure, overridden, plan
from fieldbench.claims import Quantity, batched
from fieldbench.errors import BadInput, DataMissing


def test_a_second_run_measures_nothing_and_agrees_to_the_bit(case, store):
    first, second = measured(case, store), measured(case, store)
    assert (anew(first), anew(second)) == (3 * 8 + 8, 0)
    for a, b in zip(first, second, strict=True):
        assert (a.experiment, a.variant, a.key) == (b.experiment, b.variant, b.key)
        assert a.arrays.keys() == b.arrays.keys()
        for name, array in a.arrays.items():
            assert array.tobytes() == b.arrays[name].tobytes()


def test_the_plan_has_every_block_of_the_sound_experiments_and_then_of_the_broken_ones(case):
    present, _ = available(case.tier("quick").experiments, None)
    work = [(item.variant.name, item.experiment.size, item.first) for item in plan(case, present, 8)]
    sound = [("main", size, first) for size in (10, 100, 1000) for first in range(8)]
    assert work == sound + [("Squares", 1000, first) for first in range(8)]


def test_replicates_are_independent_and_keys_depend_on_everything(case):
    at = case.tiers["quick"].experiments[0]
    keys = {
        jax.random.key_data(replicate_key(*arguments)).tobytes()
        for arguments in [(0, "a", "s", at, 0), (1, "a", "s", at, 0), (0, "b", "s", at, 0), (0, "a", "t", at, 0),
                          (0, "a", "s", at, 1), (0, "a", "s", replace(at, size=11), 0)]
    }  # fmt: skip
    assert len(keys) == 6


def test_a_broken_measurement_has_the_draws_of_the_sound_one(case, store):
    cells = measured(case, store)
    sound = {(m.experiment, m.key.block): m.arrays["sum"] for m in cells if m.variant == "main"}
    broken = [m for m in cells if m.variant == "Squares"]
    assert len(broken) == 8
    # Normals of mean zero, squared: their sum is close to n scatter², and correlated with nothing but its own draws.
    for m in broken:
        drawn = 1.0 + m.experiment.scatter * jax.random.normal(
            replicate_key(0, "toy-sum", "", m.experiment, m.key.block[0]), (m.experiment.size,)
        )
        np.testing.assert_allclose(m.arrays["sum"], ((drawn - 1.0) ** 2).sum(), rtol=1e-9)
        np.testing.assert_allclose(sound[m.experiment, m.key.block], drawn.sum(), rtol=1e-9)


def test_overrides_replace_fields_and_equal_experiments_are_run_once(case):
    experiments = case.tier("quick").experiments
    assert overridden(case, experiments, {}) is experiments
    assert {e.scatter for e in overridden(case, experiments, {"scatter": 0.05})} == {0.05}
    assert [e.size for e in overridden(case, experiments, {"size": 7})] == [7]
    with pytest.raises(BadInput, match="cannot set colour: its experiments have scatter, size"):
        overridden(case, experiments, {"colour": 1})


@pytest.mark.parametrize(
    ("value", "tier", "message"),
    [
        (4, [(4, 16)], "holds several values, as (4, 16); write sizes=(4,)"),
        ([4, 8], [(4, 16)], "holds several values, as (4, 16); write sizes=(4, 8)"),
        ((), [(4, 16)], "there is nothing to measure; the tier has (4, 16)"),
        ((), [(4, 16), ()], ""),  # which this tier has
        ((4,), [()], ""),
    ],
)
def test_several_values_are_replaced_by_several(case, kind, value, tier, message):
    @dataclass(frozen=True)
    class WithSizes(kind):
        sizes: tuple[int, ...] = ()

    experiments = [WithSizes(10, sizes=sizes) for sizes in tier]
    if not message:
        assert {at.sizes for at in overridden(case, experiments, {"sizes": value})} == {value}
        return
    with pytest.raises(BadInput, match=re.escape(message)):
        overridden(case, experiments, {"sizes": value})


def test_experiments_without_their_data_are_skipped_with_the_reason(kind):
    @dataclass(frozen=True)
    class WithData(kind):
        datasets: tuple[str, ...] = ()

    def checksum(name):
        if name == "moon":
            raise DataMissing("moon is not here")
        return f"md5 of {name}"

    here, digits, moon = WithData(1), WithData(2, datasets=("digits",)), WithData(3, datasets=("digits", "moon"))
    present, skipped = available([here, digits, moon], checksum)
    assert present == {here: {}, digits: {"digits": "md5 of digits"}}
    assert [(skip.experiment, skip.reason) for skip in skipped] == [(moon, "moon is not here")]
    present, skipped = available([here, digits], None)
    assert present == {here: {}}
    assert [skip.reason for skip in skipped] == ["no data source was given for digits"]


def test_a_run_that_may_not_measure_says_whether_cells_are_missing(case, store):
    present, _ = available(case.tier("quick").experiments, None)
    assert measure(case, present, 8, store, Settings(partial=True)) == ((), False)
    measured(case, store)
    for path in sorted(store.root.rglob("*.json"))[:5]:
        path.unlink()
    cells, whole = measure(case, present, 8, store, Settings(partial=True))
    assert (len(cells), anew(cells), whole) == (27, 0, False)
    assert anew(measured(case, store)) == 5
    cells, whole = measure(case, present, 8, store, Settings(partial=True))
    assert (len(cells), whole) == (32, True)


def test_blocks_are_whole(case, kind, store):
    calls = []

    @dataclass(frozen=True)
    class InBlocks(kind):
        @batched(4)
        def measure(self, keys):
            calls.append(keys.shape)
            drawn = jax.vmap(lambda key: jax.random.normal(key, (self.size,)).mean() * 0.1 + 1.0)(keys)
            return {self.sum: drawn * self.size, self.residual: 0 * drawn}

    sound = measured_by(case, InBlocks)
    assert [cell.key.block for cell in measured(sound, store)] == [(0, 4), (4, 4)] * 3
    assert calls == [(4,)] * 7  # one of them a second time
    broken = replace(sound, tiers={"quick": replace(sound.tiers["quick"], replicates=6)})
    with pytest.raises(BadInput, match="6 replicates are not whole blocks of 4"):
        measured(broken, store)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_measurement_that_is_not_finite_is_refused_by_name(case, kind, store, value):
    @dataclass(frozen=True)
    class NotFinite(kind):
        def measure(self, key):
            return {self.sum: value, self.residual: 0.0}

    with pytest.raises(BadInput, match=r"'sum' has 1 values that are not finite"):
        measured(measured_by(case, NotFinite), store)
    assert not list(store.root.rglob("*.npz"))


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda self: {self.sum: np.ones(2), self.residual: 0.0}, r"'sum' has shape \(2,\) a replicate, its axes have"),
        (lambda self: {self.sum: 1.0}, "returned no 'residual'; it declares it as a quantity"),
        (lambda self: {self.sum: 1.0, "residual": 0.0}, "returned 'residual', which is no quantity of it; it has sum"),
        (lambda self: {self.sum: 1.0, Quantity(): 0.0}, "which is no quantity of it"),
        (lambda self: (1.0, 0.0), "returned tuple; return {self.quantity: value"),
    ],
)
def test_a_measurement_that_is_not_what_it_declares_is_refused(case, kind, store, returned, message):
    @dataclass(frozen=True)
    class Otherwise(kind):
        def measure(self, key):
            return returned(self)

    with pytest.raises(BadInput, match=message):
        measured(measured_by(case, Otherwise), store)
    assert not list(store.root.rglob("*.npz"))
