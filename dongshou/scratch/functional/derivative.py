"""Formulas that bring their own derivative, in reverse mode and in forward mode."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd import forward_ad


def differentiable(function: type[torch.autograd.Function], *arguments: Any) -> Any:
    """function.apply(*arguments), or in forward mode the formula itself, function.forward(*arguments).

    In forward mode torch differentiates the formula operator by operator. A `jvp` written by hand does for linear
    maps and for first derivatives alone: what it saved counts as constant in forward mode over forward mode.
    """
    in_forward_mode = forward_ad._current_level >= 0
    return function.forward(*arguments) if in_forward_mode else function.apply(*arguments)
