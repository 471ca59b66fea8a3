"""Style transfer in small: what is optimised, what is said of the features, resuming, and pictures that do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import conv2d, max_pool2d, mse_loss, relu

from dongshou import experiments
from dongshou.data.images.style_pictures import BOOK, Named, content_and_style
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.computer_vision import _features, _style, style_transfer
from dongshou.experiments.computer_vision._adain import SIDE, SIZES, parts_of
from dongshou.experiments.computer_vision._features import CONTENT_LAYERS, STYLE_LAYERS, features_of, random_vgg
from dongshou.experiments.registry import find_declaration
from dongshou.runs.execute import Interrupted
from dongshou.runs.predict import predict
from dongshou.tasks.style import gram, total_variation
from dongshou.training import Event, Saved
from tests.runs.same_run import assert_same

SMALL = dict(content="china", style="flower", size=16, num_steps=6)
LOSSES = ("content_loss", "style_loss", "tv_loss", "loss")


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_style, "PERIOD", 3)
    monkeypatch.setattr(_style, "MEASURED_EVERY", 2)


def test_the_picture_is_optimised_and_drawn_as_it_grows():
    with pytest.warns(UserWarning, match="style transfer by the features of random filters"):
        run = experiments.style_transfer(**SMALL).run(device="cpu")
    assert [*run.result] == [f"random_{name}" for name in LOSSES]
    assert run.result["random_loss"] == pytest.approx(sum(list(run.result.values())[:3]), rel=1e-5)
    steps = run.table("step")
    assert steps["random_loss"].iloc[-1] < steps["random_loss"].iloc[0]
    assert {figure.stem for figure in run.figures} >= {"picture-000000", "picture-000003", "style_transfer"}
    with Image.open(run.path / "figures" / "picture-000006.png") as picture:
        assert picture.size == (24, 16)
    assert "style transfer by the features of random filters." in run.record["notes"]
    assert run.config["data"].keys() == {"china.jpg", "flower.jpg"}


def test_the_first_steps_are_those_of_a_plain_loop():
    """A second writing: the network layer by layer, Adam by torch, the weights of the losses."""
    torch.manual_seed(0)
    content, style = (Named(name).pixels(16) for name in ("china", "flower"))
    features = features_of("")
    weights = _style.Weights(2.0, 3e3, 5.0)
    transfer = _style.Transfer(features, content, style, weights, "adam", 0.1, torch.device("cpu"))
    found = []
    for _ in range(3):
        transfer.step()
        found.append(transfer.losses.tolist())

    def seen(x: torch.Tensor) -> list[torch.Tensor]:
        outputs = []
        for number, layer in enumerate(vgg):
            name = type(layer).__name__
            x = conv2d(x, layer.weight, layer.bias, padding=1) if name == "Conv2d" else x
            x = relu(x) if name == "ReLU" else max_pool2d(x, 2) if name == "MaxPool2d" else x
            if number in (0, 5, 10, 19):
                outputs.append(x)
        return outputs

    vgg = list(random_vgg().requires_grad_(False).features)[:20]
    start, example = (_style.normalized(one) for one in (content, style))
    targets, grams = seen(start)[2], [gram(one) for one in seen(example)]
    x = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([x], lr=0.1)
    for losses in found:
        outputs = seen(x)
        parts = [
            2.0 * mse_loss(outputs[2], targets),
            3e3 * sum(mse_loss(gram(one), other) for one, other in zip(outputs, grams, strict=True)),
            5.0 * total_variation(x),
        ]
        assert [part.item() for part in parts] == pytest.approx(losses, rel=1e-3, abs=1e-6)
        optimizer.zero_grad()
        sum(parts).backward()
        optimizer.step()
    # the mean: where a gradient is nearly 0, Adam's first steps go by the sign of what rounding leaves
    assert (transfer.picture.detach() - x.detach()).abs().mean() < 1e-3


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_an_interrupted_transfer_goes_on_to_the_same_bits(optimizer: str):
    def interrupt(event: Event) -> None:
        if isinstance(event, Saved):
            raise KeyboardInterrupt

    settings = SMALL | dict(optimizer=optimizer)
    whole = experiments.style_transfer(**settings).run(device="cpu")
    with pytest.raises(Interrupted) as stopped:
        experiments.style_transfer(**settings).run(device="cpu", watch=[interrupt])
    assert_same(whole, experiments.style_transfer(**settings).run(resume=stopped.value.run.path))


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_l_bfgs_goes_further_in_as_many_steps():
    by = {one: experiments.style_transfer(**SMALL, optimizer=one).run(device="cpu") for one in ("adam", "lbfgs")}
    assert by["lbfgs"].result["random_loss"] < by["adam"].result["random_loss"]


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_the_same_written_out():
    theirs, ours = (
        experiments.style_transfer(**SMALL | dict(num_steps=2)).run(device="cpu", engine=engine)
        for engine in ("torch", "scratch")
    )
    assert ours.result == pytest.approx(theirs.result, rel=1e-4)


def test_the_rate_falls_by_a_fifth_after_each_period():
    content, style = (Named(name).pixels(16) for name in ("china", "flower"))
    transfer = _style.Transfer(features_of(""), content, style, _style.Weights(), "adam", 0.5, torch.device("cpu"))
    events = _style.transferred(transfer, (Named("china"), Named("flower")), 7, None, "random filters")
    with pytest.warns(UserWarning, match="random filters"):
        rates = [transfer.optimizer.param_groups[0]["lr"] for event in events if isinstance(event, _style.Kept)]
    assert rates == pytest.approx([0.4, 0.32, 0.256])


def test_the_features_of_imagenet_are_those_of_the_book(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def load(name: str, weights: str):
        asked.append((name, weights))
        return random_vgg()

    monkeypatch.setattr(_features, "load_pretrained", load)
    features = features_of("imagenet")
    assert asked == [("vgg19", "imagenet")] and features.kind == "ImageNet"
    assert features.network.chosen == (*STYLE_LAYERS, *CONTENT_LAYERS) == (0, 5, 10, 19, 28, 25)
    assert features_of("own.pth").kind == "a file"
    channels = [one.shape[1] for one in features.network(torch.zeros(1, 3, 16, 16))]
    assert channels == [32, 64, 128, 256, 256, 256] and features.network.stride == 16
    work = find_declaration("style-transfer:book")()
    assert work.stated[0].figures["content_loss"].median == 0.763
    assert not find_declaration("style-transfer")(content="china", style="flower").stated  # what is random is unjudged


def test_random_filters_are_the_same_under_every_seed():
    torch.manual_seed(5)
    one, number = random_vgg().state_dict(), torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(number, torch.rand(1))  # and take no random number from the run
    torch.manual_seed(6)
    convolutions = {name: one for name, one in random_vgg().state_dict().items() if name.startswith("features.")}
    assert all(torch.equal(one[name], tensor) for name, tensor in convolutions.items())


# AdaIN


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_a_decoder_learns_and_a_photo_is_drawn_in_the_style(tmp_path: Path):
    settings = dict(content="china", style="flower", size=24, num_pairs=8, batch_size=4, epochs=2)
    work = find_declaration("style-transfer:adain")(**settings)
    before = {name: tensor.clone() for name, tensor in work.model.encoder.state_dict().items()}
    run = work.run(device="cpu")
    assert run.result["train_loss"] == pytest.approx(
        run.result["train_content_loss"] + 10 * run.result["train_style_loss"], rel=1e-4
    )
    losses = run.table("epoch")["train_loss"].tolist()
    assert losses[1] < losses[0] and run.result["style_gained"] < 1
    assert all(torch.equal(before[name], tensor) for name, tensor in work.model.encoder.state_dict().items())
    assert "style_transfer" in {figure.stem for figure in run.figures}
    Image.new("RGB", (90, 60), (200, 30, 30)).save(tmp_path / "photo.png")
    (prediction,) = predict(run, str(tmp_path / "photo.png"))
    assert prediction.answer.images.shape == (1, 3, 24, 36)  # pyright: ignore[reportAttributeAccessIssue]
    assert prediction.picture is not None and prediction.picture.exists()


def test_parts_are_cut_out_of_the_pictures():
    parts = parts_of([Named("china"), Named("flower")], 12, seed=3)
    assert parts.shape == (12, 3, SIDE, SIDE) and parts.dtype == torch.uint8
    whole = [Named(name).pixels(size) for name in ("china", "flower") for size in SIZES]
    for part in parts[:4]:
        corner = part[:, 0, 0]
        found = False
        for picture in whole:
            for candidate in (part, part.flip(2)):
                corner = candidate[:, 0, 0]
                for top, left in (picture == corner[:, None, None]).all(0).nonzero().tolist():
                    piece = picture[:, top : top + SIDE, left : left + SIDE]
                    found |= piece.shape == part.shape and torch.equal(piece, candidate)
        assert found
    assert torch.equal(parts, parts_of([Named("china"), Named("flower")], 12, seed=3))
    assert not torch.equal(parts, parts_of([Named("china"), Named("flower")], 12, seed=4))


# Pictures


def test_pictures_are_scaled_by_their_shorter_side(tmp_path: Path):
    Image.new("RGB", (60, 30), (9, 8, 7)).save(tmp_path / "wide.png")
    assert Named(str(tmp_path / "wide.png")).pixels(20).shape == (3, 20, 40)
    assert Named(str(tmp_path / "wide.png")).pixels((10, 12)).shape == (3, 10, 12)
    alpha = np.zeros((16, 16, 4), np.uint8)
    Image.fromarray(alpha).save(tmp_path / "clear.png")
    assert (Named(str(tmp_path / "clear.png")).pixels(16) == 255).all()  # what is transparent is white
    with pytest.raises(UsageError, match="at least 1; got size=0"):
        Named("china").pixels(0)


def test_the_pictures_that_nobody_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path))
    with pytest.warns(UserWarning, match="the content is china, the style flower"):
        assert content_and_style() == (Named("china"), Named("flower"))
    with pytest.warns(UserWarning, match="the content is own.png, the style flower"):
        assert content_and_style("own.png") == (Named("own.png"), Named("flower"))
    (tmp_path / "images").mkdir()
    for name in BOOK:
        (tmp_path / "images" / f"{name}.jpg").write_bytes(b"")
    with pytest.warns(UserWarning, match="the content is rainier, the style autumn-oak"):
        assert content_and_style() == tuple(map(Named, BOOK))
    assert content_and_style("a.png", "b.png") == (Named("a.png"), Named("b.png"))


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_pictures_that_do_not_fit(tmp_path: Path):
    small = tmp_path / "small.png"
    Image.new("RGB", (40, 15)).save(small)
    with pytest.raises(
        DongshouError, match="small.png has 40x15 pixels; the last layer of the features makes one place of"
    ):
        style_transfer.check_sees(Named(str(small)), 16)
    style_transfer.check_sees(Named(str(small)), 15)
    Image.new("RGB", (40, 5)).save(small)
    with pytest.raises(DongshouError, match="small.png is too small: a picture needs at least 8x8 pixels"):
        experiments.style_transfer(content="china", style=str(small), size=16).run(device="cpu")
    with pytest.raises(DongshouError, match="There is no picture at .*absent.png"):
        experiments.style_transfer(content=str(tmp_path / "absent.png"), style="china").run(device="cpu")
    with pytest.raises(UsageError, match="size is the shorter side .* at least 8 pixels.*; got 7"):
        experiments.style_transfer(**SMALL | dict(size=7)).run(device="cpu")
