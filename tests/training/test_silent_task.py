"""A task that only steps and measures is a task: it trains, is recorded, resumed and asked nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import SGD

from dongshou.errors import DongshouError, UsageError
from dongshou.runs import list_runs
from dongshou.tasks import Classification, Quantities, Quantity, descend
from dongshou.tasks.answers import Probabilities
from dongshou.tasks.said import explanations_of
from tests.training.toys import classifier, declared, weights


class Silent:
    """Says neither a headline nor what it is asked with, and draws nothing."""

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Any) -> Quantities:
        loss = cross_entropy(model(batch[0]), batch[1])
        descend(loss, optimizer)
        return {"loss": Quantity(loss.detach() * len(batch[1]), len(batch[1]))}

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        return {"loss": Quantity(cross_entropy(model(batch[0]), batch[1], reduction="sum"), len(batch[1]))}


class Misspelt(Silent):
    headline = "lsos"


class Other(Silent):
    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Any) -> Quantities:
        return {"regret": super().step(model, batch, optimizer)["loss"]}

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        return {"regret": super().measure(model, batch)["loss"]}


class AnswersOnly(Silent):
    """Answers, but draws nothing of why."""

    asked_with = "row"

    def answer(self, model: nn.Module, data: Any, question: Any) -> Probabilities:
        return Probabilities.of(("a", "b", "c"), torch.tensor([0.2, 0.7, 0.1]), None)


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_it_learns_what_a_classification_learns(engine: str):
    silent = classifier(task=Silent(), draw=True)
    spoken = classifier(task=Classification())
    spoken.model.load_state_dict(silent.model.state_dict())
    runs = [one.run(progress=False, engine=engine, seed=3) for one in (silent, spoken)]
    assert runs[0].result["test_loss"] == pytest.approx(runs[1].result["test_loss"], rel=1e-6)
    torch.testing.assert_close(weights(silent.model), weights(spoken.model))


def test_the_loss_chooses_the_best_epoch_and_it_is_asked_nothing():
    run = declared(lambda: classifier(task=Silent(), draw=True)).run(progress=False)
    assert {line["headline"] for line in run.lines() if line["event"] == "epoch"} == {"loss"}
    assert run.config["asked_with"] is None


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (Misspelt(), "^Misspelt measures no lsos, by which .*Did you mean loss"),
        (Other(), "^Other measures no loss, by which .*has to be one of regret.$"),
    ],
)
def test_a_headline_that_is_not_measured_is_said_before_training(task: Any, said: str):
    with pytest.raises(UsageError, match=said):
        classifier(task=task).run(progress=False)
    assert list_runs() == []


class Wordless(Silent):
    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Any) -> Any:
        super().step(model, batch, optimizer)


class OneNumber(Silent):
    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Any:
        return 0.5


class Adversarial(Silent):
    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Any) -> Quantities:
        return super().step(model, batch, optimizer["generator"])


@pytest.mark.parametrize(
    ("task", "names", "said"),
    [
        (Wordless(), (), "return quantities by name, .*; got NoneType"),
        (OneNumber(), (), "return quantities by name, .*; got float"),
        (Classification(), ("first", "second"), "one optimiser; got first, second: choose one by its name"),
        (Adversarial(), (), "^Adversarial steps with several optimisers by name, .*; got one SGD"),
        (
            Adversarial(),
            ("critic",),
            "^Adversarial steps with an optimiser generator; the experiment has critic.",
        ),
    ],
)
def test_what_does_not_go_together_is_said_before_training(task: Any, names: tuple[str, ...], said: str):
    experiment = classifier(task=task, schedule=None)
    if names:
        experiment.optimizer = {name: SGD(experiment.model.parameters(), lr=0.1) for name in names}
    with pytest.raises(DongshouError, match=said) as caught:
        experiment.run(progress=False)
    assert "\n" not in str(caught.value)
    assert list_runs() == []


class Nameless(Silent):
    def modules(self) -> Any:
        return [nn.Linear(4, 1)]


def test_what_a_task_owns_has_names():
    with pytest.raises(UsageError, match=r"^modules\(\) of Nameless names what it owns, .*; got list\.$"):
        classifier(task=Nameless())


def test_what_answers_says_so_and_explains_nothing():
    assert classifier(task=AnswersOnly()).asked().asked_with == "row"
    assert explanations_of(AnswersOnly(), None, None, None, None) == {}
