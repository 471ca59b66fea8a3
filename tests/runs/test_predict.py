"""Asking the model of a run about pictures of your own, in Python and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from dongshou import experiments
from dongshou.cli import main
from dongshou.data import Batches, Splits
from dongshou.data.sets.digits import read
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run
from dongshou.runs.execute import Interrupted
from dongshou.runs.predict import predict
from dongshou.runs.trained import load_best, untrained
from dongshou.tasks import Classification, Question
from dongshou.training import Event, Saved


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A perceptron that knows the digits well enough."""
    return experiments.mlp.digits(epochs=15).run(runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, int]]:
    """Test digits as a person might have them: large, dark on light, with a margin; and what they are."""
    directory = tmp_path_factory.mktemp("pictures")
    images, labels = read("test")
    found = []
    for index, (image, label) in enumerate(zip(images[:40], labels[:40].tolist(), strict=True)):
        paper = Image.new("L", (300, 400), 230)
        digit = Image.fromarray(255 - image[0].numpy()).resize((160, 160), Image.Resampling.BICUBIC)
        paper.paste(digit.point(lambda level: level * 230 // 255), (90, 150))
        paper.save(directory / f"{index}.png")
        found.append((directory / f"{index}.png", label))
    return found


def test_recognises_most_pictures(run: Run, pictures: list[tuple[Path, int]]) -> None:
    predictions = predict(run, [path for path, _ in pictures])
    guesses = [next(iter(prediction.probabilities)) for prediction in predictions]
    right = sum(guess == str(label) for guess, (_, label) in zip(guesses, pictures, strict=True))
    assert right >= 0.8 * len(pictures)
    for prediction in predictions:
        probabilities = list(prediction.probabilities.values())
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)
        assert probabilities == sorted(probabilities, reverse=True)


def test_keeps_what_the_network_saw(run: Run, pictures: list[tuple[Path, int]], tmp_path: Path) -> None:
    path = pictures[0][0]
    (tmp_path / path.name).write_bytes(path.read_bytes())
    first, second = predict(run, [path, tmp_path / path.name])
    assert first.picture is not None and second.picture is not None
    assert (first.picture.name, second.picture.name) == ("0.png", "0-2.png")
    with Image.open(first.picture) as seen:
        assert seen.size == (8 * 28, 8 * 28)


def test_leaves_torch_alone(run: Run, pictures: list[tuple[Path, int]]) -> None:
    before = torch.get_rng_state()
    predict(run, [pictures[0][0]])
    assert torch.equal(torch.get_rng_state(), before)


def test_one_bad_picture_and_nothing_is_written(run: Run, pictures: list[tuple[Path, int]], tmp_path: Path) -> None:
    before = sorted(run.path.rglob("*"))
    good = tmp_path / "good.png"
    good.write_bytes(pictures[0][0].read_bytes())
    with pytest.raises(DongshouError, match="no picture at"):
        predict(run, [good, tmp_path / "nothing.png"])
    assert sorted(run.path.rglob("*")) == before


def test_a_run_without_a_checkpoint(run: Run, pictures: list[tuple[Path, int]], tmp_path: Path) -> None:
    (tmp_path / "young").mkdir()
    (tmp_path / "young" / "config.json").write_bytes((run.path / "config.json").read_bytes())
    with pytest.raises(DongshouError, match="has no checkpoint"):
        predict(Run(tmp_path / "young"), [pictures[0][0]])


def test_a_run_that_answers_nothing(pictures: list[tuple[Path, int]], tmp_path: Path) -> None:
    other = experiments.edge_kernel().run(runs=tmp_path)
    assert other.config["asked_with"] is None
    with pytest.raises(UsageError, match="edge-kernel, which has no model to be asked. .*dongshou run mlp:digits"):
        predict(other, [pictures[0][0]])


def test_a_run_that_learnt_without_checkpoints_is_named_among_those_that_can_be_asked(tmp_path: Path):
    experiments.sentiment_bow.invented().run(runs=tmp_path)
    run = experiments.edge_kernel(num_steps=2).run(runs=tmp_path)
    with pytest.raises(UsageError, match=r"These can be asked: sentiment-bow:invented \(text\)"):
        predict(run, ["a.png"])


def test_on_the_command_line(run: Run, pictures: list[tuple[Path, int]], capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = pictures[0]
    assert main(["predict", str(run.path), str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(path) and "%" in said[1] and "█" in said[1]
    assert len(said) == 7 and said[-1].endswith("predictions/0.png")
    assert main(["predict", str(run.path), str(path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    (prediction,) = printed["predictions"]
    assert len(prediction["probabilities"]) == 10 and prediction["answer"] == next(iter(prediction["probabilities"]))
    assert {"image", "answer", "probabilities", "part", "seen", "explanations"} == prediction.keys()
    assert prediction["image"] == str(path) and Path(prediction["seen"]).is_file()
    assert printed["asked_with"] == run.config["asked_with"] == "image"


def test_the_good_pictures_are_answered_and_the_bad_ones_reported(
    run: Run, pictures: list[tuple[Path, int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    arguments = [str(path) for path in (tmp_path / "broken.png", pictures[0][0], tmp_path, pictures[1][0])]
    assert main(["predict", str(run.path), *arguments, "--json"]) == 1
    said = capsys.readouterr()
    answered = json.loads(said.out)["predictions"]
    assert [prediction["image"] for prediction in answered] == [arguments[1], arguments[3]]
    first, second = said.err.splitlines()
    assert "broken.png is not an image" in first and "is a directory; name the pictures in it" in second


def test_wrong_use_on_the_command_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run.path)]) == 2
    assert main(["predict", "nothing", "a.png"]) == 2
    assert main(["predict", str(run.path), __file__]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3 and "is not an image" in said[2]


SERIES = {
    "batch norm": lambda: experiments.batch_norm_lenet(data="digits", epochs=1),
    "all layers": lambda: experiments.fine_tune(data="digits", epochs=1, backbone_epochs=1),
}


@pytest.mark.parametrize("part", SERIES)
def test_of_several_fits_the_one_that_the_experiment_is_about_answers(
    part: str, pictures: list[tuple[Path, int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = SERIES[part]().run(limit=64, runs=tmp_path)
    path, _ = pictures[0]
    (prediction,) = predict(run, [path])
    assert prediction.part == part and len(prediction.probabilities) in (5, 10)
    assert main(["predict", str(run.path), str(path), "--explain"]) == 0
    assert f"  answered by: {part}, one of the parts of this run" in capsys.readouterr().out

    line = run.checkpoint("best", part)
    assert line is not None
    weights = load_file(run.path / line["path"] / "model.safetensors")
    answering = untrained(run)
    assert answering is not None
    load_best(run, answering)
    torch.testing.assert_close(answering.experiment.model.state_dict(), weights)

    (run.path / line["path"]).rename(tmp_path / "away")
    assert main(["predict", str(run.path), str(path)]) == 1
    said = capsys.readouterr().err
    assert f'did not keep the checkpoint of "{part}", the part that answers. Train it anew' in said
    assert len(said.splitlines()) == 1


def test_a_part_that_was_never_reached(pictures: list[tuple[Path, int]], tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Saved) and event.part == "head only":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        SERIES["all layers"]().run(limit=64, runs=tmp_path, watch=[stop])
    with pytest.raises(DongshouError, match='no checkpoint of "all layers", the part that answers: it was stopped bef'):
        predict(interrupted.value.run, [pictures[0][0]])


def test_gray_images_of_a_kind_that_no_photo_can_be_made_to_look_like(pictures: list[tuple[Path, int]]) -> None:
    batches = Batches(torch.zeros(2, 1, 8, 8), torch.tensor([0, 1]), batch_size=2)
    data = Splits(batches, name="radiographs", shape=(1, 8, 8))
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 2))
    with pytest.raises(UsageError, match="how a photo is made to look like radiographs: its Splits need photos="):
        Classification().answer(model, data, Question(pictures[0][0]))


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of red and blue pictures with their labels."""
    directory = tmp_path_factory.mktemp("pets")
    (directory / "train").mkdir()
    colors = [("red", "blue")[number % 2] for number in range(40)]
    for number, color in enumerate(colors):
        Image.new("RGB", (40, 50), color).save(directory / "train" / f"{number}.png")
    rows = [f"{number},{color}" for number, color in enumerate(colors)]
    (directory / "labels.csv").write_text("\n".join(["id,label", *rows]))
    return directory


@pytest.fixture(scope="module")
def run_of_pets(pets: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    work = experiments.cifar10(
        images=str(pets / "train"), labels=str(pets / "labels.csv"), valid=0.2, batch_size=16, lr=0.01, epochs=4
    )
    return work.run(runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Red, with blue on the left and on the right: wider than high."""
    picture = Image.new("RGB", (300, 100), "blue")
    picture.paste((230, 20, 20), (100, 0, 200, 100))
    picture.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_network_trained_on_color_sees_the_middle_square(run_of_pets: Run, photo: Path) -> None:
    (prediction,) = predict(run_of_pets, [photo])
    assert next(iter(prediction.probabilities)) == "red"
    with Image.open(prediction.picture) as seen:
        assert (seen.size, seen.mode) == ((7 * 32, 7 * 32), "RGB")
        count, color = max(seen.getcolors())
        assert color == (230, 20, 20) and count >= 0.9 * (7 * 32) ** 2  # not inverted; at most a fringe of blue


def test_the_folder_need_not_be_there(
    run_of_pets: Run, pets: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = predict(run_of_pets, [photo])
    (pets / "train").rename(pets / "away")
    try:
        assert predict(run_of_pets, [photo]) == before
        assert main(["predict", str(run_of_pets.path), str(photo)]) == 0
    finally:
        (pets / "away").rename(pets / "train")
    assert "red" in capsys.readouterr().out.splitlines()[1]
    assert run_of_pets.config["classes"] == ["blue", "red"]


def test_a_picture_of_one_pixel(run_of_pets: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    assert main(["predict", str(run_of_pets.path), str(tmp_path / "dot.png")]) == 1
    assert "dot.png is too small: a picture needs at least 8x8 pixels, it has 1x1" in capsys.readouterr().err
