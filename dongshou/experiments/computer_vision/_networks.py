"""The networks of this unit: one for a GPU, one that two cores train in minutes, and those that know ImageNet."""

from __future__ import annotations

from typing import Literal

from torch import nn

from dongshou import models
from dongshou.models import BasicBlock
from dongshou.models.resnet import stage

Network = Literal["resnet18", "small"]
ImageNetNetwork = Literal[
    "alexnet",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "googlenet",
    "resnet18",
    "resnet34",
    "resnet50",
    "densenet121",
]


def network_for_small_images(name: Network, in_channels: int, num_classes: int) -> nn.Module:
    """A residual network for images of 32x32: (batch, in_channels, 32, 32) -> (batch, num_classes)"""
    if name == "resnet18":
        return models.resnet18(in_channels, num_classes, stem="cifar")
    return small_resnet(in_channels, num_classes)


def network_for_imagenet(name: ImageNetNetwork, num_classes: int = 1000) -> nn.Module:
    """The network with published weights: (batch, 3, height, width) -> (batch, num_classes)"""
    if name in ("alexnet", "googlenet"):
        return getattr(models, name)(3, num_classes, variant="torchvision")
    return getattr(models, name)(3, num_classes)


def small_resnet(in_channels: int, num_classes: int, width: int = 32) -> nn.Sequential:
    """A ResNet of 8 layers: 310,000 parameters, a fortieth of the arithmetic of ResNet-18.

    The plan of He et al. (2016), section 4.2, with n = 1, twice as wide and behind a stride in the first
    convolution: a quarter of the pixels and four times the products at each, which a processor prefers.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, width, kernel_size=5, stride=2, padding=2, bias=False),  # (batch, 32, 16, 16)
        nn.BatchNorm2d(width),
        nn.ReLU(),
        stage(BasicBlock, width, width, depth=1, stride=1),
        stage(BasicBlock, width, 2 * width, depth=1, stride=2),  # (batch, 64, 8, 8)
        stage(BasicBlock, 2 * width, 4 * width, depth=1, stride=2),  # (batch, 128, 4, 4)
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, num_classes),
    )
