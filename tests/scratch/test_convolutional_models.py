"""Convolutional networks with our layers in place of torch's: the same outputs, gradients and curve."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from dongshou import scratch
from dongshou.scratch import from_scratch, missing_layers, optimizer_from_scratch, to_torch


def lenet() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


class Residual(nn.Module):
    """Two convolutions around which a shortcut leads (He et al., 2016)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.downsample(x))


def resnet() -> nn.Sequential:
    stem = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.MaxPool2d(3, 2, 1)
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 4)
    return nn.Sequential(*stem, Residual(8, 8, 1), Residual(8, 12, 2), *head)


def autoencoder() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Upsample((5, 5)))


MODELS = {lenet: (4, 1, 28, 28), resnet: (4, 3, 32, 32), autoencoder: (4, 3, 8, 8)}


@pytest.mark.parametrize("model", MODELS)
def test_the_same_outputs_and_gradients(model):
    theirs = model().double()
    ours = from_scratch(copy.deepcopy(theirs))
    assert not [name for name in missing_layers(ours) if "BatchNorm" not in name]
    for training in (True, False):
        answers = []
        for network in (theirs.train(training), ours.train(training)):
            x = torch.linspace(-1, 1, torch.Size(MODELS[model]).numel()).sin().double().reshape(MODELS[model])
            x.requires_grad_()
            network.zero_grad()
            output = network(x)
            output.square().sum().backward()
            answers.append([output, x.grad, *[parameter.grad for parameter in network.parameters()]])
        torch.testing.assert_close(*answers)
    assert to_torch(ours).state_dict().keys() == theirs.state_dict().keys()


def test_lenet_draws_the_same_curve():
    curves = []
    for engine in ("torch", "scratch"):
        torch.manual_seed(0)
        model, loss = lenet().double(), nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        if engine == "scratch":
            model, loss = from_scratch(model, strict=True), from_scratch(loss)
            optimizer = optimizer_from_scratch(optimizer)
        curve = []
        for _ in range(5):
            optimizer.zero_grad()
            value = loss(model(torch.randn(8, 1, 28, 28).double()), torch.randint(10, (8,)))
            value.backward()
            optimizer.step()
            curve.append(value.detach())
        curves.append(torch.stack(curve))
    torch.testing.assert_close(curves[0], curves[1], rtol=1e-10, atol=1e-10)


def test_tied_kernels_stay_tied():
    encoder, decoder = nn.Conv2d(3, 8, 3, bias=False), nn.ConvTranspose2d(8, 3, 3, bias=False)
    decoder.weight = encoder.weight  # the transpose takes the very same weight
    model = nn.Sequential(encoder, decoder).double()
    x = torch.randn(2, 3, 6, 6).double()
    model(x).square().sum().backward()
    expected, model[0].weight.grad = model[0].weight.grad, None
    from_scratch(model)
    assert type(model[1]) is scratch.nn.ConvTranspose2d and model[0].weight is model[1].weight
    model(x).square().sum().backward()
    torch.testing.assert_close(model[0].weight.grad, expected)


def test_a_parametrized_and_a_derived_convolution():
    class Named(nn.Conv2d):
        def extra_repr(self) -> str:
            return "named, " + super().extra_repr()

    layer = nn.utils.parametrizations.weight_norm(Named(3, 4, 3, padding=1, padding_mode="circular"))
    x = torch.randn(2, 3, 5, 5)
    shown, expected = repr(layer), layer(x)
    from_scratch(layer, strict=True)
    assert isinstance(layer, scratch.nn.Conv2d) and repr(layer) == shown
    torch.testing.assert_close(layer(x), expected)
