"""`fieldbench new`: what it writes runs as it stands, and nothing of anybody's is written over."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.authoring.new import PLACEHOLDER, write_case
from fieldbench.doors.cli import app
from fieldbench.errors import BadInput

ROOT = Path(__file__).parents[2]
KEBAB = "is not kebab-case (lower-case words and digits joined by single hyphens)"
FILES = ["case.py", "claim.toml", "experiment.py", "worlds.py"]


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_new_case_runs_at_once(away):
    done = call("new", "my-claim")
    assert done.exit_code == 0
    assert sorted(path.name for path in (away / "my_claim").iterdir()) == FILES
    assert "it runs as it is: fieldbench run my_claim" in done.stdout
    done = call("run", "my_claim")
    assert done.exit_code == 0, done.output
    assert "my-claim: reproduced" in done.stdout
    assert "control uniform-steps: noticed by distance" in done.stdout
    assert "control root-two-lost: noticed by distance" in done.stdout


def test_it_goes_where_it_is_told_with_its_own_id_and_keeps_the_rules_of_the_house(away):
    value = json.loads(call("new", "another-claim", "--to", "deep/down", "--json").stdout)
    assert sorted(Path(path).name for path in value["files"]) == FILES
    texts = [(away / path).read_text(encoding="utf-8") for path in value["files"]]
    assert not any(PLACEHOLDER in text for text in texts)
    assert sum('id = "another-claim"' in text for text in texts) == 1
    options = ["--config", ROOT / "pyproject.toml", "--config", "lint.isort.known-first-party=['fieldbench']"]
    for verb in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, *options, "--no-cache", "deep/down"], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("My_Claim", f"claim id 'My_Claim' {KEBAB}; try my-claim"),
        ("New walk", f"claim id 'New walk' {KEBAB}; try new-walk"),
        ("Δ", f"claim id 'Δ' {KEBAB}; try my-claim"),
        ("eigenlearning", "claim id 'eigenlearning' is that of "),
    ],
)  # fmt: skip
def test_an_id_that_cannot_be_one_is_refused(away, claim, words):
    done = call("new", claim)
    assert done.exit_code == 5
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {words}")
    assert not list(away.iterdir())


def test_what_is_there_is_left_as_it_is(away):
    (away / "mine").mkdir()
    (away / "mine" / "case.py").write_text("of somebody")
    (away / "file").write_text("of somebody")
    for to in ("mine", "file"):
        done = call("new", "my-claim", "--to", to)
        assert done.exit_code == 5
        said = f"error: {to} exists already and is left as it is; name an empty or a new folder with --to"
        assert done.stderr.splitlines() == [said]
    assert (away / "mine" / "case.py").read_text() == (away / "file").read_text() == "of somebody"
    with pytest.raises(BadInput, match=r"file/below cannot be written: Not a directory; name another folder with --to"):
        write_case("my-claim", away / "file" / "below", {})
    (away / "empty").mkdir()
    assert len(write_case("my-claim", away / "empty", {})) == len(FILES)
