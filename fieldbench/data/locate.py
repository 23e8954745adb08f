"""Where the files of a data set lie on this machine: FIELDBENCH_DATA_DIR first, then the download cache."""

from __future__ import annotations

import os
from pathlib import Path

from fieldbench.data.registry import File

VARIABLE = "FIELDBENCH_DATA_DIR"
WRAPPERS = ("", ".gz", ".xz")


def cache_folder() -> Path:
    """The folder downloads go to: the operating system's cache folder of this project."""
    import pooch  # type: ignore[import-untyped]

    return Path(pooch.os_cache("fieldbench"))


def roots() -> list[Path]:
    """Folders searched for data, in order; neither need exist."""
    folder = os.environ.get(VARIABLE)
    return ([Path(folder).expanduser()] if folder else []) + [cache_folder()]


def candidates(file: File) -> list[str]:
    """Names under which a file is accepted below a root: plain, .gz, .xz, extracted, or in the archive."""
    names = [file.path + wrapper for wrapper in WRAPPERS]
    if file.download.path.endswith(".tar.gz"):
        folder, leaf = file.path.split("/")
        names += [f"{folder}/cifar-10-batches-bin/{leaf}", file.download.path]
        names += [f"cifar-10-batches-bin/{leaf}", "cifar-10-binary.tar.gz"]
    return names


def find(file: File) -> Path | None:
    """The first place where a file lies, or None. Looks, never downloads."""
    for root in roots():
        for name in candidates(file):
            if (root / name).is_file():
                return root / name
    return None
