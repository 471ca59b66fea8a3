"""ChannelShuffle; the formula stands in `functional/channel_shuffle.py`."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, torch_nn


class ChannelShuffle(Layer, torch_nn.ChannelShuffle):
    """The first channels of all groups, then the second ones, ...: (batch, channels, ...), the output too.

    After a grouped convolution each group of the next one hears of all groups. Zhang et al., ShuffleNet, 2017.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
