"""A choice tried out: a copy of the model takes steps on one batch, and is timed."""

from __future__ import annotations

import copy
import math
import time
import warnings
from typing import TYPE_CHECKING, Any

import torch

from dongshou.training import bfloat16
from dongshou.training.fast.apply import apply
from dongshou.training.fast.choice import Choice
from dongshou.training.precision import autocast

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment

TURN = 0.02  # seconds that a turn lasts at least
ROUNDS = 7
OUT_OF_REACH = 1.5  # times the champion's time: more rounds would not change the outcome
NEAR = {"fp32": 1e-3, "bf16": 2e-2}  # how far the loss of the first batch may be off, relatively


class Trial:
    """Copies of an experiment's model, task and optimiser, computed as a choice says. The experiment stays as it is."""

    def __init__(self, choice: Choice, experiment: Experiment, batch: Any) -> None:
        self.choice = choice
        self.batch = batch
        self.device = next(experiment.model.parameters()).device
        parts = (experiment.model, experiment.task, experiment.optimizer)
        self.model, self.task, self.optimizer = copy.deepcopy(parts)
        if choice.precision == "bf16":
            bfloat16.fall_back(self.model, self.device.type)
        apply(choice, self.model, self.optimizer)
        self.step = self.task.step
        self.num_steps = 1  # of a turn

    def loss(self) -> float:
        """Of the batch, without dropout, before anything is learnt; not a number where the task measures none."""
        self.model.eval()
        with torch.no_grad(), autocast(self.device, self.choice.precision):
            quantities = self.task.measure(self.model, self.batch)
        if "loss" not in quantities:
            return math.nan
        return float(quantities["loss"].total) / float(quantities["loss"].weight)

    def warm_up(self) -> None:
        """Two steps, the first of which allocates and compiles; how many make a turn."""
        self.model.train()
        self.seconds()
        self.num_steps = max(1, math.ceil(TURN / self.seconds()))

    def seconds(self) -> float:
        """Of a step, the mean over a turn."""
        torch.set_num_threads(self.choice.threads)
        start = time.perf_counter()
        for _ in range(self.num_steps):
            with autocast(self.device, self.choice.precision):
                self.step(self.model, self.batch, self.optimizer)
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return (time.perf_counter() - start) / self.num_steps


def challenger(choice: Choice, experiment: Experiment, batch: Any, loss: float) -> Trial | None:
    """A trial of the choice; none where this machine cannot compute it so, or something else comes out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            trial = Trial(choice, experiment, batch)
            if not agrees(trial.loss(), loss, NEAR[choice.precision]):
                return None
            trial.warm_up()
        except Exception:  # no compiler, no kernel for this type, no memory: whatever it is, there is another way
            return None
    return trial


def agrees(loss: float, expected: float, tolerance: float) -> bool:
    return math.isnan(expected) or math.isclose(loss, expected, rel_tol=tolerance, abs_tol=tolerance / 10)


def gain(champion: Trial, challenger: Trial) -> float:
    """How many times as fast the challenger takes a step: the best of turns taken one after the other."""
    best, other = math.inf, math.inf
    for _ in range(ROUNDS):
        best, other = min(best, champion.seconds()), min(other, challenger.seconds())
        if other > OUT_OF_REACH * best:
            break
    return best / other
