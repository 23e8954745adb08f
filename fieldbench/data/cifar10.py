"""CIFAR-10, binary version (Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009)."""

from __future__ import annotations

import numpy as np

from fieldbench.data.images import Images
from fieldbench.errors import DataCorrupt

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
RECORD = 3073
"""Bytes of a record: the label, then 1024 red, 1024 green and 1024 blue pixels, row by row."""


def parse(name: str, contents: dict[str, bytes]) -> Images:
    """Images and labels of the batches in `contents` (file name → uncompressed bytes), one after the other.

    Raises:
        DataCorrupt: a length that is not a whole number of records, or a label outside 0 … 9.
    """
    batches = []
    for where, data in contents.items():
        if not data or len(data) % RECORD:
            raise DataCorrupt(
                f"{where}: wrong length: {len(data)} bytes are not a whole number of {RECORD}-byte records; replace it"
            )
        records = np.frombuffer(data, dtype=np.uint8).reshape(-1, RECORD)
        if records[:, 0].max() > 9:
            raise DataCorrupt(f"{where}: label {records[:, 0].max()} is outside 0 … 9; replace the file")
        batches.append(records)
    records = np.concatenate(batches)
    return Images(name, records[:, 1:], records[:, 0], CLASSES)
