"""The experiments on segmentation in small: digits, streets, VOC, a folder of one's own; what they have to beat."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dongshou import experiments, models
from dongshou.data import Batches, Splits, load_scenes
from dongshou.data.images.masks.palette import voc_color
from dongshou.data.targets import Mask
from dongshou.errors import UsageError
from dongshou.experiments.computer_vision import _segmented
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.experiments.computer_vision._pixel_baselines import LEVELS, baseline_miou
from dongshou.experiments.registry import find_declaration
from dongshou.models.color_table import ColorTable
from dongshou.runs.predict import predict
from dongshou.tasks.pixel_measures import measures

MEASURED = {"test_loss", "test_pixel_accuracy", "test_miou"}


def made(name: str, **settings):
    return find_declaration(name)(**settings)


@pytest.fixture
def streets(tmp_path: Path) -> dict[str, str]:
    """Six pictures of a dark road below a light sky, each with its mask in colours."""
    for number in range(6):
        horizon = 4 + 3 * number
        pixels = np.full((32, 40, 3), 220, np.uint8)
        pixels[horizon:] = 40
        mask = np.full((32, 40, 3), (0, 0, 255), np.uint8)
        mask[horizon:] = (128, 64, 128)
        for folder, image in (("images", pixels), ("masks", mask)):
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(image).save(tmp_path / folder / f"{number}.png")
    (tmp_path / "classes.txt").write_text("sky, 0, 0, 255\nroad, 128, 64, 128\n")
    return {name: str(tmp_path / name) for name in ("images", "masks")} | {"classes": str(tmp_path / "classes.txt")}


@pytest.mark.parametrize(
    ("name", "narrow"), [("fcn", dict(width=4)), ("unet", dict(width=4, num_halvings=2))], ids=["fcn", "unet"]
)
def test_digits_on_photographs(name: str, narrow: dict[str, int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_segmented, "load_scenes", partial(load_scenes, num_test=6))
    run = made(name, **narrow, size=32, num_scenes=8, epochs=1, batch_size=4).run(device="cpu", limit=8)
    assert run.result.keys() >= MEASURED
    assert {figure.stem for figure in run.figures} >= {"segmentation", "iou"}


def test_a_folder_of_ones_own_is_learnt_and_a_photo_coloured(streets: dict[str, str], tmp_path: Path):
    work = made("unet", **streets, size=32, valid=0.3, width=4, num_halvings=2, batch_size=2, lr=0.02, epochs=12)
    run = work.run(device="cpu")
    assert run.result["valid_miou"] > 0.8
    photo = tmp_path / "photo.png"
    Image.fromarray(np.array([220] * 30 + [40] * 70, np.uint8)[:, None].repeat(90, 1)).save(photo)
    (prediction,) = predict(run, str(photo))
    assert prediction.picture is not None and prediction.picture.exists()
    assert prediction.as_json()["shares"]["road"] == pytest.approx(0.7, abs=0.1)
    assert prediction.answer.mask.shape == (100, 90)  # pyright: ignore[reportAttributeAccessIssue]


def test_masks_without_pictures():
    with pytest.raises(UsageError, match="masks and classes belong to a folder of pictures of yours: name it with"):
        experiments.fcn(masks="masks")


@pytest.mark.parametrize(
    ("name", "narrow"), [("fcn", dict(width=4)), ("unet", dict(width=4, num_halvings=2))], ids=["fcn", "unet"]
)
def test_streets_beside_their_baselines(real_data, name: str, narrow: dict[str, int]):
    real_data("camvid")
    run = made(f"{name}:camvid", **narrow, height=36, epochs=1, batch_size=2).run(device="cpu", limit=2)
    assert run.result["gained_miou"] == pytest.approx(run.result["test_miou"] - run.result["color_miou"])
    assert run.result.keys() >= {"majority_miou", "valid_miou", *MEASURED}


def test_the_settings_of_the_book(tmp_path: Path):
    for part, name in (("train", "a"), ("val", "b")):
        for folder in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (48, 32)).save(tmp_path / "JPEGImages" / f"{name}.jpg")
        Image.new("RGB", (48, 32), voc_color(15)).save(tmp_path / "SegmentationClass" / f"{name}.png")
        (tmp_path / "ImageSets/Segmentation" / f"{part}.txt").write_text(f"{name}\n")
    torch.save(models.resnet18().state_dict(), tmp_path / "resnet18.pth")
    work = made("fcn:voc", images=str(tmp_path), weights=str(tmp_path / "resnet18.pth"))
    group = work.optimizer.param_groups[0]
    assert group["lr"] == pytest.approx(32 * 1e-3) and group["lr"] * group["weight_decay"] == pytest.approx(1e-6)
    stem = torch.load(tmp_path / "resnet18.pth", weights_only=True)["conv1.weight"]
    assert torch.equal(work.model.stem.conv1.weight, stem)
    images, mask = next(iter(work.data.train()))
    assert images.shape == (1, 3, 320, 480) and len(work.data.classes) == 21
    assert {*mask.classes.unique().tolist()} <= {15, 255}


def test_the_baselines_are_those_of_a_plain_count():
    torch.manual_seed(0)
    pixels, classes = torch.randint(256, (5, 3, 6, 8)), torch.randint(4, (5, 6, 8))
    classes = torch.where((pixels[:, 0] < 128) & (torch.rand(classes.shape) < 0.7), 1, classes)  # red says something
    classes[torch.rand(classes.shape) < 0.1] = 255
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in IMAGENET_PIXELS)
    inputs = (pixels / 255 - mean) / std
    train = Batches(inputs[:3], Mask(classes[:3]), batch_size=2)
    data = Splits(train, test=Batches(inputs[3:], Mask(classes[3:]), batch_size=2), classes=("a", "b", "c", "d"))
    for num_levels in (*LEVELS.values(), 2):
        by_color: dict[tuple, Counter] = defaultdict(Counter)
        every: Counter = Counter()
        for image, mask in zip(pixels[:3], classes[:3], strict=True):
            for row in range(6):
                for column in range(8):
                    if (label := int(mask[row, column])) != 255:
                        by_color[tuple((image[:, row, column] * num_levels // 256).tolist())][label] += 1
                        every[label] += 1
        counts = torch.zeros(4, 4, dtype=torch.int64)
        for image, mask in zip(pixels[3:], classes[3:], strict=True):
            for row in range(6):
                for column in range(8):
                    if (label := int(mask[row, column])) != 255:
                        seen = by_color[tuple((image[:, row, column] * num_levels // 256).tolist())]
                        best = max(range(4), key=lambda one: seen[one] + every[one] / every.total())
                        counts[label, best] += 1
        assert baseline_miou(data, num_levels) == pytest.approx(measures(counts)["miou"], abs=1e-6)
    table = ColorTable(4, 2, -mean / std, (1 - mean) / std)
    table.count(inputs, classes)
    torch.testing.assert_close(table(inputs).exp().sum(1), torch.ones(5, 6, 8))
