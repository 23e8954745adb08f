"""From wheels, away from any checkout: the suite's cases, a new one, and those of somebody else's package."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers_toy import copied

ROOT = Path(__file__).parents[1]
THEIRS = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "their-claims"
version = "1.0"
[project.entry-points."fieldbench.cases"]
their_claims = "their_claims.cases"
[tool.setuptools]
packages = ["their_claims", "their_claims.cases", "their_claims.cases.sums"]
[tool.setuptools.package-data]
"*" = ["claim.toml"]
"""


@pytest.fixture(scope="module")
def away(tmp_path_factory):
    """A call in a folder without cases, where both wheels are all that can be imported of them."""
    folder = tmp_path_factory.mktemp("wheels")
    ours, theirs = folder / "ours", folder / "theirs"
    for name in ("fieldbench", "cases"):
        shutil.copytree(ROOT / name, ours / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, ours)
    copied(theirs / "their_claims" / "cases", "sums", "their-sum")
    for package in ("their_claims", "their_claims/cases"):
        (theirs / package / "__init__.py").write_text("")
    (theirs / "pyproject.toml").write_text(THEIRS)
    for source in (ours, theirs):
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source]
        subprocess.run(pip, check=True)
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder / "site")
    (folder / "away").mkdir()

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", *arguments], cwd=folder / "away", capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(folder / "site")},
        )  # fmt: skip

    return call


@pytest.mark.whole
def test_the_suites_own_cases_run_by_the_name_of_their_package(away):
    done = away(
        "pytest", "--pyargs", "fieldbench.cases", "-k", "full-matrix-is-one-scale", "-q", "-p", "no:cacheprovider"
    )
    assert done.returncode == 0, done.stdout
    assert " passed, " in done.stdout
    assert "error" not in done.stdout.lower()


@pytest.mark.whole
def test_cases_of_another_package_are_found_by_every_door(away):
    listed = away("fieldbench.doors.cli", "list")
    assert "their-sum\t" in listed.stdout
    assert "eigenlearning\t" in listed.stdout
    assert not listed.stderr
    done = away("fieldbench.doors.cli", "run", "their-sum")
    assert done.returncode == 0, done.stderr
    done = away("pytest", "--pyargs", "their_claims.cases", "-q")
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout


@pytest.mark.whole
def test_a_new_case_is_written_from_the_wheel(away):
    assert away("fieldbench.doors.cli", "new", "my-claim").returncode == 0
    done = away("fieldbench.doors.cli", "conform", "my_claim")
    assert done.returncode == 4
    (source, end) = done.stdout.splitlines()
    assert source.startswith("my-claim: source: arXiv id '0000.00000' is none")
    assert end == "my-claim: 1 to mend"
