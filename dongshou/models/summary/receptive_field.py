"""The receptive field: how much of the input one element of a tensor sees.

A window of k elements, s apart and d dilated, over a tensor whose elements see r pixels and lie j pixels apart:

    r <- r + (k - 1) d j,    j <- s j

Where branches meet, an element sees what the branch with the widest view saw. Dumoulin and Visin, "A guide to
convolution arithmetic for deep learning", 2016; Araujo, Norris and Sim, "Computing receptive fields of
convolutional neural networks", Distill, 2019.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

Pixels = int | float | Fraction  # infinite: all of them
Axes = frozenset[int]
NO_AXES: Axes = frozenset()


@dataclass(frozen=True)
class Field:
    """What the elements of a tensor see of the axes of the input, such as height and width.

    sizes    along each axis of the input, how many pixels an element sees
    strides  along each axis of the input, how many pixels lie between neighbours
    axes     for each dimension of the tensor, the axes of the input that it runs along
    """

    sizes: tuple[Pixels, ...]
    strides: tuple[Pixels, ...]
    axes: tuple[Axes, ...]

    def pixels(self) -> tuple[int | float, ...]:
        """The sizes in whole pixels; infinite along an axis of which all is seen."""
        return tuple(math.inf if size == math.inf else math.ceil(size) for size in self.sizes)


def start(num_dimensions: int, num_axes: int) -> Field:
    """The input itself: a pixel sees itself; the last dimensions are the axes."""
    axes = [NO_AXES] * (num_dimensions - num_axes) + [frozenset({axis}) for axis in range(num_axes)]
    return Field((1,) * num_axes, (1,) * num_axes, tuple(axes))


def join(fields: Sequence[Field], num_dimensions: int) -> Field:
    """Tensors combined element by element, aligned at their last dimensions, or one after the other."""
    sizes = tuple(map(max, zip(*(field.sizes for field in fields), strict=True)))
    strides = tuple(map(max, zip(*(field.strides for field in fields), strict=True)))
    aligned = [(NO_AXES,) * (num_dimensions - len(field.axes)) + field.axes for field in fields]
    return Field(sizes, strides, tuple(NO_AXES.union(*axes) for axes in zip(*aligned, strict=True)))


def window(field: Field, dimension: int, kernel: int, stride: Pixels = 1, dilation: int = 1) -> Field | None:
    """A window slides along one dimension; None where that runs along several axes at once."""
    if len(field.axes[dimension]) > 1:
        return None
    sizes, strides = list(field.sizes), list(field.strides)
    for axis in field.axes[dimension]:
        sizes[axis] += (kernel - 1) * dilation * strides[axis]
        strides[axis] *= stride
    return replace(field, sizes=tuple(sizes), strides=tuple(strides))


def transposed_window(field: Field, dimension: int, kernel: int, stride: int, dilation: int) -> Field | None:
    """As a window of stride 1 over the tensor with stride - 1 zeros put in between; it sees no more than
    floor((k - 1) d / s) + 1 elements that are none of these."""
    elements = (kernel - 1) * dilation // stride + 1
    return window(field, dimension, elements, Fraction(1, stride))


def resize(field: Field, dimension: int, before: int, after: int) -> Field | None:
    """Pooling to a given number of elements: the i-th of them sees floor(i n / m) up to ceil((i + 1) n / m)."""
    if after == 1:
        return mix(field, [dimension])
    kernel = max(-(-(i + 1) * before // after) - i * before // after for i in range(after))
    return window(field, dimension, kernel, Fraction(before, after))


def mix(field: Field, dimensions: Sequence[int]) -> Field:
    """Every element sees all along these dimensions: a mean, a matrix product, a softmax."""
    mixed = NO_AXES.union(*(field.axes[dimension] for dimension in dimensions))
    return replace(field, sizes=tuple(math.inf if axis in mixed else size for axis, size in enumerate(field.sizes)))


def reshape(field: Field, old: Sequence[int], new: Sequence[int]) -> Field | None:
    """Dimensions merged run along all their axes; None where one that runs along an axis is split."""
    if math.prod(old) != math.prod(new) or math.prod(old) == 0:
        return None
    axes: list[Axes] = []
    for before, after in groups(old, new):
        merged = NO_AXES.union(*(field.axes[dimension] for dimension in before))
        wide = [dimension for dimension in after if new[dimension] > 1]
        if merged and len(wide) > 1:
            return None
        axes += [merged if dimension in (wide or after) else NO_AXES for dimension in after]
    return replace(field, axes=tuple(axes))


def groups(old: Sequence[int], new: Sequence[int]) -> Iterator[tuple[range, range]]:
    """The shortest runs of dimensions before and after that hold equally many elements."""
    i = j = 0
    while i < len(old) or j < len(new):
        first, start = i, j
        i, j = min(i + 1, len(old)), min(j + 1, len(new))
        while math.prod(old[first:i]) != math.prod(new[start:j]):
            if math.prod(old[first:i]) < math.prod(new[start:j]):
                i += 1
            else:
                j += 1
        yield range(first, i), range(start, j)
