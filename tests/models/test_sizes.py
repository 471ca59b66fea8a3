"""The smallest image of every network: with it torch's layers work, and with one pixel less they do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models.sizes import size_behind

SIZED: dict[str, tuple[Callable[..., nn.Module], int, dict[str, Any]]] = {
    "lenet": (models.lenet, 12, {}),
    "alexnet": (models.alexnet, 65, {}),
    "alexnet, torchvision": (models.alexnet, 63, {"variant": "torchvision"}),
    "vgg11": (models.vgg11, 32, {"divide_channels_by": 16}),
    "vgg19": (models.vgg19, 32, {"divide_channels_by": 16}),
    "mnist_cnn": (models.mnist_cnn, 16, {}),
    "mnist_inception": (models.mnist_inception, 16, {}),
    "mnist_residual": (models.mnist_residual, 16, {}),
}
UNSIZED: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "nin": (lambda: models.nin(1, 3), 67),
    "googlenet, torchvision": (lambda: models.googlenet(1, 3, variant="torchvision"), 15),
    "densenet": (lambda: models.densenet(1, 3, growth_rate=4), 29),
    "densenet, two blocks": (lambda: models.densenet(1, 3, growth_rate=4, block_config=(2, 2)), 5),
    "densenet121": (lambda: models.densenet121(1, 3), 29),
}


@pytest.mark.parametrize(("factory", "smallest", "settings"), SIZED.values(), ids=SIZED)
def test_networks_made_for_a_size(factory: Callable[..., nn.Module], smallest: int, settings: dict[str, Any]):
    model = factory(1, 3, size=smallest, **settings).eval()
    assert model(torch.randn(1, 1, smallest, smallest)).shape == (1, 3)
    with pytest.raises(UsageError, match=f"at least {smallest}x{smallest} pixels; got size={smallest - 1}. Resize"):
        factory(1, 3, size=smallest - 1, **settings)
    with pytest.raises(RuntimeError):  # torch's own word for it
        model(torch.randn(1, 1, smallest - 1, smallest - 1))


@pytest.mark.parametrize(("make", "smallest"), UNSIZED.values(), ids=UNSIZED)
def test_networks_for_any_size(make: Callable[[], nn.Module], smallest: int):
    model = make().eval()
    assert model(torch.randn(1, 1, smallest, smallest + 9)).shape == (1, 3)
    too_small = torch.randn(1, 1, smallest + 9, smallest - 1)
    message = f"at least {smallest}x{smallest} pixels; got {smallest + 9}x{smallest - 1}. Resize with size={smallest} "
    with pytest.raises(DongshouError, match=message):
        model(too_small)
    model.smallest_size = 1
    with pytest.raises(RuntimeError):
        model(too_small)


@pytest.mark.parametrize("make", [models.resnet18, lambda *sizes: models.googlenet(*sizes, block="factorized")])
def test_networks_that_take_a_single_pixel(make: Callable[..., nn.Module]):
    assert make(1, 3).eval()(torch.randn(1, 1, 1, 1)).shape == (1, 3)


@pytest.mark.parametrize(
    "layer",
    [
        partial(nn.Conv2d, 1, 1),
        nn.AvgPool2d,
        nn.MaxPool2d,
        partial(nn.MaxPool2d, ceil_mode=True),
    ],
)
def test_the_size_behind_a_window(layer: Callable[..., nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d]):
    for kernel, stride, padding in [(3, 2, 0), (3, 2, 1), (2, 2, 0), (5, 1, 2), (7, 3, 3), (4, 4, 1)]:
        window = layer(kernel_size=kernel, stride=stride, padding=padding)
        for size in range(kernel, 20):
            assert size_behind(window, size) == window(torch.zeros(1, 1, size, size)).shape[-1]
