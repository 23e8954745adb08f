"""idx and CIFAR records, plain and wrapped: what is accepted, and what is refused with which words."""

import gzip
import lzma

import numpy as np
import pytest
from helpers_files import archive, idx, record

from fieldbench.data import cifar10, mnist
from fieldbench.data.unwrap import content, md5, verify
from fieldbench.errors import DataCorrupt

IMAGES = np.arange(3 * 2 * 2).reshape(3, 2, 2)
LABELS = np.array([7, 0, 9])


def test_idx_round_trip():
    np.testing.assert_array_equal(mnist.parse_idx(idx(IMAGES), 3, "images"), IMAGES)
    images = mnist.parse("mnist", {"images": idx(IMAGES), "labels": idx(LABELS)})
    np.testing.assert_array_equal(images.pixels, IMAGES.reshape(3, 4))
    np.testing.assert_array_equal(images.labels, LABELS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x00\x00\x08\x01" + idx(IMAGES)[4:], "wrong magic number: expected 0x00000803, found 0x00000801"),
        (idx(IMAGES)[:-1], "wrong length: the header announces 12 bytes"),
        (idx(IMAGES) + b"x", "wrong length"),
        (b"\x00\x00", "too few for an idx header"),
    ],
)
def test_malformed_idx(data, words):
    with pytest.raises(DataCorrupt, match=words):
        mnist.parse_idx(data, 3, "train-images")


def test_mnist_parts_must_belong_together():
    with pytest.raises(DataCorrupt, match="3 images but labels has 2 labels"):
        mnist.parse("mnist", {"images": idx(IMAGES), "labels": idx(LABELS[:2])})
    with pytest.raises(DataCorrupt, match="label 10"):
        mnist.parse("mnist", {"images": idx(IMAGES), "labels": idx(np.array([1, 2, 10]))})


def test_cifar_records():
    images = cifar10.parse("cifar10", {"one": record(3, 5) + record(9, 6), "two": record(0, 7)})
    assert images.pixels.shape == (3, 3072)
    assert images.labels.tolist() == [3, 9, 0]
    assert images.classes[3] == "cat"


@pytest.mark.parametrize(
    ("data", "words"), [(record(1, 1)[:-1], "wrong length"), (b"", "wrong length"), (record(10, 0), "label 10")]
)
def test_malformed_cifar(data, words):
    with pytest.raises(DataCorrupt, match=words):
        cifar10.parse("cifar10", {"batch": data})


def test_every_wrapper_holds_the_same_bytes(tmp_path):
    data = bytes(range(256)) * 40
    (tmp_path / "a.bin").write_bytes(data)
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(data))
    (tmp_path / "a.bin.xz").write_bytes(lzma.compress(data))
    archive(tmp_path / "a.tar.gz", "a.bin", data)
    for name in ("a.bin", "a.bin.gz", "a.bin.xz", "a.tar.gz"):
        assert content(tmp_path / name, "a.bin") == data


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[:30], lambda b: b"not packed", lambda b: b""])
def test_truncated_or_damaged_wrapper(tmp_path, suffix, pack, damage):
    path = tmp_path / f"data{suffix}"
    path.write_bytes(damage(pack(np.random.default_rng(0).bytes(5000))))
    with pytest.raises(DataCorrupt, match="truncated or damaged") as caught:
        content(path, "data")
    assert str(path) in str(caught.value)


def test_damaged_or_foreign_archive(tmp_path):
    path = tmp_path / "cifar.tar.gz"
    archive(path, "readme.html", b"hello")
    with pytest.raises(DataCorrupt, match=r"no member data_batch_1\.bin"):
        content(path, "data_batch_1.bin")
    archive(path, "data_batch_1.bin", np.random.default_rng(0).bytes(5000))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataCorrupt, match="truncated or damaged"):
        content(path, "data_batch_1.bin")


def test_unreadable_file(tmp_path):
    with pytest.raises(DataCorrupt, match="cannot be read"):
        content(tmp_path, "folder")


def test_checksum_names_file_expected_and_found():
    verify(b"abc", md5(b"abc"), "file")
    with pytest.raises(DataCorrupt, match=f"file.bin: wrong checksum.*expected md5 {md5(b'abc')}, found {md5(b'abd')}"):
        verify(b"abd", md5(b"abc"), "file.bin")
