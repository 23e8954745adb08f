"""What a wheel must hold, and what importing it must not do."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_and_the_cases_are_in_the_wheel():
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "fieldbench").rglob("__init__.py")}
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    assert listed == {".".join(folder.parts) for folder in folders} | {
        "fieldbench.cases",
        "fieldbench.evidence.schemas",
    }


def test_exact_versions_are_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text().split("\n")
    assert all(line.count("==") == 1 and "/" not in line for line in lines if line)


def test_importing_the_package_imports_no_jax():
    code = "import sys, fieldbench, fieldbench.evidence, fieldbench.doors.pytest_plugin; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_evidence_knows_no_physics_and_physics_knows_no_evidence():
    """One direction: theory, regression, sampling and data never import evidence; evidence never imports them."""
    physics = ("theory", "regression", "sampling", "data")
    for room in (*physics, "evidence", "report"):
        forbidden = ["evidence", "report"] if room in physics else list(physics)
        for path in (ROOT / "fieldbench" / room).rglob("*.py"):
            text = path.read_text()
            assert not any(f"fieldbench.{other}" in text for other in forbidden), path
    for room in ("theory", "regression", "sampling", "data", "evidence"):
        for path in (ROOT / "fieldbench" / room).rglob("*.py"):
            assert "fieldbench.doors" not in path.read_text(), path
