"""A lease on a cell: who measures it says so beside it, and keeps saying so; several processes do each cell once.

It is a courtesy and no lock: a lease that was not renewed is taken over, and where two take it over at once the cell is
measured twice, to the same file. The clock is that of the store's file system, so that hosts need not agree on theirs.
"""

from __future__ import annotations

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
    """Hold the lease at a path while the block runs; False if somebody else holds it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stop, mine = threading.Event(), False
    try:  # from the beginning: who is asked to end may be asked at any line
        mine = _taken(path)
        if mine:
            threading.Thread(target=_beat, args=(path, stop), daemon=True).start()
        yield mine
    finally:
        stop.set()
        if mine:
            path.unlink(missing_ok=True)


def _taken(path: Path) -> bool:
    for _ in range(2):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            if not _stale(path):
                return False
            # Renamed, not deleted: of several who find it stale one succeeds.
            gone = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
            with contextlib.suppress(FileNotFoundError):
                path.rename(gone)
                gone.unlink()
        else:
            return True
    return False


def _stale(path: Path) -> bool:
    """Whether it was last renewed long before a file that is made now."""
    now = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        now.touch()
        return now.stat().st_mtime - path.stat().st_mtime > STALE_AFTER
    except FileNotFoundError:  # released meanwhile
        return False
    finally:
        now.unlink(missing_ok=True)


def _beat(path: Path, stop: threading.Event) -> None:
    while not stop.wait(BEAT):
        with contextlib.suppress(OSError):  # the store was deleted, or the lease taken over
            os.utime(path)
