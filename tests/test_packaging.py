"""What a wheel must hold, and what importing it must not do."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from shape import JUDGES, PHYSICS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS = PROJECT["tool"]["setuptools"]
ROOMS = sorted(path.parent.name for path in (ROOT / "fieldbench").glob("*/__init__.py"))


def case_folders():
    return sorted(path.parent for path in (ROOT / "cases").glob("*/claim.toml"))


def test_every_package_and_the_cases_are_in_the_wheel():
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "fieldbench").rglob("__init__.py")}
    cases = {f"fieldbench.cases.{folder.name}" for folder in case_folders()}
    assert cases
    assert set(SETUPTOOLS["packages"]) == {".".join(folder.parts) for folder in folders} | cases | {
        "fieldbench.cases",
        "fieldbench.authoring.template",
        "fieldbench.records.schemas",
    }
    assert len(SETUPTOOLS["packages"]) == len(set(SETUPTOOLS["packages"]))
    assert SETUPTOOLS["package-dir"] == {"fieldbench.cases": "cases"}


def test_the_facts_of_a_case_and_the_schemas_are_in_the_wheel():
    data = SETUPTOOLS["package-data"]
    assert "claim.toml" in data["*"]
    assert "schemas/*.json" in data["fieldbench.records"]
    assert "template/*.template" in data["fieldbench.authoring"]
    template = {path.name for path in (ROOT / "fieldbench" / "authoring" / "template").iterdir()}
    assert template == {f"{name}.template" for name in ("claim.toml", "experiment.py", "case.py", "worlds.py")}
    assert sorted(path.name for path in (ROOT / "fieldbench" / "records" / "schemas").iterdir()) == [
        "record-1.json",
        "record-2.json",
    ]
    for folder in case_folders():
        files = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
        assert {"claim.toml", "case.py"} <= files
        other = {name for name in files if not name.endswith(".py")} - {"claim.toml"}
        assert not other, f"{folder}: {other} would be missing from the wheel"


def test_what_a_package_index_shows_has_no_link_that_breaks_there():
    """No public address of the repository is known, so that the index gets a page without links into it."""
    text = (ROOT / PROJECT["project"]["readme"]).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]*)\)|(?:src|href)=\"([^\"]*)\"", text)
    assert all(target.startswith("https://") for pair in targets for target in pair if target)
    shown = set(re.findall(r"fieldbench run ([a-z-]+)", text))
    assert shown
    assert shown <= {folder.name.replace("_", "-") for folder in case_folders()}


def test_exact_versions_are_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text().split("\n")
    assert all(line.count("==") == 1 and "/" not in line for line in lines if line)


@pytest.mark.parametrize(
    "module",
    [
        "fieldbench",
        "fieldbench.claims",
        "fieldbench.doors.pytest_plugin",
        "fieldbench.doors.cli",
    ],
)
def test_importing_the_package_imports_no_jax(module):
    code = f"import sys, {module}; sys.exit('jax' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def imported(path, *, on_demand=True):
    """Modules of fieldbench that a file imports; without `on_demand` only those of its top level, not of functions
    and of what only a type checker reads."""
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if on_demand else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "fieldbench"}


def rooms_of(modules):
    """The rooms in which modules lie; single modules at the top of the package are in none."""
    return {name.split(".")[1] for name in modules if "." in name} & set(ROOMS)


def of(room):
    files = sorted((ROOT / "fieldbench" / room).rglob("*.py"))
    assert files
    return files


def test_every_room_is_one_that_the_rules_below_know():
    assert set(ROOMS) == {*PHYSICS, *JUDGES, "doors"}


@pytest.mark.parametrize("room", sorted(PHYSICS))
def test_physics_knows_no_evidence(room):
    """Theory, regression, sampling and data never import what makes evidence of them, nor a door."""
    for path in of(room):
        assert not rooms_of(imported(path)) - {*PHYSICS}, path
        assert not any(f"fieldbench.{other}" in path.read_text() for other in (*JUDGES, "doors")), path


@pytest.mark.parametrize("room", sorted(JUDGES))
def test_evidence_knows_no_physics_and_no_door(room):
    for path in of(room):
        assert not rooms_of(imported(path)) & {*PHYSICS, "doors"}, path
        assert not any(f"fieldbench.{other}" in path.read_text() for other in (*PHYSICS, "doors")), path


def test_verdicts_know_numbers_only():
    for path in of("verdicts"):
        assert rooms_of(imported(path)) <= {"verdicts"}, path


@pytest.mark.parametrize("room", ["report", "archive"])
def test_report_and_archive_read_records_only(room):
    below = {"archive"} if room == "report" else set()  # a page says how to cite
    for path in of(room):
        modules = imported(path)
        assert rooms_of(modules) <= {room, "records", "verdicts", "claims"} | below, path
        claims = {name for name in modules if name.startswith("fieldbench.claims")}
        assert all(name.startswith("fieldbench.claims.names") for name in claims), path


def test_a_report_loads_nothing_that_measures_or_judges():
    """Whatever records import on their way, no cell, no case and no physics comes with them."""
    modules = ", ".join(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in of("report"))
    code = f"import sys, {modules}; print(*(name for name in sys.modules if name.startswith('fieldbench.')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert {name.split(".")[1] for name in loaded} & set(ROOMS) == {
        "report",
        "archive",
        "records",
        "verdicts",
        "claims",
    }
    assert {name for name in loaded if name.startswith("fieldbench.claims")} == {
        "fieldbench.claims",
        "fieldbench.claims.names",
    }


def test_nothing_flows_back():
    """One way through: claim → cells → evidence → verdict → record → report."""
    later = {
        "verdicts": {"claims", "loading", "judging", "cells", "records", "authoring", "report"},
        "claims": {"loading", "judging", "cells", "records", "authoring", "report"},
        "cells": {"loading", "judging", "records", "authoring", "report"},
        "loading": {"judging", "records", "authoring", "report"},
        "judging": {"loading", "records", "authoring", "report"},
        "records": {"loading", "authoring", "report"},
        "authoring": {"loading", "records", "report"},
    }
    for room, never in later.items():
        for path in of(room):
            assert not rooms_of(imported(path)) & never, path


def test_only_a_trial_knows_where_evidence_comes_from():
    """What judges takes arrays; measuring and judging meet in one place."""
    for path in of("judging"):
        if path.stem != "trial":
            assert "cells" not in rooms_of(imported(path)), path


def test_what_declares_is_a_leaf():
    """An experiment's cells depend on what its file reaches: `Experiment`, `Quantity` and `batched` drag in nothing."""
    leaf = ROOT / "fieldbench" / "claims"
    assert imported(leaf / "experiment.py") == {
        "fieldbench.claims.expression",
        "fieldbench.claims.expression.Expression",
        "fieldbench.claims.expression.Selected",
    }
    assert imported(leaf / "expression.py") == set()
