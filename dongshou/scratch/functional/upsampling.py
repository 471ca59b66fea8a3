"""Upsampling: a picture of another size, every new element read from between the old ones."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.scratch.functional.adaptive_pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.precision import precise

AREAS = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
Factors = float | Sequence[float]
Taps = list[tuple[Tensor, Tensor | None]]  # the places (size) that are read, and their weights (size)


def interpolate(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: Factors | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resizes (batch, channels, *sizes) to size, or to scale_factor times its sizes, one axis after the other.

    nearest and nearest-exact read one element, linear, bilinear and trilinear the two around a place by their
    distance, bicubic four by a cubic (Keys, 1981); area takes the mean. align_corners lays the centres of the
    outermost elements upon one another, otherwise their edges. Whoever makes a picture smaller by bilinear or
    bicubic with antialias reads all elements under a new one. Raises ValueError for sizes that do not fit the
    input and antialias of another mode, NotImplementedError for a mode of other axes.
    """
    axes = input.dim() - 2
    _require_mode(mode, axes, align_corners, antialias)
    sizes = _sizes(input, size, scale_factor)
    if mode == "area":
        return AREAS[axes](input, sizes)
    values = precise(input) if input.is_floating_point() or mode.startswith("nearest") else input.float()
    known = scale_factor if size is None and not recompute_scale_factor else None
    factors = known if isinstance(known, Sequence) else [known] * axes
    for axis, length, factor in zip(range(-axes, 0), sizes, factors, strict=True):
        if mode == "nearest" and length == input.size(axis):
            continue
        if antialias:
            weights = antialiasing(values, axis, length, factor, mode, bool(align_corners))
            values = (values.movedim(axis, -1) @ weights).movedim(-1, axis)
        else:
            values = _resize(values, axis, _taps(values, axis, length, factor, mode, bool(align_corners)))
    if values.is_floating_point() and not input.is_floating_point():
        values = (values + 0.5).floor().clamp(0, 255)
    return values.to(input.dtype)


def _resize(input: Tensor, axis: int, taps: Taps) -> Tensor:
    """The weighted sum of the elements at the taps' places."""
    terms = []
    for places, weights in taps:
        read = input.index_select(axis, places)
        terms.append(read if weights is None else read * weights.reshape(-1, *[1] * (-axis - 1)))
    return torch.stack(terms).sum(0) if len(terms) > 1 else terms[0]


def _taps(input: Tensor, axis: int, length: int, factor: float | None, mode: str, align_corners: bool) -> Taps:
    given = input.size(axis)
    numbers = torch.arange(length, device=input.device, dtype=_type_of_places(input))
    if mode.startswith("nearest"):
        half = 0.5 if mode == "nearest-exact" else 0
        ratio = 1 / factor if factor else given / length
        return [(((numbers.float() + half) * ratio).floor().long().clamp(max=given - 1), None)]
    if align_corners:
        centers = numbers * ((given - 1) / (length - 1) if length > 1 else 0)
    else:
        centers = (numbers + 0.5) * (1 / factor if factor else given / length) - 0.5
    if mode == "bicubic":
        left = centers.floor()
        return [
            ((left + offset).clamp(0, given - 1).long(), cubic_weights(centers - left - offset, offset in (0, 1)))
            for offset in (-1, 0, 1, 2)
        ]
    centers = centers.clamp(min=0)
    left = centers.floor().clamp(max=given - 1)
    weight = centers - left
    return [(left.long(), 1 - weight), ((left + 1).clamp(max=given - 1).long(), weight)]


def cubic_weights(distance: Tensor, is_near: bool, a: float = -0.75) -> Tensor:
    """The weight of an element at distance d < 1 is (a + 2) d^3 - (a + 3) d^2 + 1, at 1 < d < 2
    a d^3 - 5a d^2 + 8a d - 4a: one polynomial for the near, another for the far. Keys, 1981."""
    d = distance.abs()
    if is_near:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a


def antialiasing(input: Tensor, axis: int, length: int, factor: float | None, mode: str, align_corners: bool) -> Tensor:
    """What each of `length` new elements takes of each old one along an axis: (old, new), each column sums to 1.

    Where the picture becomes smaller the triangle, or the cubic with a = -1/2, is stretched over all elements
    that the new one covers, so that none is left out.
    """
    given = input.size(axis)
    if align_corners:
        scale = (given - 1) / (length - 1) if length > 1 else 0.0
    else:
        scale = 1 / factor if factor else given / length
    stretch = max(scale, 1.0)
    support = stretch * (2 if mode == "bicubic" else 1)
    places = torch.arange(given, device=input.device, dtype=_type_of_places(input)).unsqueeze(1)  # (old, 1)
    centers = (torch.arange(length, device=input.device, dtype=places.dtype) + 0.5) * scale  # (new)
    begin, end = (centers - support + 0.5).clamp(min=0).floor(), (centers + support + 0.5).floor()
    distance = (places + 0.5 - centers) / stretch  # (old, new)
    if mode == "bicubic":
        near, far = cubic_weights(distance, True, a=-0.5), cubic_weights(distance, False, a=-0.5)
        weights = torch.where(distance.abs() < 1, near, torch.where(distance.abs() < 2, far, 0))
    else:
        weights = (1 - distance.abs()).clamp(min=0)
    weights = torch.where((places >= begin) & (places < end), weights, 0)
    return weights / weights.sum(0)


def _type_of_places(input: Tensor) -> torch.dtype:
    return torch.float64 if input.dtype == torch.float64 else torch.float32  # for short types and integers too


def _sizes(input: Tensor, size: Sizes | None, scale_factor: Factors | None) -> list[int]:
    axes = input.dim() - 2
    if (size is None) == (scale_factor is None):
        raise ValueError("only one of size or scale_factor should be defined, and one must be")
    if size is not None:
        sizes = list(size) if isinstance(size, Sequence) else [size] * axes
    else:
        factors = scale_factor if isinstance(scale_factor, Sequence) else [scale_factor or 0] * axes
        sizes = [math.floor(given * factor) for given, factor in zip(input.shape[2:], factors, strict=False)]
    if len(sizes) != axes:
        shape = f"Input of {axes} spatial axes: {list(input.shape)}"
        raise ValueError(f"{shape} needs as many sizes or scale factors; got {size or scale_factor}")
    if min(sizes) <= 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got {sizes}")
    return sizes


_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def _require_mode(mode: str, axes: int, align_corners: bool | None, antialias: bool) -> None:
    anywhere = ("nearest", "nearest-exact", "area")
    if antialias and (mode not in ("bilinear", "bicubic") or axes != 2):
        raise ValueError("Anti-alias option is only supported for bilinear and bicubic modes")
    if mode in anywhere and align_corners is not None:
        raise ValueError("align_corners is for linear, bilinear, bicubic and trilinear modes alone")
    if not (mode in anywhere and axes in (1, 2, 3)) and _AXES.get(mode) != axes:
        modes = f"{', '.join(anywhere)} for 1 to 3 spatial axes, linear for 1, bilinear or bicubic for 2"
        raise NotImplementedError(f"Got {axes + 2}D input and mode {mode!r}: use {modes}, trilinear for 3")


def upsample(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: Factors | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """The name of `interpolate` before torch 0.4."""
    _deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Sizes | None = None, scale_factor: Factors | None = None) -> Tensor:
    """`interpolate` by the nearest element, under its old name."""
    _deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Tensor, size: Sizes | None = None, scale_factor: Factors | None = None) -> Tensor:
    """`interpolate` between the four elements around, corners aligned, under its old name."""
    _deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


def _deprecated(name: str) -> None:
    message = f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead."
    warnings.warn(message, stacklevel=3)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Channels become pixels: (..., c r^2, height, width) -> (..., c, r height, r width). Shi et al., 2016.

    Raises RuntimeError when the channels do not divide by r^2.
    """
    r = upscale_factor
    if input.dim() < 3 or r <= 0 or input.size(-3) % r**2 != 0:
        raise RuntimeError(f"pixel_shuffle needs (..., channels * {r}^2, height, width), got {list(input.shape)}")
    *batch, channels, height, width = input.shape
    blocks = input.reshape(*batch, channels // r**2, r, r, height, width)  # (..., c, r, r, height, width)
    blocks = blocks.movedim((-4, -3), (-3, -1))  # (..., c, height, r, width, r)
    return blocks.reshape(*batch, channels // r**2, height * r, width * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """The inverse of pixel_shuffle: (..., c, r height, r width) -> (..., c r^2, height, width)."""
    r = downscale_factor
    if input.dim() < 3 or r <= 0 or input.size(-2) % r != 0 or input.size(-1) % r != 0:
        raise RuntimeError(f"pixel_unshuffle needs height and width divisible by {r}, got {list(input.shape)}")
    if input.numel() == 0:
        return input.clone()  # in torch, too, nothing keeps its shape
    *batch, channels, height, width = input.shape
    blocks = input.reshape(*batch, channels, height // r, r, width // r, r)  # (..., c, height, r, width, r)
    blocks = blocks.movedim((-3, -1), (-4, -3))  # (..., c, r, r, height, width)
    return blocks.reshape(*batch, channels * r**2, height // r, width // r)
