"""scikit-learn's handwritten digits: 1,797 images of 8x8 pixels, values 0 … 16, installed with scikit-learn."""

from __future__ import annotations

import gzip
from importlib.metadata import distribution

import numpy as np

from fieldbench.data.images import Images
from fieldbench.data.registry import DIGITS_MD5
from fieldbench.data.unwrap import verify
from fieldbench.errors import DataCorrupt


def read(name: str) -> Images:
    """The embedded default data set (test part of the UCI set of Alpaydin and Kaynak), read from the file that
    `sklearn.datasets.load_digits` reads: importing that package takes longer than a small measurement.

    Raises:
        DataCorrupt: no such file, or another content.
    """
    path = distribution("scikit-learn").locate_file("sklearn/datasets/data/digits.csv.gz")
    try:
        with gzip.open(str(path), "rt") as rows:
            values = np.loadtxt(rows, dtype=np.uint8, delimiter=",")
    except (OSError, EOFError, ValueError) as error:
        raise DataCorrupt(f"scikit-learn's digits cannot be read ({error}); reinstall scikit-learn") from error
    pixels, labels = np.ascontiguousarray(values[:, :-1]), np.ascontiguousarray(values[:, -1])
    verify(pixels.tobytes() + labels.tobytes(), DIGITS_MD5, "scikit-learn's digits")
    return Images(name, pixels, labels, tuple("0123456789"))
