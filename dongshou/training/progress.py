"""How far a fit is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from dongshou.training.events import Metrics
from dongshou.training.randomness import random_state, random_state_kept, set_random_state
from dongshou.training.reading import Reading
from dongshou.training.totals import Totals

if TYPE_CHECKING:
    from dongshou.data import Splits


class Progress:
    """Where a fit stands, and what was measured so far.

    step     steps taken, over all epochs
    epoch    the epoch under way, counted from 1
    taken    its batches that were learnt
    history  the metrics of each epoch that is over
    best     the metrics of the best look at the model
    best_epoch, best_weights  the epoch of that look, and the weights then where no checkpoint keeps them
    reading  what the task says of those metrics
    totals   what the steps of the epoch measured
    began    where the training data and the random numbers stood when the epoch began
    """

    def __init__(self, history: list[Metrics] | None = None) -> None:
        self.step, self.epoch, self.taken = 0, 1, 0
        self.history: list[Metrics] = [] if history is None else history
        self.best: Metrics = {}
        self.best_epoch = 0
        self.best_weights: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        self.reading = Reading()
        self.totals = Totals()
        self.began: dict[str, Any] = {}

    def batches(self, data: Splits) -> Iterator[Any]:
        """The batches of the epoch that are left. Those that were learnt are drawn again as they were, and dropped."""
        if self.taken == 0:
            self.began = {"train": data.train().state_dict(), "random": random_state()}
            return iter(data.train())
        with random_state_kept():
            set_random_state(self.began["random"])
            data.train().load_state_dict(self.began["train"])
            batches = iter(data.train())
            for _ in islice(batches, self.taken):
                pass
        return batches

    def state_dict(self) -> dict[str, Any]:
        state = {"step": self.step, "epoch": self.epoch, "taken": self.taken, "history": self.history}
        state |= {"best": self.best, "best_epoch": self.best_epoch, "reading": tuple(self.reading)}
        return state | ({"totals": self.totals.state(), "began": self.began} if self.taken else {})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = state["step"]
        self.history[:] = state["history"]
        self.epoch = state.get("epoch", len(self.history) + 1)
        self.taken = state.get("taken", 0)
        self.best = state.get("best", {})
        self.best_epoch = state.get("best_epoch", len(self.history))
        self.reading = Reading(*state.get("reading", ()))
        self.totals = Totals(start=state.get("totals"))
        self.began = state.get("began", {})

    def count(self, quantities: Any) -> None:
        """A step was taken."""
        self.totals.add(quantities)
        self.step += 1
        self.taken += 1

    def next_epoch(self) -> None:
        self.epoch += 1
        self.taken = 0
        self.totals = Totals()

    def note(self, metrics: Metrics, metric: str | None = None) -> bool:
        """The model was measured: whether it was never better, by `metric` where one is named."""
        is_best = self.reading.is_better(metrics, self.best, metric)
        if is_best:
            self.best, self.best_epoch = metrics, self.epoch
        return is_best

    def back_to_best(self) -> None:
        """The model has its best weights again: the history ends with what was measured of them."""
        self.history[self.best_epoch - 1 :] = [self.best]
