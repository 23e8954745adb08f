"""The files of each data set: where they belong, their publishers' addresses and their official checksums.

Checksums are of two kinds. `md5` is that of the *uncompressed* content and is what every load verifies, so a file may
lie there plain, as .gz or as .xz. `download.md5` is that of the file as its publisher serves it, and is what an
explicit download verifies.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldbench.errors import BadInput

_MNIST = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_CIFAR = ("https://www.cs.toronto.edu/~kriz/",)


@dataclass(frozen=True)
class Download:
    """A file as its publisher serves it: folder/name below the root, md5, and the folders it can be had from."""

    path: str
    md5: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """One uncompressed file of a data set: `path` below the root, md5 and bytes of its content, what to download."""

    path: str
    md5: str
    size: int
    download: Download


def _mnist(stem: str, size: int, md5: str, md5_gz: str) -> File:
    return File(f"mnist/{stem}", md5, size, Download(f"mnist/{stem}.gz", md5_gz, _MNIST))


_MNIST_FILES = (
    _mnist("train-images-idx3-ubyte", 47040016, "6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    _mnist("train-labels-idx1-ubyte", 60_008, "a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
)


CIFAR_ARCHIVE = Download("cifar-10/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", _CIFAR)
_BATCHES = tuple(
    File(f"cifar-10/data_batch_{number}.bin", md5, 30_730_000, CIFAR_ARCHIVE)
    for number, md5 in enumerate(
        (
            "5dd7e06a14cb22eb9f671a540d1b7c25",
            "5ea93a67294ea407fff1d09f752e9692",
            "942cd6a4bcdd0dd3c604fbe906cb4421",
            "ae636b3ba5c66a11e91e8cb52e771fcb",
            "53f37980c15c3d472c316c40844f3f0d",
        ),
        start=1,
    )
)

DIGITS_MD5 = "7696c07daa6d85010f8268703ab8b067"
"""Of the pixels followed by the labels, as bytes."""

FILES: dict[str, tuple[File, ...]] = {
    "digits": (),
    "mnist": _MNIST_FILES,
    "cifar10": _BATCHES,
    "cifar10-first-batch": _BATCHES[:1],
}
"""`cifar10` is all 50,000 training images; `cifar10-first-batch` the 10,000 of data_batch_1 alone, a set of its own so
that a machine with one batch never stands in silently for the whole."""

NAMES = tuple(FILES)


def files(name: str) -> tuple[File, ...]:
    """The files of a data set. Raises BadInput for a name the registry does not know."""
    if name not in FILES:
        raise BadInput(f"unknown data set {name!r}; known are {', '.join(NAMES)}")
    return FILES[name]
