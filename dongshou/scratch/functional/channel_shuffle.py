"""Channels that change places, so that groups of a grouped convolution hear of one another."""

from __future__ import annotations

from torch import Tensor


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """The first channels of all groups, then the second ones, ...: (batch, channels, ...), the output too.

    Zhang et al., ShuffleNet, 2017. Raises RuntimeError when the groups do not divide the channels.
    """
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle needs (batch, channels, ...) of 3 or more axes, got {list(input.shape)}")
    if groups <= 0 or input.size(1) % groups != 0:
        raise RuntimeError(f"channel_shuffle: {groups} groups must divide the channels of {list(input.shape)}")
    grouped = input.unflatten(1, (groups, input.size(1) // groups))  # (batch, groups, channels / groups, ...)
    return grouped.transpose(1, 2).flatten(1, 2)
