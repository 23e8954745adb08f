"""idx and CIFAR records, plain and wrapped: what is accepted, and what is refused with which words."""

import gzip
import lzma
import struct
import tarfile
import tracemalloc
import zlib

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
        (struct.pack(">4I", 0x0803, 0, 28, 28), r"announces nothing: shape \(0, 28, 28\)"),
        (struct.pack(">4I", 0x0803, 0, 2**32 - 1, 2**32 - 1), "announces nothing"),
        (struct.pack(">4I", 0x0803, 2**32 - 1, 28, 28), "wrong length: the header announces 3367254359280 bytes"),
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
        assert content(tmp_path / name, "a.bin", len(data), md5((tmp_path / "a.tar.gz").read_bytes())) == data


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[:30], lambda b: b"not packed", lambda b: b""])
def test_truncated_or_damaged_wrapper(tmp_path, suffix, pack, damage):
    path = tmp_path / f"data{suffix}"
    path.write_bytes(damage(pack(np.random.default_rng(0).bytes(5000))))
    with pytest.raises(DataCorrupt, match="truncated or damaged") as caught:
        content(path, "data", 5000, "")
    assert str(path) in str(caught.value)


def test_damaged_or_foreign_archive(tmp_path):
    path = tmp_path / "cifar.tar.gz"
    archive(path, "readme.html", b"hello")
    published = md5(path.read_bytes())
    with pytest.raises(DataCorrupt, match=r"no member data_batch_1\.bin"):
        content(path, "data_batch_1.bin", 5000, published)
    archive(path, "data_batch_1.bin", np.random.default_rng(0).bytes(5000))
    with pytest.raises(DataCorrupt, match="not the publisher's archive: expected md5"):
        content(path, "data_batch_1.bin", 5000, published)


def _negative_size(path):
    """A header whose member ends before it starts: some releases of `tarfile` read it for ever (CVE-2025-8194)."""
    header = bytearray(tarfile.TarInfo("data_batch_1.bin").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 12
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path.write_bytes(gzip.compress(bytes(header) * 2))


def _sparse(path):
    """An archive of some hundred bytes whose one member announces a gibibyte of holes."""
    entry = tarfile.TarInfo("data_batch_1.bin")
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 30)}
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(entry)


@pytest.mark.parametrize("forge", [_negative_size, _sparse])
def test_a_forged_archive_is_not_even_opened(tmp_path, forge, monkeypatch):
    path = tmp_path / "cifar-10-binary.tar.gz"
    forge(path)
    monkeypatch.setattr(tarfile, "open", lambda *args, **options: pytest.fail("opened"))
    with pytest.raises(DataCorrupt, match="not the publisher's archive"):
        content(path, "data_batch_1.bin", 5000, md5(b"the publisher's"))


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress), ("", lambda data: data)])
def test_nothing_is_unpacked_beyond_the_published_size(tmp_path, suffix, pack):
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(pack(bytes(1 << 27)))
    tracemalloc.start()
    with pytest.raises(DataCorrupt, match=rf"bomb{suffix}: holds more than the 5000 bytes that were published"):
        content(path, "bomb", 5000, "")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 25  # a quarter of the whole; the dictionary of .xz alone takes 8 MiB


def test_an_xz_header_that_asks_for_gibibytes_of_memory_is_refused(tmp_path):
    packed = bytearray(lzma.compress(b"small"))
    end = 12 + 4 * packed[12]  # the block's header: its length, flags, filter and the dictionary's size, its CRC
    packed[16] = 40  # 4 GiB
    packed[end : end + 4] = struct.pack("<I", zlib.crc32(packed[12:end]))
    (tmp_path / "greedy.xz").write_bytes(packed)
    with pytest.raises(DataCorrupt, match=r"truncated or damaged .xz file \(Memory usage limit exceeded"):
        content(tmp_path / "greedy.xz", "greedy", 5000, "")


def test_unreadable_file(tmp_path):
    with pytest.raises(DataCorrupt, match="cannot be read"):
        content(tmp_path, "folder", 5000, "")


def test_checksum_names_file_expected_and_found():
    verify(b"abc", md5(b"abc"), "file")
    with pytest.raises(DataCorrupt, match=f"file.bin: wrong checksum.*expected md5 {md5(b'abc')}, found {md5(b'abd')}"):
        verify(b"abd", md5(b"abc"), "file.bin")
