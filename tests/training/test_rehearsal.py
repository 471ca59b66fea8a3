"""What can be known before training is known before it: it works, or one line says why not and nothing is left."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import LBFGS, SGD, Adam, lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

from dongshou import experiments
from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import execute, list_runs
from dongshou.tasks import Classification
from dongshou.training import Experiment, Progress, Session, Work, fit, prepare, rehearsal
from dongshou.training.randomness import random_state, seed_all
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training.toys import NUM_CLASSES, blob_splits, blobs, classifier, declared, weights


class ExtraState(nn.Linear):
    """Counts its calls, and keeps the count in a dict."""

    calls = 0

    def forward(self, input: Tensor) -> Tensor:
        self.calls += self.training
        return super().forward(input)

    def get_extra_state(self) -> dict[str, Any]:
        return {"calls": self.calls, "name": "数", "scale": torch.tensor(0.5)}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.calls = state["calls"]


class SparseBuffer(nn.Linear):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.register_buffer("graph", torch.eye(4).to_sparse())

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(torch.sparse.mm(self.graph, input.T).T)  # pyright: ignore


class Complex(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, NUM_CLASSES, dtype=torch.complex64))

    def forward(self, input: Tensor) -> Tensor:
        return (input.to(torch.complex64) @ self.weight).abs()


class Sparse(nn.Module):
    """An embedding whose gradient is sparse: of the sign of each feature."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(8, NUM_CLASSES, sparse=True)

    def forward(self, input: Tensor) -> Tensor:
        places = torch.arange(4) * 2 + (input > 0)  # (batch, 4)
        return self.embedding(places).sum(1)


def momentum(parameters: Any) -> SGD:
    return SGD(parameters, lr=0.1, momentum=0.9)


def linear() -> nn.Module:
    return nn.Linear(4, NUM_CLASSES)


def normalized() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, NUM_CLASSES))


def work(model: Callable[[], nn.Module] = linear, optimizer: Callable[[Any], Any] = momentum, **more: Any) -> Work:
    def make() -> Experiment:
        made = model()
        settings = {"data": blob_splits(), "task": Classification(), "epochs": 3, "draw": False} | more
        return Experiment(model=made, optimizer=optimizer(made.parameters()), **settings)

    return declared(make)


def plateau(mode: Any = "min") -> Callable[[Any], Any]:
    return lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, mode=mode, patience=0)


def cycle(total_steps: int) -> Callable[[Any], Any]:
    return lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=total_steps)


def tensor_rate(parameters: Any) -> Adam:
    return Adam(parameters, lr=torch.tensor(0.1), foreach=False)


def halving(optimizer: Any) -> lr_scheduler.LRScheduler:
    return lr_scheduler.StepLR(optimizer, 1, gamma=0.5)


WORKS: dict[str, dict[str, Any]] = {
    "extra state that is a dict": {"model": lambda: ExtraState(4, NUM_CLASSES)},
    "a sparse buffer": {"model": lambda: SparseBuffer(4, NUM_CLASSES)},
    "sparse momentum, clipped": {"model": Sparse, "clip": 0.5},
    "complex numbers, clipped": {"model": Complex, "optimizer": lambda some: Adam(some, lr=0.1), "clip": 0.5},
    "a plateau of the loss": {"schedule": plateau()},
    "a plateau of the headline": {"schedule": plateau("max")},
    "a rate that is a tensor": {"optimizer": tensor_rate, "schedule": halving},
    "one cycle of just as many steps": {"schedule": cycle(9), "schedule_every": "step"},
}


@pytest.mark.parametrize("name", WORKS)
def test_it_works_and_resumes_to_the_same_bits(name: str):
    settings = WORKS[name]
    assert_same(work(**settings).run(), execute(work(**settings), resume=interrupted(work(**settings)).path))


def test_a_plateau_lowers_the_rate_where_torch_does():
    def of_rate(parameters: Any, lr: float = 0.5) -> SGD:
        return SGD(parameters, lr=lr)

    run = work(optimizer=of_rate, schedule=plateau(), epochs=12).run()
    lines = [line for line in run.lines() if line["event"] == "epoch"]
    reference = of_rate([nn.Parameter(torch.zeros(1))])
    schedule, rates = plateau()(reference), []
    for line in lines:
        rates.append(reference.param_groups[0]["lr"])
        schedule.step(line["test_loss"])
    assert [line["lr"] for line in lines] == rates
    assert len({*rates}) > 1


class Keeps(Classification):
    def state_dict(self) -> dict[str, Any]:
        return {"rule": lambda x: x}


class OddKey(Classification):
    def state_dict(self) -> dict[Any, Any]:
        return {(1, 2): 3}


def whole_batches(num_examples: int, batch_size: int) -> DataLoader:
    return DataLoader(TensorDataset(*blobs(num_examples)), batch_size=batch_size, drop_last=True)


def batches(num_examples: int, batch_size: int) -> Batches:
    return Batches(*blobs(num_examples), batch_size=batch_size)


def with_nan(column: int) -> Splits:
    inputs, labels = blobs(64)
    return Splits((inputs.index_fill(1, torch.tensor([column]), torch.nan), labels))


def of_another(_: Any) -> lr_scheduler.LRScheduler:
    return halving(momentum(linear().parameters()))


OF_SEVEN = Batches(torch.ones(4, 7), blobs(4)[1], batch_size=4)

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a step that needs a closure": (
        {"optimizer": LBFGS},
        "LBFGS computes the loss several times a step, which Classification does not let it: use an optimiser",
    ),
    "a plateau by step": (
        {"schedule": plateau(), "schedule_every": "step"},
        'waits for a metric of each epoch: use schedule_every="epoch"',
    ),
    "a schedule by batch": ({"schedule_every": "batch"}, 'schedule_every is "epoch" or "step"; got \'batch\''),
    "a cycle that is too short": (
        {"schedule": cycle(8), "schedule_every": "step"},
        "OneCycleLR ends after 8 steps, but is stepped 9 times, after each step: give it total_steps=9",
    ),
    "a schedule of another optimiser": (
        {"schedule": of_another},
        "made of the optimiser that its function is given, .*; got StepLR of another optimiser",
    ),
    "a loader that drops its only batch": (
        {"data": lambda: Splits(whole_batches(10, 16))},
        "The train split gives no batch: its 10 examples fill none where the last",
    ),
    "a test of no batch": (
        {"data": lambda: Splits(batches(48, 16), test=whole_batches(10, 16))},
        "The test split gives no batch",
    ),
    "a last batch of one under batch normalisation": (
        {"model": normalized, "data": lambda: Splits(batches(65, 64))},
        r"one example \(65 by 64\), from which the model cannot learn: Expected more than 1 value per channel",
    ),
    "the same by a loader": (
        {"model": normalized, "data": lambda: Splits(DataLoader(TensorDataset(*blobs(65)), batch_size=64))},
        r"one example \(65 by 64\)",
    ),
    "a test that does not fit": (
        {"data": lambda: Splits(batches(48, 16), test=OF_SEVEN)},
        r"What is measured after an epoch cannot be: inputs \(4, 7\), targets \(4,\): mat1 and mat2",
    ),
    "inputs with gaps": (
        {"data": lambda: with_nan(2)},
        r"64 of 256 numbers of the first batch are nan or infinite: inputs \(64, 4\), targets \(64,\)\. Fill",
    ),
    "a state that cannot be kept": ({"task": Keeps()}, r"state.training.task.rule is a function"),
    "a key that cannot be kept": ({"task": OddKey()}, r"has a key \(1, 2\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_before_the_first_step(name: str):
    settings, message = REFUSED[name]
    if "data" in settings:
        settings = settings | {"data": settings["data"]()}
    with pytest.raises(DongshouError, match=message) as error:
        work(**settings).run()
    assert "\n" not in str(error.value)
    assert not list_runs()


def test_normalization_learns_from_a_last_batch_of_two_and_without_one_that_is_dropped():
    for data in (Splits(batches(66, 64)), Splits(whole_batches(65, 64))):
        assert work(normalized, data=data).run().is_done


def test_a_limit_that_leaves_one_over():
    with pytest.raises(DongshouError, match=r"one example \(257 by 256\).*Choose another batch size or limit"):
        experiments.batch_norm_lenet(data="digits").run(limit=257)
    assert not list_runs()


class Drawn(TensorDataset):
    """Noise from each of the generators that a data set may use."""

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        inputs, label = super().__getitem__(index)
        return inputs + random.random() + np.random.rand() + torch.rand(()), label


def drawing() -> Experiment:
    torch.manual_seed(5)
    loader = DataLoader(Drawn(*blobs()), batch_size=16, shuffle=True)
    return classifier(data=Splits(loader, test=Drawn(*blobs(24, seed=8)), batch_size=24))


def trained(experiment: Experiment) -> tuple[list[dict[str, float]], dict[str, Tensor]]:
    seed_all(3)
    progress = Progress()
    for _ in fit(experiment, Session(device="cpu"), progress=progress):
        pass
    return progress.history, weights(experiment.model)


def test_a_rehearsal_leaves_no_trace(monkeypatch: pytest.MonkeyPatch):
    with_it, learnt = trained(drawing())
    monkeypatch.setattr(prepare, "rehearse", lambda *_: None)
    without, same = trained(drawing())
    assert with_it == without
    assert all(torch.equal(learnt[name], tensor) for name, tensor in same.items())


def test_a_rehearsal_puts_back_every_generator_and_touches_no_part():
    experiment = drawing()
    before, start, data = random_state(), weights(experiment.model), experiment.data.state_dict()
    rehearsal.rehearse(experiment, Session(device="cpu"))
    assert same_tree(before, random_state()) and same_tree(data, experiment.data.state_dict())
    assert same_tree(start, weights(experiment.model))
    assert not experiment.optimizer.state and all(p.grad is None for p in experiment.model.parameters())


def same_tree(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_tree(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return all(map(same_tree, one, other))
    return one == other


@pytest.mark.parametrize("one_seed", [3, 2**40 + 3])
def test_one_seed_for_every_generator_and_a_resumed_run_draws_on(one_seed: int):
    run = declared(drawing).run(seed=one_seed)
    random.random(), np.random.rand()  # whatever was drawn before
    again = declared(drawing).run(seed=one_seed)
    assert_same(run, again)
    stopped = interrupted(declared(drawing), seed=one_seed)
    np.random.rand()
    assert_same(run, execute(declared(drawing), resume=stopped.path))


class Counts(Classification):
    calls = 0

    def step(self, model, batch, optimizer):
        Counts.calls += 1
        return super().step(model, batch, optimizer)


def test_a_rehearsal_is_one_step():
    Counts.calls = 0
    for _ in fit(classifier(epochs=2, task=Counts())):
        pass
    assert Counts.calls == 2 * 3 + 1


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
def test_a_model_that_cannot_be_copied_is_trained_all_the_same():
    model = torch.nn.utils.weight_norm(nn.Linear(4, NUM_CLASSES))  # its weight is computed: torch copies none such
    with pytest.raises(RuntimeError, match="deepcopy"):
        copy.deepcopy(model)
    one = Experiment(blob_splits(), model, Classification(), SGD(model.parameters(), 0.1), epochs=1, draw=False)
    assert len(list(fit(one))) == 4


@pytest.mark.parametrize("schedule", [lr_scheduler.StepLR, 3, SGD([nn.Parameter(torch.zeros(1))], 0.1)])
def test_what_is_no_schedule(schedule: Any):
    with pytest.raises(UsageError, match="The schedule of an experiment is a function that makes it"):
        classifier(schedule=schedule)
