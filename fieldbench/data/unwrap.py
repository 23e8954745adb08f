"""Read a file whatever it is wrapped in (.gz, .xz, .tar.gz) and verify the checksum of what is inside."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import tarfile
import zlib
from pathlib import Path
from typing import Any

from fieldbench.errors import DataCorrupt

_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, tarfile.TarError)
_SLACK = 1 << 20
"""By how much packing may enlarge a file: what does not compress grows by some bytes in a thousand, and by a header."""
_MEMORY = 256 << 20
"""What unpacking .xz may take: the largest preset of `xz` needs 65 MiB; a header may ask for 4 GiB."""


def content(path: Path, member: str, size: int, archive: str) -> bytes:
    """The uncompressed bytes of `path`; of the member called `member` where it is a tar archive.

    Nothing is unpacked beyond the published size, and no archive is opened that is not the publisher's own: a few
    kilobytes can unpack to gigabytes, and a forged header can keep `tarfile` busy for ever.

    Args:
        path: the file, plain, .gz, .xz or .tar.gz.
        member: its name inside an archive.
        size: bytes of the publisher's uncompressed file.
        archive: md5 of the publisher's archive, which holds the file.

    Raises:
        DataCorrupt: the file cannot be read, is truncated, damaged or too large, or is another archive.
    """
    try:
        packed = path.stat().st_size
        if packed == 0:  # an empty file is a valid gzip stream of nothing
            raise DataCorrupt(f"{path}: truncated or damaged: the file is empty; replace it")
        if path.name.endswith(".tar.gz"):
            return _from_archive(path, member, size, archive)
        if packed > size + _SLACK:
            raise _too_large(path, size)
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                data = stream.read(size + 1)
        elif path.suffix == ".xz":
            data = _from_xz(path.read_bytes(), size + 1)
        else:
            data = path.read_bytes()
    except _DAMAGE as error:
        raise DataCorrupt(f"{path}: truncated or damaged {path.suffix} file ({error}); replace it") from error
    except OSError as error:
        raise DataCorrupt(f"{path}: cannot be read ({error}); check its permissions or replace it") from error
    if len(data) > size:
        raise _too_large(path, size)
    return data


def _too_large(path: Path, size: int) -> DataCorrupt:
    return DataCorrupt(f"{path}: holds more than the {size} bytes that were published; replace it")


def _from_xz(packed: bytes, most: int) -> bytes:
    """At most `most` bytes, in bounded memory; the checksum of the content finds what a stream's own would."""
    stream = lzma.LZMADecompressor(memlimit=_MEMORY)
    data = stream.decompress(packed, max_length=most)
    while len(data) < most and not stream.eof:
        more = stream.decompress(b"", max_length=most - len(data))
        if not more:
            raise EOFError("the stream ends before its end mark")
        data += more
    return data


def _from_archive(path: Path, member: str, size: int, expected: str) -> bytes:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, _md5).hexdigest()
    if found != expected:
        raise DataCorrupt(
            f"{path}: truncated or damaged, or not the publisher's archive: expected md5 {expected}, found {found}; "
            "replace it, or unpack it yourself and leave the files beside it"
        )
    with tarfile.open(path, "r:gz") as archive:
        for entry in archive:
            if entry.isfile() and entry.name.rsplit("/", 1)[-1] == member:
                stream = archive.extractfile(entry)
                assert stream is not None  # a regular file always has one
                return stream.read(size + 1)[:size]
    raise DataCorrupt(f"{path}: the archive has no member {member}; replace it by the publisher's file")


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)


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
