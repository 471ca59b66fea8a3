"""What the functions owe beyond torch's values: true derivatives, second ones too, and mixed precision."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from dongshou.scratch import from_scratch, functional

LOGITS = torch.linspace(-3, 3, 12, dtype=torch.float64).reshape(3, 4)
CLASSES = torch.tensor([0, 3, 1])
FUNCTIONS = {
    "sigmoid": functional.sigmoid,
    "logsigmoid": functional.logsigmoid,
    "tanh": functional.tanh,
    "gelu": functional.gelu,
    "leaky_relu": functional.leaky_relu,
    "softmax": lambda x: functional.softmax(x, 1),
    "log_softmax": lambda x: functional.log_softmax(x, 1),
    "cross_entropy": lambda x: functional.cross_entropy(x, CLASSES, label_smoothing=0.1),
    "mse_loss": lambda x: functional.mse_loss(x, LOGITS**2),
    "linear": lambda x: functional.linear(x, x[:2] ** 2, x[0, :2]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_of_first_and_second_order(name):
    x = LOGITS.clone().requires_grad_()
    assert gradcheck(FUNCTIONS[name], x)
    assert gradgradcheck(FUNCTIONS[name], x)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
def test_derivatives_of_the_binary_losses_by_input_and_target(name):
    inputs = torch.linspace(0.1, 0.9, 5).double().requires_grad_(), torch.rand(5).double().requires_grad_()
    assert gradcheck(getattr(functional, name), inputs)
    assert gradgradcheck(getattr(functional, name), inputs)


def test_activations_keep_the_short_types():
    for name in ("relu", "leaky_relu", "sigmoid", "logsigmoid", "tanh", "gelu"):
        for dtype in (torch.bfloat16, torch.float16):
            x = LOGITS.to(dtype)
            expected = getattr(nn.functional, name, getattr(torch, name, None))(x)
            torch.testing.assert_close(getattr(functional, name)(x), expected, rtol=2e-2, atol=1e-2)
    assert functional.softmax(LOGITS.float(), 1, dtype=torch.float64).dtype == torch.float64
    assert functional.log_softmax(LOGITS, 1, dtype=torch.float32).dtype == torch.float32


def test_a_weight_of_one_output():
    x, weight = torch.randn(5, 3), torch.randn(3)
    torch.testing.assert_close(functional.linear(x, weight), nn.functional.linear(x, weight))


def test_autocast_shortens_what_torchs_layers_shorten():
    answers = []
    for engine in (lambda model: model, from_scratch):
        torch.manual_seed(0)
        model, loss = (
            engine(nn.Sequential(nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 4))),
            engine(nn.CrossEntropyLoss()),
        )
        with torch.autocast("cpu", torch.bfloat16):
            output = model(torch.ones(3, 20))
            value = loss(output, CLASSES)
        value.backward()
        answers.append((output, value, model[0].weight.grad))
    assert answers[0][0].dtype == answers[1][0].dtype == torch.bfloat16
    torch.testing.assert_close(answers[0], answers[1], rtol=2e-2, atol=1e-2, check_dtype=False)
