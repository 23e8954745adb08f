"""The command line called as a user calls it, and the toy case of `here` edited."""

from typer.testing import CliRunner

from fieldbench.doors.cli import app


def call(*arguments):
    """Invoke the command line; what it raises is raised here."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def vary(here, old, new, file="case.py"):
    """Replace one piece of the text of one of the toy's files."""
    path = here / "cases" / "toy" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
