"""Whether the parts of an experiment are what they have to be: a mistake is told before anything runs."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.optim import Optimizer

from dongshou.data import Splits
from dongshou.data.tables.table import Table
from dongshou.errors import UsageError, kind_of


def check_data(data: Any) -> None:
    """Raise UsageError unless the data are Splits."""
    if isinstance(data, Splits):
        return
    cure = "use table.splits()" if isinstance(data, Table) else "write Splits(train=..., test=...)"
    raise UsageError(f"The data of an experiment are Splits; got {kind_of(data)}: {cure}.")


def check_model(model: Any) -> None:
    """Raise UsageError unless the model is a module."""
    if not isinstance(model, nn.Module):
        cure = "call it to make one" if isinstance(model, type) else "derive its class from nn.Module"
        raise UsageError(f"The model of an experiment is a torch.nn.Module; got {kind_of(model)}: {cure}.")


def check_task(task: Any) -> None:
    """Raise UsageError unless the task is an object that can step and measure."""
    lacking = [name for name in ("headline", "step", "measure") if not hasattr(task, name)]
    if not lacking and not isinstance(task, type):
        return
    if isinstance(task, nn.Module):
        loss = f"{kind_of(task)}()"
        raise UsageError(f"A loss is no task: wrap it, as in Classification({loss}) or Regression({loss}).")
    why = f", which lacks {', '.join(lacking)}" if lacking else ""
    raise UsageError(f"A task is an object such as Classification(nn.CrossEntropyLoss()); got {kind_of(task)}{why}.")


def check_optimizer(optimizer: Any, model: nn.Module) -> None:
    """Raise UsageError unless the optimiser can change the model."""
    if not isinstance(optimizer, Optimizer):
        raise UsageError(
            "The optimiser of an experiment is made of the model's parameters, as in"
            f" SGD(model.parameters(), lr=0.1); got {kind_of(optimizer)}."
        )
    own = {id(parameter) for parameter in model.parameters()}
    if not any(id(parameter) in own for group in optimizer.param_groups for parameter in group["params"]):
        raise UsageError(
            "The optimiser holds the parameters of another model: make it anew, as in"
            f" {kind_of(optimizer)}(model.parameters(), ...), after the model."
        )


def check_epochs(epochs: Any) -> None:
    """Raise UsageError unless epochs is a whole number of at least 1."""
    if not isinstance(epochs, int) or epochs < 1:
        raise UsageError(f"epochs must be a whole number of at least 1; got {epochs!r}.")
