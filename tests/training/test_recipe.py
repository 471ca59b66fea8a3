"""What the documents promise to a user's own parts: they work as they are, or one sentence says so before training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.optim import SGD
from torch.utils.data import Dataset

from dongshou.data import Splits
from dongshou.errors import DongshouError
from dongshou.runs import list_runs
from dongshou.tasks import Classification, Quantities, Quantity
from dongshou.training import EarlyStopping, Experiment, Session, fit
from tests.training.test_silent_task import Silent
from tests.training.toys import NUM_CLASSES, blobs, classifier, weights


class Parted(Dataset):
    """The blobs with their inputs in two parts."""

    def __init__(self, parted: Callable[[Tensor], Any], num_examples: int = 33) -> None:
        self.inputs, self.labels = blobs(num_examples)
        self.parted = parted

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Any, Tensor]:
        return self.parted(self.inputs[index]), self.labels[index]


class OfParts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.whole = nn.Linear(4, NUM_CLASSES)

    def forward(self, parts: Any) -> Tensor:
        return self.whole(torch.cat([*parts.values()] if isinstance(parts, dict) else parts, dim=1))


PARTED: dict[str, Callable[[Tensor], Any]] = {
    "tuple": lambda inputs: (inputs[:1], inputs[1:]),
    "dict": lambda inputs: {"first": inputs[:1], "rest": inputs[1:]},
}


def of_parts(parted: Callable[[Tensor], Any]) -> Experiment:
    data, model = Parted(parted), OfParts()
    splits = Splits(data, test=data, shape=(4,), batch_size=16)
    return Experiment(splits, model, Classification(), SGD(model.parameters(), lr=0.1), epochs=2)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("tuple", {}),
        ("tuple", {"precision": "bf16", "limit": 20}),
        ("dict", {"fast": True}),
        ("dict", {"engine": "scratch"}),
    ],
)
def test_inputs_of_several_parts_are_trained_on_and_drawn(name: str, options: dict[str, Any]):
    run = of_parts(PARTED[name]).run(**options)
    assert run.is_done and (run.path / "figures").is_dir()
    assert [line["name"] for line in run.lines() if line["event"] == "figure"] == ["confusion"]


@pytest.mark.parametrize("name", PARTED)
def test_parts_are_learnt_from_as_the_whole_is(name: str):
    results = []
    for make in (lambda: of_parts(PARTED[name]), lambda: of_parts(lambda inputs: (inputs,))):
        torch.manual_seed(1)
        work = make()
        list(fit(work, Session(device="cpu")))
        results.append(weights(work.model)["whole.weight"])
    torch.testing.assert_close(*results)


def test_a_last_batch_of_one_is_found_in_parts_too():
    work = of_parts(PARTED["dict"])
    work.model.whole = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, NUM_CLASSES))  # pyright: ignore
    work.optimizer = SGD(work.model.parameters(), lr=0.1)
    with pytest.raises(DongshouError, match=r"The last batch of an epoch holds one example \(33 by 16\)"):
        list(fit(work))


def test_data_that_are_tensors_are_what_is_trained_on():
    model = nn.Linear(4, NUM_CLASSES)
    for data in (blobs(), [*blobs()]):
        work: Any = Experiment(data, model, Classification(), SGD(model.parameters(), lr=0.1), epochs=1)  # pyright: ignore
        assert (work.data.train().num_examples, work.data.test()) == (48, None)
        assert work.run().result.keys() == {"train_loss", "train_accuracy"}


# What is refused before the first step


class Measures(Silent):
    """Silent, with what it measures or keeps account with given from outside."""

    def __init__(self, change: Any = None, accumulators: Any = None) -> None:
        self.change = change
        if accumulators is not None:
            self.accumulators = lambda: accumulators

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> Quantities:
        measured = super().step(model, batch, optimizer)
        return measured if self.change is None else self.change(measured["loss"])

    def measure(self, model: nn.Module, batch: Any) -> Any:
        return super().measure(model, batch) | ({"count": batch[0]} if hasattr(self, "accumulators") else {})


class Count:
    higher_is_better = True

    def __init__(self) -> None:
        self.num = 0

    def update(self, inputs: Tensor) -> None:
        self.num += len(inputs)

    def merge(self, other: Count) -> None:
        self.num += other.num

    def finish(self) -> float:
        return float(self.num)


def mean(loss: Quantity) -> Any:
    return loss.total / (loss.weight or 1)


def divided(_: nn.Module) -> Any:
    return 1 / 0


INPUTS, LABELS = blobs(16)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a mean as a number": (
        {"task": Measures(lambda loss: {"loss": float(mean(loss))})},
        r"measures loss as a float; .* return Quantity\(loss.detach\(\) \* len\(targets\), len\(targets\)\)",
    ),
    "a mean as a tensor": ({"task": Measures(lambda loss: {"loss": mean(loss)})}, "measures loss as a Tensor; what"),
    "a class as an accumulator": (
        {"task": Measures(accumulators={"count": Count})},
        "The accumulator count of Measures is an object with .*; got the class Count: call it to make one.",
    ),
    "a number as an accumulator": ({"task": Measures(accumulators={"count": 3})}, "for one evaluation; got int."),
    "accumulators without names": (
        {"task": Measures(accumulators=[Count()])},
        "makes accumulators by name, .* got list",
    ),
    "a sample that fails": (
        {"sample": divided},
        "^sample of the experiment fails on the model: ZeroDivisionError: division by zero. Mend it, or leave it out.",
    ),
    "a sample of nothing": ({"sample": lambda model: None}, "^sample makes a text or a matplotlib Figure.*NoneType"),
    "a model that cannot be measured": ({"measure_model": divided}, "^measure_model of the experiment fails on the"),
    "a word as a metric": ({"measure_model": lambda model: {"norm": "much"}}, "metric norm has to be finished as one"),
    "a headline of nobody": (
        {"task": Classification(headline="f1"), "measure_model": lambda model: {"norm": 1.0}},
        "measures no f1, .* one of loss, accuracy.",
    ),
    "a stop by nobody": (
        {"early_stopping": EarlyStopping("norn"), "measure_model": lambda model: {"norm": 1.0}},
        "Early stopping watches norn, which nobody measures; watch one of .*, norm",
    ),
    "labels of the test beyond the classes": (
        {"data": Splits((INPUTS, LABELS), test=(INPUTS, LABELS + 1))},
        "^In the test split: The model has 3 outputs, for the labels 0 to 2; got the label 3.",
    ),
    "inputs of another type": (
        {"data": Splits((INPUTS.double(), LABELS))},
        "the inputs are float64, the weights of the model float32. Convert the inputs",
    ),
    "inputs of whole numbers": ({"data": Splits((INPUTS.byte(), LABELS))}, "the inputs are uint8, the weights"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_said_before_the_first_step(name: str):
    parts, message = REFUSED[name]
    with pytest.raises(DongshouError, match=message) as error:
        classifier(**parts).run()
    assert "\n" not in str(error.value) and not list_runs()


def test_accumulators_that_are_objects_are_taken():
    assert classifier(task=Measures(accumulators={"count": Count()}), epochs=1).run().result["test_count"] > 0


def test_what_the_model_gives_is_rehearsed_on_a_copy_and_leaves_no_trace():
    seen = []

    def drawn(model: nn.Module) -> Figure:
        seen.append(model)
        return Figure(figsize=(1, 1))

    work = classifier(epochs=1, sample=drawn, measure_model=lambda model: {"bias": float(model[1].bias.detach().sum())})
    run = work.run()
    assert [model is work.model for model in seen] == [False, True]
    assert run.result["bias"] == float(work.model[1].bias.detach().sum())


def test_a_batch_that_is_a_dict_is_described():
    class Named(Parted):
        def __getitem__(self, index: int) -> Any:
            return {"x": self.inputs[index], "y": self.labels[index], "z": self.labels[index]}

    with pytest.raises(
        DongshouError, match=r"a dict of x \(16, 4\), y \(16,\), z \(16,\): the task takes batches of in"
    ):
        list(fit(classifier(data=Splits(Named(PARTED["dict"]), batch_size=16))))
