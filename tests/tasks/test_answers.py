"""Every kind of answer: what it prints, draws and gives as JSON."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image, ImageColor

from dongshou.drawing import colors, png
from dongshou.errors import UsageError
from dongshou.tasks.answers import Answer, Boxes, Mask, Neighbors, Picture, Points, Probabilities, Text, Value
from dongshou.tasks.answers.picture import in_a_square

PHOTO = Image.new("RGB", (60, 40), (10, 200, 30))

ANSWERS: list[Answer] = [
    Probabilities.of(("cat", "dog", "owl"), torch.tensor([0.2, 0.7, 0.1])),
    Probabilities.of(("cat", "dog"), torch.tensor([0.6, 0.4]), torch.zeros(1, 28, 28, dtype=torch.uint8)),
    Text("to be or not to be, that costs $5 and $6"),
    Text("a sunny day", {"sunny": 0.7, "rainy": 0.3}),
    Value(181234.5, "price"),
    Boxes(PHOTO, torch.tensor([[5.0, 6, 20, 30], [30, 5, 55, 35]]), ["cell", "platelet"], [0.4, 0.9]),
    Boxes(PHOTO, torch.empty(0, 4), [], []),
    Mask(PHOTO, torch.arange(40)[:, None].expand(40, 60) // 30, ["sky", "road"]),
    Picture(torch.rand(5, 3, 8, 8)),
    Neighbors({"queen": 0.8, "man": 0.5, "pawn$": -0.1}),
    Neighbors({}),
    Points(torch.randn(7, 2)),
    Points(torch.randn(1, 2)),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_every_answer_is_printed_drawn_and_put_into_json(answer: Answer, capsys: pytest.CaptureFixture[str]):
    answer.print()
    assert capsys.readouterr().out.splitlines() == answer.lines() != []
    drawing = answer.draw()
    assert isinstance(drawing, (Figure, Image.Image))
    assert Image.open(io.BytesIO(png(drawing))).size > (1, 1)
    assert answer._repr_png_().startswith(b"\x89PNG")
    plain = answer.as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert list(answer.cells())


def test_probabilities_come_in_their_order_and_keep_their_names():
    answer = Probabilities.of(("cat", "dog", "owl"), torch.tensor([0.2, 0.7, 0.1]))
    assert list(answer.probabilities) == ["dog", "cat", "owl"] and answer.best == "dog"
    assert answer.probabilities["cat"] == pytest.approx(0.2)
    assert list(Probabilities.of((), torch.tensor([0.1, 0.9])).probabilities) == ["1", "0"]
    assert answer.cells() == {"answer": "dog", "probability": pytest.approx(0.7)}
    assert answer.lines()[0] == f"  dog   70.0%  {'█' * 21}"


def test_what_a_network_saw_is_drawn_pixel_by_pixel():
    seen = torch.arange(12, dtype=torch.uint8).view(1, 3, 4) * 20
    answer = Probabilities.of(("a", "b"), torch.tensor([0.5, 0.5]), seen)
    drawn = np.asarray(answer.draw())
    assert drawn.shape == (3 * 56, 4 * 56) and answer.picture_name == "seen"
    assert np.array_equal(drawn[::56, ::56], seen[0].numpy())
    assert Probabilities.of(("a", "b"), torch.tensor([0.5, 0.5])).picture_name is None


def test_boxes_come_surest_first_and_lie_where_they_are_said_to_be():
    answer = ANSWERS[5]
    first, second = answer.as_json()["boxes"]
    assert first == {"class": "platelet", "score": pytest.approx(0.9), "corners": [30, 5, 55, 35]}
    assert second["class"] == "cell"
    assert answer.lines() == ["  platelet   90.0%  (30, 5, 55, 35)", "  cell       40.0%  (5, 6, 20, 30)"]
    drawn = np.asarray(answer.draw()).astype(int)
    assert drawn.shape == (40, 60, 3)
    changed = (drawn != np.asarray(PHOTO)).any(2)
    assert changed[35, 30:56].all() and changed[20:36, 55].all() and changed[30, 5:21].all()
    assert not changed[25, 40:50].any() and not changed[37:, :].any()  # inside and outside nothing
    by_class = colors(["platelet", "cell"])
    assert tuple(drawn[35, 50]) == ImageColor.getrgb(by_class["platelet"])
    assert tuple(drawn[30, 12]) == ImageColor.getrgb(by_class["cell"])


def test_boxes_beyond_the_photo_and_turned_around_are_drawn():
    Boxes(PHOTO, torch.tensor([[-20.0, -10, 90, 80], [50, 30, 10, 5]]), ["a", "b"], [0.5, 0.6]).draw()
    with pytest.raises(UsageError, match="got 2 boxes, 1 labels, 2 scores"):
        Boxes(PHOTO, torch.zeros(2, 4), ["a"], [0.5, 0.6])


def test_a_mask_says_how_much_is_what_and_colors_it():
    mask = torch.zeros(40, 60, dtype=torch.int64)
    mask[:10] = 1
    mask[:, :15] = 255  # void
    answer = Mask(PHOTO, mask, ["road", "sky", "tree"])
    assert answer.shares == {"road": pytest.approx(30 * 45 / 2400), "sky": pytest.approx(10 * 45 / 2400)}
    assert list(answer.shares) == ["road", "sky"]
    (axes,) = answer.draw().axes
    drawn = (255 * np.asarray(axes.images[0].get_array())).round().astype(int)
    assert np.ptp(drawn[:, :15], axis=2).max() == 0  # void stays grey
    road, sky = drawn[30, 30], drawn[5, 30]
    assert not np.array_equal(road, sky) and np.array_equal(drawn[39, 59], road) and np.array_equal(drawn[0, 15], sky)
    assert road.argmax() == 2 and sky.argmax() == 0  # blue and orange, as `colors` has them
    with pytest.raises(UsageError, match="got 60x30 for a photo of 60x40 pixels"):
        Mask(PHOTO, mask[:30], ["road"])


def test_pictures_stand_in_a_square_and_grow():
    images = torch.linspace(0, 1, 5)[:, None, None, None].expand(5, 1, 2, 3)
    grid = in_a_square(images)
    assert grid.shape == (1, 2 * 2, 3 * 3)
    assert grid[0, ::2, ::3].flatten().tolist() == [0, 64, 128, 191, 255, 0]
    assert Picture(images).animation() is None
    grown = torch.stack([images * 0, images / 2, images])
    answer = Picture(images, grown)
    moving = Image.open(io.BytesIO(answer.animation()))
    assert moving.n_frames == 3 and moving.info["loop"] == 0
    assert moving.size == answer.draw().size == (24 * 9, 24 * 4)
    assert [file.size for file in answer.as_files()] == [(3, 2)] * 5
    assert answer.as_json() == {"pictures": 5, "shape": [1, 2, 3]}
    beyond = Picture(torch.tensor([-3.0, 0.5, 7.0, float("nan")]).view(1, 1, 2, 2))
    assert np.asarray(beyond.as_files()[0]).tolist() == [[0, 128], [255, 0]]
    with pytest.raises(UsageError, match=r"1 or 3 channels; got \(5, 2, 4, 4\)"):
        Picture(torch.zeros(5, 2, 4, 4))
    with pytest.raises(UsageError, match="Frames are"):
        Picture(images, grown[:, :2])
    with pytest.raises(UsageError, match=r"\(n, 2\); got \(7, 3\)"):
        Points(torch.zeros(7, 3))


def test_the_nearest_neighbors_come_first():
    answer = Neighbors({"pawn": -0.1, "queen": 0.8, "man": 0.5})
    assert list(answer.as_json()["neighbours"]) == ["queen", "man", "pawn"]
    assert answer.lines()[0] == f"  queen   0.800  {'█' * 24}" and answer.lines()[2] == "  pawn   -0.100"
    assert answer.cells() == {"answer": "queen"}
