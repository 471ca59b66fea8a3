"""Classification, of many classes and of two, against scikit-learn and torch."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError
from dongshou.tasks import BinaryClassification, Classification, pictures
from dongshou.tasks.classification import hits
from dongshou.training import Session
from dongshou.training.loop import measure
from tests.training.toys import NUM_CLASSES, blobs

INPUTS, LABELS = blobs(30)
YES = (LABELS > 0).float()[:, None]


def probabilities(model: nn.Module, task: Classification | BinaryClassification) -> Tensor:
    with torch.no_grad():
        return task.predict(model, INPUTS).double()


def measured(task, model: nn.Module, labels: Tensor) -> dict[str, float]:
    return measure(model, task, Batches(INPUTS, labels, batch_size=7), Session(device="cpu"))


def test_loss_and_accuracy_are_those_of_scikit_learn():
    model, task = nn.Linear(4, NUM_CLASSES), Classification()
    expected = probabilities(model, task)
    expected /= expected.sum(1, keepdim=True)  # float32 sums to one but for the last bit
    found = measured(task, model, LABELS)
    assert found["loss"] == pytest.approx(log_loss(LABELS, expected), rel=1e-5)
    assert found["accuracy"] == accuracy_score(LABELS, expected.argmax(1))


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.BCEWithLogitsLoss()])
def test_two_classes_by_probability_or_by_logit(loss: nn.Module):
    is_logit = isinstance(loss, nn.BCEWithLogitsLoss)
    model = nn.Linear(4, 1) if is_logit else nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    task = BinaryClassification(loss)
    expected = probabilities(model, task)[:, 0]
    found = measured(task, model, YES)
    assert found["loss"] == pytest.approx(log_loss(YES[:, 0], expected), rel=1e-5)
    assert found["accuracy"] == accuracy_score(YES[:, 0], expected > 0.5)


def test_a_step_goes_down_the_gradient_of_the_mean_loss():
    model, twin = nn.Linear(4, NUM_CLASSES), nn.Linear(4, NUM_CLASSES)
    twin.load_state_dict(model.state_dict())
    before = measured(Classification(), model, LABELS)
    quantities = Classification().step(model, (INPUTS, LABELS), SGD(model.parameters(), lr=0.1))
    nn.functional.cross_entropy(twin(INPUTS), LABELS).backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert theirs.grad is not None
        torch.testing.assert_close(ours.detach(), theirs.detach() - 0.1 * theirs.grad)
    loss = quantities["loss"]
    assert float(loss.total) / float(loss.weight) == pytest.approx(before["loss"])
    assert not loss.total.requires_grad
    assert measured(Classification(), model, LABELS)["loss"] < before["loss"]


def test_predictions_are_the_softmax_however_large_the_logits():
    logits = torch.tensor([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0], [-500.0, -501.0, -502.0]])
    found = Classification().predict(nn.Identity(), logits)
    torch.testing.assert_close(found, logits.softmax(1))


def test_a_tie_goes_to_the_first_class_as_everywhere():
    assert hits(torch.zeros(2, 3), torch.tensor([0, 1])) == 1


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.BCEWithLogitsLoss()])
def test_labels_of_another_shape_are_not_broadcast(loss: nn.Module):
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    with pytest.raises(DongshouError, match=r"need one shape; got \(30, 1\) and \(30,\)"):
        BinaryClassification(loss).measure(model, (INPUTS, YES[:, 0]))


def test_the_confusion_matrix_counts_as_scikit_learn_does():
    guesses = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
    labels = torch.tensor([0, 1, 2, 1, 1, 2, 0, 0])
    figure = pictures.confusion_matrix(guesses, labels, ("cat", "dog", "猫"))
    (axes,) = figure.axes
    drawn = torch.zeros(3, 3, dtype=torch.int64)
    for text in axes.texts:
        column, row = text.get_position()
        drawn[int(row), int(column)] = int(text.get_text())
    assert drawn.tolist() == confusion_matrix(labels, guesses).tolist()


def images(num_examples: int = 30) -> tuple[Tensor, Tensor]:
    return torch.rand(num_examples, 1, 6, 6), torch.arange(num_examples) % NUM_CLASSES


def test_pictures_of_an_image_classifier():
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, NUM_CLASSES))
    batches = Batches(*images(), batch_size=10)
    splits = Splits(batches, test=batches, shape=(1, 6, 6), classes=("a", "b", "c"))
    drawn = dict(Classification().figures(model, splits))
    assert [*drawn] == ["predictions", "confusion", "first-layer"]
    assert drawn["predictions"].get_suptitle() == "true / predicted"
    assert drawn["confusion"].axes[0].get_title()
    assert len(drawn["predictions"].axes) == 10  # as many as the first batch has, at most 24
    assert len(drawn["first-layer"].axes) == NUM_CLASSES


def test_pictures_where_there_are_no_images_or_no_held_out_examples():
    model = nn.Linear(4, NUM_CLASSES)
    batches = Batches(INPUTS, LABELS, batch_size=10)
    assert [name for name, _ in Classification().figures(model, Splits(batches, valid=batches, shape=(4,)))] == [
        "confusion"
    ]
    assert list(Classification().figures(model, Splits(batches))) == []
    assert list(BinaryClassification().figures(model, Splits(batches))) == []


def test_colour_images_are_drawn_in_colour():
    assert pictures.as_picture(torch.rand(3, 5, 4)).shape == (5, 4, 3)
    assert pictures.as_picture(torch.full((1, 5, 4), 7.0)).tolist() == [[0.0] * 4] * 5
    convolution = nn.Conv2d(3, 40, 5)
    weights = pictures.first_weights(convolution, (3, 32, 32))
    assert weights is not None and weights.shape == (40, 3, 5, 5)
    assert len(pictures.weight_images(weights).axes) == 32
    assert pictures.first_weights(nn.Linear(7, 2), (1, 2, 2)) is None
    assert pictures.first_weights(nn.ReLU(), (1, 2, 2)) is None


def test_bfloat16_measures_binary_classification_too():
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    exact = measured(BinaryClassification(), model, YES)
    rough = measure(
        model, BinaryClassification(), Batches(INPUTS, YES, batch_size=7), Session(device="cpu", precision="bf16")
    )
    assert rough["loss"] == pytest.approx(exact["loss"], rel=0.02)
