"""When the numbers in a tensor can be looked at to refuse the wrong ones."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.elementwise import is_transformed


def can_be_read(values: Tensor) -> bool:
    """Whether a check of the numbers costs little: on an accelerator it would be waited for at every step.

    Within `torch.func` and `torch.compile` there are no numbers to look at.
    """
    return values.device.type == "cpu" and not (torch.compiler.is_compiling() or is_transformed())
