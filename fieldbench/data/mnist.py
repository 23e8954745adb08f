"""MNIST in the publisher's idx format (LeCun, Cortes, Burges)."""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from fieldbench.data.images import Images
from fieldbench.errors import DataCorrupt

UNSIGNED_BYTE = 0x08


def parse_idx(data: bytes, dimensions: int, where: str) -> NDArray[np.uint8]:
    """An idx file of unsigned bytes: magic 0x0000 0x08 ndim, ndim big-endian sizes, then the bytes.

    Args:
        data: uncompressed content of the file.
        dimensions: number of axes it must have (3 for images, 1 for labels).
        where: the file's name, for the messages.

    Returns:
        Array of the sizes in the header, dtype uint8.

    Raises:
        DataCorrupt: wrong magic number, a size of zero, or fewer or more bytes than the header announces.
    """
    magic = (UNSIGNED_BYTE << 8) | dimensions
    header = 4 + 4 * dimensions
    if len(data) < header:
        raise DataCorrupt(f"{where}: {len(data)} bytes are too few for an idx header of {header}; replace the file")
    found = struct.unpack(">I", data[:4])[0]
    if found != magic:
        raise DataCorrupt(f"{where}: wrong magic number: expected {magic:#010x}, found {found:#010x}; replace the file")
    shape = struct.unpack(f">{dimensions}I", data[4:header])
    if not all(shape):
        raise DataCorrupt(f"{where}: the header announces nothing: shape {shape}; replace the file")
    if len(data) - header != math.prod(shape):
        raise DataCorrupt(
            f"{where}: wrong length: the header announces {math.prod(shape)} bytes of shape {shape}, "
            f"found {len(data) - header}; replace the file"
        )
    return np.frombuffer(data, dtype=np.uint8, offset=header).reshape(shape)


def parse(name: str, contents: dict[str, bytes]) -> Images:
    """Images and labels of the training set from the two uncompressed idx files. Raises DataCorrupt."""
    (image_file, image_bytes), (label_file, label_bytes) = contents.items()
    pixels = parse_idx(image_bytes, 3, image_file)
    labels = parse_idx(label_bytes, 1, label_file)
    if len(pixels) != len(labels):
        raise DataCorrupt(f"{image_file} has {len(pixels)} images but {label_file} has {len(labels)} labels")
    if labels.max() > 9:
        raise DataCorrupt(f"{label_file}: label {labels.max()} is outside 0 … 9; replace the file")
    return Images(name, pixels.reshape(len(pixels), -1), labels, tuple("0123456789"))
