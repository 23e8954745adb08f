"""Wheel and sdist as users get them: built, installed, run, tested, each in a folder of its own."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHEAP = "linear-adaptation-is-rescaling"
PART = ("tests/verdicts/test_rule.py", "tests/test_findings.py", "tests/archive", "tests/theory/kernels",
        "tests/claims/test_guide.py", "tests/test_packaging.py")  # fmt: skip

pytestmark = pytest.mark.whole


def call(*command, where):
    """Run outside the checkout, with nothing of it on the path; what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FIELDBENCH_STORE"))}
    done = subprocess.run([str(word) for word in command], cwd=where, env=clean, check=False, capture_output=True,
                          text=True)  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with sdist and wheel, the wheel made from the sdist, both from what git knows."""
    folder = tmp_path_factory.mktemp("built")
    checkout = folder / "checkout"
    checkout.mkdir()
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in tracked.decode().strip("\0").split("\0"):
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_bytes((ROOT / name).read_bytes())
    call(sys.executable, "-m", "build", "--outdir", folder / "dist", checkout, where=folder)
    return folder / "dist"


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    """The interpreter of an environment that has the wheel, and the dependencies of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    call(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, where=folder)
    (packages,) = folder.glob("lib/python3*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(here) + "\n")
    where = call(python, "-c", "import fieldbench; print(fieldbench.__file__)", where=folder).strip()
    assert where.startswith(str(packages)), "the wheel's own package comes first"
    return python


def test_the_wheel_has_what_runs_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        metadata = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA"))
    assert {name.split("/")[0] for name in names} == {"fieldbench"}
    tracked = {path.relative_to(ROOT).as_posix() for path in (ROOT / "fieldbench").rglob("*.py")}
    cases = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "cases").rglob("*") if path.suffix in (".py", ".toml")
    }
    assert {name for name in names if name.endswith(".py")} >= tracked
    assert {f"fieldbench/{name}" for name in cases} <= set(names)
    assert {"fieldbench/py.typed", "fieldbench/archive/references.toml"} <= set(names)
    assert "License-Expression: Apache-2.0" in metadata
    assert "](docs/" not in metadata


def test_the_sdist_has_what_its_tests_read(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "CITATION.cff", "CONTRIBUTING.md", "Makefile", "constraints.txt", "LICENSE", "docs/conf.py",
            "results/manifest.txt", "tests/conftest.py", "benchmarks/asv.conf.json"} <= names  # fmt: skip
    assert not {
        name for name in names if "__pycache__" in name or name.startswith(("docs/_build", "docs/api", ".git/"))
    }


def test_an_installed_wheel_lists_and_runs(environment, tmp_path):
    program = environment.with_name("fieldbench")
    assert "Usage" in call(program, "--help", where=tmp_path)
    listed = call(program, "list", where=tmp_path)
    assert len(listed.splitlines()) == 1 + len(list((ROOT / "cases").glob("*/claim.toml")))
    assert CHEAP in listed
    assert "reproduced" in call(program, "run", CHEAP, where=tmp_path)
    assert "@software{fieldbench" in call(program, "cite", CHEAP, "--bibtex", where=tmp_path)


def test_the_tests_of_an_unpacked_sdist_run(built, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    told = call(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PART, where=folder)
    assert " passed" in told
