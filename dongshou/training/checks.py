"""Whether the parts of an experiment are what they have to be: mistakes are reported before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.utils.data import DataLoader, Dataset

from dongshou.data import Splits
from dongshou.data.split import Split, is_tensors
from dongshou.data.tables.table import Table
from dongshou.errors import UsageError, kind_of
from dongshou.tasks.owned import modules_of
from dongshou.training.early_stopping import EarlyStopping
from dongshou.training.parts import by_name


def as_splits(data: Any) -> Splits:
    """The data of an experiment; tensors, a DataLoader or a Dataset alone are what it is trained on.

    Raises UsageError for others.
    """
    if isinstance(data, Splits):
        return data
    if is_tensors(data) or isinstance(data, Split | DataLoader | Dataset) and not isinstance(data, type):
        return Splits(data)
    cure = "use table.splits()" if isinstance(data, Table) else "write Splits(train=..., test=...)"
    if isinstance(data, tuple | list) and any(isinstance(part, np.ndarray) for part in data):
        cure = "make tensors of the arrays, as in torch.tensor(inputs, dtype=torch.float32)"
    raise UsageError(f"The data of an experiment are Splits; got {kind_of(data)}: {cure}.")


def check_model(model: Any) -> None:
    """Raise UsageError unless the model is a module."""
    if not isinstance(model, nn.Module):
        cure = "call it to make one" if isinstance(model, type) else "derive its class from nn.Module"
        raise UsageError(f"The model of an experiment is a torch.nn.Module; got {kind_of(model)}: {cure}.")


def check_task(task: Any) -> None:
    """Raise UsageError unless the task is an object that can step and measure."""
    lacking = [name for name in ("step", "measure") if not hasattr(task, name)]
    if not lacking and not isinstance(task, type):
        return
    if isinstance(task, nn.Module):
        loss = f"{kind_of(task)}()"
        raise UsageError(f"A loss is not a task: wrap it, as in Classification({loss}) or Regression({loss}).")
    why = f", which lacks {', '.join(lacking)}" if lacking else ""
    raise UsageError(f"A task is an object such as Classification(nn.CrossEntropyLoss()); got {kind_of(task)}{why}.")


def check_optimizers(optimizer: Any, model: nn.Module, task: Any) -> None:
    """Raise UsageError unless each optimiser, one or several by name, can change the model or what the task owns."""
    if isinstance(optimizer, Mapping) and not optimizer:
        raise UsageError("An experiment needs an optimiser; got none by any name.")
    trained = {id(parameter) for module in (model, *modules_of(task).values()) for parameter in module.parameters()}
    for name, one in by_name(optimizer).items():
        check_optimizer(one, trained, f" {name}" if name else "")


def check_optimizer(optimizer: Any, trained: set[int], name: str) -> None:
    if not isinstance(optimizer, Optimizer):
        raise UsageError(
            f"The optimiser{name} of an experiment is made of the model's parameters, as in"
            f" SGD(model.parameters(), lr=0.1); got {kind_of(optimizer)}."
        )
    if not any(id(parameter) in trained for group in optimizer.param_groups for parameter in group["params"]):
        raise UsageError(
            f"The optimiser{name} holds the parameters of another model: build a new one, as in"
            f" {kind_of(optimizer)}(model.parameters(), ...), after the model."
        )


def check_schedule(schedule: Any, every: Any, optimizer: Any) -> None:
    """Raise UsageError unless schedules are functions of an optimiser, stepped after each epoch or each step."""
    if every not in ("epoch", "step"):
        raise UsageError(f'schedule_every is "epoch" or "step"; got {every!r}.')
    makers = schedule if isinstance(schedule, Mapping) else {} if schedule is None else {"": schedule}
    for make in makers.values():
        if isinstance(make, LRScheduler | ReduceLROnPlateau):
            raise UsageError(
                f"A run makes its schedule itself, of the optimiser that it trains with; got a {kind_of(make)} that is"
                f" made already: give a function, as in lambda optimizer: {kind_of(make)}(optimizer, ...)."
            )
        if not callable(make) or isinstance(make, type) or not takes(make, 1):
            raise UsageError(
                "The schedule of an experiment is a function that makes it, as in"
                f" lambda optimizer: StepLR(optimizer, 10); got {kind_of(make)}."
            )
    if isinstance(schedule, Mapping) and (unknown := sorted(schedule.keys() - by_name(optimizer).keys())):
        raise UsageError(f"There is no optimiser called {', '.join(unknown)} to schedule.")


def check_function(name: str, function: Any, what: str, num_arguments: int = 1) -> None:
    """Raise UsageError unless it is a function of so many arguments, or there is none. what: of which it makes what."""
    if function is not None and not (callable(function) and takes(function, num_arguments)):
        raise UsageError(f"{name} is a function {what}; got {show(function)}.")


def show(function: Any) -> str:
    """A function with its parameters, anything else by its kind."""
    try:
        return f"{kind_of(function)} {inspect.signature(function)}" if callable(function) else kind_of(function)
    except (TypeError, ValueError):
        return kind_of(function)


def takes(make: Callable[..., Any], num_arguments: int) -> bool:
    """Whether a function can be called with so many arguments, as far as that can be seen."""
    try:
        inspect.signature(make).bind(*[None] * num_arguments)
    except TypeError:
        return False
    except ValueError:  # a builtin, which does not show it
        return True
    return True


def check_clip(clip: Any) -> None:
    """Raise UsageError unless the largest norm of a gradient is a positive number, or there is none."""
    is_number = isinstance(clip, int | float) and not isinstance(clip, bool)
    if clip is not None and not (is_number and clip > 0):
        raise UsageError(f"clip is the largest norm of the gradient, a number above 0; got {clip!r}.")


def check_early_stopping(stopping: Any) -> None:
    """Raise UsageError unless it is an EarlyStopping, or there is none."""
    if stopping is not None and not isinstance(stopping, EarlyStopping):
        raise UsageError(
            f"early_stopping is an object such as EarlyStopping(metric, patience); got {kind_of(stopping)}."
        )


def check_epochs(epochs: Any) -> None:
    """Raise UsageError unless epochs is a whole number of at least 1."""
    check_number("epochs", epochs)


def check_number(name: str, value: Any) -> None:
    """Raise UsageError unless it is a whole number of at least 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UsageError(f"{name} must be a whole number of at least 1; got {value!r}.")
