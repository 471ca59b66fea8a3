"""Pictures of a classifier: what is counted, which mistakes are the worst, and which pictures there are."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import confusion_matrix as counted
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from dongshou.data import Batches, Splits
from dongshou.drawing import png
from dongshou.drawing.sheet import Titled, draw_rows, in_rows
from dongshou.tasks import BinaryClassification, Classification
from dongshou.tasks.pictures import answers
from dongshou.tasks.pictures.answers import ask
from dongshou.tasks.pictures.class_activation import heated, stretched
from dongshou.tasks.pictures.confusion import confusion_matrix
from dongshou.tasks.pictures.first_layer import first_weights, weight_images
from dongshou.tasks.pictures.images import as_picture
from tests.training.toys import NUM_CLASSES, blobs

INPUTS, LABELS = blobs(30)
OF_EVERY_CLASSIFIER = ["confusion", "predictions", "most-wrong", "first-layer"]
OF_CONVOLUTIONS = ["feature-maps", "class-activation"]


def images(num_examples: int = 30, channels: int = 1) -> tuple[Tensor, Tensor]:
    return torch.rand(num_examples, channels, 6, 6), torch.arange(num_examples) % NUM_CLASSES


def splits(inputs: Tensor, labels: Tensor, batch_size: int = 10) -> Splits:
    batches = Batches(inputs, labels, batch_size=batch_size)
    return Splits(batches, test=batches, shape=tuple(inputs.shape[1:]), classes=("cat", "dog", "bird"))


def perceptron() -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Linear(36, NUM_CLASSES))


def convolutional(channels: int = 1) -> nn.Sequential:
    head = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, NUM_CLASSES))
    return nn.Sequential(nn.Conv2d(channels, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), *head)


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_the_confusion_matrix_counts_as_scikit_learn_does():
    guesses = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
    labels = torch.tensor([0, 1, 2, 1, 1, 2, 0, 0])
    axes, _ = confusion_matrix(guesses, labels, ("cat", "dog", "猫")).axes
    drawn = torch.zeros(3, 3, dtype=torch.int64)
    for text in axes.texts:
        column, row = text.get_position()
        drawn[int(row), int(column)] = int(text.get_text())
    assert drawn.tolist() == counted(labels, guesses).tolist()


@pytest.mark.parametrize("num_classes", [3, 120, 1000])
def test_a_confusion_matrix_of_many_classes_fits_a_page(num_classes: int):
    labels = torch.arange(num_classes)
    figure = confusion_matrix(labels, labels, tuple(map(str, range(num_classes))), every=4)
    assert max(figure.get_size_inches()) < 17
    assert figure.axes[0].get_title() == f"Confusion matrix of one example in 4: {num_classes} of {num_classes} right"


@pytest.mark.parametrize("batch_size", [4, 7, 30])
def test_the_most_wrong_are_those_of_the_highest_loss(batch_size: int):
    inputs, labels = torch.randn(30, NUM_CLASSES) * 3, torch.arange(30) % NUM_CLASSES
    found = ask(Classification(), nn.Identity(), Batches(inputs, labels, batch_size=batch_size), (NUM_CLASSES,))
    losses = nn.functional.cross_entropy(inputs, labels, reduction="none")
    is_wrong = inputs.argmax(1) != labels
    expected = inputs[is_wrong][losses[is_wrong].argsort(descending=True)][:24]
    torch.testing.assert_close(found.worst.inputs, expected)
    torch.testing.assert_close(found.worst.probabilities, expected.softmax(1))
    assert found.guesses.tolist() == inputs.argmax(1).tolist() and found.labels.tolist() == labels.tolist()
    assert found.first.labels.tolist() == labels[:24].tolist()


def test_of_a_large_set_an_even_selection_is_asked_about(monkeypatch: pytest.MonkeyPatch):
    inputs, labels = torch.randn(24, 24), torch.arange(24)
    monkeypatch.setattr(answers, "MOST_VALUES", 24 * 24 / 2)
    loader = Splits(TensorDataset(inputs, labels), batch_size=6).train()
    loader.limit(24)
    for batches in (Batches(inputs, labels, batch_size=6), loader):
        found = ask(Classification(), nn.Identity(), batches, (24,))
        assert found.every == 2 and len(found.labels) == 12
    in_order = ask(Classification(), nn.Identity(), Batches(inputs, labels, batch_size=6), (24,))
    assert in_order.labels.tolist() == list(range(0, 24, 2))


def test_pictures_of_an_image_classifier():
    drawn = dict(Classification().figures(perceptron(), splits(*images())))
    assert [*drawn] == OF_EVERY_CLASSIFIER
    assert drawn["predictions"].get_suptitle().startswith("Predictions: ")
    assert len(drawn["predictions"].axes[0].images) == 24
    assert len(drawn["first-layer"].axes[0].images) == NUM_CLASSES
    assert all("\n" in text and text.endswith("%") for text in texts(drawn["most-wrong"]))


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_a_convolutional_network(channels: int):
    model = convolutional(channels).train()
    drawn = dict(Classification().figures(model, splits(*images(channels=channels))))
    assert [*drawn] == OF_EVERY_CLASSIFIER + OF_CONVOLUTIONS
    assert texts(drawn["feature-maps"]) == ["input", "2 (ReLU): 4 maps of 4x4", "3 (MaxPool2d): 4 maps of 2x2"]
    assert len(drawn["feature-maps"].axes[0].images) == 1 + 4 + 4
    assert len(drawn["class-activation"].axes[0].images) == 8 + 8
    assert all(layer.training for layer in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    for figure in drawn.values():
        assert png(figure).startswith(b"\x89PNG")


def test_a_classifier_without_mistakes():
    inputs = torch.eye(3)[[0, 1, 2, 1]].view(4, 1, 1, 3) * 20
    drawn = dict(Classification().figures(nn.Flatten(), splits(inputs, torch.tensor([0, 1, 2, 1]), 4)))
    assert [*drawn] == ["confusion", "predictions"]


def test_pictures_where_there_are_no_images_or_no_held_out_examples():
    model = nn.Linear(4, NUM_CLASSES)
    batches = Batches(INPUTS, LABELS, batch_size=10)
    held_out = Splits(batches, valid=batches, shape=(4,))
    assert [name for name, _ in Classification().figures(model, held_out)] == ["confusion"]
    assert list(Classification().figures(model, Splits(batches))) == []
    assert list(BinaryClassification().figures(model, Splits(batches))) == []


def test_images_in_color_and_in_gray():
    assert as_picture(torch.rand(3, 5, 4)).shape == (5, 4, 3)
    assert as_picture(torch.full((1, 5, 4), 7.0)).tolist() == [[0.0] * 4] * 5


def test_the_weights_of_the_first_layer():
    weights = first_weights(nn.Conv2d(3, 40, 5), (3, 32, 32))
    assert weights is not None and weights.shape == (40, 3, 5, 5)
    drawn = weight_images(weights).axes[0].images
    assert len(drawn) == 32
    assert first_weights(nn.Linear(7, 2), (1, 2, 2)) is None
    assert first_weights(nn.ReLU(), (1, 2, 2)) is None
    assert len(weight_images(torch.zeros(2, 1, 3, 3)).axes[0].images) == 2


def test_kernels_over_three_channels_keep_their_colors():
    red_not_blue = torch.tensor([2.0, 0.0, -2.0]).view(1, 3, 1, 1)
    (drawn,) = weight_images(torch.cat([red_not_blue, torch.zeros(1, 3, 1, 1)])).axes[0].images[:1]
    assert drawn.get_array().tolist() == [[[1.0, 0.5, 0.0]]]


def test_rows_of_pictures_of_any_shape():
    rows = in_rows([Titled(as_picture(torch.rand(1, 10, 5)), "one\ntwo") for _ in range(11)])
    assert [len(row) for row in rows] == [8, 3]
    (axes,) = draw_rows(rows, "heading").axes
    left, right, bottom, top = axes.images[0].get_extent()
    assert (bottom - top) == pytest.approx(2 * (right - left))  # as high as it is, twice its width
    assert len(axes.images) == 11


def test_what_is_not_warm_stays_as_it_is():
    picture = torch.rand(8, 6, 3).numpy()
    gray = picture.mean(2, keepdims=True).repeat(3, 2)
    assert heated(picture, torch.zeros(2, 2)) == pytest.approx(gray)
    warm = heated(picture, torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    assert warm.shape == (8, 6, 3) and abs(warm - gray)[0, 0].max() > 0.1
    assert warm[-1, -1] == pytest.approx(gray[-1, -1])
    assert heated(picture[..., 0], torch.ones(2, 2)).shape == (8, 6, 3)


def test_a_map_at_another_size_reaches_from_0_to_1():
    wide = stretched(torch.tensor([[0.0, 3.0]]), (2, 8))
    assert wide.shape == (2, 8) and float(wide.min()) == 0 and float(wide.max()) == 1
    assert not stretched(torch.zeros(2, 2), (4, 4)).any()


def test_labels_of_one_byte_are_drawn_as_any_other():
    model, (inputs, labels) = perceptron(), images()
    drawn = [
        {name: png(figure) for name, figure in Classification().figures(model, splits(inputs, of_kind))}
        for of_kind in (labels, labels.to(torch.uint8))
    ]
    assert [*drawn[0]] == OF_EVERY_CLASSIFIER and drawn[0] == drawn[1]
