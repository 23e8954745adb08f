"""docs/your-own-claim.md: its excerpts are the files of the example, and its commands do what it says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "your-own-claim.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "minimum_norm_risk"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_every_excerpt_is_of_the_example():
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.iterdir()) if path.is_file())
    excerpts = [*blocks("python"), *blocks("toml")]
    assert len(excerpts) >= 7
    for excerpt in excerpts:
        assert excerpt in whole


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/your-own-claim.md", "examples/README.md"])
def test_links_between_the_guide_and_its_neighbours_lead_somewhere(document):
    path = ROOT / document
    links = [link for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")) if "://" not in link]
    assert links
    for link in links:
        assert (path.parent / link).exists(), link


@pytest.mark.whole
def test_followed_to_the_letter_it_ends_in_a_case_that_conforms(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commands = [line for block in blocks("console") for line in block.splitlines()]
    assert [shlex.split(line)[1] for line in commands] == ["new", "run", "run", "explain", "conform"]
    for number, line in enumerate(commands):
        if number == 2:  # by now its author has replaced the files
            shutil.rmtree("minimum_norm_risk")
            shutil.copytree(EXAMPLE, "minimum_norm_risk")
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["minimum-norm-risk: conforms"]
