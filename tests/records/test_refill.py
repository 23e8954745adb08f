"""Cells of records go back into a store: a run goes on in another checkout, as far as the code is the same."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from helpers_toy import copied, edited

from fieldbench.cells.runner import Settings
from fieldbench.cells.store import Store
from fieldbench.errors import BadInput
from fieldbench.judging.trial import run_case
from fieldbench.loading.load import load_case
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.assemble import assemble
from fieldbench.records.files import dump, read
from fieldbench.records.refill import refill

OLD = Path(__file__).parent / "material" / "toy-schema-1.json"
CELLS = 32


@pytest.fixture
def folder(tmp_path):
    """A checkout with the toy."""
    return copied(tmp_path / "here")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", pytest.fail)


@pytest.fixture
def elsewhere(tmp_path):
    """The store of another checkout, empty."""
    return Store(tmp_path / "elsewhere", pytest.fail)


def run(folder, store, **settings):
    return run_case(load_case(folder / "case.py"), store, Settings(**settings))


def partial(folder, store, path, *, without=12):
    """The partial record, as read from disk, of a run that was stopped."""
    run(folder, store)
    for head in sorted(store.root.rglob("*.json"))[:without]:
        head.unlink()
    found = assemble(run(folder, store, partial=True))
    assert not found.complete
    path.write_text(dump(found))
    return read(path)


def test_cells_of_a_partial_record_are_not_measured_again(folder, store, elsewhere, tmp_path):
    record = partial(folder, store, tmp_path / "partial.json")
    assert len(record.cells) == CELLS - 12
    assert refill(record, elsewhere) == CELLS - 12
    result = run(folder, elsewhere)
    assert result.computed == 12
    whole = run(folder, store)
    for a, b in zip(whole.measurements, result.measurements, strict=True):
        for name, array in a.arrays.items():
            assert array.tobytes() == b.arrays[name].tobytes()
            assert array.dtype == b.arrays[name].dtype


def test_a_whole_record_refills_everything_and_provenance_stays(folder, store, elsewhere):
    first = assemble(run(folder, store))
    assert refill(first, elsewhere) == CELLS
    result = run(folder, elsewhere)
    assert result.computed == 0
    second = assemble(result)
    assert second.cells == first.cells  # dates, times and memory of each cell, too
    assert (second.environments, second.keys, second.predictions) == (first.environments, first.keys, first.predictions)
    assert refill(second, elsewhere) == 0  # what is there stays
    for a, b in zip(first.checks, second.checks, strict=True):
        assert a == b


def test_what_is_there_is_not_overwritten_and_what_is_damaged_is_replaced(folder, store, tmp_path):
    record = assemble(run(folder, store))
    heads = sorted(store.root.rglob("*.json"))
    before = heads[1].stat().st_mtime_ns
    heads[0].write_text("{")
    warnings = []
    assert refill(record, Store(store.root, warnings.append)) == 1
    assert len(warnings) == 1
    assert heads[1].stat().st_mtime_ns == before
    assert run(folder, store).computed == 0


def test_the_case_may_lie_elsewhere(folder, store, elsewhere, tmp_path):
    """A cell's key has no path: another checkout of the same code finds it."""
    there = Path(shutil.copytree(folder, tmp_path / "there" / "another_name"))
    refill(assemble(run(folder, store)), elsewhere)
    assert run(there, elsewhere).computed == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "computed"),
    [
        ("helper.py", "1.0 + scatter", "1.0 + 1.0 * scatter", CELLS),
        ("experiment.py", "jnp.mean(drawn) - 1.0", "1.0 - jnp.mean(drawn)", CELLS),
        ("helper.py", '"""Normals around one."""', '"""Normals of mean one."""', 0),
        ("case.py", "1.1 * at.size", "1.2 * at.size", 0),
    ],
    ids=["helper", "experiment", "docstring", "theory"],
)
def test_cells_of_other_code_are_useless(folder, store, elsewhere, file, old, new, computed):
    record = assemble(run(folder, store))
    edited(folder / file, old, new)
    assert refill(record, elsewhere) == CELLS
    assert run(folder, elsewhere).computed == computed


@pytest.mark.parametrize("settings", [{"seed": 1}, {"tier": "standard"}, {"overrides": {"scatter": 0.2}}])
def test_cells_of_another_seed_or_experiment_are_not_taken(folder, store, elsewhere, settings):
    refill(assemble(run(folder, store)), elsewhere)
    result = run(folder, elsewhere, **settings)
    assert result.computed == len(result.measurements)


def test_an_old_record_has_no_keys_and_its_cells_stay_out(elsewhere):
    record = read(OLD)
    assert refill(record, elsewhere) == 0
    assert not list(elsewhere.root.rglob("*.npz"))


DIFFERENT = {
    "dtype": lambda arrays: arrays | {"sum": ArrayPart.of(np.float32([100.0]))},
    "shape": lambda arrays: arrays | {"sum": ArrayPart.of(np.full((1, 2), 100.0))},
    "name": lambda arrays: {"total" if name == "sum" else name: part for name, part in arrays.items()},
    "one more": lambda arrays: arrays | {"another": ArrayPart.of(np.zeros(1))},
    "one less": lambda arrays: {"sum": arrays["sum"]},
}


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT)
def test_a_cell_that_is_unlike_its_siblings_is_refused_before_another_is_committed(folder, store, elsewhere, change):
    """A forged or mangled record: the run stops at the first sound cell beside it, or at it."""
    record = assemble(run(folder, store))
    first = record.cells[0].model_copy(update={"arrays": change(dict(record.cells[0].arrays))})
    refill(record.model_copy(update={"cells": [first]}).sealed(), elsewhere)
    heads = {path.name for path in elsewhere.root.rglob("*.json")}
    with pytest.raises(BadInput, match=r"toy-sum, main, Sum\(size=10, scatter=0\.1\), replicates from 1: array "):
        run(folder, elsewhere)
    assert {path.name for path in elsewhere.root.rglob("*.json")} == heads


def test_a_record_whose_replicates_are_all_one_is_refused(folder, store, elsewhere):
    record = assemble(run(folder, store))
    first = record.cells[0]
    repeated = [c.model_copy(update={"arrays": first.arrays}) for c in record.cells[:8]]
    refill(record.model_copy(update={"cells": repeated}).sealed(), elsewhere)
    with pytest.raises(BadInput, match=r"Sum\(size=10, scatter=0\.1\): all 8 replicates agree to the last bit"):
        run(folder, elsewhere)


def test_an_edited_record_refills_nothing(folder, store, elsewhere):
    record = assemble(run(folder, store))
    value = record.cells[0].arrays["sum"].model_copy(update={"data": [101.0]})
    cell = record.cells[0].model_copy(update={"arrays": dict(record.cells[0].arrays) | {"sum": value}})
    with pytest.raises(BadInput, match="it was edited; take it from where it is committed"):
        refill(record.model_copy(update={"cells": [cell, *record.cells[1:]]}), elsewhere)
    assert not list(elsewhere.root.rglob("*.npz"))
