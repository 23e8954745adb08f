"""docs/tutorial.md: what it says of setting up is so, and, as a whole, what it shows happens."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_what_is_set_up_by_hand_is_what_the_repository_has():
    assert "\n    pip install --constraint constraints.txt --editable .\n" in TEXT
    assert (ROOT / "constraints.txt").is_file()
    assert "\ncases: " in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.whole
def test_everything_that_is_shown_happens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    names = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "tutorial", "exec"), names)
        else:
            for line in text.splitlines():
                done = CliRunner().invoke(app, shlex.split(line.removeprefix("$ "))[1:], catch_exceptions=False)
                assert done.exit_code == 0, f"{line}\n{done.output}"
                assert done.stdout
    assert (tmp_path / "crate" / "ro-crate-metadata.json").is_file()
