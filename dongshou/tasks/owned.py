"""What a task owns beside the model. A task that only steps and measures need not say anything of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError, kind_of
from dongshou.tasks.quantity import Accumulator


def modules_of(task: Any) -> dict[str, nn.Module]:
    """Everything with parameters or buffers beside the model, by name: a weighted loss, a discriminator, a teacher,
    an average of the weights. What `task.modules()` says; without it, the task's attributes that are modules.

    Raises UsageError for modules without names."""
    if isinstance(task, nn.Module):
        return {"task": task}
    says = getattr(task, "modules", None)
    if says is not None:
        named = says()
        if not isinstance(named, Mapping):
            raise UsageError(
                f"modules() of {kind_of(task)} names what it owns, as in"
                f' {{"discriminator": self.discriminator}}; got {kind_of(named)}.'
            )
        return dict(named)
    return {name: value for name, value in getattr(task, "__dict__", {}).items() if isinstance(value, nn.Module)}


def state_of(task: Any) -> dict[str, Any]:
    """What a checkpoint keeps of the task beside its modules: what `task.state_dict()` says, without it nothing."""
    says = None if isinstance(task, nn.Module) else getattr(task, "state_dict", None)
    return {} if says is None else says()


def load_state(task: Any, state: dict[str, Any], device: torch.device) -> None:
    """Give a task back what `state_of` kept, its tensors on the device."""
    if state:
        task.load_state_dict(on_device(state, device))


def accumulators_of(task: Any) -> dict[str, Accumulator]:
    """New accumulators for one evaluation: what `task.accumulators()` makes, without it none.

    Raises UsageError for what is not accumulators by name."""
    makes = getattr(task, "accumulators", None)
    if makes is None:
        return {}
    if not isinstance(made := makes(), Mapping):
        raise UsageError(
            f'accumulators() of {kind_of(task)} makes accumulators by name, as in {{"map": AveragePrecision()}}; got'
            f" {kind_of(made)}."
        )
    for name, one in made.items():
        if isinstance(one, type) or not (hasattr(one, "update") and hasattr(one, "finish")):
            raise UsageError(
                f"The accumulator {name} of {kind_of(task)} is an object with update(), merge() and finish(), made for"
                f" one evaluation; got {kind_of(one)}{': call it to make one' if isinstance(one, type) else ''}."
            )
    return dict(made)


def on_device(tree: Any, device: torch.device) -> Any:
    """Nested data with every tensor in it on the device; tuples stay tuples, lists lists."""
    if isinstance(tree, Tensor):
        return tree.to(device)
    if isinstance(tree, dict):
        return {key: on_device(value, device) for key, value in tree.items()}
    if isinstance(tree, (tuple, list)):
        return type(tree)(on_device(value, device) for value in tree)
    return tree
