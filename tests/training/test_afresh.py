"""An experiment that is run again begins as it did at first; of a run it keeps what it has learnt, else nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

from dongshou.data import Batches, Splits
from dongshou.errors import UsageError
from dongshou.runs.execute import seeded_events
from dongshou.tasks import Classification
from dongshou.training import Evaluated, Experiment, Session
from tests.training.toys import NUM_CLASSES, averaged, blob_splits, blobs, classifier, gan, toy, weights

Outcome = tuple[list[Any], dict[str, Tensor]]  # what was measured, and the weights at the end


def trained(experiment: Any, stop_at: int | None = None, **session: Any) -> Outcome:
    measured: list[Any] = []
    with closing(seeded_events(experiment, Session(**session))) as events:
        for event in events:
            if isinstance(event, Evaluated):
                measured.append((event.step, event.metrics, event.lr))
            if stop_at is not None and getattr(event, "step", 0) == stop_at:
                break
    return measured, weights(experiment.model)


def assert_equal(first: Outcome, second: Outcome) -> None:
    assert first[0] == second[0]
    assert all(torch.equal(first[1][name], tensor) for name, tensor in second[1].items())


def of_loader(given: str) -> Experiment:
    """Data that are shuffled by a generator that somebody else made, or that nobody did."""
    torch.manual_seed(5)
    dataset = TensorDataset(*blobs())
    train: Any = {
        "DataLoader": lambda: DataLoader(dataset, batch_size=16, shuffle=True),
        "with a generator": lambda: DataLoader(
            dataset, batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(3)
        ),
        "Dataset": lambda: dataset,
        "function": lambda: lambda: Batches(*blobs(), batch_size=16, shuffle=True),
        "function with a generator": function_with_a_generator,
    }[given]()
    return classifier(data=Splits(train, test=Batches(*blobs(24, seed=8), batch_size=24), batch_size=16))


def function_with_a_generator() -> Callable[[], Batches]:
    """As `load_images` has it: the generator is there before the data are read."""
    generator = torch.Generator().manual_seed(4)
    return lambda: Batches(*blobs(), batch_size=16, shuffle=True, generator=generator)


def seeded(make: Callable[[], Experiment]) -> Experiment:
    torch.manual_seed(5)
    return make()


MAKES: dict[str, Callable[[], Experiment]] = {
    "momentum, schedule, dropout": classifier,
    "clipping": lambda: classifier(clip=0.05),
    "several optimisers, state of the task": gan,
    "an average of the weights": averaged,
    "DataLoader": lambda: of_loader("DataLoader"),
    "with a generator": lambda: of_loader("with a generator"),
    "Dataset": lambda: of_loader("Dataset"),
    "function": lambda: of_loader("function"),
    "function with a generator": lambda: of_loader("function with a generator"),
}


@pytest.mark.parametrize("name", MAKES)
def test_the_same_seed_gives_the_same_run_whatever_was_run_before(name: str):
    experiment = seeded(MAKES[name])
    first = trained(experiment, seed=1)
    assert_equal(first, trained(experiment, seed=1))
    trained(experiment, stop_at=4, seed=2, limit=40)
    assert_equal(first, trained(experiment, seed=1))
    assert_equal(first, trained(seeded(MAKES[name]), seed=1))
    other = trained(experiment, seed=3)
    assert_equal(other, trained(seeded(MAKES[name]), seed=3))


def test_another_engine_and_precision_leave_nothing():
    experiment = seeded(classifier)
    first = trained(experiment)
    trained(experiment, engine="scratch")
    assert_equal(first, trained(experiment))
    trained(experiment, precision="bf16")
    trained(experiment, fast=True)
    assert_equal(first, trained(experiment))


def test_what_is_left_of_a_run():
    """The weights, in eval mode; layers, optimisers and data are as they were given."""
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, NUM_CLASSES))
    optimizer = SGD(model.parameters(), lr=0.2, momentum=0.9)
    data = blob_splits()
    experiment = Experiment(
        data, model, Classification(), optimizer, 2, schedule=lambda optimizer: StepLR(optimizer, 1), clip=0.1
    )
    before, groups = weights(model), copy.deepcopy(optimizer.state_dict())
    order = data.train().state_dict()["generator"].clone()
    trained(experiment, engine="scratch", limit=32)
    assert not torch.equal(model[0].weight, before["0.weight"]) and not model.training
    assert [type(layer) for layer in model] == [nn.Linear, nn.Dropout, nn.Linear]
    assert experiment.optimizer is optimizer and type(optimizer) is SGD and optimizer.state_dict() == groups
    assert not optimizer._optimizer_step_pre_hooks and not optimizer.state
    assert all(parameter.grad is None for parameter in model.parameters())
    assert data.train().num_examples == 48 and torch.equal(data.train().state_dict()["generator"], order)


def test_weights_and_settings_given_in_between_hold():
    experiment, other = seeded(classifier), seeded(lambda: classifier(lr=0.3))
    trained(experiment)
    given = {name: tensor * 0.9 for name, tensor in weights(other.model).items()}
    for one in (experiment, other):
        one.model.load_state_dict(given)
    experiment.optimizer.param_groups[0]["lr"] = 0.3
    assert_equal(trained(other), trained(experiment))
    assert_equal(trained(other), trained(experiment))  # they are what it begins with from now on


def test_what_the_task_owns_may_be_given_while_the_model_begins_afresh():
    experiment = seeded(gan)
    trained(experiment)
    discriminator = experiment.task.discriminator  # pyright: ignore[reportAttributeAccessIssue]
    start = weights(experiment.model)
    with torch.no_grad():
        discriminator[0].weight.fill_(0.25)
    with experiment.begun():
        assert torch.equal(discriminator[0].weight, torch.full((8, 4), 0.25))
        assert not torch.equal(experiment.model[0].weight, start["0.weight"])  # pyright: ignore[reportIndexIssue]
        assert experiment.task.num_steps == 0  # pyright: ignore[reportAttributeAccessIssue]


def test_lazy_layers_are_to_be_built_again():
    model = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(NUM_CLASSES))
    model(torch.zeros(2, 4))
    known = Experiment(blob_splits(), model, Classification(), SGD(model.parameters(), lr=0.1), 1)
    assert_equal(trained(known), trained(known))  # they know their shapes by now
    model = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(NUM_CLASSES))
    lazy = Experiment(blob_splits(), model, Classification(), SGD(model.parameters(), lr=0.1), 1)
    trained(lazy)
    assert type(model[0]) is nn.Linear
    with pytest.raises(UsageError, match="lazy layers, whose first weights were drawn in its first run: build"):
        trained(lazy)


def test_a_declared_experiment_holds_what_it_has_learnt():
    work: Any = toy()
    before = weights(work.model)
    first = trained(work, seed=4)
    assert any(not torch.equal(before[name], tensor) for name, tensor in weights(work.model).items())
    assert_equal(first, trained(work, seed=4))
    assert work.declared.name == "toy" and type(work.model[1]) is nn.Linear
