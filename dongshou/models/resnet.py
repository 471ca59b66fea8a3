"""ResNet: layers that learn what to add to their input, so that a hundred of them can be trained (He et al., 2016).

Parameters bear the names of torchvision's, so that its published weights load as they are.
"""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from dongshou.models.checks import check_choice, check_counts

Stem = Literal["imagenet", "cifar"]


class BasicBlock(nn.Module):
    """Residual block with a skip connection.

    y = relu(shortcut(x) + bn(conv3x3(relu(bn(conv3x3(x)))))), the stride in the first convolution.

    (batch, in_channels, h, w) -> (batch, channels, h/stride, w/stride). Figure 5, left, of the paper.
    """

    expansion = 1  # channels out to channels inside

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.downsample = projection(in_channels, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        h = self.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return self.relu(h + self.downsample(x))


class Bottleneck(nn.Module):
    """y = relu(shortcut(x) + bn(1x1(relu(bn(3x3(relu(bn(1x1(x))))))))): the 3x3 works on a quarter of the channels.

    (batch, in_channels, h, w) -> (batch, 4 channels, h/stride, w/stride). Figure 5, right, of the paper; the
    stride stands in the 3x3, where it skips no input, and not in the first 1x1.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        self.conv1 = conv1x1(in_channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, out_channels)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.downsample = projection(in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        h = self.relu(self.bn1(self.conv1(x)))
        h = self.relu(self.bn2(self.conv2(h)))
        h = self.bn3(self.conv3(h))
        return self.relu(h + self.downsample(x))


class PreactivationBasicBlock(nn.Module):
    """Preactivation: y = shortcut(x) + conv3x3(relu(bn(conv3x3(relu(bn(x)))))): nothing stands in the way of x.

    (batch, in_channels, h, w) -> (batch, channels, h/stride, w/stride). He et al., Identity mappings in deep residual
    networks, 2016, figure 1b.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.relu = nn.ReLU()
        self.downsample = projection(in_channels, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(self.relu(self.bn1(x)))
        h = self.conv2(self.relu(self.bn2(h)))
        return h + self.downsample(x)


class PreactivationBottleneck(nn.Module):
    """y = shortcut(x) + 1x1(relu(bn(3x3(relu(bn(1x1(relu(bn(x))))))))): Bottleneck, and nothing in the way of x.

    (batch, in_channels, h, w) -> (batch, 4 channels, h/stride, w/stride). He et al., as above.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv1x1(in_channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride)
        self.bn3 = nn.BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, out_channels)
        self.relu = nn.ReLU()
        self.downsample = projection(in_channels, out_channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(self.relu(self.bn1(x)))
        h = self.conv2(self.relu(self.bn2(h)))
        h = self.conv3(self.relu(self.bn3(h)))
        return h + self.downsample(x)


Block = type[BasicBlock] | type[Bottleneck] | type[PreactivationBasicBlock] | type[PreactivationBottleneck]


class ResNet(nn.Module):
    """A stem, four stages of blocks (64, 128, 256, 512 channels inside, for a width of 64), the mean over the image, a
    linear layer.

    (batch, in_channels, height, width) of any size -> (batch, num_classes). The first block of each stage but the
    first halves the image. Pre-activation blocks leave their sums as they are: `norm` and ReLU follow the last.
    Raises UsageError for numbers below 1 or an unknown stem.
    """

    def __init__(
        self,
        block: Block,
        depths: tuple[int, ...],
        in_channels: int,
        num_classes: int,
        stem: Stem,
        width: int = 64,
    ) -> None:
        super().__init__()
        check_counts(in_channels=in_channels, num_classes=num_classes, width=width)
        check_choice("stem", stem, get_args(Stem))
        if stem == "imagenet":
            self.conv1 = nn.Conv2d(in_channels, width, kernel_size=7, stride=2, padding=3, bias=False)
            self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        else:
            self.conv1 = conv3x3(in_channels, width)
            self.maxpool = nn.Identity()
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        channels = [width, 2 * width, 4 * width, 8 * width]  # inside the blocks of each stage
        out_channels = [inside * block.expansion for inside in channels]
        self.layer1 = stage(block, width, channels[0], depths[0], stride=1)
        self.layer2 = stage(block, out_channels[0], channels[1], depths[1], stride=2)
        self.layer3 = stage(block, out_channels[1], channels[2], depths[2], stride=2)
        self.layer4 = stage(block, out_channels[2], channels[3], depths[3], stride=2)
        is_preactivation = block in (PreactivationBasicBlock, PreactivationBottleneck)
        self.norm = nn.Sequential(nn.BatchNorm2d(out_channels[3]), nn.ReLU()) if is_preactivation else nn.Identity()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(out_channels[3], num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(images))))  # (batch, 64, height/4, width/4)
        x = self.layer1(x)
        x = self.layer2(x)  # (batch, 128 expansion, height/8, width/8)
        x = self.layer3(x)
        x = self.norm(self.layer4(x))  # (batch, 512 expansion, height/32, width/32)
        return self.fc(self.flatten(self.avgpool(x)))  # (batch, num_classes)


def stage(block: Block, in_channels: int, channels: int, depth: int, stride: int) -> nn.Sequential:
    """As many blocks as `depth` says; the first one carries the stride."""
    first = block(in_channels, channels, stride)
    rest = [block(channels * block.expansion, channels, 1) for _ in range(depth - 1)]
    return nn.Sequential(first, *rest)


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """The shortcut: the input itself, or its projection by a 1x1 convolution where the shape changes."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """Without bias, which the batch normalisation would take out again."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """Without bias too; the padding keeps the size when the stride is 1."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)


def resnet18(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    preactivation: bool = False,
    stem: Stem = "imagenet",
    width: int = 64,
) -> ResNet:
    """Two basic blocks a stage. stem="cifar" is one 3x3 convolution without pooling, for images of 32x32."""
    block = PreactivationBasicBlock if preactivation else BasicBlock
    return ResNet(block, (2, 2, 2, 2), in_channels, num_classes, stem, width)


def resnet34(
    in_channels: int = 3, num_classes: int = 1000, *, preactivation: bool = False, stem: Stem = "imagenet"
) -> ResNet:
    """3, 4, 6, 3 basic blocks."""
    block = PreactivationBasicBlock if preactivation else BasicBlock
    return ResNet(block, (3, 4, 6, 3), in_channels, num_classes, stem)


def resnet50(
    in_channels: int = 3, num_classes: int = 1000, *, preactivation: bool = False, stem: Stem = "imagenet"
) -> ResNet:
    """3, 4, 6, 3 bottlenecks: as many blocks as resnet34 has, and a layer more in each."""
    block = PreactivationBottleneck if preactivation else Bottleneck
    return ResNet(block, (3, 4, 6, 3), in_channels, num_classes, stem)
