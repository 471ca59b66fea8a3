"""What is left of an image's size behind layers that move a window over it, and how small it may be."""

from __future__ import annotations

from itertools import count

from torch import Tensor, nn

from dongshou.errors import DongshouError, UsageError

Window = nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d


def size_after(name: str, layers: nn.Module, size: int) -> int:
    """The side of the square that the layers of a network make of a size x size image.

    Raises UsageError when nothing is left of it, with the smallest size of which something is.
    """
    left = _through(windows(layers), size)
    if left < 1:
        smallest = smallest_size(layers)
        raise UsageError(f"{_need(name, smallest)}; got size={size}. Resize with size={smallest} or more.")
    return left


def smallest_size(layers: nn.Module) -> int:
    """The side of the smallest square image of which the layers leave anything, in pixels."""
    moved = windows(layers)
    return next(size for size in count(1) if _through(moved, size) >= 1)


def check_images(name: str, images: Tensor, smallest: int) -> None:
    """Raises DongshouError when images (batch, channels, height, width) are too small for a network."""
    height, width = images.shape[-2:]
    if min(height, width) < smallest:
        raise DongshouError(f"{_need(name, smallest)}; got {height}x{width}. Resize with size={smallest} or more.")


def windows(layers: nn.Module) -> list[Window]:
    """The convolutions and poolings, in order.

    Branches side by side count as if they stood in a row, which is the same as long as they keep the size.
    """
    return [layer for layer in layers.modules() if isinstance(layer, Window)]


def _through(moved: list[Window], size: int) -> int:
    """The size behind all the layers; 0 as soon as a window finds no place."""
    for layer in moved:
        size = size_behind(layer, size)
        if size < 1:
            return 0
    return size


def size_behind(layer: Window, size: int) -> int:
    """(size + 2 padding - kernel) / stride + 1: the places of a window, rounded down, or up with ceil_mode."""
    kernel, stride, padding = (_height(value) for value in (layer.kernel_size, layer.stride, layer.padding))
    steps = size + 2 * padding - kernel
    if isinstance(layer, nn.MaxPool2d) and layer.ceil_mode:
        steps += stride - 1
    return min(steps, size + padding - 1) // stride + 1  # rounded up or not, every window begins on the image


def _height(value: object) -> int:
    """The first of a layer's two numbers, or the one that stands for both."""
    number = value[0] if isinstance(value, tuple) else value
    assert isinstance(number, int)
    return number


def _need(name: str, smallest: int) -> str:
    return f"{name} needs images of at least {smallest}x{smallest} pixels"
