"""Pictures of networks, texts and answers keep the rules of all pictures, and show what small numbers there are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba
from PIL import Image

from dongshou.data.augment import Augment, RandomHorizontalFlip, grid
from dongshou.data.images.photo_frame import Frame, Thing
from dongshou.drawing.headings import wrap
from dongshou.drawing.layout import renderer_of
from dongshou.drawing.sheet import Key, Titled, draw_rows
from dongshou.drawing.style import PALETTE
from dongshou.experiments.attention import kernel_regression
from dongshou.experiments.computer_vision import fine_tune
from dongshou.experiments.convolutional_networks import _side_by_side, edge_kernel
from dongshou.experiments.recurrent_networks import autoregressive_sine, ngram
from dongshou.tasks.answers import Mask, Neighbors, Probabilities, Text, Value
from dongshou.tasks.explain import FeatureMaps
from dongshou.tasks.pictures.answers import Examples
from dongshou.tasks.pictures.attention import UNSEEN, attention_maps
from dongshou.tasks.pictures.class_activation import activation_images
from dongshou.tasks.pictures.colored_text import draw_colored_text
from dongshou.tasks.pictures.confusion import confusion_matrix
from dongshou.tasks.pictures.explained_photo import explained_photo
from dongshou.tasks.pictures.feature_maps import stage_images
from dongshou.tasks.pictures.first_layer import weight_images
from dongshou.tasks.pictures.gates import GATES, draw_gates
from dongshou.tasks.pictures.page import draw_page
from dongshou.tasks.pictures.predictions import predicted_images, titled_images
from tests.picture_rules import faults

NAMES = ("cat", "a_dog_of_a_very_long_name", "bird, of several kinds")
EXAMPLES = Examples(torch.rand(9, 3, 8, 6), torch.rand(9, 3).softmax(1), torch.arange(9) % 3)
WORDS = ["<bos>", "le", "chat", "anticonstitutionnellement", "$5", ".", "<eos>"]
HISTORY = [{"train_loss": 2.0, "test_loss": 2.5, "test_accuracy": 0.3}]
PHOTO = Image.new("RGB", (60, 40), (90, 120, 150))


def figures() -> Iterator[tuple[str, Any]]:
    """One of every drawing function, of awkward data: long names, one epoch, one head, a dollar."""
    yield "confusion", confusion_matrix(EXAMPLES.guesses, EXAMPLES.labels, NAMES)
    yield (
        "many-classes",
        confusion_matrix(torch.arange(60), torch.arange(60), tuple(f"breed {n}" for n in range(60))),
    )
    words = [*WORDS, "$", "好", "电影"]
    numbers = torch.linspace(-2, 2, len(words)).tolist()
    yield (
        "colored-text",
        draw_colored_text(words, {"occlusion": numbers, "gradient": numbers}, "against < 0 < for", "x"),
    )
    yield "long-colored-text", draw_colored_text(words * 30, {"occlusion": numbers * 30}, "against < 0 < for", "long")
    yield "predictions", predicted_images(EXAMPLES, NAMES)
    yield "one-prediction", predicted_images(EXAMPLES.chosen(slice(1)), NAMES)
    yield "class-activation", activation_images(titled_images(EXAMPLES, NAMES), torch.rand(9, 3, 3))
    for channels in (1, 3):
        yield f"first-layer-{channels}", weight_images(torch.randn(40, channels, 5, 5))
    stage = FeatureMaps("a.very.long.name.of.a.layer", torch.nn.ReLU(), torch.rand(1, 20, 4, 4))
    yield "feature-maps", stage_images(torch.rand(3, 8, 8), [stage])
    for num_heads in (1, 4):
        weights = torch.rand(num_heads, 7, 7).softmax(2)
        yield (
            f"attention-{num_heads}",
            attention_maps(weights, WORDS, WORDS, "Attention within the sentence", causal=True),
        )
    yield "characters", attention_maps(torch.rand(2, 5, 9).softmax(2), "a b c", "d e f $ g", "Attention, layer 2 of 2")
    gates = {name: torch.rand(7, 30) for name in GATES} | {"cell": torch.randn(7, 30)}
    yield "gates", draw_gates(gates, WORDS)
    frame = Frame(PHOTO, 5, 5, 30, 30)
    things = [Thing(torch.zeros(1, 28, 28, dtype=torch.uint8), frame, (5, 5, 30, 30))] * 2
    yield from explained_photo(things, torch.rand(2, 3, 3), NAMES[1:])
    yield "grid", grid(torch.rand(5, 3, 8, 8), Augment(RandomHorizontalFlip()), heading="Augmentation: flip")
    yield "mask", Mask(PHOTO, torch.arange(2400).view(40, 60) % 3, NAMES).draw()
    yield "many-masks", Mask(PHOTO, torch.arange(2400).view(40, 60) % 20, [f"class {n}" for n in range(20)]).draw()
    yield "probabilities", Probabilities({f"class {index}": 0.5**index for index in range(30)}).draw()
    yield "neighbors", Neighbors({"king": 0.8, "a price in $": -0.3}).draw()
    yield "text", Text("word " * 60, {"cat": 0.5, "mouse": 0.25}).draw()
    yield "value", Value(3.5, "price").draw()


def figures_of_experiments() -> Iterator[tuple[str, Any]]:
    x = torch.linspace(0, 5, 20)[:, None]
    names = ("average", "kernel", "learnt")
    yield "kernel-curves", kernel_regression.draw_curves(x, x, x, x, {name: x / 2 for name in names})
    yield "kernel-attention", kernel_regression.draw_attention({name: torch.rand(20, 20) for name in names})
    series = torch.sin(0.1 * torch.arange(200))
    yield "ahead", autoregressive_sine.draw(series, {k: series[k:] for k in (1, 4, 16, 64)}, 120)
    yield "zipf", ngram.draw_zipf({name: 1000 // np.arange(1, 400) for name in ("unigram", "bigram")})
    image, edges = edge_kernel.image_and_edges()
    yield "kernel", edge_kernel.picture(image, edges, torch.linspace(0, 1, 42).view(21, 2))
    yield "losses", _side_by_side.losses({"plain": HISTORY, "steady": HISTORY})
    parts = (fine_tune.HEAD_ONLY, fine_tune.ALL_LAYERS, fine_tune.FROM_SCRATCH)
    yield "fine-tuning", fine_tune.curves({part: HISTORY * 3 for part in parts}, "test_accuracy")


def test_every_picture_keeps_the_rules():
    drawn = [*figures(), *figures_of_experiments()]
    assert len(drawn) > 25
    assert {name: found for name, figure in drawn if (found := faults(figure))} == {}


def test_small_attention_is_seen_beside_large_and_what_is_out_of_sight_is_grey():
    """A thirtieth at every place but the first: what a model of 30 tokens begins with."""
    weights = torch.full((1, 30, 30), 1 / 30).tril()
    weights[0, 0, 0] = 1.0
    axes, bar = attention_maps(weights, ["a"] * 30, ["b"] * 30, "heading", causal=True).axes
    (image,) = axes.images
    assert max(abs(1 - part) for part in image.to_rgba(1 / 30)[:3]) > 0.15  # far from the white of none
    assert image.to_rgba(0.0)[0] > 0.95 and image.norm.vmax == 1.0
    assert image.get_array().mask[0, 1] and axes.get_facecolor() == to_rgba(UNSEEN)
    assert bar.get_ylabel() == "attention weight"
    assert all(word in axes.get_xlabel() + axes.get_ylabel() for word in ("query", "key"))


def test_the_scale_of_attention_reaches_as_far_as_the_weights():
    axes, _ = attention_maps(torch.tensor([[[0.1, 0.3], [0.2, 0.2]]]), ["a", "b"], ["c", "d"], "heading").axes
    assert axes.images[0].norm.vmax == pytest.approx(0.3)


def test_the_name_of_a_bar_of_colors_has_room_beside_long_numbers():
    torch.manual_seed(1)  # a scale to 0.2: were there more room, the ticks would be 0.025 apart
    weights = torch.rand(2, 5, 9).softmax(2)
    assert faults(attention_maps(weights, "a b c", "d e f $ g", "Attention, layer 2 of 2")) == []


def test_gates_that_hardly_move_are_told_apart_and_half_open_is_in_the_middle():
    gates = {name: 0.5 + 0.02 * (torch.rand(6, 5) - 0.5) for name in GATES} | {"cell": torch.randn(6, 5)}
    gates["input"][2, 3] = 0.53
    *of_gates, cell = draw_gates(gates, list("abcdef")).axes[:4]
    for axes in of_gates:
        (image,) = axes.images
        assert (image.norm.vmin, image.norm.vmax) == pytest.approx((0.47, 0.53))  # one scale for all three
    assert cell.images[0].norm.vmax == pytest.approx(float(gates["cell"].abs().max()))


def test_counts_can_be_read_on_their_squares():
    guesses, labels = torch.tensor([0] * 9 + [1] + [0] * 2 + [1] * 8), torch.tensor([0] * 10 + [1] * 10)
    axes, bar = confusion_matrix(guesses, labels, ("no", "yes")).axes
    ink = {text.get_text(): text.get_color() for text in axes.texts}
    assert ink == {"9": "white", "1": "black", "2": "black", "8": "white"}
    assert axes.get_title() == "Confusion matrix: 17 of 20 right" and bar.get_ylabel() == "share of the true class"


def test_mistakes_are_marked_by_more_than_a_color():
    titles = [image.title.splitlines()[1] for image in titled_images(EXAMPLES, NAMES)]
    right = EXAMPLES.guesses == EXAMPLES.labels
    assert [title[0] for title in titles] == ["✓" if hit else "✗" for hit in right.tolist()]


def test_a_sheet_is_as_high_as_its_pictures():
    wide, high = Titled(np.zeros((2, 8))), Titled(np.zeros((8, 2)))
    heights = [draw_rows([[picture]], "heading", side=4.0).get_size_inches()[1] for picture in (wide, high)]
    assert heights[1] - heights[0] == pytest.approx(3.0)


def test_a_key_says_what_the_lowest_and_the_highest_color_mean():
    key = Key(np.linspace([0, 0, 0], [1, 0.5, 0], 5), "part in the decision", "none", "most")
    _, axes = draw_rows([[Titled(np.zeros((4, 4)))]], "heading", key=key).axes
    drawn = axes.images[0]
    assert drawn.origin == "lower" and drawn.get_array()[-1, 0].tolist() == [1, 0.5, 0]
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights == {"none": 0, "most": 1, "part in the decision": 0.5}


@pytest.mark.parametrize("sentence", ["one two three " * 12, "m" * 90])
def test_a_heading_goes_on_in_the_next_line(sentence: str):
    figure = draw_rows([[Titled(np.zeros((4, 4)))]], sentence.strip())
    figure.put_in_order()  # pyright: ignore[reportAttributeAccessIssue]
    heading = figure.texts[0]
    lines = heading.get_text().splitlines()
    assert len(lines) > 1 and (" " if " " in sentence else "").join(lines) == sentence.strip()
    assert heading.get_window_extent(renderer_of(figure)).width < figure.bbox.width


def test_a_short_heading_stays_in_one_line():
    figure = draw_rows([[Titled(np.zeros((4, 4)))]], "short")
    wrap(figure.texts[0], 4.0, renderer_of(figure))
    assert figure.texts[0].get_text() == "short"


def test_a_page_is_as_wide_as_chinese_is():
    lines = ["春" * 45, "word " * 30, ""]
    figure = draw_page(lines)
    shown = [text.get_text() for text in figure.texts]
    assert shown[:2] == ["春" * 40, "春" * 5] and shown[-1] == ""
    assert max(map(len, shown[2:])) <= 80 and " ".join(shown[2:-1]).split() == lines[1].split()
    assert figure.get_figheight() == pytest.approx(0.8 + 0.22 * len(shown))


def test_a_mask_names_the_classes_that_it_has():
    mask = torch.zeros(40, 60, dtype=torch.int64)
    mask[:10] = 2
    (axes,) = Mask(PHOTO, mask, ("road", "sky", "tree")).draw().axes
    _, *names = [(text.get_text(), text.get_color()) for text in axes.texts]
    assert names == [("■", PALETTE[0]), ("road 75.0%", "black"), ("■", PALETTE[2]), ("tree 25.0%", "black")]


def test_the_largest_heat_is_far_from_grey_on_black_and_on_white():
    for level in (0.0, 1.0):
        picture = np.full((4, 4), level)
        figure = activation_images([Titled(picture)], torch.ones(1, 2, 2))
        colored = figure.axes[0].images[1].get_array()
        assert math.isclose(float(np.ptp(colored[2, 2])), float(np.ptp(colored, axis=2).max()), abs_tol=1e-6)
        assert np.ptp(colored[2, 2]) > 0.25
