"""Classification, of many classes and of two, against scikit-learn and torch."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches
from dongshou.errors import DongshouError
from dongshou.scratch import from_scratch
from dongshou.tasks import BinaryClassification, Classification
from dongshou.tasks.losses import hits
from dongshou.training import Session
from dongshou.training.look import measure
from dongshou.training.session import Precision
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
    assert hits(torch.zeros(2, 3), torch.tensor([0, 1])).total == 1


SHARES = torch.tensor([[0.7, 0.3, 0.0], [0.0, 0.4, 0.6]]).repeat(15, 1)  # of mixed images (batch, classes)


def test_mixed_labels_cost_their_cross_entropy_and_a_hit_is_the_largest_share():
    model, task = nn.Linear(4, NUM_CLASSES), Classification()
    expected = probabilities(model, task)
    found = measured(task, model, SHARES)
    assert found["loss"] == pytest.approx(float(-(SHARES * expected.log()).sum(1).mean()), rel=1e-5)
    assert found["accuracy"] == accuracy_score(SHARES.argmax(1), expected.argmax(1))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_both_engines_learn_the_same_from_mixed_labels(precision: Precision, smoothing: float):
    session, gradients = Session(device="cpu", precision=precision), []
    for convert in (lambda module: module, from_scratch):
        torch.manual_seed(1)
        model = convert(nn.Linear(4, NUM_CLASSES))
        loss = convert(nn.CrossEntropyLoss(label_smoothing=smoothing))
        with session.autocast():
            Classification(loss).step(model, (INPUTS, SHARES), SGD(model.parameters(), lr=0.1))
        gradients.append(model.weight.grad)
    torch.testing.assert_close(*gradients, atol=1e-6 if precision == "fp32" else 1e-2, rtol=1e-5)


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.BCEWithLogitsLoss()])
def test_labels_of_another_shape_are_not_broadcast(loss: nn.Module):
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    with pytest.raises(DongshouError, match=r"need one shape; got \(30, 1\) and \(30,\)"):
        BinaryClassification(loss).measure(model, (INPUTS, YES[:, 0]))


def test_bfloat16_measures_binary_classification_too():
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    exact = measured(BinaryClassification(), model, YES)
    rough = measure(
        model, BinaryClassification(), Batches(INPUTS, YES, batch_size=7), Session(device="cpu", precision="bf16")
    )
    assert rough["loss"] == pytest.approx(exact["loss"], rel=0.02)
