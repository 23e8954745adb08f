"""Load, verify and (only when asked) download data sets."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from fieldbench.data import cifar10, digits, mnist, registry
from fieldbench.data.images import Images
from fieldbench.data.locate import VARIABLE, cache_folder, find
from fieldbench.data.unwrap import content, md5, verify
from fieldbench.errors import DataMissing

_PARSERS: dict[str, Callable[[str, dict[str, bytes]], Images]] = {
    "mnist": mnist.parse,
    "cifar10": cifar10.parse,
    "cifar10-first-batch": cifar10.parse,
}


def load(name: str) -> Images:
    """A data set as published, from FIELDBENCH_DATA_DIR or the download cache; verified, never downloaded.

    Raises:
        BadInput: unknown name.
        DataMissing: a file is not on this machine; the message says how to get it.
        DataCorrupt: a file is truncated, malformed or has the wrong checksum.
    """
    return _load(name, _stamp(name))


def checksum(name: str) -> str:
    """Identity of a data set's content, whatever its files are wrapped in: `md5:` and a hexadecimal digest.

    It is the md5 of the single uncompressed file, or of the concatenated md5s of several. Everything is read and
    verified on the way, so the same errors as in `load` are raised.
    """
    return _checksum(name, _stamp(name))


def available() -> dict[str, str | None]:
    """Every known data set: its checksum, or None where it is not on this machine. Raises DataCorrupt."""
    found: dict[str, str | None] = {}
    for name in registry.NAMES:
        try:
            found[name] = checksum(name)
        except DataMissing:
            found[name] = None
    return found


def fetch(name: str) -> tuple[Path, ...]:
    """Download a data set from its publisher into the cache, with checksums; what is there already is kept.

    Raises:
        BadInput: unknown name.
        DataMissing: no address answered with the right file.
    """
    downloads = dict.fromkeys(file.download for file in registry.files(name))
    return tuple(_download(download) for download in downloads)


def _download(download: registry.Download) -> Path:
    import pooch  # type: ignore[import-untyped]

    folder, leaf = download.path.split("/")
    failures = []
    for address in download.addresses:
        try:
            return Path(pooch.retrieve(address + leaf, f"md5:{download.md5}", leaf, cache_folder() / folder))
        except (OSError, ValueError) as error:  # no connection or HTTP error; wrong checksum
            failures.append(f"{address + leaf}: {error}")
    raise DataMissing(f"could not download {leaf}: {'; '.join(failures)}; get it by hand and set {VARIABLE}")


def _stamp(name: str) -> tuple[tuple[str, int, int], ...]:
    """Which files a data set is read from, with size and time: a changed file is read and verified again."""
    stamps = []
    for file in registry.files(name):
        path = find(file)
        if path is None:
            raise DataMissing(
                f"data set {name!r} is not on this machine (no {file.path}); "
                f"run `fieldbench data fetch {name}` or set {VARIABLE} to a folder that holds it"
            )
        status = path.stat()
        stamps.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(stamps)


@lru_cache(maxsize=4)  # those that one case reads side by side
def _load(name: str, stamp: tuple[tuple[str, int, int], ...]) -> Images:
    if name == "digits":
        return digits.read(name)
    contents = {}
    for file, (path, _, _) in zip(registry.files(name), stamp, strict=True):
        member = file.path.split("/")[-1]
        where = f"{path}:{member}" if path.endswith(".tar.gz") else path
        contents[where] = content(Path(path), member, file.size, file.download.md5)
    # The format is checked first: "wrong magic number" says more than "wrong checksum".
    images = _PARSERS[name](name, contents)
    for file, (where, data) in zip(registry.files(name), contents.items(), strict=True):
        verify(data, file.md5, where)
    return images


@lru_cache(maxsize=8)
def _checksum(name: str, stamp: tuple[tuple[str, int, int], ...]) -> str:
    _load(name, stamp)
    sums = [file.md5 for file in registry.files(name)] or [registry.DIGITS_MD5]
    return f"md5:{sums[0]}" if len(sums) == 1 else f"md5:{md5(''.join(sums).encode())}"
