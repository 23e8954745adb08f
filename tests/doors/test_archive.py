"""The doors to the archive: cite, export, the manifest by results-table and verify."""

import json

import pytest
from helpers_doors import call, refusal

from fieldbench.archive.manifest import NAME

pytestmark = pytest.mark.usefixtures("here")


def test_without_a_record_papers_are_cited_and_what_is_missing_is_said():
    done = call("cite", "toy-sum")
    assert done.exit_code == 0
    assert done.stdout.startswith("The fieldbench authors, fieldbench: ")
    assert "[the claim]" in done.stdout
    assert "numerics" not in done.stdout
    assert "no record of toy-sum: its papers only" in done.stderr


def test_with_a_record_methods_and_the_record_are_cited(here):
    call("run")
    done = call("cite", "toy-sum")
    assert "[numerics]" in done.stdout
    (path,) = (here / ".fieldbench" / "results").rglob("*.json")
    content_hash = json.loads(path.read_bytes())["content_hash"]
    assert f"record toy-sum/r1/quick/{path.name}, sha256:{content_hash}" in done.stdout
    entries = call("cite", "toy-sum", "--bibtex").stdout
    assert entries.count("\n@") == entries.count("\n}\n") + entries.endswith("\n}") >= 3
    keys = [work["key"] for work in json.loads(call("cite", "toy-sum", "--json").stdout)]
    assert keys[0] == "fieldbench"
    assert "jax" in keys
    assert len(keys) == len(set(keys))


def test_the_suite_alone():
    assert len(call("cite").stdout.splitlines()) == 1


def test_an_unknown_case_is_refused_with_the_nearest():
    assert "toy-sum" in refusal("cite", "toy-sun")


def test_a_crate_of_own_runs(here):
    call("run", "--results", "mine")
    done = call("export", "--ro-crate", "crate", "--results", "mine")
    assert done.exit_code == 0
    assert (here / done.stdout.strip()).is_file()
    assert (here / "crate" / "cases" / "toy" / "claim.toml").is_file()
    assert call("verify", "crate/records", "--cases", "crate/cases").exit_code == 0
    assert "no directory of records" in refusal("export", "--ro-crate", "other", "--results", "none")
    assert "is not empty" in refusal("export", "--ro-crate", "crate", "--results", "mine")


def test_a_case_in_a_folder_of_the_working_directory_is_verified_and_packed_by_its_id(here):
    (here / "cases" / "toy").rename(here / "toy_sum")
    (here / "cases").rmdir()
    call("run", "toy_sum")
    done = call("verify", here / ".fieldbench" / "results")
    assert done.exit_code == 0, done.output
    assert call("export", "toy-sum", "--ro-crate", "crate").exit_code == 0  # there is no results/ here: of own runs
    assert (here / "crate" / "cases" / "toy_sum" / "claim.toml").is_file()
    assert call("verify", "crate/records", "--cases", "crate/cases").exit_code == 0


def test_verify_holds_a_directory_against_its_manifest(here):
    call("run", "--results", "mine")
    assert call("verify", "mine").exit_code == 0
    call("results-table", "--results", "mine")
    assert call("verify", "mine").exit_code == 0
    path = here / "mine" / NAME
    path.write_text(path.read_text().replace("toy-sum/", "toy-sun/"))
    done = call("verify", "mine")
    assert done.exit_code == 5
    assert done.stdout.count("manifest: ") == 2
    assert len(json.loads(call("verify", "mine", "--json").stdout)["manifest"]) == 2
