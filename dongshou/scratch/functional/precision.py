"""The types that numbers are computed in: float32 within, where float16 and bfloat16 have too few digits."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_map_only

SHORT = (torch.float16, torch.bfloat16)
Arguments = ParamSpec("Arguments")
Output = TypeVar("Output")


def precise(input: Tensor) -> Tensor:
    """The input, in float32 where it is in float16 or bfloat16."""
    return input.float() if input.dtype in SHORT else input


def float32_under_autocast(function: Callable[Arguments, Output]) -> Callable[Arguments, Output]:
    """Decorator: within torch.autocast the function takes short numbers as float32 and computes in it.

    Losses do so, as torch's do: what a batch sums to has more digits than a short type.
    """
    return _under_autocast(function, lambda value, short: precise(value))


def short_under_autocast(function: Callable[Arguments, Output]) -> Callable[Arguments, Output]:
    """Decorator: within torch.autocast the function takes float32 as the short type, and gives it back."""
    return _under_autocast(function, lambda value, short: value.to(short) if value.dtype == torch.float32 else value)


def without_autocast(function: Callable[Arguments, Output]) -> Callable[Arguments, Output]:
    """Decorator: the function computes in the types of its arguments, within torch.autocast too."""
    return _under_autocast(function, lambda value, short: value)


def _under_autocast(
    function: Callable[Arguments, Output], convert: Callable[[Tensor, torch.dtype], Tensor]
) -> Callable[Arguments, Output]:
    @functools.wraps(function)
    def wrapper(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Output:
        device = next((device for device in ("cuda", "cpu") if torch.is_autocast_enabled(device)), None)
        if device is None:
            return function(*arguments, **keywords)
        short = torch.get_autocast_dtype(device)
        converted = tree_map_only(Tensor, lambda value: convert(value, short), (arguments, keywords))
        with torch.autocast(device, enabled=False):
            return function(*converted[0], **converted[1])  # pyright: ignore[reportCallIssue]

    return wrapper
