"""Every model of the course, a row each: forward, gradients, memory of one batch, the same from scratch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam

import dongshou
from dongshou import models
from dongshou.errors import UsageError

DEEP = None  # no learning rate: learning takes too long here, and a shallower network of the family has to do
FACTORIES = {name for name in models.__all__ if name.islower()}  # the other names are those of layers
TOOLS = {"imagenet_weights", "initialize", "load_weights", "summarize"}  # of dongshou.models, and no models
TOOLS |= {"causal_mask", "length_mask", "masked_softmax", "recurrent_layers", "bert_fine_tuned"}
OTHERS = {"glove", "word2vec", "decomposable_attention"}  # in files of their own
OTHERS |= {"tiny_ssd", "small_ssd", "ssd_resnet18", "small_fcos", "small_faster_rcnn", "vae"}
# their rows are in test_sequence_models.py
SEQUENCE_MODELS = {
    "bag_of_words",
    "bert",
    "bert_classifier",
    "gpt",
    "recurrent_classifier",
    "recurrent_language_model",
    "seq2seq",
    "text_cnn",
    "transformer",
}


class Case(NamedTuple):
    """How to make a model, what it takes and gives; targets are classes, of pixels too, or numbers like the outputs."""

    make: Callable[[], nn.Module]
    input: tuple[int, ...]
    output: tuple[int, ...]
    is_classifier: bool = True
    lr: float | None = 0.02
    unused: str = "none"  # how the names of parameters begin that the outputs do not depend on


def kaiming(model: nn.Module) -> nn.Module:
    return models.initialize(model, nn.init.kaiming_uniform_)


def small_alexnet(size: int, **settings: Any) -> nn.Module:
    return kaiming(models.alexnet(1, 5, size=size, dropout=0.0, **settings))


def narrow_vgg(factory: Callable[..., nn.Module], **settings: Any) -> nn.Module:
    return kaiming(factory(1, 5, size=32, divide_channels_by=16, dropout=0.0, **settings))


CASES = {
    "linear_regression": Case(lambda: models.linear_regression(3), (6, 3), (6, 1), is_classifier=False),
    "softmax_regression": Case(lambda: models.softmax_regression(64, 5), (6, 1, 8, 8), (6, 5)),
    "mlp": Case(lambda: models.mlp(64, (16, 8), 5), (6, 1, 8, 8), (6, 5)),
    "mlp, dropout": Case(lambda: models.mlp(64, (32,), 5, dropout=(0.1,)), (6, 64), (6, 5)),
    "mlp, tanh": Case(lambda: models.mlp(64, (16,), 5, activation="tanh", std=0.1), (6, 64), (6, 5)),
    "mlp, sigmoid": Case(lambda: models.mlp(64, (16,), 5, activation="sigmoid"), (6, 64), (6, 5)),
    "lenet": Case(lambda: models.lenet(1, 5, size=14), (6, 1, 14, 14), (6, 5)),
    "lenet, modern": Case(
        lambda: models.lenet(3, 5, size=12, activation="relu", pooling="max"), (6, 3, 12, 12), (6, 5)
    ),
    "lenet, normalised": Case(lambda: models.lenet(1, 5, size=12, batch_norm=True), (6, 1, 12, 12), (6, 5)),
    "alexnet": Case(lambda: small_alexnet(65), (6, 1, 65, 65), (6, 5), lr=1e-4),
    "alexnet, torchvision": Case(lambda: small_alexnet(63, variant="torchvision"), (6, 1, 63, 63), (6, 5), lr=1e-4),
    "vgg11": Case(lambda: narrow_vgg(models.vgg11), (6, 1, 32, 32), (6, 5), lr=1e-4),
    "vgg11, normalised": Case(lambda: narrow_vgg(models.vgg11, batch_norm=True), (6, 1, 32, 32), (6, 5), lr=DEEP),
    "vgg13": Case(lambda: narrow_vgg(models.vgg13), (6, 1, 32, 32), (6, 5), lr=DEEP),
    "vgg16": Case(lambda: narrow_vgg(models.vgg16), (6, 1, 32, 32), (6, 5), lr=DEEP),
    "vgg19": Case(lambda: narrow_vgg(models.vgg19), (6, 1, 32, 32), (6, 5), lr=DEEP),
    "nin": Case(lambda: kaiming(models.nin(1, 64, dropout=0.0)), (6, 1, 67, 67), (6, 64), lr=5e-4),
    "nin, normalised": Case(lambda: models.nin(1, 64, batch_norm=True), (6, 1, 67, 67), (6, 64), lr=DEEP),
    "googlenet": Case(lambda: kaiming(models.googlenet(1, 5)), (6, 1, 16, 16), (6, 5), lr=3e-4),
    "googlenet, normalised": Case(lambda: models.googlenet(1, 5, batch_norm=True), (6, 1, 32, 32), (6, 5), lr=DEEP),
    "googlenet, torchvision": Case(
        lambda: models.googlenet(3, 5, variant="torchvision"), (6, 3, 32, 32), (6, 5), lr=DEEP, unused="aux"
    ),
    "googlenet, two-3x3": Case(
        lambda: kaiming(models.googlenet(1, 5, block="two-3x3")), (6, 1, 16, 16), (6, 5), lr=3e-4
    ),
    "googlenet, factorised": Case(
        lambda: kaiming(models.googlenet(1, 5, block="factorized")), (6, 1, 16, 16), (6, 5), lr=3e-4
    ),
    "resnet18": Case(lambda: models.resnet18(1, 5), (6, 1, 24, 24), (6, 5), lr=1e-3),
    "resnet18, preactivation": Case(lambda: models.resnet18(1, 5, preactivation=True), (6, 1, 24, 24), (6, 5), lr=1e-3),
    "resnet18, cifar": Case(lambda: models.resnet18(3, 5, stem="cifar"), (6, 3, 8, 8), (6, 5), lr=DEEP),
    "fcn": Case(lambda: models.fcn(1, 3, width=8), (2, 1, 37, 70), (2, 3, 37, 70), lr=DEEP),
    "fcn, two skips": Case(
        lambda: models.fcn(2, 3, num_skips=2, stem="cifar", width=8), (2, 2, 13, 18), (2, 3, 13, 18), lr=DEEP
    ),
    "unet": Case(lambda: models.unet(2, 3, width=8, num_halvings=2), (2, 2, 13, 18), (2, 3, 13, 18), lr=1e-2),
    "resnet34": Case(lambda: models.resnet34(1, 5), (6, 1, 24, 24), (6, 5), lr=DEEP),
    "resnet50": Case(lambda: models.resnet50(1, 5), (6, 1, 24, 24), (6, 5), lr=DEEP),
    "resnet50, preactivation": Case(lambda: models.resnet50(1, 5, preactivation=True), (6, 1, 24, 24), (6, 5), lr=DEEP),
    "densenet": Case(lambda: models.densenet(1, 5, growth_rate=8), (6, 1, 29, 29), (6, 5), lr=3e-3),
    "densenet121": Case(lambda: models.densenet121(1, 5), (6, 1, 40, 40), (6, 5), lr=DEEP),
    "dcgan_generator": Case(
        lambda: models.dcgan_generator(5, 2, size=16, width=3), (6, 5), (6, 2, 16, 16), is_classifier=False, lr=DEEP
    ),
    "dcgan_discriminator": Case(
        lambda: models.dcgan_discriminator(2, size=16, width=4), (6, 2, 16, 16), (6, 1), is_classifier=False
    ),
    "dcgan_discriminator, of each": Case(
        lambda: models.dcgan_discriminator(2, size=16, width=4, norm="layer"),
        (6, 2, 16, 16),
        (6, 1),
        is_classifier=False,
        lr=DEEP,
    ),
    "point_generator": Case(lambda: models.point_generator(3, 1), (6, 3), (6, 1), is_classifier=False),
    "point_discriminator": Case(lambda: models.point_discriminator(3), (6, 3), (6, 1), is_classifier=False),
    "mnist_cnn": Case(lambda: models.mnist_cnn(1, 5, size=16), (6, 1, 16, 16), (6, 5)),
    "mnist_inception": Case(lambda: models.mnist_inception(1, 5, size=16), (6, 1, 16, 16), (6, 5), lr=3e-3),
    "mnist_residual": Case(lambda: models.mnist_residual(1, 5, size=16), (6, 1, 16, 16), (6, 5), lr=3e-3),
}

LEARNING = {name: case for name, case in CASES.items() if case.lr is not DEEP}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture(scope="module")
def model(case: Case) -> nn.Module:
    """One for all tests of a case, for making it takes longer than they do; they leave its parameters as they are."""
    torch.manual_seed(3)
    return case.make()


def batch(case: Case) -> tuple[Tensor, Tensor]:
    inputs = torch.randn(case.input)
    if not case.is_classifier:
        return inputs, torch.randn(case.output)
    batch, num_classes, *places = case.output
    return inputs, torch.randint(num_classes, (batch, *places))


def loss_of(case: Case, outputs: Tensor, targets: Tensor) -> Tensor:
    loss = nn.functional.cross_entropy if case.is_classifier else nn.functional.mse_loss
    return loss(outputs, targets)


def test_every_model_has_its_row():
    assert {name.partition(",")[0] for name in CASES} == FACTORIES - TOOLS - SEQUENCE_MODELS - OTHERS


def test_every_parameter_gets_a_gradient(case: Case, model: nn.Module):
    inputs, targets = batch(case)
    model.zero_grad()
    outputs = model.train()(inputs)
    assert outputs.shape == case.output
    loss_of(case, outputs, targets).backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert [name for name in without if not name.startswith(case.unused)] == []


@pytest.mark.parametrize("case", LEARNING.values(), ids=LEARNING)
def test_one_batch_is_learnt_by_heart(case: Case):
    model, (inputs, targets) = case.make(), batch(case)
    if not case.is_classifier:
        targets = inputs.flatten(1)[:, :3].sum(1, keepdim=True)
    optimizer = Adam(model.parameters(), lr=case.lr, fused=True)
    for step in range(1, 301):
        optimizer.zero_grad()
        loss = loss_of(case, model.train()(inputs), targets)
        loss.backward()
        optimizer.step()
        if step % 3 == 0 and loss < 0.05 and loss_after_training(case, model, inputs, targets) < 0.05:
            break
    assert loss_after_training(case, model, inputs, targets) < 0.05


@torch.no_grad()
def loss_after_training(case: Case, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    return float(loss_of(case, model.eval()(inputs), targets))


def test_the_same_from_scratch(case: Case, model: nn.Module):
    inputs, targets = batch(case)
    theirs = model.eval()
    theirs.zero_grad()
    ours = dongshou.from_scratch(copy.deepcopy(theirs), strict=True)
    outputs, expected = ours(inputs), theirs(inputs)
    assert outputs.shape == case.output
    torch.testing.assert_close(outputs, expected)
    loss_of(case, outputs, targets).backward()
    loss_of(case, expected, targets).backward()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    assert type(dongshou.to_torch(ours)) is type(theirs)


def test_the_same_seed_gives_the_same_start(case: Case, model: nn.Module):
    torch.manual_seed(3)
    assert all(torch.equal(one, other) for one, other in zip(case.make().parameters(), model.parameters(), strict=True))


def test_the_start_of_an_mlp():
    model = models.mlp(1000, (500,), 10, std=0.01)
    hidden = model[1]
    assert isinstance(hidden, nn.Linear)
    assert float(hidden.weight.detach().std()) == pytest.approx(0.01, rel=0.02)
    assert not hidden.bias.any()


COUNTED = [
    models.lenet,
    models.alexnet,
    models.vgg11,
    models.vgg13,
    models.vgg16,
    models.vgg19,
    models.nin,
    models.googlenet,
    partial(models.googlenet, variant="torchvision"),
    models.resnet18,
    models.resnet34,
    models.resnet50,
    models.fcn,
    models.unet,
    models.densenet,
    models.densenet121,
    models.mnist_cnn,
    models.mnist_inception,
    models.mnist_residual,
]


@pytest.mark.parametrize("factory", COUNTED)
@pytest.mark.parametrize("number", [0, -1])
def test_no_channels_or_no_classes(factory: Callable[..., nn.Module], number: int):
    with pytest.raises(UsageError, match=f"^in_channels must be at least 1; got in_channels={number}\\.$"):
        factory(number, 10)
    with pytest.raises(UsageError, match=f"^num_classes must be at least 1; got num_classes={number}\\.$"):
        factory(1, number)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: models.linear_regression(0), "at least 1; got num_inputs=0"),
        (lambda: models.softmax_regression(4, -1), "at least 1; got num_classes=-1"),
        (lambda: models.mlp(4, (8,), 0), "at least 1; got num_outputs=0"),
        (lambda: models.mlp(4, (0,), 2), r"at least 1 unit; got hidden=\(0,\)"),
        (lambda: models.mlp(4, (8, -1), 2), r"at least 1 unit; got hidden=\(8, -1\)"),
        (lambda: models.mlp(4, (8, 8, 8), 2, dropout=(0.1, 0.2)), "3 hidden layers need 1 or 3 dropout rates; got 2"),
        (lambda: models.mlp(4, (8,), 2, dropout=(1.5,)), "from 0 to 1; got 1.5"),
        (lambda: models.mlp(4, (8,), 2, activation=unknown("rely")), "activation is one of .*; got 'rely'.*mean relu"),
        (lambda: models.lenet(activation=unknown("tanh")), "activation is one of sigmoid, relu; got 'tanh'"),
        (lambda: models.lenet(pooling=unknown("maximum")), "pooling is one of average, max; got 'maximum'"),
        (lambda: models.alexnet(variant=unknown("foo")), "variant is one of course, torchvision; got 'foo'"),
        (lambda: models.alexnet(dropout=2.0), "from 0 to 1; got 2.0"),
        (lambda: models.vgg11(divide_channels_by=1000), "from 1 to 64, .*; got divide_channels_by=1000"),
        (lambda: models.vgg19(divide_channels_by=0), "from 1 to 64, .*; got divide_channels_by=0"),
        (lambda: models.vgg16(dropout=-0.1), "from 0 to 1; got -0.1"),
        (lambda: models.nin(dropout=2.0), "from 0 to 1; got 2.0"),
        (lambda: models.googlenet(variant=unknown("foo")), "variant is one of course, torchvision; got 'foo'"),
        (lambda: models.googlenet(block=unknown("two")), "block is one of inception, two-3x3, factorized; got 'two'"),
        (lambda: models.googlenet(variant="torchvision", block="two-3x3"), 'has its own, got block="two-3x3"'),
        (lambda: models.dcgan_generator(size=48), "8, 16, 32, 64, ... pixels a side; got size=48"),
        (lambda: models.dcgan_discriminator(size=4), "got size=4"),
        (lambda: models.dcgan_discriminator(norm=unknown("group")), "norm is one of batch, layer, none; got 'group'"),
        (lambda: models.point_discriminator(2, (3, 0)), r"at least 1; got hidden\[1\]=0"),
        (lambda: models.vae((1, 0, 8)), r"a pixel at least; got the shape \(1, 0, 8\)"),
        (lambda: models.vae(num_latents=0), "at least 1; got num_latents=0"),
        (lambda: models.resnet18(stem=unknown("foo")), "stem is one of imagenet, cifar; got 'foo'"),
        (lambda: models.resnet50(stem=unknown("cifar10")), r"got 'cifar10'\. Did you mean cifar\?"),
        (lambda: models.resnet18(width=0), "at least 1; got width=0"),
        (lambda: models.fcn(num_skips=4), "num_skips is from 0 to 3; got 4"),
        (lambda: models.fcn(num_skips=-1), "num_skips is from 0 to 3; got -1"),
        (lambda: models.fcn(stem=unknown("small")), "stem is one of imagenet, cifar; got 'small'"),
        (lambda: models.unet(width=0), "at least 1; got width=0"),
        (lambda: models.unet(num_halvings=0), "at least 1; got num_halvings=0"),
        (lambda: models.Upsampling(3, 0), "at least 1; got factor=0"),
        (lambda: models.densenet(growth_rate=0), "at least 1; got growth_rate=0"),
        (lambda: models.densenet(num_init_features=0), "at least 1; got num_init_features=0"),
        (lambda: models.densenet(block_config=(4, 0)), r"at least 1 layer each; got block_config=\(4, 0\)"),
        (lambda: models.densenet(block_config=()), r"at least 1 dense block, .*; got block_config=\(\)"),
    ],
)
def test_settings_that_make_no_model(make: Callable[[], nn.Module], message: str):
    with pytest.raises(UsageError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


def unknown(choice: str) -> Any:
    """A choice that there is not, which the types alone would keep out."""
    return choice
