"""The features by which style transfer compares pictures: of ImageNet, or random ones, which carry texture too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from dongshou import models
from dongshou.experiments.computer_vision._transfer import load_pretrained
from dongshou.models.fcn import out_channels_of
from dongshou.models.layer_outputs import LayerOutputs
from dongshou.models.vgg import VGG

# Convolutions of VGG-19 by their numbers in `features`, before the ReLU, as the book has them
STYLE_LAYERS = (0, 5, 10, 19, 28)  # conv1_1, conv2_1, conv3_1, conv4_1, conv5_1
CONTENT_LAYERS = (25,)  # conv4_4
# Of random filters: behind many of them nothing is left of where things are
RANDOM_STYLE_LAYERS, RANDOM_CONTENT_LAYERS = (0, 5, 10, 19), (10,)
RANDOM_NARROWER = 2  # times narrower than VGG-19: a fourth of the time
SEED = 0  # of the random filters, whatever the seed of the run: they are part of the loss

Kind = Literal["random filters", "ImageNet", "a file"]


# Of AdaIN: what its decoder begins with comes last, behind a ReLU where somebody has trained the filters
ADAIN_LAYERS, RANDOM_ADAIN_LAYERS = (1, 6, 11, 20), (0, 5, 10)


@dataclass(frozen=True, eq=False)
class Features:
    """A VGG-19 that learns no more, and which layers of it say what.

    network  gives the outputs of the style layers, then those of the content layers
    kind     where its weights come from
    """

    network: LayerOutputs
    num_styles: int
    kind: Kind


def features_of(weights: str) -> Features:
    """weights  empty for random filters; imagenet; or a .pth or .safetensors file of a VGG-19."""
    styles, contents = (STYLE_LAYERS, CONTENT_LAYERS) if weights else (RANDOM_STYLE_LAYERS, RANDOM_CONTENT_LAYERS)
    vgg, kind = vgg_of(weights)
    network = LayerOutputs(vgg.features, (*styles, *contents))
    return Features(network.requires_grad_(False).eval(), len(styles), kind)


def encoder_of(weights: str) -> tuple[LayerOutputs, int, Kind]:
    """The layers that AdaIN compares, the channels of the last of them, and where the weights come from."""
    vgg, kind = vgg_of(weights)
    chosen = ADAIN_LAYERS if weights else RANDOM_ADAIN_LAYERS
    network = LayerOutputs(vgg.features, chosen)
    return network, out_channels_of(network.layers), kind


def vgg_of(weights: str) -> tuple[VGG, Kind]:
    if not weights:
        return random_vgg(), "random filters"
    vgg = load_pretrained("vgg19", weights)
    assert isinstance(vgg, VGG)
    return vgg, "ImageNet" if weights == "imagenet" else "a file"


def random_vgg() -> VGG:
    """A VGG-19 of half the width, untrained.

    Its weights keep the variance behind a ReLU (He et al., 2015), so that the layers weigh alike. Filters that nobody
    has trained are enough for texture (Ustyuzhaninov et al., 2017; He, Wang and Hopcroft, 2016).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        vgg = models.vgg19(size=32, divide_channels_by=RANDOM_NARROWER)
        for layer in vgg.features.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
                nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]
    return vgg
