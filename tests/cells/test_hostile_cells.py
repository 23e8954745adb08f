"""Cells whose hashes are right and whose content is not: reported, never used, and nothing is taken into memory."""

import hashlib
import io
import json
import os
import resource
import zipfile

import numpy as np
import pytest

from fieldbench import canonical
from fieldbench.cells.store import Store
from tests.cells.test_store import ARRAYS, KEY


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def store(tmp_path, warnings):
    store = Store(tmp_path / "store", warnings.append)
    store.save(KEY, ARRAYS, {"device": "cpu"})
    return store


def put(store, content=None, **head):
    """A cell of these arrays with this head, all its hashes made anew."""
    path = store.path(KEY)
    value = json.loads(path.read_text())
    value.pop("head_sha256")
    if content is not None:
        checksum = hashlib.sha256(content).hexdigest()
        value |= {"npz": f"{path.stem}.{checksum[:16]}.npz", "npz_sha256": checksum}
        path.with_name(value["npz"]).write_bytes(content)
    value = {name: entry for name, entry in (value | head).items() if entry is not None}
    path.write_text(json.dumps(value | {"head_sha256": canonical.sha256(value)}))


def packed(*members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(shape, dtype="<f8", data=b""):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": dtype, "fortran_order": False, "shape": shape})
    return buffer.getvalue() + data


CONTENTS = {
    "no archive": (b"nothing", "cannot be read"),
    "half an archive": (packed(("a.npy", npy((2,), data=bytes(16))))[:-10], "cannot be read"),
    "no array": (packed(("a.npy", b"nothing")), "cannot be read"),
    "an array that is not there": (packed(("a.npy", npy((10**12,)))), "announces 8000000000000 bytes"),
    "a negative length": (packed(("a.npy", npy((-1,)))), "announces"),
    "objects": (packed(("a.npy", npy((1,), dtype="|O", data=bytes(8)))), "announces|hasobject|cannot be read"),
    "a bomb": (packed(("a.npy", npy((2**24,), data=bytes(2**27))), compression=zipfile.ZIP_DEFLATED), "is packed"),
}


@pytest.mark.parametrize(("content", "reason"), CONTENTS.values(), ids=CONTENTS)
def test_arrays_that_are_none_are_reported_and_not_used(store, warnings, content, reason):
    put(store, content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert store.load(KEY) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB
    (warning,) = warnings
    assert any(part in warning for part in reason.split("|")), warning
    assert "measured again" in warning


HEADS = {
    "no format": ({"format": None}, "its format is None"),
    "no key": ({"key": None}, "another cell"),
    "no provenance": ({"provenance": None}, "no provenance"),
    "provenance that is none": ({"provenance": [1]}, "no provenance"),
    "no arrays": ({"npz": None}, "names other arrays"),
    "arrays of a number": ({"npz": 7}, "names other arrays"),
    "arrays elsewhere": ({"npz": "../../../secret.npz"}, "names other arrays"),
    "a checksum of a list": ({"npz_sha256": [1]}, "names other arrays"),
}


@pytest.mark.parametrize(("head", "reason"), HEADS.values(), ids=HEADS)
def test_heads_that_lack_something_are_reported_and_not_used(store, warnings, head, reason):
    put(store, **head)
    assert store.load(KEY) is None
    assert reason in warnings[0]


def test_a_head_or_arrays_that_are_a_pipe_are_not_waited_for(store, warnings):
    path = store.path(KEY)
    arrays = path.with_name(json.loads(path.read_text())["npz"])
    arrays.unlink()
    os.mkfifo(arrays)
    assert store.load(KEY) is None
    path.unlink()
    os.mkfifo(path)
    assert store.load(KEY) is None
    assert "no regular file" in warnings[0]
    assert "head is not whole" in warnings[1]


def test_a_head_that_nests_for_ever_is_not_followed(store, warnings):
    store.path(KEY).write_text("[" * 100_000)
    assert store.load(KEY) is None
    assert "head is not whole" in warnings[0]
