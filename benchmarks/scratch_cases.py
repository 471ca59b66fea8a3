"""The cases of `benchmarks.scratch`: layers and networks out of torch.nn, what goes into them, and a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer

from benchmarks.contenders import Target

Built = tuple[nn.Module, Sequence[Tensor]]  # the module and its inputs
Step = Callable[[], Sequence[Tensor]]  # one step; returns what has to be equal whoever took it
Convert = Callable[[Optimizer], Optimizer]
LR = 0.01


# What a step is


def differentiation(module: nn.Module, inputs: Sequence[Tensor], convert: Convert) -> Step:
    """Forward, and backward to the parameters and inputs from a random gradient at the output."""
    sources = [*module.parameters(), *(x for x in inputs if x.requires_grad)]
    gradient = torch.randn_like(module(*inputs))

    def step() -> Sequence[Tensor]:
        output = module(*inputs)
        return [output.detach(), *torch.autograd.grad(output, sources, gradient)]

    return step


def training(module: nn.Module, inputs: Sequence[Tensor], convert: Convert) -> Step:
    """Forward, backward and plain SGD; the module gives the loss."""
    optimizer = convert(SGD(module.parameters(), LR))

    def step() -> Sequence[Tensor]:
        optimizer.zero_grad()
        loss = module(*inputs)
        loss.backward()
        optimizer.step()
        return [loss.detach()]

    return step


def adam(module: nn.Module, inputs: Sequence[Tensor], convert: Convert) -> Step:
    """The update alone, with random gradients that stay the same."""
    parameters = list(module.parameters())
    optimizer = convert(Adam(parameters))
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)

    def step() -> Sequence[Tensor]:
        optimizer.step()
        return [parameter.detach() for parameter in parameters]

    return step


@dataclass(frozen=True)
class Case:
    """One row of the table.

    build   makes the module out of torch.nn, and its inputs
    target  what the time of ours should be; None where nothing was set
    """

    name: str
    build: Callable[[], Built]
    target: Target | None = None
    step: Callable[[nn.Module, Sequence[Tensor], Convert], Step] = differentiation


# Networks


class Loss(nn.Module):
    """The cross-entropy of a model's answers."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        return self.criterion(self.model(images), labels)


class SelfAttention(nn.Module):
    """Attention of a sequence to itself, without the weights being asked for."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, num_heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x, x, x, need_weights=False)[0]


class Outputs(nn.Module):
    """What a recurrent layer gives at each step, without its last state."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0]


class Residual(nn.Module):
    """Two convolutions beside a short cut (He et al., 2016)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        changes_shape = stride > 1 or in_channels != channels
        projection = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
        self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(channels)) if changes_shape else nn.Identity()
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.body(x) + self.shortcut(x))


def resnet18() -> nn.Sequential:
    stem = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    widths = [64, 64, 128, 256, 512]
    blocks = []
    for stage, (before, width) in enumerate(zip(widths, widths[1:], strict=False)):
        blocks += [Residual(before, width, stride=1 if stage == 0 else 2), Residual(width, width, stride=1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def lenet(activation: type[nn.Module], pooling: type[nn.Module]) -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), activation(), pooling(2)),  # (batch, 6, 14, 14)
        *(nn.Conv2d(6, 16, 5), activation(), pooling(2)),  # (batch, 16, 5, 5)
        *(nn.Flatten(), nn.Linear(400, 120), activation(), nn.Linear(120, 84), activation(), nn.Linear(84, 10)),
    )


def encoder() -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(256, 4, dim_feedforward=1024, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


# What goes in


def inner(make: Callable[[], nn.Module], *shape: int) -> Built:
    """A layer somewhere inside of a network: its input has a gradient too."""
    return make(), [torch.randn(shape, requires_grad=True)]


def classifier(make: Callable[[], nn.Module], *shape: int) -> Built:
    return Loss(make()), [torch.rand(shape), torch.randint(10, shape[:1])]


def loss(batch: int, num_classes: int) -> Built:
    logits = torch.randn(batch, num_classes, requires_grad=True)
    return nn.CrossEntropyLoss(), [logits, torch.randint(num_classes, (batch,))]


def alone(make: Callable[[], nn.Module]) -> Built:
    return make(), []


def within(at_most: float) -> Target:
    return Target("torch.nn", at_most=at_most)


LENET_1998 = partial(lenet, nn.Sigmoid, nn.AvgPool2d)
LENET_RELU = partial(lenet, nn.ReLU, nn.MaxPool2d)
MAPS = (32, 64, 16, 16)  # (batch, channels, height, width)
TOKENS = (16, 64, 256)  # (batch, tokens, features)

CASES = (
    Case("LeNet step, sigmoid", partial(classifier, LENET_1998, 256, 1, 28, 28), step=training),
    Case("LeNet step, ReLU", partial(classifier, LENET_RELU, 256, 1, 28, 28), step=training),
    Case("ResNet-18 step", partial(classifier, resnet18, 32, 3, 32, 32), step=training),
    Case("LSTM 2x256", partial(inner, lambda: Outputs(nn.LSTM(256, 256, 2)), 35, 32, 256), within(3)),
    Case("Transformer encoder", partial(inner, encoder, *TOKENS)),
    Case("Adam step, ResNet-18", partial(alone, resnet18), within(1.5), adam),
    Case("Linear 512-512", partial(inner, lambda: nn.Linear(512, 512), 256, 512), within(2)),
    Case("Conv2d 3x3, 64-64", partial(inner, lambda: nn.Conv2d(64, 64, 3, padding=1), *MAPS), within(3)),
    Case("MaxPool2d 2x2", partial(inner, lambda: nn.MaxPool2d(2), *MAPS)),
    Case("LayerNorm 256", partial(inner, lambda: nn.LayerNorm(256), *TOKENS), within(2)),
    Case("BatchNorm2d 64", partial(inner, lambda: nn.BatchNorm2d(64), *MAPS), within(2)),
    Case("ReLU", partial(inner, nn.ReLU, *MAPS), within(2)),
    Case("Sigmoid", partial(inner, nn.Sigmoid, *MAPS), within(2)),
    Case("GELU", partial(inner, nn.GELU, *MAPS), within(2)),
    Case("CrossEntropyLoss", partial(loss, 256, 1000), within(2)),
    Case("MultiheadAttention", partial(inner, lambda: SelfAttention(256, 4), *TOKENS), within(2)),
)
