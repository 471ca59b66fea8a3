"""The types that numbers are computed in: float32 within, where float16 and bfloat16 have too few digits."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

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

    @functools.wraps(function)
    def wrapper(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Output:
        if not torch.is_autocast_enabled("cpu") and not torch.is_autocast_enabled("cuda"):
            return function(*arguments, **keywords)
        device = "cuda" if torch.is_autocast_enabled("cuda") else "cpu"
        arguments, keywords = tree_map(_lengthened, (arguments, keywords))  # pyright: ignore[reportAssignmentType]
        with torch.autocast(device, enabled=False):
            return function(*arguments, **keywords)

    return wrapper


def _lengthened(value: object) -> object:
    return precise(value) if isinstance(value, Tensor) else value
