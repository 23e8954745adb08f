"""Where the tests of an author's tools work."""

import pytest


@pytest.fixture
def away(tmp_path, monkeypatch):
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    return tmp_path
