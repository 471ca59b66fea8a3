"""The experiments on computer vision: every one in small, what is frozen, the rates, the submissions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from dongshou import experiments, models
from dongshou.data.images import folder as image_folder
from dongshou.data.sets import digits
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.computer_vision._networks import ImageNetNetwork, network_for_imagenet, small_resnet
from dongshou.experiments.computer_vision._transfer import Frozen, weights_of, with_head, without_head
from dongshou.experiments.registry import find_declaration
from dongshou.models.imagenet import FILES
from dongshou.runs import Run
from dongshou.runs.execute import Interrupted
from dongshou.training import Event, Progress, Saved, Session, fit
from dongshou.training.events import Metrics
from tests.experiments.test_detectors import TESTED as TESTED_DETECTORS
from tests.runs.same_run import assert_same

TESTED = {
    "augmentation",
    "augmentation:small",
    "augmentation:book",
    "fine-tune",
    "fine-tune:imagenet",
    "cifar10",
    "cifar10:tiny",
    "cifar10:binary",
    "cifar10:small",
    "dog-breeds",
    "dog-breeds:small",
    "fcn",  # in test_segmentation.py
    "fcn:camvid",
    "fcn:voc",
    "style-transfer",  # in test_style_transfer.py
    "style-transfer:adain",
    "style-transfer:book",
    "unet",
    "unet:camvid",
} | TESTED_DETECTORS
ON_DIGITS = dict(data="digits", epochs=2, backbone_epochs=1)
BREEDS = ("beagle", "collie", "pug")


@pytest.fixture
def kennel(tmp_path: Path) -> dict[str, str]:
    """Pictures of three breeds with their table, and four that nobody has labelled."""
    generator = torch.Generator().manual_seed(0)

    def draw(path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        pixels = torch.randint(256, (40, 48, 3), generator=generator, dtype=torch.uint8)
        Image.fromarray(pixels.numpy()).save(path)

    rows = [(str(number), BREEDS[number % 3]) for number in range(18)]
    for number, _ in rows:
        draw(tmp_path / "dogs" / f"{number}.png")
    for number in (2, 10, 9, 1):
        draw(tmp_path / "unknown" / f"{number}.png")
    lines = [("id", "breed"), *rows]
    (tmp_path / "breeds.csv").write_text("".join(f"{id},{breed}\n" for id, breed in lines))
    paths = dict(images="dogs", labels="breeds.csv", test="unknown")
    return {setting: str(tmp_path / name) for setting, name in paths.items()}


@pytest.fixture(scope="session")
def resnet18_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights of a ResNet-18 that stand for those of ImageNet."""
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(models.resnet18().state_dict(), path)
    return str(path)


def made(name: str, **settings):
    return find_declaration(name)(**settings)


def submitted(run: Run) -> list[dict[str, str]]:
    with open(run.path / "submission.csv", newline="") as file:
        return list(csv.DictReader(file))


def weights_in(run: Run) -> dict[str, torch.Tensor]:
    line = run.checkpoint()
    assert line is not None
    return load_file(run.path / line["path"] / "model.safetensors")


def test_every_variant_is_among_those_tested():
    unit = [entry for entry in list_experiments() if entry.unit == "computer_vision"]
    assert {entry.name for entry in unit} | {f"{entry.name}:{v}" for entry in unit for v in entry.variants} == TESTED


# augmentation


NAMES = (
    "none",
    "flip-crop",
    "colour-jitter",
    "mixup",
    "cutmix",
    "random-erasing",
    "augmix",
    "autoaugment",
    "randaugment",
)
FEW_DIGITS = dict(data="digits", network="small", batch_size=16, epochs=1)


def test_every_augmentation_is_learnt_under():
    work = experiments.augmentation(**FEW_DIGITS)
    assert tuple(work.parts) == NAMES
    for make in work.parts.values():
        history: list[Metrics] = []
        for _ in fit(make(), Session(device="cpu", limit=16), progress=Progress(history)):
            pass
        assert 0 <= history[0]["test_accuracy"] <= 1


def test_one_augmentation_alone_is_drawn_and_measured():
    run = experiments.augmentation(**FEW_DIGITS, augment="cutmix").run(device="cpu", limit=32)
    assert run.result.keys() == {"cutmix_test_accuracy", "cutmix_train_accuracy"}
    assert {figure.stem for figure in run.figures} >= {"cutmix", "accuracy"}


def test_an_augmentation_that_there_is_not():
    with pytest.raises(UsageError, match="augment is one of all, none, flip-crop"):
        experiments.augmentation(augment="flop")


def test_the_small_augmentation_is_on_the_tiny_set():
    work = made("augmentation:small")
    assert work.declared.settings.keys() == {"augment", "batch_size", "lr", "epochs"}
    assert work.data == "cifar10-tiny" and tuple(work.parts) == NAMES


def test_the_book_augments_by_flips_alone():
    with torch.device("meta"):
        work = made("augmentation:book")
    assert (work.epochs, work.optimizer.param_groups[0]["lr"]) == (10, 0.001)
    assert work.stated[0].figures["test_accuracy"].median == 0.839


# fine-tuning


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Fine-tuning on the digits, which nobody interrupts."""
    return made("fine-tune", **ON_DIGITS).run(device="cpu", runs=tmp_path_factory.mktemp("tuned"))


def test_three_ways_to_learn_from_few_labels(tuned):
    for way in ("backbone", "head_only", "all_layers", "from_scratch"):
        assert 0 <= tuned.result[f"{way}_test_accuracy"] <= 1
    gained = tuned.result["all_layers_test_accuracy"] - tuned.result["from_scratch_test_accuracy"]
    assert tuned.result["gained_accuracy"] == pytest.approx(gained)
    assert {figure.stem for figure in tuned.figures} >= {"fine_tuning"}


def parts_of_fine_tuning() -> tuple[dict, dict]:
    """The experiments of each part, none of them run, and the weights of the backbone that they were given."""
    work = made("fine-tune", **ON_DIGITS)
    backbone, _ = without_head(small_resnet(1, 5))
    weights = weights_of(backbone)
    return {label: make(weights) for label, make in work.then.items()}, weights


def test_the_head_learns_ten_times_as_fast_as_the_backbone():
    parts, _ = parts_of_fine_tuning()
    backbone, head = parts["all layers"].optimizer.param_groups
    assert (backbone["lr"], head["lr"]) == (0.01, 0.1)
    model = parts["all layers"].model
    assert [id(it) for it in head["params"]] == [id(it) for it in model.head.parameters()]
    assert [id(it) for it in backbone["params"]] == [id(it) for it in model.backbone.parameters()]
    (only,) = parts["head only"].optimizer.param_groups
    assert only["lr"] == 0.1 and len(only["params"]) == 2


@pytest.mark.parametrize("label", ["head only", "all layers"])
def test_both_start_from_the_backbone_and_one_leaves_it_as_it_was(label):
    parts, weights = parts_of_fine_tuning()
    model = parts[label].model
    backbone = model.backbone.network if label == "head only" else model.backbone
    assert all(torch.equal(backbone.state_dict()[name], tensor) for name, tensor in weights.items())
    for _ in fit(parts[label], Session(device="cpu", limit=32)):
        pass
    unchanged = [torch.equal(backbone.state_dict()[name], tensor) for name, tensor in weights.items()]
    assert all(unchanged) if label == "head only" else not any(unchanged)


def test_of_each_new_class_a_tenth_has_a_label():
    parts, _ = parts_of_fine_tuning()
    data = parts["from scratch"].data
    assert data.classes == ("5", "6", "7", "8", "9")
    _, few = data.train().tensors
    _, every = digits.read("train")
    assert few.bincount().tolist() == [round(0.1 * count) for count in every.bincount()[5:].tolist()]


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_a_share_that_is_none(share):
    with pytest.raises(UsageError, match="above 0 and at most 1; got"):
        experiments.fine_tune(share=share)


def test_fine_tuning_runs_written_out():
    run = experiments.fine_tune(data="digits", epochs=1, backbone_epochs=1).run(
        device="cpu", engine="scratch", limit=32
    )
    assert run.record["engine"] == "scratch"


@pytest.mark.parametrize("stop", ["backbone", "all layers"])
def test_an_interrupted_fine_tuning_goes_on_to_the_same_bits(tuned, stop):
    def interrupt(event: Event) -> None:
        if isinstance(event, Saved) and event.part == stop:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        made("fine-tune", **ON_DIGITS).run(device="cpu", watch=[interrupt])
    resumed = made("fine-tune", **ON_DIGITS).run(resume=stopped.value.run.path)
    assert_same(tuned, resumed)


def test_weights_of_imagenet_on_a_folder_of_pictures(kennel, resnet18_file):
    del kennel["test"]
    work = made("fine-tune:imagenet", **kennel, weights=resnet18_file, size=32, valid=0.3, batch_size=4, epochs=1)
    run = work.run(device="cpu", limit=4)
    assert {"head_only_valid_accuracy", "all_layers_valid_accuracy", "gained_accuracy"} <= run.result.keys()
    rates = [group["lr"] for group in work.parts["all layers"]().optimizer.param_groups]
    assert rates == pytest.approx([4 * 5e-5, 4 * 5e-4])


def test_googlenet_is_tuned_without_its_auxiliary_classifiers(kennel, tmp_path):
    del kennel["test"]
    network = network_for_imagenet("googlenet", num_classes=7)
    save_file(network.state_dict(), tmp_path / "own.safetensors")
    settings = dict(weights=str(tmp_path / "own.safetensors"), network="googlenet", size=32, valid=0.3, batch_size=4)
    work = made("fine-tune:imagenet", **kennel, **settings, epochs=1)
    model = work.parts["all layers"]().model
    assert not [name for name in model.state_dict() if "aux" in name]
    assert torch.equal(model.state_dict()["backbone.conv1.conv.weight"], network.state_dict()["conv1.conv.weight"])
    assert "gained_accuracy" in work.run(device="cpu", limit=4).result


def test_without_a_network_connection_it_says_where_the_weights_come_from(kennel, monkeypatch):
    def unreachable(name: str) -> Path:
        raise image_folder.FilesNotFound(f"{name} could not be downloaded.")

    monkeypatch.setattr(models, "imagenet_weights", unreachable)
    with pytest.raises(DongshouError, match="could not be downloaded. Or name weights of your own with --weights FILE"):
        made("dog-breeds", **kennel)


# CIFAR-10


def test_a_folder_and_its_table_become_a_submission(kennel):
    run = experiments.cifar10(**kennel, valid=0.3, batch_size=4, epochs=1).run(device="cpu")
    rows = submitted(run)
    assert [row["id"] for row in rows] == ["1", "2", "9", "10"]
    assert all(row.keys() == {"id", "label"} and row["label"] in BREEDS for row in rows)
    assert {"train_loss", "valid_loss", "valid_accuracy"} <= run.result.keys()


def test_without_pictures_to_classify_nothing_is_submitted(kennel):
    run = experiments.cifar10(**kennel | dict(test=""), valid=0.3, batch_size=4, epochs=1).run(device="cpu")
    assert not (run.path / "submission.csv").exists()


def test_labels_without_pictures():
    with pytest.raises(UsageError, match="belong to a folder of pictures of yours: name it with --images DIR"):
        experiments.cifar10(labels="labels.csv")


@pytest.mark.parametrize("name", ["cifar10", "cifar10:tiny"])
def test_the_tiny_set_is_submitted_whole(real_data, name):
    real_data("cifar10-tiny")
    run = made(name, epochs=1, batch_size=4).run(device="cpu", limit=8)
    assert [int(row["id"]) for row in submitted(run)] == list(range(1, 101))


def test_the_tiny_set_has_the_settings_of_the_book(real_data):
    real_data("cifar10-tiny")
    work = made("cifar10:tiny")
    group = work.optimizer.param_groups[0]
    assert group["lr"] == pytest.approx(32 * 2e-4) and group["momentum"] == 0.9
    assert group["lr"] * group["weight_decay"] == pytest.approx(2e-4 * 5e-4)
    assert (work.data.train().num_examples, work.data.valid().num_examples) == (900, 100)


@pytest.mark.parametrize("name", ["cifar10:binary", "cifar10:small"])
def test_the_binary_format(real_data, name):
    real_data("cifar10")
    run = made(name, epochs=1, batch_size=4).run(device="cpu", limit=8)
    assert "test_accuracy" in run.result and run.record["limited"]


# dog breeds

IN_SMALL = dict(network="resnet18", size=32, valid=0.3, batch_size=4)


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_a_frozen_backbone_under_a_small_head(kennel, resnet18_file, tmp_path, ending):
    weights = torch.load(resnet18_file, weights_only=True)
    file = tmp_path / f"weights.{ending}"
    torch.save(weights, file) if ending == "pth" else save_file(weights, file)
    work = made(
        "dog-breeds", **kennel, weights=str(file), network="resnet18", size=32, valid=0.3, batch_size=4, epochs=1
    )
    run = work.run(device="cpu")
    trained = weights_in(run)
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("fc.")}
    assert all(torch.equal(trained[f"backbone.network.{name}"], tensor) for name, tensor in kept.items())
    assert {name for name in trained if name.startswith("head.")} == {"head.0.weight", "head.0.bias"} | {
        "head.2.weight",
        "head.2.bias",
    }
    rows = submitted(run)
    assert [row["id"] for row in rows] == ["1", "2", "9", "10"]
    assert list(rows[0]) == ["id", *BREEDS]
    assert all(sum(float(row[breed]) for breed in BREEDS) == pytest.approx(1, abs=1e-5) for row in rows)


def test_the_log_loss_chooses_the_best_epoch(kennel, resnet18_file):
    run = made("dog-breeds", **kennel, **IN_SMALL, weights=resnet18_file, epochs=2).run(device="cpu")
    assert run.record["best"]["valid_loss"] == run.table("epoch")["valid_loss"].min()


def test_weights_of_another_architecture(kennel, resnet18_file):
    with pytest.raises(DongshouError, match="another architecture"):
        made("dog-breeds", **kennel, weights=resnet18_file, network="resnet34")


def test_a_backbone_that_has_not_seen_the_tiny_set(real_data):
    real_data("cifar10"), real_data("cifar10-tiny")
    run = made("dog-breeds:small", epochs=1, backbone_epochs=1).run(device="cpu", limit=64)
    rows = submitted(run)
    assert len(rows) == 100 and len(rows[0]) == 11
    assert run.config["data"].keys() >= {"data_batch_1.bin", "kaggle_cifar10_tiny.zip"}


def test_the_features_of_another_network_under_a_head(kennel, tmp_path):
    torch.save(network_for_imagenet("densenet121").state_dict(), tmp_path / "own.pth")
    settings = IN_SMALL | dict(network="densenet121", weights=str(tmp_path / "own.pth"), epochs=1)
    run = made("dog-breeds", **kennel, **settings).run(device="cpu", limit=4)
    assert weights_in(run)["head.0.weight"].shape == (256, 1024)
    assert len(submitted(run)) == 4


# transfer


FEATURES = {
    "alexnet": 4096,
    "vgg11": 4096,
    "vgg13": 4096,
    "vgg16": 4096,
    "vgg19": 4096,
    "googlenet": 1024,
    "resnet18": 512,
    "resnet34": 512,
    "resnet50": 2048,
    "densenet121": 1024,
}


def test_every_network_with_published_weights_can_be_chosen():
    assert [*FEATURES] == [*FILES] == [*get_args(ImageNetNetwork)]


@pytest.mark.parametrize("name", FEATURES)
def test_the_features_of_each_network(name):
    with torch.device("meta"):
        network = network_for_imagenet(name)
        logits_before = network(torch.empty(2, 3, 224, 224))
        features, num_features = without_head(network)
        assert (num_features, logits_before.shape) == (FEATURES[name], (2, 1000))
        assert features(torch.empty(2, 3, 224, 224)).shape == (2, num_features)
    assert not [key for key, tensor in features.state_dict().items() if 1000 in tensor.shape]


def test_a_frozen_network_takes_no_gradient_and_keeps_its_statistics():
    network = small_resnet(3, 10)
    backbone, num_features = without_head(network)
    model = with_head(Frozen(backbone), torch.nn.Linear(num_features, 4)).train()
    before = weights_of(model.get_submodule("backbone"))
    model(torch.randn(4, 3, 32, 32)).sum().backward()
    after = weights_of(model.get_submodule("backbone"))
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert [name for name, it in model.named_parameters() if it.grad is not None] == ["head.weight", "head.bias"]


def test_both_engines_learn_alike():
    accuracies = [
        experiments.augmentation(**FEW_DIGITS, augment="none").run(device="cpu", engine=engine, limit=32).result
        for engine in ("torch", "scratch")
    ]
    assert accuracies[0] == pytest.approx(accuracies[1], abs=0.1)
