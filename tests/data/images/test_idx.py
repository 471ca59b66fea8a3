"""The IDX format, against files put together with the struct module."""

from __future__ import annotations

import gzip
import struct

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dongshou.data.images.idx import read_idx
from dongshou.errors import DongshouError

KINDS = {
    torch.uint8: (0x08, "B"),
    torch.int8: (0x09, "b"),
    torch.int16: (0x0B, "h"),
    torch.int32: (0x0C, "i"),
    torch.float32: (0x0D, "f"),
    torch.float64: (0x0E, "d"),
}


def packed(tensor: torch.Tensor) -> bytes:
    code, letter = KINDS[tensor.dtype]
    header = struct.pack(f">BBBB{tensor.dim()}I", 0, 0, code, tensor.dim(), *tensor.shape)
    return header + struct.pack(f">{tensor.numel()}{letter}", *tensor.flatten().tolist())


def refused(path, *words: str) -> None:
    with pytest.raises(DongshouError) as caught:
        read_idx(path)
    message = str(caught.value)
    assert "\n" not in message
    for word in (str(path), *words):
        assert word in message


@pytest.mark.parametrize("dtype", KINDS, ids=str)
@pytest.mark.parametrize("name", ["numbers-idx2", "numbers-idx2.gz"])
def test_every_dtype_plain_and_gzipped(dtype, name, tmp_path):
    expected = (100 * torch.randn(3, 5, dtype=torch.float64)).clamp(0, 127).to(dtype)
    content = packed(expected)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    numbers = read_idx(path)
    assert numbers.dtype == dtype
    assert torch.equal(numbers, expected)
    numbers.zero_()  # the tensor is the caller's to change


@given(shape=st.lists(st.integers(0, 4), max_size=4))
def test_every_shape(shape, tmp_path_factory):
    expected = torch.randint(-(2**15), 2**15, shape).short()
    path = tmp_path_factory.mktemp("idx") / "numbers"
    path.write_bytes(packed(expected))
    assert torch.equal(read_idx(path), expected)


def test_a_truncated_file(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(packed(torch.zeros(2, 3, dtype=torch.int32))[:-1])
    refused(path, "truncated", "36", "35")


def test_a_truncated_header(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0]))
    refused(path, "truncated", "3 axes", "16")


def test_trailing_bytes(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(packed(torch.zeros(2, 3, dtype=torch.uint8)) + b"!")
    refused(path, "trailing", "18", "19")


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\0\0\x07\x01", b"\0\0"], ids=["zip", "dtype", "short"])
def test_a_wrong_beginning(content, tmp_path):
    path = tmp_path / "images"
    path.write_bytes(content)
    refused(path, "not an IDX file", content.hex(" "))


@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_an_empty_file(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"")
    refused(path, "empty")


def test_no_gzip(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(b"<html>not found</html>")
    refused(path, "gzip")


def test_half_a_gzip(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(packed(torch.zeros(100, 28)))[:-9])
    refused(path, "truncated")


def test_a_flipped_byte_in_a_gzip(tmp_path):
    path = tmp_path / "images.gz"
    content = bytearray(gzip.compress(packed(torch.randn(100))))
    content[-5] ^= 0xFF  # in the checksum
    path.write_bytes(content)
    refused(path, "gzip")


def test_a_missing_file(tmp_path):
    refused(tmp_path / "nowhere", "No such file")
