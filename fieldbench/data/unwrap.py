"""Read a file whatever it is wrapped in (.gz, .xz, .tar.gz) and verify the checksum of what is inside."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import tarfile
import zlib
from pathlib import Path

from fieldbench.errors import DataCorrupt

_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, tarfile.TarError)


def content(path: Path, member: str) -> bytes:
    """The uncompressed bytes of `path`; of the member called `member` where it is a tar archive.

    Raises:
        DataCorrupt: the file cannot be read, is truncated or damaged, or the archive lacks the member.
    """
    if path.is_file() and path.stat().st_size == 0:  # an empty file is a valid gzip stream of nothing
        raise DataCorrupt(f"{path}: truncated or damaged: the file is empty; replace it")
    try:
        if path.name.endswith(".tar.gz"):
            return _from_archive(path, member)
        if path.suffix == ".gz":
            return gzip.decompress(path.read_bytes())
        if path.suffix == ".xz":
            return lzma.decompress(path.read_bytes())
        return path.read_bytes()
    except _DAMAGE as error:
        raise DataCorrupt(f"{path}: truncated or damaged {path.suffix} file ({error}); replace it") from error
    except OSError as error:
        raise DataCorrupt(f"{path}: cannot be read ({error}); check its permissions or replace it") from error


def _from_archive(path: Path, member: str) -> bytes:
    with tarfile.open(path, "r:gz") as archive:
        for entry in archive:
            if entry.isfile() and entry.name.rsplit("/", 1)[-1] == member:
                stream = archive.extractfile(entry)
                assert stream is not None  # a regular file always has one
                return stream.read()
    raise DataCorrupt(f"{path}: the archive has no member {member}; replace it by the publisher's file")


def md5(data: bytes) -> str:
    """Hexadecimal md5 of some bytes: guards against accidents, not against forgery."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def verify(data: bytes, expected: str, where: str) -> None:
    """Raise DataCorrupt, naming file, expected and found checksum, unless the content is the publisher's."""
    found = md5(data)
    if found != expected:
        raise DataCorrupt(
            f"{where}: wrong checksum of the uncompressed content: expected md5 {expected}, found {found}; replace it"
        )
