"""Grad-CAM beside CAM and beside its own formula; which layer it looks at, and that nothing else is touched."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from dongshou import from_scratch, models
from dongshou.errors import UsageError
from dongshou.tasks.explain import feature_maps, grad_cam, last_stage, recorded

IMAGES = torch.rand(4, 1, 12, 12, generator=torch.Generator().manual_seed(1))


def body() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Conv2d(6, 8, 3, padding=1), nn.ReLU())


def with_mean(num_classes: int = 5) -> nn.Sequential:
    """A head of one linear layer on the mean of each map, as CAM needs it."""
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, num_classes))
    return nn.Sequential(body(), head)


def with_hidden_layer() -> nn.Sequential:
    """A head with pooling and a hidden layer, beyond CAM; batch normalisation and dropout on the way."""
    head = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(200, 20), nn.Tanh(), nn.Dropout(), nn.Linear(20, 5))
    return nn.Sequential(nn.BatchNorm2d(1), *body(), *head)


class Residual(nn.Module):
    """Its last convolution lies on a shortcut: what counts is the sum."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.activation = nn.ReLU(inplace)
        self.shortcut = nn.Conv2d(1, 4, 1, stride=2)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.activation(self.first(inputs) + self.shortcut(inputs))


class Squeeze(nn.Module):
    """Weighs the channels by a convolution of one pixel, in which there is no place to see."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Sigmoid())

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * self.weigh(inputs)


def test_cam_where_there_is_one():
    """Zhou et al., 2016: the head's weights for the class, over the maps; Grad-CAM has a mean in the place of a sum."""
    model = with_mean()
    classes = torch.tensor([0, 3, 4, 1])
    maps = model[0](IMAGES)  # (images, channels, height, width)
    weights = model[1][2].weight[classes]  # (images, channels)
    cam = torch.einsum("nk,nkhw->nhw", weights, maps)
    num_pixels = maps.shape[2:].numel()
    torch.testing.assert_close(grad_cam(model, IMAGES, classes), cam.relu().detach() / num_pixels)


def test_the_formula_by_torch_s_own_gradients():
    model = with_hidden_layer().eval()
    maps = model[:5](IMAGES)
    logits = model[5:](maps)
    expected = []
    for index, guess in enumerate(logits.argmax(1)):  # one image and one class at a time
        (gradient,) = torch.autograd.grad(logits[index, guess], maps, retain_graph=True)
        alpha = gradient[index].mean((1, 2))
        expected.append(sum(a * one for a, one in zip(alpha, maps[index], strict=True)).clamp(min=0))
    torch.testing.assert_close(grad_cam(model, IMAGES), torch.stack(expected).detach())
    assert any(one.any() for one in expected)


@pytest.mark.parametrize("make", [with_mean, with_hidden_layer])
def test_layers_written_out_see_the_same(make):
    model = make()
    ours = from_scratch(copy.deepcopy(model), strict=True)
    torch.testing.assert_close(grad_cam(ours, IMAGES), grad_cam(model, IMAGES))


def test_bfloat16_sees_nearly_the_same():
    model = with_mean()
    classes = torch.zeros(4, dtype=torch.int64)
    exact = grad_cam(model, IMAGES, classes)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = grad_cam(model, IMAGES, classes)
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough, exact, atol=0.03 * float(exact.max()), rtol=0)


def test_modes_gradients_and_hooks_stay_as_they_were():
    model = with_hidden_layer().train()
    model[4].eval()
    model(IMAGES).sum().backward()
    before, gradients = copy.deepcopy(model), [parameter.grad.clone() for parameter in model.parameters()]
    random = torch.get_rng_state()
    inputs = IMAGES.clone()
    with torch.no_grad():
        grad_cam(model, inputs)
        feature_maps(model, inputs)
    assert [layer.training for layer in model.modules()] == [layer.training for layer in before.modules()]
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
    for name, tensor in before.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor)
    assert not inputs.requires_grad and torch.equal(inputs, IMAGES)
    assert not any(layer._forward_hooks for layer in model.modules())
    assert torch.equal(torch.get_rng_state(), random)


def test_the_modes_come_back_after_an_error():
    model = with_mean().train()
    with pytest.raises(RuntimeError):
        grad_cam(model, torch.rand(1, 3, 12, 12))
    assert all(layer.training and not layer._forward_hooks for layer in model.modules())


def test_frozen_weights_and_layers_in_place():
    model = with_mean()
    expected = grad_cam(model, IMAGES)
    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = True
    torch.testing.assert_close(grad_cam(model.requires_grad_(False), IMAGES), expected)


def test_a_compiled_model_is_not_compiled_anew():
    def refuse(*_):
        raise AssertionError("compiled")

    model = with_mean()
    expected = grad_cam(model, IMAGES)
    model.compile(backend=refuse)
    torch.testing.assert_close(grad_cam(model, IMAGES), expected)


@pytest.mark.parametrize("inplace", [False, True])
def test_the_last_stage_ends_with_its_sum_not_with_its_last_convolution(inplace: bool):
    model = nn.Sequential(Residual(inplace), Squeeze(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    with recorded(model) as layers:
        model(IMAGES)
    stage = last_stage(layers)
    assert stage.layer is model[0].activation or stage.layer is model[1]
    assert stage.size == (6, 6)
    assert grad_cam(model, IMAGES).shape == (4, 6, 6)


@pytest.mark.parametrize(
    ("make", "size", "name", "map_size"),
    [
        (models.lenet, 28, "4", 10),  # the second sigmoid, before pooling
        (lambda: models.resnet18(1, 10), 96, "layer4", 3),
        (lambda: models.resnet18(1, 10), 32, "layer3", 2),  # its fourth stage has one pixel
    ],
)
def test_the_stage_that_is_found_in_known_networks(make, size: int, name: str, map_size: int):
    model, outputs = make().eval(), []
    model.get_submodule(name).register_forward_hook(lambda _, __, output: outputs.append(output))
    with recorded(model) as layers, torch.no_grad():
        model(torch.rand(1, 1, size, size))
    stage = last_stage(layers)
    assert stage.maps is outputs[0]
    assert not isinstance(stage.layer, nn.Sequential)
    assert stage.size == (map_size, map_size)
    assert len(grad_cam(model, torch.rand(2, 1, size, size))) == 2


def test_a_stage_is_what_has_one_size():
    stages = feature_maps(models.lenet(), torch.rand(2, 1, 28, 28))
    assert [tuple(stage.maps.shape) for stage in stages] == [
        (2, 6, 28, 28),
        (2, 6, 14, 14),
        (2, 16, 10, 10),
        (2, 16, 5, 5),
    ]
    assert not any(stage.maps.requires_grad for stage in stages)


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Flatten(), nn.Linear(144, 3)),
        nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3)),
        nn.Sequential(nn.Conv2d(1, 4, 12), nn.ReLU(), nn.Flatten(), nn.Linear(4, 3)),
    ],
)
def test_a_network_without_convolutions_or_with_maps_of_one_pixel(model: nn.Module):
    with pytest.raises(UsageError, match="no convolution whose maps are larger than 1x1"):
        grad_cam(model, IMAGES)
    assert feature_maps(model, IMAGES) == []
