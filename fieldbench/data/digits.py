"""scikit-learn's handwritten digits: 1,797 images of 8x8 pixels, values 0 … 16, installed with scikit-learn."""

from __future__ import annotations

import numpy as np

from fieldbench.data.images import Images
from fieldbench.data.registry import DIGITS_MD5
from fieldbench.data.unwrap import verify
from fieldbench.errors import DataCorrupt


def read(name: str) -> Images:
    """The embedded default data set (test part of the UCI set of Alpaydin and Kaynak). Raises DataCorrupt on NaN or
    another checksum."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    bunch = load_digits()
    values = np.asarray(bunch.data)
    if not np.isfinite(values).all():
        raise DataCorrupt("scikit-learn's digits contain values that are not finite; reinstall scikit-learn")
    pixels, labels = values.astype(np.uint8), np.asarray(bunch.target).astype(np.uint8)
    verify(pixels.tobytes() + labels.tobytes(), DIGITS_MD5, "scikit-learn's digits")
    return Images(name, pixels, labels, tuple("0123456789"))
