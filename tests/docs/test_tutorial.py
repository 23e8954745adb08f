"""docs/tutorial.md: its commands are there, and, as a whole, what it shows happens."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from fieldbench.doors.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [shlex.split(line.removeprefix("$ ")) for kind, text in BLOCKS if kind == "console"
            for line in text.splitlines()]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_is_there_with_its_options(words):
    program, verb, *arguments = words
    assert program == "fieldbench"
    command = get_command(app).commands[verb]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in arguments if word.startswith("--")} <= options


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
