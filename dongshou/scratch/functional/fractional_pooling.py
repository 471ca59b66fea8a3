"""Fractional max pooling: windows at random, so that a size may shrink by less than half."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.pooling import largest, take
from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.windows import flat_positions, per_axis, require_axes


@float32_under_autocast
def fractional_max_pool(
    axes: int,
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Tensor | tuple[Tensor, Tensor]:
    """The maximum of windows that begin at floor(a (i + u)) - floor(a u), u uniform in [0, 1).

    a = (length - kernel) / (output - 1), and the last window ends at the end. Every channel of every example
    draws its own u for every axis: _random_samples (batch, channels, axes).
    input (batch, channels, *sizes), or without batch. Graham, Fractional max-pooling, 2014.
    Raises ValueError without a size, RuntimeError when a window does not fit.
    """
    require_axes(input, axes, f"fractional_max_pool{axes}d")
    if input.dim() == axes + 1:
        sizes = kernel_size, output_size, output_ratio, True, _random_samples
        output, indices = fractional_max_pool(axes, input.unsqueeze(0), *sizes)
        return (output.squeeze(0), indices.squeeze(0)) if return_indices else output.squeeze(0)
    kernel = per_axis(kernel_size, axes, "kernel_size")
    outputs = _output_sizes(axes, input, output_size, output_ratio)
    samples = _random_samples
    if samples is None:
        samples = torch.rand(*input.shape[:2], axes, dtype=input.dtype, device=input.device)
    _require_fitting(input, kernel, outputs, samples)
    with torch.no_grad():
        values, indices = input, flat_positions(input, axes)
        for axis in range(-1, -axes - 1, -1):
            sample = samples[: input.size(0), :, _sample_of(axes, axis)]  # (batch, channels)
            begin = _window_starts(input.size(axis), kernel[axis], outputs[axis], sample)
            places = [_along(begin + tap, values, axis) for tap in range(kernel[axis])]
            values, indices = largest((values.gather(axis, at), indices.gather(axis, at)) for at in places)
    output = take(input, indices, axes)
    return (output, indices) if return_indices else output


fractional_max_pool2d, fractional_max_pool3d = partial(fractional_max_pool, 2), partial(fractional_max_pool, 3)


def _window_starts(length: int, kernel: int, outputs: int, sample: Tensor) -> Tensor:
    """Where each window begins: (batch, channels, outputs)."""
    last = sample.new_full((*sample.shape, 1), length - kernel).long()
    if outputs == 1:
        return last
    alpha = (length - kernel) / (outputs - 1)
    numbers = torch.arange(outputs - 1, dtype=sample.dtype, device=sample.device)
    sample = sample.unsqueeze(-1)
    starts = ((numbers + sample) * alpha).long() - (sample * alpha).long()
    return torch.cat([starts, last], -1)


def _along(places: Tensor, values: Tensor, axis: int) -> Tensor:
    """places (batch, channels, outputs) for every row of values: the shape of values, but for the axis."""
    shape = [1] * values.dim()
    shape[0], shape[1], shape[axis] = places.shape
    wanted = list(values.shape)
    wanted[axis] = places.size(-1)
    return places.reshape(shape).expand(wanted)


def _sample_of(axes: int, axis: int) -> int:
    """Which of the samples torch reads for an axis: in two dimensions the width's comes first."""
    return -1 - axis if axes == 2 else axes + axis


def _output_sizes(
    axes: int, input: Tensor, output_size: Sizes | None, output_ratio: float | Sequence[float] | None
) -> tuple[int, ...]:
    if output_size is not None:
        return per_axis(output_size, axes, "output_size")
    if output_ratio is None:
        raise ValueError(f"fractional_max_pool{axes}d requires specifying either an output_size or an output_ratio")
    ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * axes
    return tuple(int(size * ratio) for size, ratio in zip(input.shape[-axes:], ratios, strict=True))


def _require_fitting(input: Tensor, kernel: tuple[int, ...], outputs: tuple[int, ...], samples: Tensor) -> None:
    axes = len(kernel)
    lengths = input.shape[-axes:]
    if any(output + size - 1 > length for output, size, length in zip(outputs, kernel, lengths, strict=True)):
        sizes = f"pool size {kernel} and output {outputs} too large relative to input {list(lengths)}"
        raise RuntimeError(f"fractional_max_pool{axes}d: {sizes}")
    if min(outputs) < 1:
        raise RuntimeError(f"fractional_max_pool{axes}d: the output needs at least one window an axis; got {outputs}")
    wanted = (*input.shape[:2], axes)
    if samples.dim() != 3 or samples.shape[1:] != wanted[1:] or samples.size(0) < wanted[0]:
        raise RuntimeError(f"Expect _random_samples of shape {wanted}, got {tuple(samples.shape)}")
