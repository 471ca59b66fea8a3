"""Padding: what is imagined beyond the edge."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.windows import require_elements


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Widens the last axes: pad = (left, right, top, bottom, front, back, ...); negative numbers crop.

    constant:  v v | a b c | v v     reflect:  c b | a b c | b a
    replicate: a a | a b c | c c     circular: b c | a b c | a b
    All modes but constant take a batch of channels, or channels, of as many axes as pad speaks of.
    Raises RuntimeError for paddings that do not fit, NotImplementedError for other axes and unknown modes.
    """
    _require_fitting(input, pad, mode, value)
    if mode in _PLACES:
        read = _read if mode == "reflect" and len(pad) == 6 else float32_under_autocast(_read)  # as torch has it
        return read(input, pad, mode)
    for axis, before, after in _sides(input, pad):
        input = _between(input, axis, before, after, mode, value or 0)
    return input


def _sides(input: Tensor, pad: Sequence[int]) -> list[tuple[int, int, int]]:
    """The axes that change, and what comes before and after each."""
    sides = zip(pad[::2], pad[1::2], strict=True)
    return [(input.dim() - 1 - index, *side) for index, side in enumerate(sides) if side != (0, 0)]


def _read(input: Tensor, pad: Sequence[int], mode: str) -> Tensor:
    """Every new element is one of the input's."""
    for axis, before, after in _sides(input, pad):
        input = input.index_select(axis, _PLACES[mode](input, axis, before, after))
    return input


def _mirrored(input: Tensor, axis: int, before: int, after: int) -> Tensor:
    """2 1 | 0 1 2 | 1 0: the first and the last place are mirrors."""
    last = _require_at_most(input, axis, before, after, input.size(axis) - 1) - 1
    return last - (last - _places(input, axis, before, after).abs()).abs()


def _repeated(input: Tensor, axis: int, before: int, after: int) -> Tensor:
    """0 0 | 0 1 2 | 2 2: the first and the last place, again and again."""
    return _places(input, axis, before, after).clamp(0, input.size(axis) - 1)


def _places(input: Tensor, axis: int, before: int, after: int) -> Tensor:
    """-before, ..., length + after - 1, of which a negative number leaves out."""
    length = input.size(axis)
    if length + before + after < 1:
        raise RuntimeError(f"input is too small for a padding of ({before}, {after}): {list(input.shape)}")
    return torch.arange(-before, length + after, device=input.device)


_PLACES = {"reflect": _mirrored, "replicate": _repeated}


def _between(input: Tensor, axis: int, before: int, after: int, mode: str, value: float) -> Tensor:
    """The input, cropped first, between a constant and a constant, or between its own ends."""
    start, stop = max(-before, 0), input.size(axis) - max(-after, 0)
    input, before, after = input.narrow(axis, start, stop - start), max(before, 0), max(after, 0)
    if mode == "constant":
        left, right = _filled(input, axis, before, value), _filled(input, axis, after, value)
    else:
        left, right = _wrapped(input, axis, before, after)
    return torch.cat([left, input, right], axis)


def _filled(input: Tensor, axis: int, count: int, value: float) -> Tensor:
    shape = [*input.shape[:axis], count, *input.shape[axis + 1 :]]
    return input.new_full(shape, value)


def _wrapped(input: Tensor, axis: int, before: int, after: int) -> tuple[Tensor, Tensor]:
    """The other end: the axis is a circle."""
    length = _require_at_most(input, axis, before, after, input.size(axis))
    return input.narrow(axis, length - before, before), input.narrow(axis, 0, after)


_MODES = (*_PLACES, "circular")


def _require_at_most(input: Tensor, axis: int, before: int, after: int, most: int) -> int:
    """The length of the axis, when that much can be taken from it."""
    if max(before, after) > most:
        where = f"dimension {axis} of input {list(input.shape)}"
        raise RuntimeError(f"Padding size should be at most {most} here, but got: ({before}, {after}) at {where}")
    return input.size(axis)


def _require_fitting(input: Tensor, pad: Sequence[int], mode: str, value: float | None) -> None:
    axes = len(pad) // 2
    if len(pad) % 2 != 0:
        raise RuntimeError(f"Padding length must be divisible by 2, two numbers an axis; got {tuple(pad)}")
    if axes > input.dim():
        raise RuntimeError(f"Padding of {axes} axes for an input of {input.dim()}: {list(input.shape)}")
    if mode == "constant":
        return
    if mode not in _MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}; use constant, {', '.join(_MODES)}")
    if value is not None:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if input.dim() not in (axes + 1, axes + 2) or axes > 3:
        needed = f"{axes + 1}D or {axes + 2}D input"
        raise NotImplementedError(f"{mode} padding of {axes} axes needs {needed}, but got {list(input.shape)}")
    if mode != "circular":
        require_elements(input, axes, f"{mode} padding")
