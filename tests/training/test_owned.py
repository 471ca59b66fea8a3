"""What a task owns goes where the model goes: to the device, the other engine, through clipping, into checkpoints."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import execute, list_runs
from dongshou.tasks import Classification
from dongshou.tasks.owned import modules_of, on_device, state_of
from dongshou.training import Clipped, Evaluated, Event, Experiment, Saved, Session, Stepped, Work, fit
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.state import load_weights
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training.toys import Adversarial, averaged, blob_splits, blobs, classifier, declared, gan

MAKERS: dict[str, Callable[..., Experiment]] = {"gan": gan, "average": averaged}


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("step", [1, 2, 4, 5, 9])  # the checkpoint before is that of step 0, 0, 3, 4, 8
@pytest.mark.parametrize("name", MAKERS)
def test_it_resumes_to_the_same_bits_from_wherever_it_was_stopped(name: str, step: int, engine: str):
    make = MAKERS[name]
    whole = declared(make).run(engine=engine)
    run = interrupted(declared(make), step, engine=engine)
    assert_same(whole, execute(declared(make), resume=run.path))


def test_an_optimizer_by_name_learns_what_a_plain_loop_learns():
    torch.manual_seed(4)
    ours = gan(epochs=2, clip=None, schedule=None, look_every=None)
    plain: Any = copy.deepcopy((ours.model, ours.task, ours.optimizer))
    torch.manual_seed(5)
    state = ours.data.state_dict()
    for _ in fit(ours, Session(device="cpu")):
        pass
    ours.data.load_state_dict(state)
    torch.manual_seed(5)
    model, task, optimizer = plain
    for _ in range(2):
        model.train(), task.discriminator.train()
        for batch in ours.data.train():
            task.step(model, batch, optimizer)
        model.eval(), task.discriminator.eval()
        for batch in ours.data.test():  # pyright: ignore
            torch.randn_like(batch[0])
    assert isinstance(ours.task, Adversarial)
    for mine, theirs in ((ours.model, model), (ours.task.discriminator, task.discriminator)):
        assert all(map(torch.equal, mine.state_dict().values(), theirs.state_dict().values()))


def test_the_other_engine_computes_everything():
    experiment = gan(epochs=1)
    for _ in fit(experiment, Session(device="cpu", engine="scratch")):
        pass
    layers = [
        layer
        for module in (experiment.model, *modules_of(experiment.task).values())
        for layer in module.modules()
        if not isinstance(layer, nn.Sequential)
    ]
    for part in (*layers, *experiment.optimizer.values()):
        assert type(part).__module__.startswith("dongshou.scratch"), part


def test_each_optimizer_clips_and_slows_down_by_itself():
    events = list(fit(gan(epochs=2, clip=1e-3, look_every=None)))
    clipped = [event for event in events if isinstance(event, Clipped)]
    assert [event.optimizer for event in clipped] == ["generator", "discriminator"] * 2
    assert [len(event.norms) for event in clipped] == [1, 3, 2, 3]
    rates = [event.lr for event in events if isinstance(event, Evaluated)]
    assert rates == [{"generator": 0.01, "discriminator": 0.05}, {"generator": 0.01, "discriminator": 0.025}]


def test_looks_within_an_epoch_are_on_record_and_what_an_epoch_measures_does_not_change():
    run, plain = declared(gan).run(), declared(lambda: gan(look_every=None, sample=None)).run()
    looks = [(line["event"], line["step"], line["epoch"]) for line in run.lines() if line["event"] in ("look", "epoch")]
    assert looks == [("look", 2, 1), ("epoch", 3, 1), ("look", 4, 2), ("epoch", 6, 2), ("look", 8, 3), ("epoch", 9, 3)]
    assert [line["step"] for line in run.lines() if line["event"] == "checkpoint"] == [2, 3, 4, 6, 8, 9]
    assert [*run.table()["epoch"]] == [1, 2, 3] == [*plain.table()["epoch"]]
    best = min(line["test_discriminator_loss"] for line in run.lines() if line["event"] in ("look", "epoch"))
    assert run.record["best"]["test_discriminator_loss"] == best


def test_training_goes_on_in_training_mode_after_each_look():
    modes: list[bool] = []

    class Watches(Classification):
        def step(self, model, batch, optimizer):
            modes.extend([model.training, self.loss.training])
            return super().step(model, batch, optimizer)

    steps = list(fit(classifier(epochs=3, task=Watches(), look_every=2)))
    assert len([event for event in steps if isinstance(event, Stepped)]) == 9
    assert modes == [True] * 2 * (9 + 1)


def test_the_best_weights_come_back_with_what_the_task_owns():
    made: list[Experiment] = []

    def make() -> Experiment:
        made.append(averaged(epochs=2))
        return made[-1]

    run = declared(make).run()
    line = run.checkpoint()
    assert line is not None
    fresh = averaged()
    weights, state = read_checkpoint(run.path / line["path"], line["sha256"])
    load_weights(fresh, weights, state["training"])
    (average,) = (modules_of(one.task)["average"] for one in (fresh,))
    kept = modules_of(made[-1].task)["average"].state_dict()
    assert all(torch.equal(average.state_dict()[name], tensor) for name, tensor in kept.items())
    assert int(kept["n_averaged"]) == 6


def test_another_discriminator_is_told_by_its_name():
    run = interrupted(declared(gan), 5)

    def other() -> Experiment:
        experiment = gan()
        assert isinstance(experiment.task, Adversarial)
        experiment.task.discriminator = nn.Sequential(nn.Linear(4, 9), nn.ReLU(), nn.Linear(9, 1))
        return experiment

    with pytest.raises(DongshouError, match="The checkpoint belongs to another discriminator: .*size mismatch"):
        execute(declared(other), resume=run.path)


class Diverges(Adversarial):
    def step(self, model, batch, optimizer):
        quantities = super().step(model, batch, optimizer)
        with torch.no_grad():
            next(self.discriminator.parameters()).fill_(torch.inf)
        return quantities

    def measure(self, model, batch):
        return {}


def test_what_the_task_owns_has_to_stay_finite():
    experiment = gan()
    experiment.task = Diverges()
    experiment.optimizer["discriminator"] = SGD(experiment.task.discriminator.parameters(), lr=0.1)
    with pytest.raises(DongshouError, match=r"loss became|The parameter discriminator.0.weight is no longer finite"):
        for _ in fit(experiment):
            pass


class Silent:
    """A task that only steps and measures, with a loss that has weights."""

    headline = "loss"

    def __init__(self) -> None:
        self.loss = nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 3.0]))
        self.name = "x"


def test_a_task_that_says_nothing_owns_its_modules():
    assert [*modules_of(Silent())] == ["loss"] and state_of(Silent()) == {}
    module = nn.Linear(1, 1)
    assert modules_of(module) == {"task": module} and state_of(module) == {}
    assert modules_of(object()) == {}


def test_state_keeps_its_kinds_on_the_way_to_a_device():
    tree = {"a": (torch.ones(1), [torch.zeros(2)]), "b": 3}
    moved = on_device(tree, torch.device("cpu"))
    assert isinstance(moved["a"], tuple) and isinstance(moved["a"][1], list) and moved["b"] == 3


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        ({}, "An experiment needs an optimiser; got none by any name"),
        ({"generator": 3}, "The optimiser generator of an experiment is made of"),
        (
            {"generator": SGD(nn.Linear(1, 1).parameters(), 0.1)},
            "The optimiser generator holds the parameters of another model",
        ),
    ],
)
def test_optimizers_that_cannot_train_anything(optimizer: Any, message: str):
    model = nn.Linear(4, 3)
    with pytest.raises(UsageError, match=message):
        Experiment(blob_splits(), model, Classification(), optimizer, epochs=1)


def test_a_schedule_of_an_optimizer_that_is_not_there():
    with pytest.raises(UsageError, match="There is no optimiser called critic to schedule"):
        gan(schedule={"critic": lambda optimizer: None})


@pytest.mark.parametrize("every", [0, -1, 1.5])
def test_a_number_of_steps_between_looks(every: Any):
    with pytest.raises(UsageError, match="look_every must be a whole number of at least 1"):
        classifier(look_every=every)


def work_of(make: Callable[[], Experiment]) -> Work:
    return declared(make)


def test_a_run_is_cut_back_to_a_look():
    def stop(event: Event) -> None:
        if isinstance(event, Saved) and event.step == 4:
            raise KeyboardInterrupt

    whole = work_of(gan).run()
    with pytest.raises(DongshouError):
        execute(work_of(gan), watch=[stop])
    run = list_runs()[-1]
    resumed = execute(work_of(gan), resume=run.path)
    assert_same(whole, resumed)


class CarriesNoise(Classification):
    """Its state is a tensor that each step changes."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: Tensor | None = None

    def state_dict(self) -> dict[str, Any]:
        return {"memory": self.memory}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.memory = state["memory"]

    def step(self, model, batch, optimizer):
        inputs, labels = batch
        noise = torch.zeros_like(inputs) if self.memory is None else self.memory
        self.memory = 0.5 * noise + torch.randn_like(inputs)
        return super().step(model, (inputs + 0.1 * self.memory, labels), optimizer)


def test_a_state_that_is_a_tensor():
    def make() -> Experiment:
        return classifier(task=CarriesNoise(), look_every=2)

    assert_same(work_of(make).run(), execute(work_of(make), resume=interrupted(work_of(make), 5).path))


class Shuffled(Batches):
    """Shuffles by the generator that everybody shares."""

    def __iter__(self):
        order = torch.randperm(self.num_examples)
        for rows in order.split(self.batch_size):
            yield tuple(tensor[rows] for tensor in self.tensors)


def test_an_epoch_that_was_drawn_by_the_shared_generator_goes_on_in_its_order():
    def make() -> Experiment:
        return classifier(data=Splits(Shuffled(*blobs(), batch_size=16)), look_every=2)

    assert_same(work_of(make).run(), execute(work_of(make), resume=interrupted(work_of(make), 5).path))
