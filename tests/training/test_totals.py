"""From batches to metrics: sums divided once, in double precision."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, jaccard_score
from torch import Tensor, nn

from dongshou.data import Batches
from dongshou.errors import DongshouError
from dongshou.tasks import Classification, Quantity
from dongshou.training import Evaluated, Session, fit
from dongshou.training.totals import Totals
from tests.training.toys import blob_splits, blobs, classifier


def test_batches_weigh_by_their_weight():
    totals = Totals()
    totals.add({"loss": Quantity(torch.tensor(6.0), 3), "hits": Quantity(torch.tensor(2), 3)})
    assert totals.read() == {"loss": [2.0], "hits": [pytest.approx(2 / 3)]}
    totals.add({"loss": Quantity(torch.tensor(1.0), 1), "hits": Quantity(torch.tensor(0), 1)})
    assert totals.metrics() == {"loss": 7 / 4, "hits": 2 / 4}
    assert totals.metrics() == {"loss": 7 / 4, "hits": 2 / 4}


def test_a_weight_may_be_a_tensor_and_the_mean_is_finished_once():
    totals = Totals()
    for tokens in (2, 3):
        totals.add({"perplexity": Quantity(torch.tensor(1.0 * tokens), torch.tensor(tokens), finish=math.exp)})
    assert totals.metrics() == {"perplexity": math.e}


def test_ten_thousand_small_batches_lose_nothing():
    totals = Totals()
    for _ in range(100):
        for _ in range(100):
            totals.add({"loss": Quantity(torch.tensor(0.1), 1)})
        totals.read()
    assert totals.metrics()["loss"] == pytest.approx(float(torch.tensor(0.1)), rel=1e-12)


def test_nothing_measured_is_not_a_number():
    totals = Totals()
    assert totals.metrics() == {}
    totals.add({"loss": Quantity(torch.tensor(0.0), 0)})
    assert math.isnan(totals.metrics()["loss"])


# Arrays, several numbers, accounts of a whole set


def iou(shares: Tensor) -> dict[str, float]:
    """Of a confusion matrix (true, predicted): the mean over the classes, and the share of pixels that are right."""
    hits = shares.diagonal()
    return {"miou": float((hits / (shares.sum(0) + shares.sum(1) - hits)).mean()), "pixels": float(hits.sum())}


def confusion(guesses: Tensor, labels: Tensor, num_classes: int = 3) -> Tensor:
    return torch.bincount(labels * num_classes + guesses, minlength=num_classes**2).view(num_classes, num_classes)


@pytest.mark.parametrize("size", [1, 4, 7, 50])
def test_a_confusion_matrix_gives_several_numbers_whatever_the_batch(size: int):
    generator = torch.Generator().manual_seed(1)
    labels = torch.randint(3, (50,), generator=generator)
    guesses = torch.where(torch.rand(50, generator=generator) < 0.6, labels, (labels + 1) % 3)
    totals = Totals()
    for some, true in zip(guesses.split(size), labels.split(size), strict=True):
        totals.add({"seen": Quantity(confusion(some, true), len(true), finish=iou, higher_is_better=True)})
        assert totals.read() == {}  # an array is looked at once, at the end
    found = totals.metrics()
    assert found["pixels"] == pytest.approx(accuracy_score(labels, guesses), rel=1e-12)
    assert found["miou"] == pytest.approx(jaccard_score(labels, guesses, average="macro"), rel=1e-12)
    assert totals.more_is_better == {"miou", "pixels"}


def test_a_sum_without_weight_and_weights_of_each_entry():
    totals = Totals()
    for part in (1.0, 2.0, 4.0):
        totals.add(
            {
                "count": Quantity(torch.tensor(part)),
                "entries": Quantity(
                    torch.tensor([part, 1]), finish=lambda total: float(total @ torch.ones(2).double())
                ),
                "by_class": Quantity(
                    torch.tensor([part, 3.0]),
                    torch.tensor([1.0, 0.0 if part < 2 else 1.5]),
                    finish=lambda means: {"first": float(means[0]), "second": float(means[1])},
                ),
            }
        )
    assert totals.metrics() == {"count": 7.0, "entries": 10.0, "first": pytest.approx(7 / 3), "second": 3.0}


def test_a_long_sum_of_an_array_loses_nothing():
    totals = Totals()
    for _ in range(20_000):
        totals.add({"sum": Quantity(torch.tensor([0.1, 1e6]), finish=lambda total: float(total[0]))})
    assert totals.metrics()["sum"] == pytest.approx(20_000 * float(torch.tensor(0.1)), rel=1e-12)


class Median:
    """No sum of the batches: the middle of all values."""

    higher_is_better = True

    def __init__(self) -> None:
        self.values: list[float] = []
        self.times_finished = 0

    def update(self, outputs: Tensor) -> None:
        self.values += outputs.tolist()

    def merge(self, other: Median) -> None:
        self.values += other.values

    def finish(self) -> float:
        self.times_finished += 1
        return statistics.median(self.values)


def halves() -> tuple[Totals, Totals]:
    """Two processes, each with its share."""
    both = Totals({"middle": Median()}), Totals({"middle": Median()})
    for totals, values in zip(both, ([1.0, 9.0, 2.0], [8.0, 7.0]), strict=True):
        loss = Quantity(torch.tensor(sum(values)), len(values))
        array = Quantity(torch.tensor(values[:2]), finish=lambda total: float(total[0]))
        totals.add({"middle": torch.tensor(values), "loss": loss, "array": array})
    return both


def test_what_several_processes_saw_is_merged():
    first, second = halves()
    first.merge(second)
    assert first.metrics() == {"middle": 7.0, "loss": 27 / 5, "array": 9.0}


def test_what_was_summed_goes_on_in_a_resumed_epoch():
    def one(value: float) -> dict[str, Quantity]:
        array = Quantity(torch.tensor([value, 1.0]), 1, finish=lambda mean: float(mean[0]))
        return {"perplexity": Quantity(torch.tensor(value), 1, finish=math.exp), "array": array}

    whole, stopped = Totals(), Totals()
    whole.add(one(0.5))
    stopped.add(one(0.5))
    whole.read()
    resumed = Totals(start=stopped.state())
    for totals in (whole, resumed):
        totals.add(one(0.2))
    found = resumed.metrics()
    assert found == whole.metrics()
    assert found == {"perplexity": pytest.approx(math.exp(0.35)), "array": pytest.approx(0.35)}


class Judged(Classification):
    """Accounts for every evaluation, each of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Median] = []

    def accumulators(self) -> dict[str, Median]:
        self.made.append(Median())
        return {"middle": self.made[-1]}

    def measure(self, model, batch):
        return {**super().measure(model, batch), "middle": model(batch[0])[:, 0]}


def test_an_account_of_a_set_is_made_for_each_evaluation_and_finished_once():
    task, data = Judged(), blob_splits(valid=True)
    data._given["valid"] = Batches(*blobs(24, seed=8), batch_size=5)
    experiment = classifier(epochs=2, data=data, task=task)
    metrics = [event.metrics for event in fit(experiment, Session(device="cpu")) if isinstance(event, Evaluated)]
    assert [len(one.values) for one in task.made] == [24, 24]
    assert [one.times_finished for one in task.made] == [1, 1]
    with torch.no_grad():
        outputs = experiment.model.eval()(blobs(24, seed=8)[0])[:, 0]
    assert metrics[-1]["valid_middle"] == pytest.approx(statistics.median(outputs.tolist()))
    assert "train_middle" not in metrics[-1]


def test_an_array_has_one_shape():
    totals = Totals()
    totals.add({"seen": Quantity(torch.zeros(2, 2), finish=lambda total: 0.0)})
    with pytest.raises(DongshouError, match=r"seen is an array of one shape .*; got \(2, 2\), then \(3, 3\)"):
        totals.add({"seen": Quantity(torch.zeros(3, 3), finish=lambda total: 0.0)})


class Finishing:
    """Whatever it is given for the end; says nothing of which direction is better."""

    def __init__(self, end: Any) -> None:
        self.end = end

    def update(self, outputs: Any) -> None:
        self.last = outputs

    def merge(self, other: Any) -> None:
        self.last = other.last

    def finish(self) -> Any:
        return self.end


@pytest.mark.parametrize("end", [torch.tensor(0.25), np.float32(0.25), {"score": torch.tensor([0.25])}, 0.25])
def test_a_metric_becomes_a_plain_number(end: Any):
    totals = Totals({"score": Finishing(end)})
    totals.add({"score": None})
    metrics = totals.metrics()
    assert metrics == {"score": 0.25} and type(metrics["score"]) is float
    assert totals.more_is_better == set()


@pytest.mark.parametrize(
    ("end", "got"), [(torch.zeros(2), r"Tensor \(2,\)"), (None, "NoneType"), ("high", "str"), ({"score": [1]}, "list")]
)
def test_what_is_no_number_is_said(end: Any, got: str):
    with pytest.raises(DongshouError, match=f"The metric score has to be finished as one number, .* got {got}"):
        Totals({"score": Finishing(end)}).metrics()


def test_a_total_that_has_left_the_device():
    with pytest.raises(
        DongshouError, match=r"total of the quantity loss is a tensor .* got float: leave out .item\(\)"
    ):
        Totals().add({"loss": Quantity(1.5, 3)})  # pyright: ignore


def test_measures_of_the_model_are_numbers_too():
    def largest(model: nn.Module) -> Any:
        return {"largest": max(parameter.abs().max() for parameter in model.parameters())}

    run = classifier(epochs=1, measure_model=largest).run(progress=False)
    assert run.result["largest"] > 0
    with pytest.raises(DongshouError, match="The metric measure_model has to be .* got NoneType"):
        classifier(epochs=1, measure_model=lambda model: None).run(progress=False)
