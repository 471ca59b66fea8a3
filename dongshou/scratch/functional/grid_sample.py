"""Reading a picture at places between its elements: what a spatial transformer does (Jaderberg et al., 2015).

Places are counted from -1 to 1 along every axis, the last axis first: (x, y) or (x, y, z). With align_corners -1 and
1 are the centres of the outermost elements, otherwise their edges.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import float32_under_autocast, precise
from dongshou.scratch.functional.upsampling import cubic_weights

Tap = tuple[Tensor, Tensor]  # places along one axis, and their weights: (batch, positions) each


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places theta (x, y, 1) for every element of an output of that size, for `grid_sample`.

    theta (batch, 2, 3), size (batch, channels, height, width) -> (batch, height, width, 2); or (batch, 3, 4) and a
    depth before the height -> (batch, depth, height, width, 3). Raises ValueError for another shape or type.
    """
    align_corners = _aligned(align_corners)
    _require_theta(theta, size)
    lengths = size[2:]
    numbers = [_centers(length, align_corners, theta) for length in reversed(lengths)]
    along = [  # x varies along the last axis, y along the one before it
        places.reshape(-1, *[1] * axis).expand(*lengths) for axis, places in enumerate(numbers)
    ]
    base = torch.stack([*along, torch.ones_like(along[0])], -1)  # (*lengths, axes + 1)
    return torch.einsum("...j,nij->n...i", base, theta)


@float32_under_autocast
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """The input at the places of the grid, read from the elements around each.

    input (batch, channels, height, width), grid (batch, rows, columns, 2) -> (batch, channels, rows, columns); or
    with a depth, and places of 3 numbers. mode: the nearest element, the 2 around a place along each axis by their
    distance (bilinear), or 4 by a cubic (bicubic). padding_mode: beyond the edge is 0 (zeros), the edge (border) or
    the input mirrored (reflection). Raises ValueError for a mode that is none, RuntimeError for unfitting shapes.
    """
    align_corners = _aligned(align_corners)
    _require_fitting(input, grid, mode, padding_mode)
    values, sizes = precise(input).flatten(2), input.shape[2:]  # (batch, channels, elements)
    places = precise(grid).flatten(1, -2)  # (batch, positions, axes)
    taps = [
        _taps(_unnormalized(places[..., -1 - axis], length, align_corners), length, mode, padding_mode, align_corners)
        for axis, length in enumerate(sizes)
    ]
    output = values.new_zeros(())
    for corner in itertools.product(*taps):
        index, weight = torch.zeros_like(corner[0][0]), torch.ones_like(corner[0][1])
        for length, (place, share) in zip(sizes, corner, strict=True):
            index, weight = index * length + place, weight * share
        read = values.gather(2, index.unsqueeze(1).expand(-1, values.size(1), -1))
        output = output + read * weight.unsqueeze(1)
    return output.to(input.dtype).unflatten(2, grid.shape[1:-1])


def _taps(places: Tensor, length: int, mode: str, padding_mode: str, align_corners: bool) -> list[Tap]:
    """The elements that are read for each place along one axis: their numbers, and with what weight."""
    if mode == "bicubic":
        left = places.detach().floor()
        weights = [cubic_weights(places - left - offset, offset in (0, 1)) for offset in (-1, 0, 1, 2)]
        around = [_padded(left + offset, length, padding_mode, align_corners) for offset in (-1, 0, 1, 2)]
        return [_inside(place, weight, length) for place, weight in zip(around, weights, strict=True)]
    places = _padded(places, length, padding_mode, align_corners)
    if mode == "nearest":
        return [_inside(places.detach().round(), _constant(1, places), length)]
    left = places.detach().floor()
    share = places - left
    return [_inside(left, 1 - share, length), _inside(left + 1, share, length)]


def _inside(place: Tensor, weight: Tensor, length: int) -> Tap:
    """A place beyond the edge reads the element at the edge, with weight 0."""
    inside = (place >= 0) & (place <= length - 1)  # false for NaN
    return torch.where(inside, place, 0).long(), torch.where(inside, weight, 0)


def _padded(places: Tensor, length: int, padding_mode: str, align_corners: bool) -> Tensor:
    """The places within the input that stand for those beyond its edges."""
    if padding_mode == "zeros":
        return places
    if padding_mode == "reflection":
        places = _reflected(places, *((0, length - 1) if align_corners else (-0.5, length - 0.5)))
    # where the edge begins nothing moves any more: a derivative of 0, where that of clamp would be 1
    moves = (places > 0) & (places < length - 1)
    return torch.where(moves, places, places.detach().clamp(0, length - 1))


def _constant(value: float, places: Tensor) -> Tensor:
    """The value for every place, with a derivative of 0."""
    return torch.where(torch.zeros_like(places, dtype=torch.bool), places, value)


def _reflected(places: Tensor, low: float, high: float) -> Tensor:
    """Between two mirrors."""
    span = high - low
    if span == 0:
        return _constant(0, places)
    distance = (places - low).abs()
    flips = (distance.detach() / span).floor()
    beyond = distance - flips * span
    is_turned = (flips / 2).floor() * 2 != flips
    return torch.where(is_turned, high - beyond, low + beyond)


def _unnormalized(places: Tensor, length: int, align_corners: bool) -> Tensor:
    """From -1 to 1 to the numbers of the elements."""
    return (places + 1) / 2 * (length - 1) if align_corners else ((places + 1) * length - 1) / 2


def _centers(length: int, align_corners: bool, like: Tensor) -> Tensor:
    """The centres of the elements, counted from -1 to 1."""
    numbers = torch.arange(length, device=like.device, dtype=like.dtype)
    if not align_corners:
        return (2 * numbers + 1) / length - 1
    return 2 * numbers / (length - 1) - 1 if length > 1 else numbers


def _aligned(align_corners: bool | None) -> bool:
    if align_corners is None:
        message = "grid_sample and affine_grid take align_corners=False when none is given: name it."
        warnings.warn(message, stacklevel=3)
    return bool(align_corners)


def _require_theta(theta: Tensor, size: Sequence[int]) -> None:
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    axes = len(size) - 2
    if axes not in (2, 3):
        raise NotImplementedError(f"affine_grid supports sizes of 4 or 5 axes, pictures and volumes. Got {list(size)}")
    if theta.dim() != 3 or theta.shape[1:] != (axes, axes + 1):
        wanted = f"a batch of {axes}D affine matrices of shape Nx{axes}x{axes + 1}"
        raise ValueError(f"Expected {wanted} for size {list(size)}. Got {list(theta.shape)}.")
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {list(size)}")
    if theta.size(0) != size[0]:
        raise RuntimeError(f"Expected a matrix for each of {size[0]} examples, got {theta.size(0)}")


def _require_fitting(input: Tensor, grid: Tensor, mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f"expected padding_mode to be 'zeros', 'border' or 'reflection', but got: {padding_mode!r}")
    axes = input.dim() - 2
    shapes = f"input {list(input.shape)} and grid {list(grid.shape)}"
    if axes not in (2, 3) or (mode == "bicubic" and axes != 2):
        raise RuntimeError(f"grid_sample needs 4D input, or 5D for modes other than bicubic, but got {shapes}")
    if grid.dim() != axes + 2 or grid.size(0) != input.size(0) or grid.size(-1) != axes:
        raise RuntimeError(f"expected a grid of the input's batch and places of {axes} numbers, but got {shapes}")
    if input.dtype != grid.dtype or math.prod(input.shape[2:]) == 0:
        types = f"types {input.dtype} and {grid.dtype}"
        raise RuntimeError(f"expected elements to read and a grid of the input's type, but got {shapes}, {types}")
