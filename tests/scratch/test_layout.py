"""Outputs lie in memory as torch's do, so that a dropout behind them leaves out the same places."""

from __future__ import annotations

import copy
from itertools import combinations

import pytest
import torch
from torch import nn

from dongshou.scratch import from_scratch

LAYERS = [
    (nn.LayerNorm(5), (2, 3, 4, 5)),
    (nn.LayerNorm((4, 5), elementwise_affine=False), (2, 3, 4, 5)),
    (nn.RMSNorm(5), (2, 3, 4, 5)),
    (nn.GroupNorm(2, 4), (2, 4, 3, 5)),
    (nn.GroupNorm(2, 4), (2, 4, 5)),
    (nn.BatchNorm1d(3), (2, 3)),
    (nn.BatchNorm1d(3), (2, 3, 5)),
    (nn.BatchNorm2d(3), (2, 3, 4, 5)),
    (nn.BatchNorm3d(3), (2, 3, 4, 5, 2)),
    (nn.InstanceNorm2d(3, track_running_stats=True), (2, 3, 4, 5)),
    (nn.Softmax(1), (2, 3, 4)),
    (nn.LogSoftmax(-1), (2, 3, 4, 5)),
    (nn.LogSigmoid(), (2, 3, 4)),
    (nn.Conv2d(3, 4, 3, padding=1), (2, 3, 4, 5)),
    (nn.Conv2d(4, 4, (1, 2), groups=4), (2, 4, 6, 5)),
    (nn.Conv3d(3, 4, 2), (2, 3, 4, 5, 3)),
    (nn.ConvTranspose2d(3, 4, 2, stride=2), (2, 3, 4, 5)),
    (nn.MaxPool2d(2), (2, 3, 4, 6)),
    (nn.MaxPool3d(2), (2, 3, 4, 6, 3)),
    (nn.AvgPool2d(2), (2, 3, 4, 6)),
    (nn.AvgPool3d(2), (2, 3, 4, 6, 2)),
    (nn.Linear(5, 3), (2, 3, 4, 5)),
    (nn.GELU(), (2, 3, 4)),
    (nn.TransformerEncoderLayer(4, 2, 8, 0.3), (3, 2, 4)),
    (nn.TransformerDecoderLayer(4, 2, 8, 0.3, batch_first=True), (3, 2, 4)),
]
FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


def layouts(x: torch.Tensor) -> list[torch.Tensor]:
    """The same numbers, in memory in other orders."""
    ways = [x.transpose(a, b).contiguous().transpose(a, b) for a, b in combinations(range(x.dim()), 2)]
    last = [x.contiguous(memory_format=FORMATS[x.dim()])] if x.dim() in FORMATS else []
    return [x, *ways, *last, x[:1].expand_as(x), torch.stack([x, x], -1)[..., 0]]


def answer(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(3)
    output = layer(x, x) if isinstance(layer, nn.TransformerDecoderLayer) else layer(x)
    return nn.functional.dropout(output, 0.5)


@pytest.mark.parametrize("training", [True, False])
def test_outputs_lie_as_torchs_and_dropout_leaves_out_the_same(training):
    for theirs, shape in LAYERS:
        ours = from_scratch(copy.deepcopy(theirs)).train(training)
        theirs.train(training)
        for x in layouts(torch.randn(shape)):
            expected, found = answer(theirs, x), answer(ours, x)
            where = f"{theirs} of strides {x.stride()}"
            assert found.stride() == expected.stride(), where
            torch.testing.assert_close(found, expected, msg=lambda message, where=where: f"{where}: {message}")


def test_indices_of_any_order():
    theirs, indices = nn.Embedding(9, 4), torch.randint(9, (3, 5)).T
    ours = from_scratch(copy.deepcopy(theirs))
    assert theirs(indices).stride() == ours(indices).stride()
    torch.testing.assert_close(answer(ours, indices), answer(theirs, indices))
