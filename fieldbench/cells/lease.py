"""A lease on a cell: who measures it says so beside it, and keeps saying so; several processes do each cell once.

It is a courtesy and no lock: a lease that was not renewed is taken over, and where two take it over at once the cell is
measured twice, to the same file. The clock is that of the store's file system, so that hosts need not agree on theirs.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

STALE_AFTER = 120.0
"""Seconds without a beat after which whoever held a lease is gone: killed, preempted, or without its disk."""

BEAT = STALE_AFTER / 8.0

SUFFIX = ".lease"


@contextlib.contextmanager
def lease(path: Path) -> Iterator[bool]:
    """Hold the lease at a path while the block runs; False if somebody else holds it. Raises OSError.

    The lease is a second name of a file of one's own, so that whoever is asked to end, at any line, knows whose it is.
    Where a file system has no second names there are no leases, and everybody measures.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    stop = threading.Event()
    held = (os.getpid(), path, own)
    _HELD.add(held)
    try:
        own.touch()
        mine = _taken(path, own)
        if mine:
            threading.Thread(target=_beat, args=(own, stop), daemon=True).start()
        yield mine
    finally:
        stop.set()
        _give_back(*held)


_HELD: set[tuple[int, Path, Path]] = set()


def _give_back(process: int, path: Path, own: Path) -> None:
    with contextlib.suppress(OSError):  # the store was deleted
        if os.path.samestat(own.stat(), path.stat()):
            path.unlink()
    own.unlink(missing_ok=True)
    _HELD.discard((process, path, own))


@atexit.register
def _give_all_back() -> None:
    """A signal may end the process on the very line at which a block is entered or left, and no `finally` runs."""
    for held in list(_HELD):
        if held[0] == os.getpid():
            _give_back(*held)


def _taken(path: Path, own: Path) -> bool:
    for _ in range(2):
        try:
            os.link(own, path)
        except FileExistsError:
            if not _stale(path, own):
                return False
            # Renamed, not deleted: of several who find it stale one succeeds.
            gone = own.with_suffix(".stale.tmp")
            with contextlib.suppress(FileNotFoundError):
                path.rename(gone)
                gone.unlink()
        except OSError:
            return True
        else:
            return True
    return False


def _stale(path: Path, own: Path) -> bool:
    """Whether it was last renewed long before a file that was made now."""
    with contextlib.suppress(FileNotFoundError):  # released meanwhile
        return own.stat().st_mtime - path.stat().st_mtime > STALE_AFTER
    return False


def _beat(own: Path, stop: threading.Event) -> None:
    while not stop.wait(BEAT):
        with contextlib.suppress(OSError):  # the store was deleted
            os.utime(own)
