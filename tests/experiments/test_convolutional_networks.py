"""The experiments on convolutional networks: settings as published, every one in small, on both engines."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from dongshou import experiments, models
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.registry import find_declaration
from dongshou.runs.judge import judge
from dongshou.training import Session

SMALLEST = {  # pixels that each heavy network can do with
    "alexnet": 67,
    "vgg": 32,
    "nin": 67,
    "googlenet": 32,
    "resnet": 32,
    "densenet": 32,
}
HEAVY = [name + variant for name in SMALLEST for variant in ("", ":steady")] + ["nin:starts", "googlenet:starts"]
LIGHT = ["lenet", "lenet:modern", "batch-norm-lenet", "batch-norm-lenet:steady"]
MNIST = ["mnist-cnn", "mnist-inception", "mnist-residual"]

BOOK = {  # data, size of the images, batch, learning rate, epochs, median published
    "lenet": ("fashion-mnist", 28, 256, 0.9, 10, {"test_accuracy": 0.804}),
    "lenet:en": ("fashion-mnist", 28, 128, 0.1, 10, {"test_accuracy": 0.730}),
    "alexnet": ("fashion-mnist", 224, 128, 0.01, 10, {"test_accuracy": 0.881}),
    "vgg": ("fashion-mnist", 224, 128, 0.05, 10, {"test_accuracy": 0.919}),
    "nin": ("fashion-mnist", 224, 128, 0.1, 10, {"train_loss": 0.402}),
    "googlenet": ("fashion-mnist", 96, 128, 0.1, 10, {"train_loss": 0.248}),
    "resnet": ("fashion-mnist", 96, 256, 0.05, 10, {"train_loss": 0.014}),
    "densenet": ("fashion-mnist", 96, 256, 0.1, 10, {"train_loss": 0.148}),
    "mnist-cnn": ("mnist", 28, 64, 0.01, 10, {"test_accuracy": 0.98}),
    "mnist-inception": ("mnist", 28, 64, 0.01, 10, {"test_accuracy": 0.98}),
    "mnist-residual": ("mnist", 28, 64, 0.01, 10, {"test_accuracy": 0.99}),
}


def made(name: str, **settings):
    """The work, from the name on the command line."""
    return find_declaration(name)(**settings)


def small(name: str, **settings):
    """The work on a few digits, its images as small as the network allows."""
    declared = find_declaration(name).defaults
    in_small = {"data": "digits", "epochs": 1, "batch_size": 8}
    if "size" in declared:
        in_small["size"] = SMALLEST[name.partition(":")[0]]
    return made(name, **{setting: value for setting, value in in_small.items() if setting in declared} | settings)


def test_every_variant_is_among_those_tested():
    unit = [entry for entry in list_experiments() if entry.unit == "convolutional_networks"]
    names = {entry.name for entry in unit} | {f"{entry.name}:{variant}" for entry in unit for variant in entry.variants}
    assert names == {*HEAVY, *LIGHT, *MNIST, "lenet:digits", "lenet:en", "edge-kernel"}


@pytest.mark.parametrize("name", BOOK)
def test_the_settings_are_those_that_were_published(name):
    data, size, batch_size, lr, epochs, medians = BOOK[name]
    # built where tensors have no values: only the settings are looked at
    with torch.device("meta"):
        work = made(name)
    assert (work.data.name, work.data.shape, work.epochs) == (data, (1, size, size), epochs)
    group = work.optimizer.param_groups[0]
    assert (group["lr"], group["momentum"]) == (lr, 0.5 if data == "mnist" else 0)
    assert work.declared.settings.get("batch_size", batch_size) == batch_size
    (published,) = work.stated
    judged = {
        metric: figure.median for metric, figure in published.figures.items() if metric not in published.secondary
    }
    assert judged == medians


def test_the_start_is_the_books():
    model = models.initialize(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 5), torch.nn.Linear(100, 50)))
    convolution, linear = model
    bound = (6 / (100 + 50)) ** 0.5  # Glorot and Bengio, 2010, equation 16
    assert 0.95 * bound < linear.weight.abs().max() <= bound
    assert convolution.weight.abs().max() <= (6 / (3 * 25 + 8 * 25)) ** 0.5
    assert 0 < linear.bias.abs().max() <= 100**-0.5  # torch's own


def test_both_editions_of_batch_normalization_are_compared():
    work = made("batch-norm-lenet")
    assert work.declared.settings == {
        "data": "fashion-mnist",
        "batch_size": 256,
        "lr": 1.0,
        "plain_lr": 0.9,
        "epochs": 10,
    }
    assert [source.figures["train_loss"].median for source in work.stated] == [0.266, 0.268]


def trained(name: str, engine: str) -> dict[str, float]:
    """The result of one pass over eight digits; no run is recorded, for the checkpoints of the large are slow, and
    pictures are drawn by one engine alone."""
    torch.manual_seed(0)
    work = small(name)
    work.draw = engine == "torch"
    *_, finished = work.events(Session(engine=engine, device="cpu", limit=8))
    return finished.metrics


@pytest.mark.parametrize("name", [*LIGHT, *MNIST, *HEAVY])
def test_both_engines_learn_alike(name):
    ours, theirs = trained(name, "scratch"), trained(name, "torch")
    losses = [metric for metric in theirs if metric.endswith("train_loss")]
    assert losses
    assert [ours[metric] for metric in losses] == pytest.approx([theirs[metric] for metric in losses], rel=1e-3)


def test_the_digits_are_read():
    run = made("lenet:digits", epochs=5).run(device="cpu")
    assert run.result["test_accuracy"] > 0.9
    assert "confusion.png" in {figure.name for figure in run.figures}


def test_batch_normalization_draws_both_networks_side_by_side():
    run = small("batch-norm-lenet", epochs=2, batch_size=64).run(device="cpu")
    assert run.result["train_loss"] < run.result["lenet_train_loss"]
    assert {line["part"] for line in run.lines() if line["event"] == "epoch"} == {"batch norm", "lenet"}
    assert "losses.png" in {figure.name for figure in run.figures}


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_kernel_of_the_edges_is_found(seed, engine):
    run = experiments.edge_kernel().run(seed=seed, engine=engine, device="cpu")
    (source,) = run.record["goals"]
    assert [figure["verdict"] for figure in source["metrics"].values()] == ["reached", "reached"]
    assert "kernel.png" in {figure.name for figure in run.figures}
    (file,) = (run.path / "tensors").glob("*-kernels.safetensors")
    tensors = load_file(file)
    differences = -torch.diff(tensors["image"], dim=-1)  # left minus right
    assert torch.equal(tensors["edges"], differences)
    assert tensors["image"][0, 0, 0].tolist() == [1, 1, 0, 0, 0, 0, 1, 1]
    assert tensors["kernels"].shape == (21, 2)


def test_a_kernel_that_is_not_learnt_is_no_match():
    run = experiments.edge_kernel(num_steps=1).run(device="cpu")
    truth = {"value": 1.0, "within": 0.1, "two_sided": True, "judged": True}
    assert judge("kernel_left", truth, [run.result["kernel_left"]]) == "differs"


@pytest.mark.parametrize("name", ["lenet", "lenet:modern"])
def test_an_epoch_on_fashion_mnist_stands_beside_what_was_published(real_data, name):
    real_data("fashion-mnist")
    run = made(name, epochs=1).run(device="cpu", limit=2000)
    assert run.result["train_loss"] < 2.6 and run.record["limited"]
    assert len(run.record["published"] + run.record["goals"]) == 1


def test_the_small_network_starts_well_on_mnist(real_data):
    real_data("mnist")
    assert made("mnist-cnn", lr=0.05, momentum=0.9, epochs=1).run(limit=4000).result["test_accuracy"] > 0.8
