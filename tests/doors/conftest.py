"""Where the tests of the doors work."""

import shutil
from pathlib import Path

import pytest

TOY = Path(__file__).parents[1] / "material" / "toy"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with the toy case in ./cases."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    shutil.copytree(TOY, tmp_path / "cases" / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
