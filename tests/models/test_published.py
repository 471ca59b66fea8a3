"""Networks beside their publications: names and shapes of every parameter, their number, and other people's logits.

published_keys.json holds the keys and shapes of torchvision 0.29's state_dicts, less what counts batches;
published_logits.json what its networks say of an image, as published_logits.py has asked them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from dongshou import models
from tests.models import published_logits

PUBLISHED: dict[str, dict[str, list[int]]] = json.loads(
    Path(__file__).with_name("published_keys.json").read_text(encoding="utf-8")
)
LOGITS: dict[str, list[float]] = json.loads(published_logits.FILE.read_text(encoding="utf-8"))["logits"]
COUNTS = {
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "densenet121": 7_978_856,
}


def published(name: str, device: str = "meta") -> nn.Module:
    """The network of that name in the layout that there are weights for; usually without memory for them."""
    with torch.device(device):
        if name in ("alexnet", "googlenet"):
            return getattr(models, name)(variant="torchvision")
        if name.endswith("_bn"):
            return getattr(models, name.removesuffix("_bn"))(batch_norm=True)
        return getattr(models, name)()


def num_parameters(model: nn.Module, unless: str = "none") -> int:
    return sum(p.numel() for name, p in model.named_parameters() if not name.startswith(unless))


def randomised(model: nn.Module) -> nn.Module:
    """As after training: running means and variances of their own."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
    return model.eval()


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_keys_and_shapes_of_published_weights(name: str):
    own = {key: [*tensor.shape] for key, tensor in published(name).state_dict().items()}
    assert {key: shape for key, shape in own.items() if not key.endswith("num_batches_tracked")} == PUBLISHED[name]


@pytest.mark.parametrize("name", COUNTS)
def test_the_number_of_parameters(name: str):
    assert num_parameters(published(name)) == COUNTS[name]


def test_the_number_of_parameters_of_googlenet_without_its_auxiliary_classifiers():
    assert num_parameters(published("googlenet"), unless="aux") == 6_624_904


def test_lenet_and_the_networks_of_the_lectures():
    assert num_parameters(models.lenet()) == 61_706
    assert num_parameters(models.mnist_cnn()) == 250 + 10 + 5000 + 20 + 3200 + 10
    assert models.mnist_inception()[-1].in_features == 1408
    assert models.mnist_residual()[-1].in_features == 512


def test_an_inception_block_has_the_parameters_of_the_course():
    block = models.googlenet().get_submodule("inception3a")
    weights = sum(p.numel() for p in block.parameters() if p.dim() == 4)
    assert weights == 163_328  # "0.16 M"
    assert block(torch.randn(1, 192, 28, 28)).shape == (1, 256, 28, 28)


@pytest.mark.parametrize("name", published_logits.NETWORKS)
@torch.no_grad()
def test_the_logits_of_torchvision(name: str):
    model, images = published_logits.with_weights(published(name, device="cpu")), published_logits.images()
    logits = {name: model(images)}
    if name == "googlenet":
        logits["googlenet"], logits["googlenet, aux1"], logits["googlenet, aux2"] = model.all_logits(images)
    for key, found in logits.items():
        expected = torch.tensor(LOGITS[key], dtype=torch.float64)
        torch.testing.assert_close(found[0, : len(expected)], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("factory", "layer_type", "depths", "widths"),
    [
        (models.resnet18, "basic", [2, 2, 2, 2], [64, 128, 256, 512]),
        (models.resnet34, "basic", [3, 4, 6, 3], [64, 128, 256, 512]),
        (models.resnet50, "bottleneck", [3, 4, 6, 3], [256, 512, 1024, 2048]),
    ],
)
def test_resnet_gives_the_logits_of_other_peoples(
    factory: Callable[..., nn.Module], layer_type: str, depths: list[int], widths: list[int]
):
    transformers = pytest.importorskip("transformers", reason="pip install transformers to compare ResNet with theirs")
    config = transformers.ResNetConfig(
        layer_type=layer_type, depths=depths, hidden_sizes=widths, embedding_size=64, num_labels=7
    )
    theirs = randomised(transformers.ResNetForImageClassification(config))
    ours = factory(3, 7).eval()
    ours.load_state_dict({our_name(key): tensor for key, tensor in theirs.state_dict().items()})
    images = torch.randn(2, 3, 65, 50)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs(images).logits)


def our_name(key: str) -> str:
    """resnet.encoder.stages.0.layers.1.layer.0.convolution.weight -> layer1.1.conv1.weight"""
    key = key.removeprefix("resnet.").replace("embedder.embedder", "layer.0").replace("classifier.1", "fc")
    key = re.sub(r"encoder\.stages\.(\d)\.layers", lambda found: f"layer{int(found[1]) + 1}", key)
    key = key.replace("shortcut.convolution", "downsample.0").replace("shortcut.normalization", "downsample.1")
    key = re.sub(r"layer\.(\d)\.convolution", lambda found: f"conv{int(found[1]) + 1}", key)
    return re.sub(r"layer\.(\d)\.normalization", lambda found: f"bn{int(found[1]) + 1}", key)


def test_published_googlenet_takes_images_as_every_published_network_does():
    model = randomised(models.googlenet(3, 4, variant="torchvision"))
    pixels = torch.rand(2, 3, 32, 32)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    seen: list[Tensor] = []
    model.get_submodule("conv1").register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    model((pixels - mean) / std)
    torch.testing.assert_close(seen[0], (pixels - 0.5) / 0.5)


def test_the_auxiliary_classifiers_of_googlenet():
    model = randomised(models.googlenet(3, 4, variant="torchvision"))
    images = torch.randn(2, 3, 32, 32)
    logits, early, late = model.all_logits(images)
    torch.testing.assert_close(logits, model(images))
    (early.sum() + late.sum()).backward()
    assert all(p.grad is not None for name, p in model.named_parameters() if name.startswith("aux"))
    assert early.shape == late.shape == (2, 4)


def test_the_convolutions_of_vgg_by_the_published_configurations():
    widths = {name: [row[0] for row in PUBLISHED[name].values() if len(row) == 4] for name in ("vgg11", "vgg19")}
    for name, expected in widths.items():
        narrow = getattr(models, name)(1, 10, size=32, divide_channels_by=4)
        found = [layer.out_channels for layer in narrow.modules() if isinstance(layer, nn.Conv2d)]
        assert found == [width // 4 for width in expected]


def test_weights_made_for_one_size_serve_larger_images():
    model = models.vgg11(1, 3, size=32, divide_channels_by=16).eval()
    assert model(torch.randn(1, 1, 70, 33)).shape == (1, 3)
