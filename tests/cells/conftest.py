"""The toy case and an empty store, for the tests of what measures it."""

import pytest
from helpers_toy import TOY

from fieldbench.cells.store import Store
from fieldbench.loading.load import load_case


@pytest.fixture
def case():
    return load_case(TOY / "case.py")


@pytest.fixture
def kind(case):
    """The case's kind of experiment."""
    (found,) = case.kinds
    return found


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", pytest.fail)
