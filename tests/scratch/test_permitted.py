"""Everything in scratch is made of the permitted operators, forward and backward."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn as torch_nn
from torch.utils._python_dispatch import TorchDispatchMode

from dongshou.scratch import functional, init, nn, optim
from dongshou.scratch.permitted import PERMITTED


class OnlyPermitted(TorchDispatchMode):
    """Refuses an operator that is not on the list."""

    def __torch_dispatch__(self, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        name = function.overloadpacket.__name__.removesuffix("_")
        # the profiler's marks around an optimiser's step compute nothing
        if function.namespace != "profiler" and (function.namespace != "aten" or name not in PERMITTED):
            raise AssertionError(f"{function} is not permitted in scratch")
        return function(*arguments, **(keywords or {}))


def positive(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 0.8 + 0.1


CLASSES = torch.tensor([0, 2, 1])
LAYERS: dict[str, list[tuple[tuple, dict, list]]] = {
    "Identity": [((), {}, [(3, 4)])],
    "Linear": [((4, 2), {}, [(3, 4)]), ((4, 2), {}, [(4,)]), ((4, 2, False), {}, [(2, 3, 4)])],
    "Flatten": [((), {}, [(3, 4, 2)])],
    "Unflatten": [((1, (2, 2)), {}, [(3, 4)])],
    "ReLU": [((), {}, [(3, 4)]), ((True,), {}, [(3, 4)])],
    "LeakyReLU": [((), {}, [(3, 4)]), ((0.1, True), {}, [(3, 4)])],
    "Sigmoid": [((), {}, [(3, 4)])],
    "Tanh": [((), {}, [(3, 4)])],
    "GELU": [((), {}, [(3, 4)]), (("tanh",), {}, [(3, 4)])],
    "Softmax": [((1,), {}, [(3, 4)])],
    "LogSoftmax": [((1,), {}, [(3, 4)])],
    "Dropout": [((p, inplace), {}, [(3, 4)]) for p in (0.0, 0.5, 1.0) for inplace in (True, False)],
    "MSELoss": [((), dict(reduction=way), [(3, 4), (3, 4)]) for way in ("none", "mean", "sum")],
    "L1Loss": [((), dict(reduction=way), [(3, 4), (3, 4)]) for way in ("none", "mean", "sum")],
    "BCELoss": [
        ((), {}, [positive(3), positive(3)]),
        ((torch.ones(3),), {}, [positive(3), torch.ones(3)]),
    ],
    "BCEWithLogitsLoss": [((torch.ones(3),), dict(pos_weight=torch.ones(3)), [(3,), torch.ones(3)])],
    "NLLLoss": [((), {}, [(3, 4), CLASSES]), ((torch.ones(4),), {}, [(3, 4, 2), CLASSES[:, None].expand(3, 2)])],
    "CrossEntropyLoss": [
        ((), {}, [(3, 4), CLASSES]),
        ((torch.ones(4),), dict(label_smoothing=0.1, ignore_index=2), [(3, 4), CLASSES]),
        ((torch.ones(4),), dict(label_smoothing=0.1), [(3, 4), positive(3, 4)]),
    ],
}
CASES = [(name, *case) for name, cases in LAYERS.items() for case in cases]
CONTAINERS = {"Module", "ModuleDict", "ModuleList", "Parameter", "Sequential"}


def run(layer: Callable, inputs: list) -> None:
    """Forward and backward, with every floating input wanting a gradient."""
    tensors = [item if isinstance(item, torch.Tensor) else torch.randn(item) for item in inputs]
    tensors = [item.clone().requires_grad_(item.is_floating_point()) * 1 for item in tensors]
    with OnlyPermitted():
        layer(*tensors).sum().backward()


def test_every_layer_has_a_case():
    assert set(LAYERS) == set(nn.__all__) - CONTAINERS


@pytest.mark.parametrize(("name", "arguments", "keywords", "inputs"), CASES)
@pytest.mark.parametrize("training", [True, False])
def test_layers(name, arguments, keywords, inputs, training):
    run(getattr(nn, name)(*arguments, **keywords).train(training), inputs)


@pytest.mark.parametrize("layer", [torch_nn.Linear(4, 2), torch_nn.ReLU(), torch_nn.Softmax(1), torch_nn.GELU()])
def test_torchs_own_are_refused(layer):
    with pytest.raises(AssertionError, match="not permitted"):
        run(layer, [(3, 4)])


def test_functions_that_are_no_layers():
    run(functional.logsigmoid, [(3, 4)])
    weight = positive(3, 4)
    for loss in (functional.mse_loss, functional.l1_loss):
        run(functools.partial(loss, weight=weight), [(3, 4), (3, 4)])


@pytest.mark.parametrize("name", [name for name in dir(init) if name.endswith("_") and not name.startswith("_")])
def test_initialisers(name):
    arguments = (0.5,) if name == "constant_" else ()
    for shape in ((3, 4), (4, 3)):
        with OnlyPermitted():
            getattr(init, name)(torch.empty(shape), *arguments)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("SGD", dict(momentum=0.9, nesterov=True, weight_decay=0.1, maximize=True)),
        ("Adagrad", dict(weight_decay=0.1, lr_decay=0.1)),
        ("RMSprop", dict(momentum=0.9, centered=True, weight_decay=0.1)),
        ("Adam", dict(weight_decay=0.1, amsgrad=True)),
        ("AdamW", {}),
    ],
)
def test_optimisers(name, keywords):
    weight = torch.ones(3, requires_grad=True)
    with OnlyPermitted():
        optimizer = getattr(optim, name)([weight], **keywords)
        for _ in range(3):
            optimizer.zero_grad()
            weight.square().sum().backward()
            optimizer.step()


def test_no_layer_is_on_the_list():
    layers = {"linear", "addmm", "relu", "sigmoid", "gelu", "_softmax", "_log_softmax", "nll_loss_forward"}
    losses = {"mse_loss", "binary_cross_entropy", "native_dropout", "threshold_backward", "log_sigmoid_forward"}
    assert not PERMITTED & (layers | losses)
