"""In what order the elements of an output lie in memory: in that of torch's.

It changes no number but what is drawn at random, for a dropout that follows fills its mask in the order of memory.
"""

from __future__ import annotations

from torch import Tensor


def in_order(input: Tensor) -> Tensor:
    """The input with its elements one after the other, or with its channels last where they already are."""
    return input if has_channels_last(input) else input.contiguous()


def laid_out_as(output: Tensor, *inputs: Tensor) -> Tensor:
    """The output with its channels last where one of the inputs has them so, one after the other otherwise."""
    if any(map(has_channels_last, inputs)):
        return output.movedim(1, -1).contiguous().movedim(-1, 1)
    return output.contiguous()


def has_channels_last(tensor: Tensor) -> bool:
    """(batch, channels, *sizes), but all channels of a pixel are neighbours in memory."""
    is_picture = tensor.dim() in (4, 5)
    return is_picture and not tensor.is_contiguous() and tensor.movedim(1, -1).is_contiguous()
