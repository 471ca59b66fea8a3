"""FCN: a classifier of images made a classifier of every pixel (Long, Shelhamer and Darrell, 2015)."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts
from dongshou.models.resnet import ResNet, Stem, resnet18
from dongshou.models.upsampling import Upsampling

MOST_SKIPS = 3  # there are four stages, and the last one is always scored


class FCN(nn.Module):
    """A 1x1 convolution scores the classes at each place of the last stage; the scores are enlarged to the image.

    s_4 = score(x_4),  s_i = double(s_{i+1}) + score(x_i),  y = enlarge(s_{4 - num_skips})

    x_i are the features behind stage i of a ResNet, which a skip takes in before they have lost their details: on a
    network of stride 32, num_skips 0, 1, 2 are FCN-32s, FCN-16s and FCN-8s.
    (batch, in_channels, height, width) of any size -> (batch, num_classes, height, width)

    backbone  its layers become those of this network, but for what comes behind the stages
    """

    def __init__(self, backbone: ResNet, num_classes: int, num_skips: int) -> None:
        super().__init__()
        check_counts(num_classes=num_classes)
        if not 0 <= num_skips <= MOST_SKIPS:
            raise UsageError(f"num_skips is from 0 to {MOST_SKIPS}; got {num_skips}.")
        self.stem = nn.Sequential(
            OrderedDict((name, getattr(backbone, name)) for name in ("conv1", "bn1", "relu", "maxpool"))
        )
        self.stages = nn.ModuleList([backbone.layer1, backbone.layer2, backbone.layer3, backbone.layer4])
        channels = [out_channels_of(stage) for stage in self.stages]  # pyright: ignore[reportArgumentType]
        scored = channels[::-1][: num_skips + 1]  # the last stage first
        self.heads = nn.ModuleList(scores(width, num_classes) for width in scored)
        self.doubles = nn.ModuleList(Upsampling(num_classes, 2) for _ in range(num_skips))
        stride = stride_of(self.stem) * 2 ** (MOST_SKIPS - num_skips)
        self.enlarge = Upsampling(num_classes, stride) if stride > 1 else nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        x, features = self.stem(images), []
        for stage in self.stages:
            x = stage(x)
            features.append(x)  # (batch, width, height / stride, width / stride), rounded up
        last, *earlier = features[::-1]
        scores = self.heads[0](last)  # (batch, num_classes, ...)
        for double, head, skipped in zip(self.doubles, self.heads[1:], earlier, strict=False):
            scores = cut(double(scores), skipped) + head(skipped)
        return cut(self.enlarge(scores), images)


def cut(x: Tensor, like: Tensor) -> Tensor:
    """The part of x as high and wide as `like`: halving rounds up, so that doubling may give a pixel more."""
    return x[..., : like.shape[-2], : like.shape[-1]]


def scores(in_channels: int, num_classes: int) -> nn.Conv2d:
    head = nn.Conv2d(in_channels, num_classes, kernel_size=1)
    nn.init.xavier_uniform_(head.weight)
    return head


def out_channels_of(stage: nn.Module) -> int:
    """Of the last convolution in it."""
    return [layer for layer in stage.modules() if isinstance(layer, nn.Conv2d)][-1].out_channels


def stride_of(layers: nn.Module) -> int:
    """How many pixels of the image lie between two places behind these layers."""
    stride = 1
    for layer in layers.modules():
        if isinstance(layer, nn.Conv2d):
            stride *= layer.stride[0]
        elif isinstance(layer, nn.MaxPool2d):
            stride *= layer.stride if isinstance(layer.stride, int) else layer.stride[0]
    return stride


def fcn(
    in_channels: int = 3, num_classes: int = 21, *, num_skips: int = 0, stem: Stem = "imagenet", width: int = 64
) -> FCN:
    """On a ResNet-18. With stem="cifar" it halves the image three times, not five: for small images.

    Raises UsageError for numbers below 1, an unknown stem or another number of skips than 0 to 3.
    """
    return FCN(resnet18(in_channels, stem=stem, width=width), num_classes, num_skips)
