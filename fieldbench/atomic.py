"""Files that are either there and whole, or not there: temporary name, fsync, rename."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from fieldbench.errors import StoreError

STALE_AFTER = 3600.0  # seconds: nobody takes an hour over one small file, so an older temporary was left by a kill
SUFFIX = ".tmp"


@contextlib.contextmanager
def explained(path: Path, lost: str, remedy: str) -> Iterator[None]:
    """Turn an OSError (disk full, read-only, no permission) into a StoreError that says what is lost and what helps."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}; {lost}; {remedy}") from error


def write(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write `content` to `path` such that a reader, or a kill at any moment, sees the old file or the new one whole.

    Raises OSError as the system gives it; the temporary is removed unless the process is killed.

    Args:
        path, content: what to write, and where.
        lasting: wait until the disk has it. A power cut may else leave a file that is not whole.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}{SUFFIX}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if lasting:
        _sync_directory(path.parent)


def sweep(directory: Path) -> None:
    """Remove temporaries that a killed process left in `directory` (older than an hour; younger may be in use)."""
    for temporary in directory.glob(f".*{SUFFIX}"):
        with contextlib.suppress(OSError):  # another process may sweep at the same time
            if time.time() - temporary.stat().st_mtime > STALE_AFTER:
                temporary.unlink()


def _sync_directory(directory: Path) -> None:
    """Make the rename itself survive a power cut, where the system lets directories be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
