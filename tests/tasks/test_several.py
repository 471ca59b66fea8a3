"""Several digits on one photo: each answered by itself, with its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from dongshou import experiments
from dongshou.cli import main
from dongshou.errors import UsageError
from dongshou.runs import Run
from dongshou.runs.predict import predict
from dongshou.tasks.answers import Several


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A LeNet that has seen the digits a few times."""
    return experiments.lenet.digits(epochs=1).run(runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one on the left, a nought on the right."""
    sheet = Image.new("L", (400, 240), 235)
    pen = ImageDraw.Draw(sheet)
    pen.line((90, 60, 90, 180), fill=20, width=16)
    pen.ellipse((240, 60, 330, 180), outline=20, width=16)
    path = tmp_path_factory.mktemp("photo") / "ten.png"
    sheet.save(path)
    return path


def test_each_has_its_line(run: Run, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run.path), str(photo)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(photo) and len(said) == 4
    first, second = said[1:3]
    assert first.endswith("(83, 60, 99, 181)") and second.endswith("(240, 60, 331, 181)") and "%" in first
    assert said[3].startswith("  drawn in: ") and said[3].endswith("predictions/ten.png")


def test_each_is_what_it_is_alone(run: Run, photo: Path, tmp_path: Path) -> None:
    with Image.open(photo) as whole:
        whole.crop((0, 0, 200, 240)).save(tmp_path / "one.png")
        whole.crop((200, 0, 400, 240)).save(tmp_path / "nought.png")
    both, *alone = predict(run, [photo, tmp_path / "one.png", tmp_path / "nought.png"])
    assert isinstance(both.answer, Several)
    for together, by_itself in zip(both.answer.each, alone, strict=True):
        assert together == pytest.approx(dict(by_itself.probabilities), abs=0.02)
    assert both.answer.each[0] != both.answer.each[1]
    assert both.answer.cells()["answer"] == " ".join(both.answer.labels)


def test_as_json_with_its_places(run: Run, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run.path), str(photo), "--json"]) == 0
    (prediction,) = json.loads(capsys.readouterr().out)["predictions"]
    assert [thing["box"] for thing in prediction["things"]] == [[83, 60, 99, 181], [240, 60, 331, 181]]
    assert prediction["answer"] == " ".join(thing["answer"] for thing in prediction["things"])
    assert all(sum(thing["probabilities"].values()) == pytest.approx(1, abs=1e-4) for thing in prediction["things"])
    assert Path(prediction["picture"]).is_file()


def test_drawn_and_explained_on_the_photo(run: Run, photo: Path) -> None:
    (prediction,) = predict(run, photo, explain=True)
    drawn = np.asarray(prediction.answer.draw()).astype(int)
    assert drawn.shape == (240, 400, 3)
    is_colored = np.ptp(drawn, axis=2) > 8
    assert is_colored[100, 83] and is_colored[100, 240] and not is_colored[100, 110:230].any()  # the sides of boxes
    assert [path.parent.name for path in prediction.explanations] == ["as-seen", "photo"]
    assert all(path.is_file() for path in prediction.explanations)


def test_each_thing_has_an_answer() -> None:
    with pytest.raises(UsageError, match="got 0 things, 1"):
        Several([], [{"1": float(torch.ones(()))}])
