"""A class activation map in its place on a photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from dongshou.data import Batches, Splits
from dongshou.data.images.photo_frame import Frame, Thing
from dongshou.tasks import Classification, Question
from dongshou.tasks.pictures.explained_photo import explained_photo, in_frame, warmed

PHOTO = Image.new("RGB", (40, 30), (200, 100, 50))


def test_the_map_lies_in_its_frame():
    whole = in_frame(torch.ones(3, 3), Frame(PHOTO, 10, 5, 30, 25))
    assert whole.shape == (30, 40)
    expected = torch.zeros(30, 40)
    expected[5:25, 10:30] = 1
    torch.testing.assert_close(whole, expected)


def test_what_reaches_beyond_the_photo_is_cut_off():
    heat = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    whole = in_frame(heat, Frame(PHOTO, -10.4, -10, 30, 30.3))
    assert whole.shape == (30, 40)
    assert float(whole[0, 29]) > 0.95 and not whole[:, 30:].any()


def test_a_cold_map_leaves_a_gray_picture():
    axes, key = warmed(PHOTO, torch.zeros(2, 2), "heading", side=4.0).axes
    picture = axes.images[0].get_array()
    assert picture.shape == (30, 40, 3)
    assert np.allclose(picture, (200 + 100 + 50) / 3 / 255)  # the mean of the three channels
    assert [text.get_text() for text in key.texts][:2] == ["none", "most"]


def test_a_network_in_color_is_explained_on_the_middle_of_the_photo(tmp_path: Path):
    """The left half of the photo's middle is bright: that is what the first class asks for."""
    kernel = nn.Conv2d(3, 1, 1, bias=False)
    nn.init.ones_(kernel.weight)
    head = nn.Linear(1, 2, bias=False)
    head.weight.data.copy_(torch.tensor([[1.0], [-1.0]]))
    model = nn.Sequential(kernel, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    batches = Batches(torch.zeros(2, 3, 16, 16), torch.tensor([0, 1]), batch_size=2)
    data = Splits(batches, shape=(3, 16, 16), classes=("bright", "dark"))
    pixels = np.zeros((40, 80, 3), dtype=np.uint8)
    pixels[:, :40] = 255  # columns 20..60 are shown
    Image.fromarray(pixels).save(tmp_path / "half.png")
    task, question = Classification(), Question(tmp_path / "half.png")
    answer = task.answer(model, data, question)
    explained = dict(task.explain(model, data, question, answer))
    assert answer.best == "bright" and explained["as-seen"].get_suptitle().startswith('Where the network saw "bright"')
    drawn = explained["photo"].axes[0].images[0].get_array()
    is_colored = np.ptp(drawn, axis=2) > 8 / 255  # (40, 80)
    assert is_colored[:, 21:38].all()
    assert not is_colored[:, :20].any() and not is_colored[:, 43:].any()


def test_several_things_are_explained_side_by_side_and_on_one_photo():
    seen = torch.zeros(1, 8, 8, dtype=torch.uint8)
    frames = Frame(PHOTO, 0, 0, 10, 10), Frame(PHOTO, 20, 10, 40, 30)
    things = [Thing(seen, frame, (0, 0, 1, 1)) for frame in frames]
    explained = dict(explained_photo(things, torch.ones(2, 3, 3), ("4", "7")))
    sheet = explained["as-seen"].axes[0]
    assert [text.get_text() for text in sheet.texts] == ["4", "7"] and len(sheet.images) == 2
    is_colored = np.ptp(explained["photo"].axes[0].images[0].get_array(), axis=2) > 8 / 255  # (30, 40)
    expected = np.zeros((30, 40), dtype=bool)
    expected[:10, :10] = expected[10:, 20:] = True
    assert np.array_equal(is_colored, expected)
