"""Loading by name: local folder, cache, checksums, download; with small stand-ins for the publishers' files."""

import gzip
import hashlib
import lzma
import os

import numpy as np
import pooch
import pytest
from helpers_files import archive, idx, record

from fieldbench import data
from fieldbench.data import cache, locate, registry
from fieldbench.errors import BadInput, DataCorrupt, DataMissing

HERE = pytest.mark.skipif(
    locate.VARIABLE not in os.environ, reason=f"{locate.VARIABLE} is not set: no real data on this machine"
)
IMAGES = idx(np.arange(4 * 3 * 3).reshape(4, 3, 3))
LABELS = idx(np.array([0, 1, 2, 3]))
BATCH = record(2, 9) + record(4, 8)


def digest(content):
    return hashlib.md5(content).hexdigest()


def packed(content):
    """gzip without the time of day: the same bytes in every process."""
    return gzip.compress(content, mtime=0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder and an empty cache, with a registry that knows the stand-ins' checksums."""
    served = registry.Download("mnist/images.gz", digest(packed(IMAGES)), ("https://nowhere.invalid/",))
    archive(tmp_path / "published.tar.gz", "data_batch_1.bin", BATCH)
    published = digest((tmp_path / "published.tar.gz").read_bytes())
    archived = registry.Download("cifar-10/cifar-10-binary.tar.gz", published, ("https://nowhere.invalid/",))
    batch = registry.File("cifar-10/data_batch_1.bin", digest(BATCH), len(BATCH), archived)
    files = {
        "digits": (),
        "mnist": (
            registry.File("mnist/images", digest(IMAGES), len(IMAGES), served),
            registry.File("mnist/labels", digest(LABELS), len(LABELS), served),
        ),
        "cifar10-first-batch": (batch,),
    }
    monkeypatch.setattr(registry, "FILES", files)
    monkeypatch.setattr(registry, "NAMES", tuple(files))
    monkeypatch.setattr(locate, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path / "local"))
    for name in ("local/mnist", "local/cifar-10", "cache/mnist"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def test_digits_need_nothing():
    images = data.load("digits")
    assert images.pixels.shape == (1797, 64)
    assert data.checksum("digits") == f"md5:{registry.DIGITS_MD5}"


def test_unknown_name():
    with pytest.raises(BadInput, match="unknown data set 'imagenet'; known are digits, mnist"):
        data.load("imagenet")


def test_missing_says_how_to_get_it(folder):
    with pytest.raises(DataMissing, match=r"`fieldbench data fetch mnist` or set FIELDBENCH_DATA_DIR"):
        data.checksum("mnist")
    assert data.available() == {"digits": f"md5:{registry.DIGITS_MD5}", "mnist": None, "cifar10-first-batch": None}


def test_checksum_does_not_depend_on_the_wrapper_or_the_place(folder):
    (folder / "local/mnist/images").write_bytes(IMAGES)
    (folder / "local/mnist/labels.gz").write_bytes(packed(LABELS))
    first = data.checksum("mnist")
    np.testing.assert_array_equal(data.load("mnist").labels, [0, 1, 2, 3])
    (folder / "local/mnist/images").unlink()
    (folder / "cache/mnist/images.xz").write_bytes(lzma.compress(IMAGES))
    assert data.checksum("mnist") == first
    assert first.startswith("md5:")


def test_local_folder_comes_before_the_cache(folder):
    for place in ("local", "cache"):
        (folder / place / "mnist/images").write_bytes(IMAGES)
    assert locate.find(registry.files("mnist")[0]) == folder / "local/mnist/images"


@pytest.mark.parametrize("name", ["data_batch_1.bin", "data_batch_1.bin.xz", "cifar-10-binary.tar.gz"])
def test_cifar_in_each_form(folder, name):
    path = folder / "local/cifar-10" / name
    if name.endswith(".tar.gz"):
        path.write_bytes((folder / "published.tar.gz").read_bytes())
    else:
        path.write_bytes(lzma.compress(BATCH) if name.endswith(".xz") else BATCH)
    assert data.checksum("cifar10-first-batch") == f"md5:{digest(BATCH)}"
    assert data.load("cifar10-first-batch").labels.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(packed(IMAGES)[:-9], "truncated or damaged", id="truncated"),
        pytest.param(packed(b"\x00\x00\x08\x01" + IMAGES[4:]), "wrong magic number", id="magic-number"),
        pytest.param(packed(IMAGES[:-1] + b"\xff"), "wrong checksum", id="checksum"),
        pytest.param(packed(IMAGES[:-2]), "wrong length", id="length"),
    ],
)
def test_corrupt_file_is_refused_by_load_and_checksum(folder, content, words):
    (folder / "local/mnist/images.gz").write_bytes(content)
    (folder / "local/mnist/labels").write_bytes(LABELS)
    for call in (data.load, data.checksum):
        with pytest.raises(DataCorrupt, match=words):
            call("mnist")


def test_a_file_replaced_after_loading_is_read_again(folder):
    (folder / "local/cifar-10/data_batch_1.bin").write_bytes(BATCH)
    data.load("cifar10-first-batch")
    (folder / "local/cifar-10/data_batch_1.bin").write_bytes(record(2, 8) + record(4, 8))
    with pytest.raises(DataCorrupt, match="wrong checksum"):
        data.checksum("cifar10-first-batch")


def test_nothing_is_downloaded_by_a_load(folder, monkeypatch):
    monkeypatch.setattr(pooch, "retrieve", lambda *args, **options: pytest.fail("a load went to the network"))
    with pytest.raises(DataMissing):
        data.load("mnist")


def test_fetch_puts_the_file_where_load_looks(folder, monkeypatch):
    def serve(url, known_hash, fname, path):
        assert known_hash == f"md5:{digest(packed(IMAGES))}"
        path.mkdir(parents=True, exist_ok=True)
        (path / "images.gz").write_bytes(packed(IMAGES))
        return str(path / fname)

    monkeypatch.setattr(pooch, "retrieve", serve)
    assert data.fetch("mnist") == (folder / "cache/mnist/images.gz",)
    assert locate.find(registry.files("mnist")[0]) == folder / "cache/mnist/images.gz"


def test_fetch_reports_every_address_that_failed(folder, monkeypatch):
    def fail(url, known_hash, fname, path):
        raise ValueError("MD5 hash of downloaded file does not match the known hash")

    monkeypatch.setattr(pooch, "retrieve", fail)
    with pytest.raises(DataMissing, match=r"https://nowhere.invalid/images.gz: MD5 hash"):
        data.fetch("mnist")
    assert data.fetch("digits") == ()


@HERE
@pytest.mark.parametrize(("name", "count", "pixels"), [("mnist", 60_000, 784), ("cifar10-first-batch", 10_000, 3072)])
def test_real_files(name, count, pixels):
    try:
        images = data.load(name)
    except DataMissing as error:
        pytest.skip(str(error))
    assert images.pixels.shape == (count, pixels)
    assert np.bincount(images.labels).min() > 0.08 * count
