"""Where the tests of the doors work."""

import pytest
from helpers_toy import copied


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with the toy case in ./cases."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    copied(tmp_path / "cases")
    return tmp_path
