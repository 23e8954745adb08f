"""The command line called as a user calls it, and the toy case of `here` edited."""

import json

from helpers_toy import edited
from typer.testing import CliRunner

from fieldbench.doors.cli import app


def call(*arguments):
    """Invoke the command line; what it raises is raised here."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def refusal(*arguments):
    """The one line, on stderr alone, with which a call ends in exit code 5."""
    done = call(*arguments)
    assert done.exit_code == 5
    assert not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def computed(*arguments):
    """Cells that a run measured now."""
    return json.loads(call("run", *arguments, "--json").stdout)["results"][0]["computed"]


def vary(here, old, new, file="case.py"):
    """Replace one piece of the text of one of the toy's files."""
    edited(here / "cases" / "toy" / file, old, new)
