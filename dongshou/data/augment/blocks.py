"""A batch a few images at a time, so that many changes in a row find them where the processor reaches fastest."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

BLOCK = 64 * 3 * 32 * 32  # numbers: with their intermediate results they stay in a core's second-level cache


def blocks(images: Tensor, *values: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The images, and the values (batch,) that go with them, a block at a time: views. A GPU has all at once."""
    num_images = len(images) if images.is_cuda else max(1, BLOCK // max(1, images[0].numel()))
    return zip(*(tensor.split(num_images) for tensor in (images, *values)), strict=True)
