"""torch.compile follows our layers in one graph, without a break, whatever else their derivatives can do."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from dongshou.scratch import from_scratch

LAYERS = [
    (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.AvgPool2d(2)), (2, 3, 10, 9)),
    (nn.Sequential(nn.Linear(6, 4), nn.GELU(), nn.LayerNorm(4), nn.Softmax(-1)), (2, 3, 6)),
    (nn.ConvTranspose1d(3, 4, 2), (2, 3, 6)),
    (nn.TransformerEncoderLayer(4, 2, 8, 0.0), (3, 2, 4)),
    (nn.LSTM(3, 4), (3, 2, 3)),
]


@pytest.mark.filterwarnings("ignore")  # of torch.compile itself
def test_layers_are_compiled_whole():
    for theirs, shape in LAYERS:
        ours = from_scratch(copy.deepcopy(theirs))
        inputs = [torch.randn(shape, requires_grad=True)]
        inputs.append(inputs[0].detach().clone().requires_grad_())
        with torch._dynamo.config.patch(allow_rnn=True):  # else it keeps out of what is a torch.nn.LSTM
            outputs = [theirs(inputs[0]), torch.compile(ours, backend="eager", fullgraph=True)(inputs[1])]
        outputs = [output[0] if isinstance(output, tuple) else output for output in outputs]
        for output in outputs:
            output.square().sum().backward()
        torch.testing.assert_close(outputs[1], outputs[0])
        torch.testing.assert_close(inputs[1].grad, inputs[0].grad, msg=f"the gradient of {theirs}")
        torch._dynamo.reset()
