"""Classification, of many classes and of two, against scikit-learn and torch."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches
from dongshou.errors import DongshouError, UsageError
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
def test_yes_and_no_of_any_type_and_flat_labels_are_those_of_one_output(loss: nn.Module):
    model, task = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid()), BinaryClassification(loss)
    expected = loss(model(INPUTS), YES) * 30
    for labels in (YES, YES[:, 0], YES.long(), YES[:, 0].bool(), YES.double(), YES.bfloat16(), YES.byte()):
        measured = task.measure(model, (INPUTS, labels))
        torch.testing.assert_close(measured["loss"].total, expected)
        assert measured["accuracy"].total == ((model(INPUTS) > (0.5 if is_bce(loss) else 0)) == YES).sum()


def is_bce(loss: nn.Module) -> bool:
    return type(loss) is nn.BCELoss


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.BCEWithLogitsLoss()])
def test_labels_of_another_shape_are_not_broadcast(loss: nn.Module):
    model = nn.Sequential(nn.Linear(4, 2), nn.Sigmoid())
    with pytest.raises(DongshouError, match=r"need one shape; got \(30, 2\) and \(30,\)"):
        BinaryClassification(loss).measure(model, (INPUTS, YES[:, 0]))


def test_several_yes_or_no_questions_are_hit_one_by_one():
    labels = torch.stack([YES[:, 0], 1 - YES[:, 0], YES[:, 0]], dim=1)
    model = nn.Linear(4, 3)
    hits = BinaryClassification(nn.BCEWithLogitsLoss()).measure(model, (INPUTS, labels))["accuracy"]
    expected = accuracy_score(labels.flatten(), (model(INPUTS) > 0).flatten())
    assert float(hits.total) / float(hits.weight or 0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("loss", "labels", "said"),
    [
        (nn.BCEWithLogitsLoss(), YES * 2, "0 for no and 1 for yes; got 2. Write two classes so"),
        (nn.BCEWithLogitsLoss(), (2 * YES - 1).long(), "0 for no and 1 for yes; got -1"),
        (nn.BCELoss(), torch.arange(30) % 3, "for more of them use Classification"),
        (nn.BCELoss(), YES, r"BCELoss takes probabilities; the model gives .*nn.Sigmoid\(\), or use BCEWithLogits"),
    ],
)
def test_what_is_no_yes_and_no(loss: nn.Module, labels: Tensor, said: str):
    model = nn.Linear(4, 1)
    nn.init.constant_(model.weight, 9)
    with pytest.raises(DongshouError, match=said):
        BinaryClassification(loss).step(model, (INPUTS, labels), SGD(model.parameters(), lr=0.1))
    with pytest.raises(DongshouError, match=said), torch.no_grad():
        BinaryClassification(loss).measure(model, (INPUTS, labels))


def test_a_probability_that_is_no_number_any_more():
    model = nn.Linear(4, 1)
    nn.init.constant_(model.weight, float("nan"))
    with pytest.raises(DongshouError, match="The model gives nan for a probability: the training has diverged"):
        BinaryClassification().measure(model, (INPUTS, YES))


def test_a_loss_of_classes_is_none_of_a_yes():
    with pytest.raises(UsageError, match="use BCEWithLogitsLoss, or Classification with two outputs"):
        BinaryClassification(nn.CrossEntropyLoss())


def test_bfloat16_measures_binary_classification_too():
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    exact = measured(BinaryClassification(), model, YES)
    rough = measure(
        model, BinaryClassification(), Batches(INPUTS, YES, batch_size=7), Session(device="cpu", precision="bf16")
    )
    assert rough["loss"] == pytest.approx(exact["loss"], rel=0.02)
