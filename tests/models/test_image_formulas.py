"""Networks of images beside a second writing of each: the order of their layers, not their sizes alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from dongshou import models
from tests.models import test_models
from tests.models.generative_formulas import dcgan_discriminator, dcgan_generator, point_discriminator
from tests.models.image_formulas import (
    WIDE,
    alexnet,
    basic,
    bottleneck,
    densenet,
    fcn,
    googlenet,
    lenet,
    mlp,
    mnist_cnn,
    mnist_inception,
    mnist_residual,
    nin,
    preactivation,
    preactivation_bottleneck,
    relu,
    resnet,
    sigmoid,
    softmax_regression,
    unet,
    vgg,
)
from tests.models.second_writing import Weights, anywhere, assert_same_function


class Case(NamedTuple):
    make: Callable[[], nn.Module]
    input: tuple[int, ...]
    formula: Callable[[Weights, Tensor], Tensor]


ALEXNETS = {"course": ((96, 256, 384, 384, 256), 1, False), "torchvision": ((64, 192, 384, 256, 256), 2, True)}
NARROW = dict(size=32, divide_channels_by=16)
CIFAR: Any = "cifar"

CASES = {
    "linear_regression": Case(lambda: models.linear_regression(24, 5), (3, 24), softmax_regression),
    "softmax_regression": Case(lambda: models.softmax_regression(24, 5), (3, 2, 4, 3), softmax_regression),
    "mlp": Case(
        lambda: models.mlp(24, (16, 8), 5, dropout=(0.2, 0.6)),
        (3, 2, 4, 3),
        partial(mlp, activation=relu, widths=(16, 8), rates=(0.2, 0.6)),
    ),
    "mlp, tanh": Case(
        lambda: models.mlp(24, (16, 8), 5, activation="tanh", dropout=(0.3,)),
        (3, 24),
        partial(mlp, activation=torch.tanh, widths=(16, 8), rates=(0.3, 0.3)),
    ),
    "mlp, sigmoid": Case(
        lambda: models.mlp(24, (16,), 5, activation="sigmoid"),
        (3, 24),
        partial(mlp, activation=sigmoid, widths=(16,), rates=(0.0,)),
    ),
    "lenet": Case(lambda: models.lenet(2, 5, size=20), (3, 2, 20, 20), lenet),
    "lenet, modern": Case(
        lambda: models.lenet(2, 5, size=20, activation="relu", pooling="max"),
        (3, 2, 20, 20),
        partial(lenet, activation=relu, pool=max_pool2d),
    ),
    "lenet, normalised": Case(
        lambda: models.lenet(2, 5, size=20, batch_norm=True), (3, 2, 20, 20), partial(lenet, norm=True)
    ),
    **{
        f"alexnet, {variant}": Case(
            partial(models.alexnet, 2, 5, size=63 if variant == "torchvision" else 65, variant=variant),
            (2, 2, 99, 85),
            partial(alexnet, widths=widths, padding=padding, drops_inputs=drops_inputs),
        )
        for variant, (widths, padding, drops_inputs) in ALEXNETS.items()
    },
    "vgg11": Case(lambda: models.vgg11(2, 5, **NARROW), (2, 2, 70, 40), partial(vgg, depths=(1, 1, 2, 2, 2))),
    "vgg13": Case(lambda: models.vgg13(2, 5, **NARROW), (2, 2, 70, 40), partial(vgg, depths=(2, 2, 2, 2, 2))),
    "vgg16": Case(lambda: models.vgg16(2, 5, **NARROW), (2, 2, 70, 40), partial(vgg, depths=(2, 2, 3, 3, 3))),
    "vgg19": Case(lambda: models.vgg19(2, 5, **NARROW), (2, 2, 70, 40), partial(vgg, depths=(2, 2, 4, 4, 4))),
    "vgg16, normalised": Case(
        lambda: models.vgg16(2, 5, batch_norm=True, **NARROW),
        (2, 2, 70, 40),
        partial(vgg, depths=(2, 2, 3, 3, 3), norm=True),
    ),
    "nin": Case(lambda: models.nin(2, 5), (3, 2, 99, 70), nin),
    "nin, normalised": Case(lambda: models.nin(2, 5, batch_norm=True), (3, 2, 99, 70), partial(nin, norm=True)),
    **{
        f"googlenet, {block}": Case(
            partial(models.googlenet, 2, 5, block=block), (2, 2, 60, 40), partial(googlenet, block=block)
        )
        for block in WIDE
    },
    "googlenet, normalised": Case(
        lambda: models.googlenet(2, 5, batch_norm=True), (2, 2, 60, 40), partial(googlenet, norm=True)
    ),
    "resnet18": Case(lambda: models.resnet18(2, 5), (2, 2, 60, 40), partial(resnet, block=basic, depths=(2, 2, 2, 2))),
    "resnet34": Case(lambda: models.resnet34(2, 5), (2, 2, 60, 40), partial(resnet, block=basic, depths=(3, 4, 6, 3))),
    "resnet50": Case(
        lambda: models.resnet50(2, 5), (2, 2, 60, 40), partial(resnet, block=bottleneck, depths=(3, 4, 6, 3))
    ),
    "resnet18, cifar": Case(
        lambda: models.resnet18(2, 5, stem=CIFAR),
        (2, 2, 12, 9),
        partial(resnet, block=basic, depths=(2, 2, 2, 2), small=True),
    ),
    "resnet18, preactivation": Case(
        lambda: models.resnet18(2, 5, preactivation=True),
        (2, 2, 60, 40),
        partial(resnet, block=preactivation, depths=(2, 2, 2, 2), normed_at_the_end=True),
    ),
    "resnet34, preactivation": Case(
        lambda: models.resnet34(2, 5, preactivation=True),
        (2, 2, 60, 40),
        partial(resnet, block=preactivation, depths=(3, 4, 6, 3), normed_at_the_end=True),
    ),
    "resnet50, preactivation": Case(
        lambda: models.resnet50(2, 5, preactivation=True),
        (2, 2, 60, 40),
        partial(resnet, block=preactivation_bottleneck, depths=(3, 4, 6, 3), normed_at_the_end=True),
    ),
    "fcn": Case(lambda: models.fcn(2, 5, width=8), (2, 2, 70, 101), fcn),
    "fcn, two skips": Case(
        lambda: models.fcn(2, 5, num_skips=2, stem="cifar", width=8),
        (2, 2, 21, 34),
        partial(fcn, num_skips=2, small=True),
    ),
    "unet": Case(lambda: models.unet(2, 5, width=6, num_halvings=3), (2, 2, 21, 34), partial(unet, depth=3, width=6)),
    "densenet": Case(lambda: models.densenet(2, 5), (2, 2, 60, 40), partial(densenet, depths=(4, 4, 4, 4), growth=32)),
    "densenet121": Case(
        lambda: models.densenet121(2, 5),
        (4, 2, 64, 48),  # in training two examples of one pixel would be normalised to -1 and 1, or nearly
        partial(densenet, depths=(6, 12, 24, 16), growth=32, bottleneck=True),
    ),
    "dcgan_generator": Case(
        lambda: models.dcgan_generator(5, 2, size=32, width=3),
        (3, 5),
        partial(dcgan_generator, channels=2, widths=(12, 6, 3)),
    ),
    "dcgan_discriminator": Case(
        lambda: models.dcgan_discriminator(2, size=32, width=3),
        (3, 2, 32, 32),
        partial(dcgan_discriminator, widths=(3, 6, 12), norm="batch"),
    ),
    "dcgan_discriminator, all normalised": Case(
        lambda: models.dcgan_discriminator(2, size=16, width=3, norm_first=True),
        (3, 2, 16, 16),
        partial(dcgan_discriminator, widths=(3, 6), norm="batch", first=True),
    ),
    "dcgan_discriminator, of each": Case(
        lambda: models.dcgan_discriminator(2, size=16, width=3, norm="layer"),
        (3, 2, 16, 16),
        partial(dcgan_discriminator, widths=(3, 6), norm="layer"),
    ),
    "dcgan_discriminator, plain": Case(
        lambda: models.dcgan_discriminator(2, size=16, width=3, norm="none"),
        (3, 2, 16, 16),
        partial(dcgan_discriminator, widths=(3, 6)),
    ),
    "point_generator": Case(lambda: models.point_generator(4, 5), (3, 4), softmax_regression),
    "point_discriminator": Case(
        lambda: models.point_discriminator(4, (7, 3)),
        (3, 4),
        partial(point_discriminator, widths=(7, 3)),
    ),
    "mnist_cnn": Case(lambda: models.mnist_cnn(2, 5, size=20), (3, 2, 20, 20), mnist_cnn),
    "mnist_inception": Case(lambda: models.mnist_inception(2, 5, size=20), (3, 2, 20, 20), mnist_inception),
    "mnist_residual": Case(lambda: models.mnist_residual(2, 5, size=20), (3, 2, 20, 20), mnist_residual),
}


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_the_network_is_its_formula(name: str):
    make, shape, formula = CASES[name]
    assert_same_function(anywhere(make()), (torch.randn(shape, dtype=torch.float64),), formula)


def test_every_network_of_images_has_its_formula():
    written = {name.partition(",")[0] for name in CASES}
    assert written == {name.partition(",")[0] for name in test_models.CASES}
