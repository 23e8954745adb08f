"""Which edits drop a cell: those of what its measurement reaches, and no others."""

import shutil
import time
from pathlib import Path

import pytest
from helpers_toy import TOY, edited

from fieldbench.cells import codehash
from fieldbench.cells.codehash import code_hash, reach
from fieldbench.errors import BadInput

ROOT = Path(__file__).parents[2]
STAIRCASE = ROOT / "cases" / "gp_cubic_staircase"


def names(paths):
    return {path.name for path in paths}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the package and of the staircase, in which files may be edited."""
    copy = tmp_path / "fieldbench"
    shutil.copytree(ROOT / "fieldbench", copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(STAIRCASE, tmp_path / "case", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(codehash, "PACKAGE", copy)
    monkeypatch.setattr(codehash, "DECLARING", tuple(copy / "claims" / f"{n}.py" for n in ("experiment", "expression")))
    return tmp_path


def changes(project, file, old, new, entries=("case/experiment.py",)):
    """Whether an edit of a file changes the hash of the entries; `**` where rooms may divide."""
    (path,) = project.glob(file)
    files = [project / entry for entry in entries]
    before = code_hash(files)
    edited(path, old, new)
    return code_hash(files) != before


def test_editing_a_rival_keeps_every_cell(project):
    assert not changes(project, "case/case.py", "power_law(2)", "power_law(4)")


def test_editing_a_kernel_drops_the_cells_that_use_it(project):
    assert changes(project, "fieldbench/theory/**/dual.py", "2.0 / np.pi, out", "2.1 / np.pi, out")


@pytest.mark.parametrize(
    ("file", "old", "new", "dropped"),
    [
        ("case/experiment.py", "cosines = inputs @ inputs.T", "cosines = 1.0 * inputs @ inputs.T", True),
        ("case/experiment.py", '"""Nested training sizes P."""', '"""Training sizes."""', False),
        ("case/experiment.py", "# the normalised cubic", "# normalised: the cubic", False),
        ("case/experiment.py", "key: jax.Array, *, gpr: NestedRegression", "key, *, gpr", False),  # types of arguments
        ("case/experiment.py", "    draws: int = 1", "    draws: int = 2", True),
        ("fieldbench/regression/**/zonal.py", "return", "return 1.0 *", True),
        ("fieldbench/theory/**/finite_size.py", "return", "return 1.0 *", False),  # the theory's alone
        ("fieldbench/theory/**/linear_cnn.py", "return", "return 1.0 *", False),  # another claim's
        ("fieldbench/verdicts/rule.py", "LEVEL = 0.01", "LEVEL = 0.02", False),
        ("fieldbench/claims/experiment.py", "block < 1", "block < 2", False),
        ("fieldbench/regression/__init__.py", '"plan",', "", False),  # a package's face
    ],
)  # fmt: skip
def test_what_an_edit_drops(project, file, old, new, dropped):
    assert changes(project, file, old, new) is dropped


def test_a_port_is_part_of_what_a_measurement_reaches(project):
    entries = ("case/experiment.py", "fieldbench/regression/nested.py")
    assert changes(project, "fieldbench/regression/cholesky.py", "return", "return 1.0 *", entries)


def test_neighbours_relative_and_plain_and_late_imports_are_followed(tmp_path):
    (tmp_path / "experiment.py").write_text("from .near import f\nimport plain\ndef g():\n    from .late import h\n")
    for name in ("near", "plain", "late", "alone"):
        (tmp_path / f"{name}.py").write_text("import json\n")
    assert names(reach([tmp_path / "experiment.py"])) == {"experiment.py", "near.py", "plain.py", "late.py"}


def test_imports_in_a_circle_end(tmp_path):
    (tmp_path / "a.py").write_text("from .b import x\n")
    (tmp_path / "b.py").write_text("from .a import y\n")
    assert names(reach([tmp_path / "a.py"])) == {"a.py", "b.py"}


def test_a_face_is_followed_to_the_module_that_defines_the_name(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").write_text("from .one import first\nfrom .two import second as other\n")
    (room / "one.py").write_text("first = 1\n")
    (room / "two.py").write_text("second = 2\n")
    (tmp_path / "experiment.py").write_text("from .room import other\n")
    assert names(reach([tmp_path / "experiment.py"])) == {"experiment.py", "two.py"}


def test_a_lazy_face_is_followed_too():
    """The rooms of the library resolve their names on first use; the imports for type checkers say where they are."""
    path = ROOT / "cases" / "feature_learning_complexity" / "experiment.py"
    assert {"baoab.py", "signed_teacher.py"} & names(reach([path]))
    assert "__init__.py" not in names(reach([path]))


def test_the_toy_reaches_its_helper_and_nothing_that_judges():
    assert names(reach([TOY / "experiment.py"])) == {"experiment.py", "helper.py"}


def test_the_hash_does_not_depend_on_where_a_case_lies(tmp_path):
    for name in ("aaa", "zzz"):
        shutil.copytree(STAIRCASE, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    found = {code_hash([folder / "experiment.py"]) for folder in (tmp_path / "aaa", tmp_path / "zzz", STAIRCASE)}
    assert len(found) == 1


def test_a_source_that_changes_under_a_run_is_refused(project, monkeypatch):
    entry = [project / "case" / "experiment.py"]
    monkeypatch.setattr(codehash, "STARTED", time.time())
    codehash.require_as_imported(reach(entry))
    (path,) = project.glob("fieldbench/regression/**/zonal.py")
    edited(path, "return", "return 1.0 *")
    monkeypatch.setattr(codehash, "STARTED", 0.0)
    with pytest.raises(BadInput, match=r"\.py changed while this process was running; start it again"):
        codehash.require_as_imported(reach(entry))
