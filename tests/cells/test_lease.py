"""Leases: each cell once among several processes, and never waiting for one that is gone."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fieldbench.cells import lease as leases
from fieldbench.cells.lease import lease
from fieldbench.cells.store import Store
from fieldbench.errors import StoreError
from tests.cells.test_store import KEY


def test_one_holds_it_and_gives_it_back(tmp_path):
    path = tmp_path / "store" / "cell.lease"
    with lease(path) as mine:
        assert mine
        with lease(path) as other:
            assert not other
        assert path.exists()
    assert not path.exists()
    with pytest.raises(ZeroDivisionError), lease(path):
        raise ZeroDivisionError
    assert not path.exists()


def test_one_that_beats_is_kept_and_one_that_does_not_is_taken_over(tmp_path, monkeypatch):
    monkeypatch.setattr(leases, "STALE_AFTER", 0.6)
    monkeypatch.setattr(leases, "BEAT", 0.05)
    path = tmp_path / "cell.lease"
    with lease(path):
        time.sleep(1.2)
        with lease(path) as other:
            assert not other
    path.touch()  # left by a process that was killed
    with lease(path) as early:
        assert not early
    time.sleep(0.8)
    with lease(path) as late:
        assert late
    assert not list(tmp_path.iterdir())


def test_a_clock_that_was_put_back_or_forth_does_not_matter(tmp_path):
    """A lease is as old as the file system says, not this process."""
    path = tmp_path / "cell.lease"
    path.touch()
    os.utime(path, (time.time() + 1e6, time.time() + 1e6))
    with lease(path) as mine:
        assert not mine
    os.utime(path, (time.time() - 1e6, time.time() - 1e6))
    with lease(path) as mine:
        assert mine


def test_a_store_deleted_meanwhile_is_no_error_and_one_that_is_a_file_is_a_sentence(tmp_path):
    store = Store(tmp_path / "store", pytest.fail)
    with store.lease(KEY) as mine:
        assert mine
        for path in store.path(KEY).parent.iterdir():
            path.unlink()
    blocked = tmp_path / "store" / KEY.claim
    for path in sorted(blocked.rglob("*"), reverse=True):
        path.rmdir()
    blocked.rmdir()
    blocked.write_text("in the way")
    with pytest.raises(StoreError, match="no finished cell is lost"), store.lease(KEY):
        pass


def test_without_second_names_everybody_measures(tmp_path, monkeypatch):
    def link(source, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    with lease(tmp_path / "cell.lease") as one, lease(tmp_path / "cell.lease") as other:
        assert one
        assert other
    assert not list(tmp_path.iterdir())


def test_one_that_was_taken_over_meanwhile_is_left_to_its_new_holder(tmp_path):
    path = tmp_path / "cell.lease"
    with lease(path):
        path.unlink()
        path.touch()
    assert path.exists()


def test_whoever_ends_on_the_line_at_which_it_is_entered_gives_it_back(tmp_path):
    block = lease(tmp_path / "cell.lease")
    assert block.__enter__()
    leases._give_all_back()
    assert not list(tmp_path.iterdir())
    block.__exit__(None, None, None)


def test_of_several_at_once_one_has_it(tmp_path):
    together = threading.Barrier(4)

    def take(number):
        together.wait()
        with lease(tmp_path / "cell.lease") as mine:
            together.wait()
            return mine

    with ThreadPoolExecutor(4) as drivers:
        assert sorted(drivers.map(take, range(4))) == [False, False, False, True]
    assert not list(tmp_path.iterdir())
