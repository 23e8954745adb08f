"""A claim written from CONTRIBUTING.md alone, by somebody who had read nothing else: short, sound, and able to fail."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app

FOLDER = Path(__file__).parents[1] / "material" / "relu_variance"


def test_two_files_of_eighty_lines_are_enough():
    lines = sum(len((FOLDER / name).read_text().splitlines()) for name in ("experiment.py", "case.py"))
    assert lines <= 80


@pytest.mark.slow
def test_its_verdicts_rivals_and_controls_are_as_declared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["run", str(FOLDER)])
    assert done.exit_code == 0, done.output
    assert "relu-variance-has-no-width: reproduced" in done.stdout
    assert "control leaky: noticed by variance" in done.stdout
    assert "control moments-of-the-preactivation: noticed by kurtosis" in done.stdout
