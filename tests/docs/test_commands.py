"""Commands and lines of code that the documents show: each command is there with its options, and the code runs."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from fieldbench.doors.cli import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
SHOWN = re.compile(r"^(?:    |\$ )(fieldbench .*)$", re.MULTILINE)
WORDS = re.compile(r"`(fieldbench [^`]+)`")

COMMANDS = sorted({
    (path.relative_to(ROOT).as_posix(), command.partition(" #")[0].replace("…", "").strip())
    for path in DOCUMENTS if "_build" not in path.parts and "api" not in path.parts
    for text in [path.read_text(encoding="utf-8")] for command in [*SHOWN.findall(text), *WORDS.findall(text)]
})  # fmt: skip


@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_a_command_is_there_with_its_options(document, command):
    _, *words = shlex.split(command.replace("\n", " "))
    verb = next((word for word in words if not word.startswith("-")), "")
    found = get_command(app)
    for name in [verb, *words[1:2]] if verb == "data" else [verb] if verb else []:
        found = found.commands[name]
    options = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options


def test_many_commands_are_shown():
    assert len({command.split()[1] for _, command in COMMANDS}) >= 20


def test_the_lines_on_the_hot_loops_run():
    text = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8").partition("## The hot loops")[2]
    code = "".join(line.strip() + "\n" for line in text.splitlines() if line.startswith("    "))
    assert code.count("import ") == 2
    exec(compile(code.replace("60_000", "6_000"), "doors.md", "exec"), {})  # what fits any machine
