"""The loop against the loop that anybody would write in plain torch: not nearly the same, the same bits."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Callable

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import nn
from torch.optim import SGD, Adam, Optimizer
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.text.batches import TextBatches
from dongshou.tasks import Classification, LanguageModeling
from dongshou.training import Evaluated, Experiment, Progress, Session, Stepped, fit
from dongshou.training.events import Metrics, Sampled
from tests.training.toys import NUM_CLASSES, blob_splits, blobs, classifier, declared, weights


def trained(experiment: Experiment, **session) -> tuple[list[Metrics], dict[str, torch.Tensor]]:
    """The metrics of each epoch and the weights at the end."""
    history: list[Metrics] = []
    torch.manual_seed(1)
    for _ in fit(experiment, Session(device="cpu", **session), progress=Progress(history)):
        pass
    return history, weights(experiment.model)


def seeded(make: Callable[[], Experiment], seed: int = 0) -> Experiment:
    torch.manual_seed(seed)
    return make()


OPTIMIZERS: dict[str, Callable[[nn.Module], Optimizer]] = {
    "SGD": lambda model: SGD(model.parameters(), lr=0.1),
    "momentum and decay": lambda model: SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01),
    "Adam": lambda model: Adam(model.parameters(), lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_epochs_are_those_of_a_plain_torch_loop_bit_for_bit(name: str):
    model = models.mlp(4, (8,), NUM_CLASSES, dropout=(0.5,))
    start = weights(model)
    batches = Batches(*blobs(), batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(5))
    ours = Experiment(Splits(batches), model, Classification(), OPTIMIZERS[name](model), epochs=2)
    history, learnt = trained(ours)

    model.load_state_dict(start)
    torch.manual_seed(1)
    losses = plain_loop(model, OPTIMIZERS[name](model), num_epochs=2)
    assert all(torch.equal(learnt[key], tensor) for key, tensor in model.state_dict().items())
    assert [metrics["train_loss"] for metrics in history] == pytest.approx(losses, rel=1e-6)


def plain_loop(model: nn.Module, optimizer: Optimizer, num_epochs: int) -> list[float]:
    """The mean training loss of each epoch."""
    inputs, labels = blobs()
    order = torch.Generator().manual_seed(5)
    losses = []
    for _ in range(num_epochs):
        total = 0.0
        model.train()
        for indices in torch.randperm(len(inputs), generator=order).split(16):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs[indices]), labels[indices])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(indices)
        losses.append(total / len(inputs))
    return losses


def test_what_is_measured_agrees_with_scikit_learn():
    experiment = seeded(lambda: classifier(epochs=2))
    history, _ = trained(experiment)
    inputs, labels = blobs(24, seed=8)
    experiment.model.eval()
    with torch.no_grad():
        probabilities = experiment.model(inputs).double().softmax(1)
    assert history[-1]["test_loss"] == pytest.approx(log_loss(labels, probabilities), rel=1e-5)
    assert history[-1]["test_accuracy"] == accuracy_score(labels, probabilities.argmax(1))


def test_uneven_batches_weigh_by_their_examples():
    inputs, labels = blobs(10)
    uneven = Batches(inputs, labels, batch_size=7)
    whole = Batches(inputs, labels, batch_size=10)
    model = models.softmax_regression(4, NUM_CLASSES)
    frozen = SGD(model.parameters(), lr=0.0)
    history, _ = trained(Experiment(Splits(uneven, uneven, whole), model, Classification(), frozen, epochs=1))
    (metrics,) = history
    assert metrics["train_loss"] == pytest.approx(metrics["valid_loss"], rel=1e-6)
    assert metrics["valid_loss"] == pytest.approx(metrics["test_loss"], rel=1e-6)
    assert metrics["train_accuracy"] == metrics["valid_accuracy"] == metrics["test_accuracy"]


def test_both_engines_agree():
    by_torch, learnt = trained(seeded(lambda: classifier(dropout=0.0)))
    by_scratch, written_out = trained(seeded(lambda: classifier(dropout=0.0)), engine="scratch")
    assert [*learnt] == [*written_out]
    for name, tensor in learnt.items():
        torch.testing.assert_close(written_out[name], tensor)
    for ours, theirs in zip(by_scratch, by_torch, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)


def test_the_scratch_engine_runs_nothing_of_torchs_own():
    experiment = classifier()
    trained(experiment, engine="scratch")
    parts = [experiment.model, *experiment.model.modules(), experiment.task.loss, experiment.optimizer]
    computing = [part for part in parts if not isinstance(part, nn.Sequential)]
    assert all(type(part).__module__.startswith("dongshou.scratch") for part in computing), computing


def test_bfloat16_is_near_float32_and_keeps_float32_weights():
    exact, _ = trained(seeded(lambda: classifier(dropout=0.0)))
    rough, learnt = trained(seeded(lambda: classifier(dropout=0.0)), precision="bf16")
    assert all(tensor.dtype == torch.float32 for tensor in learnt.values())
    for name in ("train_loss", "test_loss"):
        assert rough[-1][name] == pytest.approx(exact[-1][name], rel=0.05)
        assert rough[-1][name] != exact[-1][name]


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("g++") is None or sys.platform == "win32", reason="torch.compile needs a C++ compiler: no g++ found"
)
@pytest.mark.filterwarnings("ignore")  # of torch.compile itself
def test_a_compiled_model_learns_the_same_under_the_same_names():
    plain, learnt = trained(seeded(lambda: classifier(epochs=2, dropout=0.0)))
    compiled, fused = trained(seeded(lambda: classifier(epochs=2, dropout=0.0)), compile=True)
    assert [*fused] == [*learnt]
    assert compiled[-1]["test_loss"] == pytest.approx(plain[-1]["test_loss"], rel=1e-4)


def test_a_limit_shortens_every_split():
    steps = [event for event in fit(classifier(epochs=2), Session(limit=20)) if isinstance(event, Stepped)]
    positions = [(event.step, event.epoch, event.num_steps) for event in steps]
    assert positions == [(1, 1, 4), (2, 1, 4), (3, 2, 4), (4, 2, 4)]


def test_a_data_loader_learns_as_well_as_batches():
    inputs, labels = blobs()
    loader = DataLoader(TensorDataset(inputs, labels), batch_size=16, shuffle=True)
    splits = Splits(loader, test=TensorDataset(*blobs(24, seed=8)), batch_size=24)
    history, _ = trained(classifier(epochs=15, dropout=0.0, schedule=None, data=splits))
    assert history[-1]["test_accuracy"] > 0.85


SCHEDULES = {
    "step": lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.5),
    "milestones": lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3]),
    "cosine": lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5),
    "function": lambda optimizer: torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
}


@pytest.mark.filterwarnings("ignore:Detected call of")  # the reference below takes no steps
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_learning_rate_of_each_epoch_is_that_of_torchs_scheduler(name: str):
    experiment = classifier(epochs=5, lr=0.1, schedule=SCHEDULES[name])
    rates = [event.lr for event in fit(experiment) if isinstance(event, Evaluated)]
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = SCHEDULES[name](optimizer)
    expected = []
    for _ in range(5):
        expected.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    assert rates == expected


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_scratch_engine_makes_the_schedule_ours(name: str):
    rates, made = [], []

    def schedule(optimizer):
        made.append(SCHEDULES[name](optimizer))  # for the rehearsal, then for the fit
        return made[-1]

    for engine in ("torch", "scratch"):
        made.clear()
        experiment = classifier(epochs=5, lr=0.1, schedule=schedule)
        events = fit(experiment, Session(engine=engine))
        rates.append([event.lr for event in events if isinstance(event, Evaluated)])
        assert type(made[-1]).__module__.startswith("dongshou.scratch") == (engine == "scratch")
        assert made[-1].optimizer is experiment.optimizer
    assert rates[1] == pytest.approx(rates[0], rel=1e-12)
    assert len(set(rates[0])) > 1


def test_weight_decay_shrinks_the_weights():
    def norm(decay: float) -> float:
        model = models.softmax_regression(4, NUM_CLASSES)
        optimizer = SGD(model.parameters(), lr=0.1, weight_decay=decay)
        _, learnt = trained(Experiment(blob_splits(), model, Classification(), optimizer, epochs=5))
        return float(learnt["1.weight"].norm())

    assert norm(0.5) < 0.8 * norm(0.0)


def test_every_fifty_steps_the_means_since_the_last_look():
    losses, windows = [], []
    batches = Batches(*blobs(30), batch_size=1, shuffle=True)
    for event in fit(classifier(epochs=4, data=Splits(batches))):
        if isinstance(event, Stepped):
            losses.append(float(event.quantities["loss"].total))
            if event.metrics:
                windows.append((event.step, event.metrics["train_loss"], losses[:]))
    assert [step for step, _, _ in windows] == [50, 100]
    (_, first, seen), (_, second, all_seen) = windows
    assert first == pytest.approx(sum(seen[30:]) / 20)  # an epoch has 30 steps and starts over
    assert second == pytest.approx(sum(all_seen[90:]) / 10)


def test_what_is_seen_by_step_is_finished_as_the_task_says():
    batches = TextBatches(torch.arange(400) % 7, batch_size=2, num_steps=3)
    model = models.recurrent_language_model(7, 4)
    work = Experiment(Splits(batches), model, LanguageModeling(), SGD(model.parameters(), lr=0.1), epochs=1)
    (metrics,) = [event.metrics for event in fit(work) if isinstance(event, Stepped) and event.metrics]
    assert metrics["train_perplexity"] == pytest.approx(math.exp(metrics["train_loss"]))


def test_a_schedule_of_steps():
    rates = []
    experiment = classifier(
        epochs=2, lr=1.0, schedule=lambda optimizer: StepLR(optimizer, 1, gamma=0.5), schedule_every="step"
    )
    for event in fit(experiment):
        if isinstance(event, Stepped):
            rates.append(experiment.optimizer.param_groups[0]["lr"])
    assert rates == [0.5**step for step in range(1, 7)]


def test_samples_are_told_after_early_epochs_and_round_ones():
    told = [event for event in fit(classifier(epochs=32, sample=lambda model: "text")) if isinstance(event, Sampled)]
    assert [event.epoch for event in told] == [*range(1, 11), 20, 30, 32]
    assert {(event.step, event.text) for event in told[:2]} == {(3, "text"), (6, "text")}


def test_samples_are_on_record():
    run = declared(lambda: classifier(epochs=2, sample=lambda model: "你好\n")).run()
    samples = [line for line in run.lines() if line["event"] == "sample"]
    assert [(line["epoch"], line["text"]) for line in samples] == [(1, "你好\n"), (2, "你好\n")]
