"""Another run of the same experiment begins where the first one began.

A run gives the weights of an experiment other values, and everything else, for its time, another form: limited data,
layers and optimisers of another engine, hooks, a schedule. Afterwards only what was learnt is left of that.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.optim import Optimizer

from dongshou.errors import DongshouError, UsageError
from dongshou.tasks.owned import load_state, modules_of, state_of
from dongshou.training.digest import digest, is_unknown
from dongshou.training.parts import by_name, modules_in
from dongshou.training.state import device_of, load_into

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment

TASK = " task"  # the state of the task among the parts: no module has a space in its name
OF_THE_ENGINE = ("forward", "_compiled_call_impl")  # attributes of a layer that a run may set


@dataclass
class Start:
    """What an experiment begins with.

    parts  the state of the model, under an empty name, of each module of its task, and of the task itself
    left   the digest of each part at the end of the last run
    """

    parts: dict[str, Any] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


@contextmanager
def afresh(experiment: Experiment) -> Iterator[None]:
    """The weights with which the first run began, or those that the experiment was given since.

    Raises UsageError for lazy layers, whose first weights were drawn within a run.
    """
    start = experiment.start
    for name, now in parts_of(experiment).items():
        if name in start.left and start.left[name] == digest(now):
            put_back(experiment, name, start.parts[name])
        else:
            start.parts[name] = copy.deepcopy(now)
    try:
        yield
    finally:
        with suppress(DongshouError):  # a state that no checkpoint can hold, which has stopped the run
            start.left = {name: digest(part) for name, part in parts_of(experiment).items()}


def parts_of(experiment: Experiment) -> dict[str, Any]:
    """Everything that is learnt, by the module that holds it."""
    states: dict[str, Any] = {name: module.state_dict() for name, module in modules_in(experiment).items()}
    return states | {TASK: state_of(experiment.task)}


def put_back(experiment: Experiment, name: str, part: Any) -> None:
    if name == TASK:
        load_state(experiment.task, copy.deepcopy(part), device_of(experiment.model))
        return
    if any(map(is_unknown, part.values())):
        raise UsageError(
            "This experiment has lazy layers, whose first weights were drawn in its first run:"
            " build it again for another one."
        )
    module = modules_of(experiment.task)[name] if name else experiment.model
    load_into(module, part, name or "model")


@contextmanager
def as_given(experiment: Experiment) -> Iterator[None]:
    """Afterwards the data, the layers and the optimisers are in the form that they have now, and nothing is left of
    gradients and moments; the weights stay as they are then."""
    with ExitStack() as stack:
        stack.enter_context(experiment.data.as_given())
        for module in modules_in(experiment).values():
            stack.enter_context(layers_as_given(module))
        given = experiment.optimizer
        for optimizer in by_name(given).values():
            stack.enter_context(optimizer_as_given(optimizer))
        try:
            yield
        finally:
            experiment.optimizer = given


@contextmanager
def layers_as_given(model: nn.Module) -> Iterator[None]:
    """Afterwards each layer has the class, the forward pass and the gradients of now; the model is in eval mode."""
    layers = [
        (layer, type(layer), {name: vars(layer).get(name) for name in OF_THE_ENGINE}) for layer in model.modules()
    ]
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    try:
        yield
    finally:
        for layer, kind, attributes in layers:
            give_back(layer, kind, attributes)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        model.eval()


def give_back(layer: nn.Module, kind: type[nn.Module], attributes: dict[str, Any]) -> None:
    if type(layer) is not kind and not issubclass(kind, LazyModuleMixin):  # a lazy layer has become another for good
        layer.__class__ = kind
        if isinstance(layer, nn.RNNBase):
            layer.flatten_parameters()  # side by side in memory, as cuDNN wants them
    for name, value in attributes.items():
        if value is None:
            vars(layer).pop(name, None)
        else:
            vars(layer)[name] = value


@contextmanager
def optimizer_as_given(optimizer: Optimizer) -> Iterator[None]:
    """Afterwards it is of the same class again, with the settings, the moments and the hooks of now."""
    kind, attributes = type(optimizer), dict(vars(optimizer))
    hooks = [(value, dict(value)) for name, value in attributes.items() if name.endswith("_hooks")]
    state = copy.deepcopy(optimizer.state_dict())
    try:
        yield
    finally:
        optimizer.__class__ = kind
        for former in [name for name in vars(optimizer) if name not in attributes]:
            del vars(optimizer)[former]
        vars(optimizer).update(attributes)
        for registered, before in hooks:
            registered.clear()
            registered.update(before)
        optimizer.load_state_dict(state)
