"""Files of strangers: a record that would hang, exhaust or mislead its reader is refused in a sentence."""

import json
import os
import random
import re

import pytest

from fieldbench import strict
from fieldbench.cells.runner import Settings
from fieldbench.cells.store import Store
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.judging.trial import run_case
from fieldbench.loading.load import load_case
from fieldbench.records import files
from fieldbench.records.assemble import assemble
from fieldbench.records.verify import differences
from tests.records.test_record import MATERIAL

EDITS = 1000


@pytest.fixture(scope="module")
def case():
    return load_case(MATERIAL / "toy" / "case.py")


@pytest.fixture(scope="module")
def text(case, tmp_path_factory):
    result = run_case(case, Store(tmp_path_factory.mktemp("store"), pytest.fail), Settings())
    return files.dump(assemble(result))


def refused(tmp_path, content, message):
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput, match=re.escape(str(path)) + f".*(?:{message})"):
        files.read(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(BadInput, match=r"pipe\.json is no regular file"):
        files.read(tmp_path / "pipe.json")
    with pytest.raises(BadInput, match="Is a directory"):
        strict.bytes_of(tmp_path)


def test_a_folder_that_cannot_be_listed_is_named_and_not_passed_over(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    original = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(BadInput, match=r"cannot list .*closed: Permission denied"):
        files.find(tmp_path)


@pytest.mark.parametrize("depth", [50, 100_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_nesting_is_bounded(tmp_path, depth, brackets):
    opening = "[" if brackets == "[]" else '{"a":'
    refused(tmp_path, opening * depth + "1" + brackets[1] * depth, "deeper")


def test_what_stands_twice_has_two_meanings(tmp_path, text):
    refused(tmp_path, text.replace('"exit_code": 0', '"exit_code": 3, "exit_code": 0', 1), "'exit_code' stands twice")


def test_numbers_of_a_million_digits_and_bytes_that_are_no_text(tmp_path):
    refused(tmp_path, "1" * 1_000_000, "is not a record")
    refused(tmp_path, b"\xff\xfe\x00", "is not a record")


def set_at(value, path, entry):
    for name in path[:-1]:
        value = value[name]
    value[path[-1]] = entry


ARRAY = ("cells", 0, "arrays", "sum")
HOSTILE = {
    "a count of replicates that is not there": (("cells", 0, "count"), 10**10, "not of 10000000000 replicates"),
    "a block of none": (("cells", 0, "count"), 0, "is none"),
    "a first replicate below the first": (("cells", 0, "first"), -1, "is none"),
    "an experiment from behind": (("cells", 0, "experiment"), -1, "experiment -1 is referred to, of 3"),
    "an experiment that is not there": (("cells", 0, "experiment"), 10**10, "is referred to, of 3"),
    "a key that is not there": (("cells", 0, "key"), 99, "key 99 is referred to"),
    "an environment that is not there": (("cells", 0, "environment"), 99, "environment 99 is referred to"),
    "objects": ((*ARRAY, "dtype"), "O", "known dtypes"),
    "strings of a gigabyte each": ((*ARRAY, "dtype"), "U1000000000", "known dtypes"),
    "a structure": ((*ARRAY, "dtype"), "i4,i4", "known dtypes"),
    "dates": ((*ARRAY, "dtype"), "M8[ns]", "known dtypes"),
    "a shape of another array": ((*ARRAY, "shape"), [1, 10**12], "do not fit"),
    "a shape that is to be guessed": ((*ARRAY, "shape"), [-1], "do not fit"),
}


@pytest.mark.parametrize(("path", "entry", "message"), HOSTILE.values(), ids=HOSTILE)
def test_counts_indices_and_arrays_are_bounded_by_what_is_there(tmp_path, text, path, entry, message):
    value = json.loads(text)
    set_at(value, path, entry)
    refused(tmp_path, json.dumps(value), message)


def test_an_axis_beside_an_empty_one_is_bounded(tmp_path, text):
    value = json.loads(text)
    value["experiments"][0]["coordinates"]["x"] = {"dtype": "float64", "shape": [0, 10**30], "data": []}
    refused(tmp_path, json.dumps(value), "do not fit")


def test_one_long_string_does_not_pad_a_million_others(tmp_path, text):
    value = json.loads(text)
    data = ["a"] * 100_000 + ["b" * 100_000]
    value["experiments"][0]["coordinates"]["x"] = {"dtype": "str", "shape": [len(data)], "data": data}
    refused(tmp_path, json.dumps(value), "to which all are padded")


def test_a_number_of_replicates_that_nobody_has_is_counted_and_not_listed(case, text):
    value = json.loads(text)
    value["replicates"] = 10**10
    record = files.Record.model_validate(value).sealed()
    assert any("replicates: the record says 10000000000" in line for line in differences(record, case))


def test_a_thousand_random_edits_are_all_noticed(case, text, tmp_path):
    """One character replaced by another of its kind: what is read is not what was sealed, or reads the same."""
    draw, path, unnoticed = random.Random(20261130), tmp_path / "edited.json", []
    kinds = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", '[]{},:".-+']
    places = [n for n, c in enumerate(text) if any(c in kind for kind in kinds)]
    whole = json.loads(text)
    for _ in range(EDITS):
        place = draw.choice(places)
        kind = next(kind for kind in kinds if text[place] in kind)
        edited = text[:place] + draw.choice([c for c in kind if c != text[place]]) + text[place + 1 :]
        path.write_text(edited)
        try:
            record = files.read(path)
        except FieldbenchError:
            continue
        sealed = record.content_hash == record.own_hash()
        if sealed and json.loads(edited) != whole:
            unnoticed.append((place, edited[place - 20 : place + 20]))
    assert not unnoticed
