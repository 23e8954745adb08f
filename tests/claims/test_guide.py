"""The walk of CONTRIBUTING.md: the three files as they stand there, run."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def blocks():
    """File name → the indented block that follows its mention."""
    text = GUIDE.read_text(encoding="utf-8")
    found = {}
    for name in ("claim.toml", "experiment.py", "case.py"):
        after = text.split(f"\n`{name}`, ", 1)[1].split("\n\n", 1)[1]
        lines = []
        for line in after.split("\n"):
            if line and not line.startswith("    "):
                break
            lines.append(line[4:])
        code = "\n".join(lines)
        found[name] = re.split(r"\nfieldbench run", code)[0].rstrip() + "\n"
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "walk").mkdir()
    for name, text in blocks().items():
        (tmp_path / "walk" / name).write_text(text, encoding="utf-8")
    return tmp_path / "walk"


def test_the_example_runs_as_it_stands(folder):
    done = CliRunner().invoke(app, ["run", str(folder)])
    assert done.exit_code == 0, done.output
    assert "walk-grows-diffusively: reproduced" in done.stdout
    assert "control uniform-steps: noticed by distance" in done.stdout
    said = CliRunner().invoke(app, ["explain", "walk-grows-diffusively/distance", "--cases", str(folder)])
    assert "terms beyond the leading one (order 1/n, bounded)" in said.stdout
