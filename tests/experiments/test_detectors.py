"""The experiments on detection: every one in small, on folders of pictures, asked with a photo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch.optim import AdamW

from dongshou import experiments, models
from dongshou.cli import main
from dongshou.data import Batches, Splits, load_scenes
from dongshou.data.images.scenes.load import read_scenes
from dongshou.experiments.computer_vision._pictures import PIXELS
from dongshou.experiments.registry import find_declaration
from dongshou.runs.predict import predict
from dongshou.tasks import Detection
from dongshou.training import Experiment

TESTED = {"anchors", "fcos", "faster-rcnn", "ssd", "ssd:tiny", "ssd:bccd"}
SMALL = dict(size=64, batch_size=4, epochs=1, num_scenes=8)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.mark.parametrize("name", sorted(TESTED - {"anchors", "ssd:bccd"}))
def test_it_runs_and_is_measured(name: str, runs: Path):
    run = find_declaration(name)(**SMALL).run(device="cpu", limit=8, runs=runs)
    assert {"test_map", "test_map50", "test_map75", "test_box_loss", "train_class_loss"} <= set(run.result)
    assert 0 <= run.result["test_map"] <= run.result["test_map50"] <= 1
    assert {path.stem for path in (run.path / "figures").glob("*.png")} == {"detections", "average-precision"}
    assert run.config["asked_with"] == "image"


def test_a_photo_is_drawn_on(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Trained on two scenes for long enough to know them by heart, and asked about one of them, twice as large."""
    torch.manual_seed(0)
    data = load_scenes(batch_size=2, size=64, num_train=2, num_test=1, most=1, normalize=PIXELS)
    scenes = read_scenes("train", 2, 64, 1)
    again = Batches(scenes.pixels, scenes.boxes, batch_size=2, transform=data.transform)
    about = dict(classes=data.classes, shape=data.shape, transform=data.transform, photos=data.photos)
    only = Splits(data.train(), test=again, **about)
    model = models.small_ssd(10, width=8)
    optimizer = AdamW(model.parameters(), lr=5e-3)
    run = Experiment(only, model, Detection(10, headline="loss"), optimizer, epochs=50, draw=False).run(
        device="cpu", runs=runs
    )
    photo = tmp_path / "scene.png"
    scene = Image.fromarray(scenes.pixels[0].permute(1, 2, 0).numpy())
    scene.resize((128, 128), Image.Resampling.BICUBIC).save(photo)
    (prediction,) = predict(run, photo)
    corners, labels = scenes.boxes.listed()[0]
    truth = dict(zip(map(str, labels.tolist()), corners.tolist(), strict=True))
    found = {box["class"]: box["corners"] for box in prediction.as_json()["boxes"]}
    assert set(found) == set(truth) and prediction.picture is not None
    for label, place in found.items():
        assert place == pytest.approx([2 * edge for edge in truth[label]], abs=6)
    with Image.open(prediction.picture) as picture:
        assert picture.size == (128, 128)


def test_the_command_line_asks_it(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    experiments.ssd(**SMALL).run(device="cpu", limit=4, runs=runs)
    Image.new("RGB", (80, 60), (90, 120, 40)).save(tmp_path / "photo.png")
    capsys.readouterr()
    assert main(["predict", "ssd", str(tmp_path / "photo.png"), "--runs", str(runs), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert '"boxes": []' in json.dumps(said)


def test_anchors_and_the_numbers_of_the_course(runs: Path, tmp_path: Path):
    """Offsets as d2l, section 14.4.3, prints them: the largest is 10.0, (.31 - .275) / .25 / .1 ... of anchor B."""
    photo = tmp_path / "photo.png"
    Image.new("RGB", (120, 60), (90, 120, 40)).save(photo)
    run = experiments.anchors(image=str(photo)).run(runs=runs)
    assert run.result["anchors_with_a_box"] == 3 and run.result["boxes_left"] == 2
    assert run.result["largest_offset"] == pytest.approx(10.0, abs=5e-3)
    assert len(list((run.path / "figures").glob("*.png"))) == 4


@pytest.mark.filterwarnings("ignore:Boxes of the")  # two have no area
def test_blood_cells(runs: Path, real_data):
    real_data("bccd")
    run = experiments.ssd.bccd(epochs=1, height=48, batch_size=2).run(device="cpu", limit=2, runs=runs)
    assert {"valid_map50", "test_map50"} <= set(run.result)
