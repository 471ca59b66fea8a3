"""`dongshou predict --explain`: where a convolutional network saw what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dongshou import experiments
from dongshou.cli import main
from dongshou.runs import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A LeNet that has seen the digits once."""
    return experiments.lenet.digits(epochs=1).run(runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A stroke and a ring in the lower right of a large sheet."""
    sheet = Image.new("RGB", (400, 300), (250, 245, 230))
    pen = ImageDraw.Draw(sheet)
    pen.line((280, 160, 280, 260), fill=(20, 20, 90), width=12)
    pen.ellipse((280, 210, 330, 262), outline=(20, 20, 90), width=12)
    sheet.save(tmp_path / "six.png")
    return tmp_path / "six.png"


def is_colored(path: Path) -> np.ndarray:
    """Where a picture is not grey, (height, width)."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    return np.ptp(pixels, axis=2) > 8


def test_a_run_of_a_convolutional_network_draws_its_maps(run: Run) -> None:
    assert {"feature-maps.png", "class-activation.png", "most-wrong.png"} <= {path.name for path in run.figures}


def test_explain_draws_over_what_it_saw_and_over_the_photo(
    run: Run, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(run.path), str(photo), "--explain"]) == 0
    said = capsys.readouterr().out.splitlines()
    over_seen, over_photo = (Path(line.rpartition(": ")[2]) for line in said[-2:])
    assert (over_seen, over_photo) == tuple(run.path / "explanations" / to / "six.png" for to in ("as-seen", "photo"))
    width, height = 624, 468  # the photo of 400x300, 5.2 inches wide: below its heading, left of the key
    colored = is_colored(over_photo)[-12 - height : -12, 12 : 12 + width]
    assert is_colored(over_seen)[-300:-12, 12:300].any() and colored[2 * height // 3 :, 2 * width // 3 :].any()
    assert not colored[: height * 140 // 300].any() and not colored[:, : width // 2].any()  # only where the thing is


def test_explain_as_json_for_pictures_of_one_name(
    run: Run, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "six.png").write_bytes(photo.read_bytes())
    photos = [str(photo), str(tmp_path / "nothing.png"), str(tmp_path / "more" / "six.png")]
    assert main(["predict", str(run.path), *photos, "--explain", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    named = [[Path(path).name for path in prediction["explanations"]] for prediction in said["predictions"]]
    assert named == [["six.png", "six.png"], ["six-2.png", "six-2.png"]]
    assert all(Path(path).is_file() for prediction in said["predictions"] for path in prediction["explanations"])
    assert len(said["faults"]) == 1


def test_without_it_nothing_is_explained(run: Run, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run.path), str(photo), "--json"]) == 0
    (prediction,) = json.loads(capsys.readouterr().out)["predictions"]
    assert prediction["explanations"] == []


def test_a_network_without_convolutions_is_refused(
    shared_runs: Path, photo: Path, fails: Callable[..., str], tmp_path: Path
) -> None:
    before = sorted(shared_runs.rglob("*"))  # other tests ask the same runs
    said = fails(2, "predict", "last", str(photo), "--explain", "--runs", str(shared_runs))
    assert "this network has no convolution" in said
    assert sorted(shared_runs.rglob("*")) == before
