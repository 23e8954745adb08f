"""The store: what is finished stays, what is damaged is reported and absent, nothing is half there."""

import dataclasses
import json
import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from fieldbench import atomic
from fieldbench.cells.store import CellKey, Store
from fieldbench.errors import BadInput, StoreError

KEY = CellKey(
    "a-claim",
    1,
    {"kind": "Sphere", "dimension": 8, "ridge": 0.1, "pair": (0, 1)},
    0,
    (0, 8),
    "main",
    "float64",
    "highest",
)
ARRAYS = {
    "curve": np.linspace(0.0, 1.0, 24).reshape(8, 3),
    "file": np.array([np.nan, np.inf, -0.0, 5e-324]),
    "single": np.float32(0.1) * np.ones(3, np.float32),
    "count": np.arange(3),
    "empty": np.zeros((8, 0)),
}


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def store(tmp_path, warnings):
    return Store(tmp_path / "store", warnings.append)


def test_round_trip_is_exact_to_the_bit(store, warnings):
    assert store.load(KEY) is None
    saved = store.save(KEY, ARRAYS, {"device": "cpu"})
    for cell in (saved, store.load(KEY)):
        assert cell.arrays.keys() == ARRAYS.keys()
        for name, array in ARRAYS.items():
            assert cell.arrays[name].dtype == array.dtype
            assert cell.arrays[name].shape == array.shape
            assert cell.arrays[name].tobytes() == array.tobytes()
        assert cell.provenance == {"device": "cpu"}
    assert not warnings


@pytest.mark.parametrize(
    "change",
    [
        {"claim": "another"},
        {"revision": 2},
        {"experiment": {**KEY.experiment, "ridge": 0.1000000001}},
        {"experiment": {**KEY.experiment, "kind": "Cube"}},
        {"seed": 1},
        {"block": (8, 8)},
        {"block": (0, 4)},
        {"variant": "a-control"},
        {"dtype": "float32"},
        {"matmul_precision": "default"},
        {"data": {"digits": "md5:1"}},
        {"ports": {"gpr": "theirs:Factory"}},
        {"code": "another hash"},
    ],
)
def test_every_part_of_the_key_makes_another_cell(store, change):
    store.save(KEY, ARRAYS, {})
    assert store.load(dataclasses.replace(KEY, **change)) is None


def test_equal_keys_have_equal_digests_whatever_the_order_or_container():
    same = dataclasses.replace(
        KEY, experiment={"pair": [0, 1], "kind": "Sphere", "ridge": np.float64(0.1), "dimension": np.int64(8)}
    )
    assert same.digest() == KEY.digest()


def files(store, suffix):
    return sorted(path for path in store.root.rglob(f"*{suffix}") if path.suffix == suffix)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-10])


def edit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def edit_provenance(path):
    head = json.loads(path.read_text())
    head["provenance"]["device"] = "another"
    path.write_text(json.dumps(head))


@pytest.mark.parametrize(
    ("suffix", "damage", "reason"),
    [
        (".npz", truncate, "truncated or were edited"),
        (".npz", edit, "truncated or were edited"),
        (".npz", os.unlink, "arrays are missing"),
        (".json", truncate, "head is not whole"),
        (".json", edit_provenance, "head was edited"),
        (".json", lambda path: path.write_text("[]"), "head is not whole"),
        (".json", lambda path: path.write_bytes(b"\xff\xfe"), "head is not whole"),
        (".json", lambda path: path.write_bytes(b""), "head is not whole"),
    ],
)
def test_a_damaged_cell_is_reported_and_can_be_redone(store, warnings, suffix, damage, reason):
    store.save(KEY, ARRAYS, {"device": "cpu"})
    (path,) = files(store, suffix)
    damage(path)
    assert store.load(KEY) is None
    (warning,) = warnings
    assert reason in warning
    assert "measured again" in warning
    store.save(KEY, ARRAYS, {"device": "cpu"})
    assert store.load(KEY) is not None
    assert len(warnings) == 1


def test_a_head_under_another_cells_name_is_not_believed(store, warnings):
    store.save(KEY, ARRAYS, {})
    other = dataclasses.replace(KEY, seed=1)
    store.path(KEY).rename(store.path(other))
    assert store.load(other) is None
    assert "belongs to another cell" in warnings[0]


def test_a_kill_between_arrays_and_head_leaves_no_cell(store, warnings, monkeypatch):
    written = []

    def write(path, content, **options):
        if written:
            raise KeyboardInterrupt
        written.append(path)
        original(path, content, **options)

    original = atomic.write
    monkeypatch.setattr(atomic, "write", write)
    with pytest.raises(KeyboardInterrupt):
        store.save(KEY, ARRAYS, {})
    monkeypatch.undo()
    assert store.load(KEY) is None
    assert not warnings
    store.save(KEY, ARRAYS, {})
    assert len(files(store, ".npz")) == 1  # the same arrays have the same name


def test_stale_temporaries_are_swept_and_young_ones_are_not(store):
    store.save(KEY, ARRAYS, {})
    folder = store.path(KEY).parent
    old, young = folder / f".x.1.a{atomic.SUFFIX}", folder / f".x.1.b{atomic.SUFFIX}"
    for path in (old, young):
        path.write_bytes(b"half")
    past = time.time() - 2 * atomic.STALE_AFTER
    os.utime(old, (past, past))
    store.save(dataclasses.replace(KEY, seed=1), ARRAYS, {})
    assert not old.exists()
    assert young.exists()


def test_a_store_that_cannot_be_made_says_so_at_once(tmp_path, warnings):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot write .*file.*nothing was computed yet; choose a writable directory"):
        Store(tmp_path / "file", warnings.append)


@pytest.mark.parametrize("code", [28, 13, 30])  # ENOSPC, EACCES, EROFS
def test_a_full_or_read_only_disk_loses_only_the_cell_at_hand(store, monkeypatch, code):
    store.save(KEY, ARRAYS, {})
    other = dataclasses.replace(KEY, seed=1)

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StoreError, match=rf"{os.strerror(code)}; this cell is lost, no finished cell is; choose"):
        store.save(other, ARRAYS, {})
    monkeypatch.undo()
    assert store.load(other) is None
    assert store.load(KEY) is not None
    assert not list(store.root.rglob(f"*{atomic.SUFFIX}"))


def test_objects_are_refused_since_only_a_pickle_could_hold_them(store):
    with pytest.raises(BadInput, match="holds Python objects"):
        store.save(KEY, {"bad": np.array([object()])}, {})
    with pytest.raises(BadInput, match="cannot be stored"):
        dataclasses.replace(KEY, experiment={"f": len}).digest()


def _hammer(root, start, rounds):
    store = Store(root, lambda message: os._exit(3))
    rng = np.random.default_rng(start)
    for _ in range(rounds):
        store.save(KEY, {"x": rng.normal(size=50)}, {})  # differing arrays: the worst case
        if store.load(KEY) is None:
            os._exit(4)


def test_two_processes_on_one_cell_never_see_it_damaged(tmp_path):
    context = multiprocessing.get_context("forkserver")
    workers = [context.Process(target=_hammer, args=(tmp_path, number, 60)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]


def test_a_killed_writer_leaves_a_whole_cell_or_none(tmp_path, warnings):
    context = multiprocessing.get_context("forkserver")
    rng = np.random.default_rng(0)
    for _ in range(5):
        worker = context.Process(target=_hammer, args=(tmp_path, 0, 10_000))
        worker.start()
        time.sleep(0.2 + 0.2 * rng.random())
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        Store(tmp_path, warnings.append).load(KEY)
    assert not warnings
