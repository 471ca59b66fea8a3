"""IDX, the file format of MNIST: a header of sizes, then the numbers of one array, nothing else."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import torch

from dongshou.errors import DongshouError

# the third byte of a file says what its numbers are; they are big-endian, as on the machines of 1998
DTYPES = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}


def read_idx(path: str | Path) -> torch.Tensor:
    """Read an IDX file, plain or gzipped (when its name ends in .gz), into a tensor of its shape and dtype.

    Layout: two zero bytes, the dtype, the number of axes; the size of each axis (4 bytes); the numbers.
    Source: LeCun, Cortes, Burges, 1998. Raises DongshouError when the file is not exactly that.
    """
    content = _content(Path(path))
    dtype, shape, start = _header(content, path)
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        fault = "is truncated" if len(content) < expected else "has trailing bytes"
        raise DongshouError(
            f"{path} {fault}: its header promises {expected:,} bytes, it holds {len(content):,}. Fetch it again."
        )
    numbers = np.frombuffer(content, dtype, count=math.prod(shape), offset=start)
    return torch.from_numpy(numbers.astype(dtype.newbyteorder("=")).reshape(shape))


def _content(path: Path) -> bytes:
    """The bytes of a file, unzipped when its name says that it is zipped."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" and content else content
    except gzip.BadGzipFile as error:
        raise DongshouError(f"{path} is not a sound gzip file: {error}. Fetch it again.") from None
    except (EOFError, zlib.error) as error:
        raise DongshouError(f"{path} is truncated or corrupt: {error}. Fetch it again.") from None
    except OSError as error:
        raise DongshouError(f"{path} cannot be read: {error.strerror}. Check the path.") from None


def _header(content: bytes, path: str | Path) -> tuple[np.dtype, tuple[int, ...], int]:
    """The dtype, the shape, and where the numbers start."""
    if not content:
        raise DongshouError(f"{path} is empty: expected an IDX header. Fetch it again.")
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in DTYPES:
        codes = ", ".join(f"{code:02x}" for code in DTYPES)
        raise DongshouError(
            f"{path} is not an IDX file: expected to start with bytes 00 00 and one of {codes};"
            f" found {content[:4].hex(' ')}. Fetch it again."
        )
    dtype, num_axes = DTYPES[content[2]], content[3]
    start = 4 + 4 * num_axes
    if len(content) < start:
        raise DongshouError(
            f"{path} is truncated: a header of {num_axes} axes takes {start} bytes,"
            f" it holds {len(content)}. Fetch it again."
        )
    shape = tuple(np.frombuffer(content, ">u4", count=num_axes, offset=4).tolist())
    return dtype, shape, start
