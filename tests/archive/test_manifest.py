"""The manifest of the committed records, and what it notices."""

import re
import shutil
from pathlib import Path

import pytest

from fieldbench.archive import manifest
from fieldbench.errors import BadInput

ROOT = Path(__file__).parents[2]


def test_the_committed_manifest_is_that_of_the_committed_records():
    stated = (ROOT / "results" / manifest.NAME).read_text(encoding="utf-8")
    assert stated == manifest.text(ROOT / "results"), "run `fieldbench results-table`, as `make results` does"
    assert re.search(r"^[0-9a-f]{64}  [0-9a-f]{64}  [a-z-]+/r\d+/[a-z-]+/\S+\.json$", stated, re.MULTILINE)


@pytest.fixture
def results(tmp_path):
    """Two records and their manifest."""
    for path in sorted((ROOT / "results" / "linear-adaptation-is-rescaling").glob("r*/*/*.json")):
        copy = tmp_path / path.relative_to(ROOT / "results")
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
    manifest.write(tmp_path)
    assert manifest.differences(tmp_path) == []
    return tmp_path


def test_an_altered_record_is_noticed(results):
    path = next(results.rglob("*.json"))
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    (found,) = manifest.differences(results)
    assert found.startswith(f"{path.relative_to(results).as_posix()} is not the file of manifest.txt")


def test_lost_and_added_records_are_noticed(results):
    path = next(results.rglob("*.json"))
    path.rename(path.with_name("other.json"))
    lost, added = manifest.differences(results)
    assert "is in manifest.txt and not here" in lost
    assert "is here and not in manifest.txt" in added


def test_a_folder_without_a_manifest_is_nobody_s_promise(results):
    (results / manifest.NAME).unlink()
    assert manifest.differences(results) == []


def test_a_damaged_manifest_is_said_to_be_one(results):
    (results / manifest.NAME).write_text("one word\n")
    with pytest.raises(BadInput, match=r"line 1: not two hashes and a path"):
        manifest.differences(results)
