"""Which metric counts, and in which direction: as the task says, never as a name sounds."""

from __future__ import annotations

import pytest
import torch

from dongshou.errors import DongshouError
from dongshou.runs import execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.tasks import Classification, Quantity
from dongshou.training import Event, Reading, Saved, Series
from tests.runs.same_run import assert_same
from tests.training.toys import blob_splits, classifier, declared

READING = Reading("map_50", ("accuracy", "map_50"))


def scores(**of_split: float) -> dict[str, float]:
    return {f"{split}_map_50": score for split, score in of_split.items()}


@pytest.mark.parametrize(
    ("metric", "more"),
    [
        ("test_map_50", True),
        ("map_50", True),
        ("head_only_test_accuracy", True),
        ("gained_accuracy", True),
        ("test_map", False),
        ("test_loss", False),
        ("accuracy_loss", False),
        ("inaccuracy", False),
    ],
)
def test_a_metric_belongs_to_the_quantity_that_it_ends_with(metric: str, more: bool):
    assert READING.prefers_more(metric) is more


@pytest.mark.parametrize(
    ("best", "metrics", "better"),
    [
        ({}, {"train_map_50": 0.1}, True),
        ({}, {"train_loss": 0.1}, False),
        ({"test_map_50": 0.1}, {"test_map_50": 0.2}, True),
        ({"test_map_50": 0.2}, {"test_map_50": 0.2}, False),  # of equal ones the first stays
        # on valid before test before train, whatever the others say
        (scores(train=0, valid=1, test=0), scores(train=1, valid=0, test=1), False),
        (scores(train=0, test=1), scores(train=1, test=0), False),
    ],
)  # fmt: skip
def test_what_is_better(best: dict, metrics: dict, better: bool):
    assert READING.is_better(metrics, best) is better


class Scripted(Classification):
    """Scores as written, one for each epoch and split, under a name that says nothing."""

    def __init__(self, scores: dict[str, list[float]], higher_is_better: bool) -> None:
        super().__init__()
        self.headline = "map_50"
        self.scores, self.higher = scores, higher_is_better
        self.looks = 0

    def measure(self, model, batch):
        split = [*self.scores][self.looks % len(self.scores)]
        score = self.scores[split][self.looks // len(self.scores)]
        self.looks += 1
        return {"map_50": Quantity(torch.tensor(score), 1, higher_is_better=self.higher)}

    def state_dict(self):
        return {"looks": self.looks}

    def load_state_dict(self, state):
        self.looks = state["looks"]


RISING, FALLING = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]


def work(valid: list[float], higher: bool, test: list[float] | None = None):
    data = blob_splits(valid=True)
    scores = {"valid": valid}
    if test is not None:
        data._given["test"] = data._given["valid"]
        scores["test"] = test
    return classifier(data=data, task=Scripted(scores, higher))


@pytest.mark.parametrize(("scores", "higher", "best"), [(RISING, True, 3), (RISING, False, 1), (FALLING, True, 1)])
def test_the_best_checkpoint_goes_by_what_the_task_says(scores: list[float], higher: bool, best: int):
    run = declared(lambda: work(scores, higher)).run()
    line = run.checkpoint("best")
    assert line is not None and line["epoch"] == best
    assert run.record["best"]["valid_map_50"] == pytest.approx(scores[best - 1])
    assert run.reading == Reading("map_50", ("accuracy", "map_50") if higher else ("accuracy",))


def test_the_best_checkpoint_is_chosen_on_valid_whatever_test_says():
    run = declared(lambda: work([0.1, 0.3, 0.2], True, test=[0.9, 0.1, 0.95])).run()
    line = run.checkpoint("best")
    assert line is not None and line["epoch"] == 2


def test_a_part_of_a_series_says_it_for_the_whole():
    run = declared(lambda: Series({"a": lambda: work(RISING, True), "b": lambda: work(RISING, True)})).run()
    assert run.reading.prefers_more("valid_map_50") and run.reading.headline == "map_50"


def test_a_resumed_run_knows_it_from_its_checkpoint():
    whole = declared(lambda: work(FALLING, True)).run()

    def stop(event: Event) -> None:
        if isinstance(event, Saved) and event.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        execute(declared(lambda: work(FALLING, True)), watch=[stop])
    run = interrupted.value.run
    assert run.reading.prefers_more("valid_map_50")
    assert_same(whole, execute(declared(lambda: work(FALLING, True)), resume=run.path))


class Unsummed(Classification):
    def measure(self, model, batch):
        return {"map": [1, 2]}


class Unfinished(Classification):
    def measure(self, model, batch):
        return {"confusion": Quantity(torch.zeros(2, 3))}


@pytest.mark.parametrize(
    ("task", "message"),
    [(Unsummed(), r"measures map as a list; .* return Quantity\(map.detach"), (Unfinished(), r"array \(2, 3\)")],
)
def test_what_is_no_quantity(task, message: str):
    with pytest.raises(DongshouError, match=message):
        declared(lambda: classifier(task=task)).run()
    assert not list_runs()
