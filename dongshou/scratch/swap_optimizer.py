"""Our update rules under an optimiser that has been built, and our schedules under its schedule.

As with layers: an optimiser is its attributes (groups, state, hooks) and its class (the arithmetic). It changes hands
by changing its class, so whoever holds it, a schedule or a gradient scaler, goes on holding it.
"""

from __future__ import annotations

from typing import Any, TypeVar
from weakref import ref

from torch import optim as torch_optim
from torch.optim import Optimizer
from torch.optim import lr_scheduler as torch_schedules
from torch.optim.lr_scheduler import LRScheduler

from dongshou.errors import DongshouError
from dongshou.scratch import optim as scratch_optim
from dongshou.scratch.optim import lr_scheduler as scratch_schedules

AnySchedule = TypeVar("AnySchedule", bound=LRScheduler)


def optimizer_from_scratch(optimizer: Optimizer) -> Optimizer:
    """Makes an optimiser of torch.optim the one of that name from `scratch.optim`, in place; returns it.

    Parameters, settings, state and hooks stay as they are, and a schedule built on it goes on driving it.
    DongshouError where we lack it, and where its step has been replaced by something that holds torch's.
    """
    twin = _twin(optimizer, scratch_optim, torch_optim)
    if twin is None:
        known = ", ".join(scratch_optim.__all__)
        name = type(optimizer).__name__
        raise DongshouError(f"No optimiser of dongshou.scratch.optim stands for {name}: use one of {known}.")
    if type(optimizer) is twin:
        return optimizer
    new = twin([dict(group) for group in optimizer.param_groups])  # which refuses what our step cannot do
    counted = _is_counted(optimizer)
    vars(optimizer).pop("step", None)
    vars(optimizer).pop("_step_supports_amp_scaling", None)  # torch's fused steps divide by the loss scale, ours do not
    optimizer.__class__ = twin
    optimizer.__setstate__({name: value for name, value in vars(new).items() if name not in vars(optimizer)})
    if counted:
        _count_steps(optimizer)
    return optimizer


def schedule_from_scratch(schedule: AnySchedule) -> AnySchedule:
    """Makes a schedule of torch.optim.lr_scheduler ours, in place, and those within it; returns it.

    A user's own schedule stays as it is.
    """
    for inner in getattr(schedule, "_schedulers", ()):
        schedule_from_scratch(inner)
    twin = _twin(schedule, scratch_schedules, torch_schedules)
    if twin is not None:
        vars(schedule).pop("_scale_fn_ref", None)  # a method of torch's CyclicLR, which ours finds by its mode
        schedule.__class__ = twin
    return schedule


# by this mark on `step` a schedule knows that the steps of its optimiser are counted
_COUNTED = "_wrapped_by_lr_sched"


def _is_counted(optimizer: Optimizer) -> bool:
    """Whether a schedule has been built on it."""
    replaced = vars(optimizer).get("step")
    if replaced is not None and not hasattr(replaced, _COUNTED):
        raise DongshouError(
            "The optimiser's step has been replaced: take the optimiser from scratch first, then wrap it."
        )
    return replaced is not None


def _count_steps(optimizer: Optimizer) -> None:
    """What a schedule does with the step of its optimiser, done with ours: it notes that one has been taken."""
    weak = ref(optimizer)  # an optimiser that held itself would outlive its use

    def step(*arguments: Any, **keywords: Any) -> Any:
        optimizer = weak()
        assert optimizer is not None
        optimizer._opt_called = True  # pyright: ignore[reportAttributeAccessIssue]
        return type(optimizer).step(optimizer, *arguments, **keywords)

    setattr(step, _COUNTED, True)
    optimizer.step = step


def _twin(given: object, ours: Any, theirs: Any) -> type[Any] | None:
    """Our class of the same name, for an object whose class is exactly torch's or ours."""
    name = type(given).__name__
    twin = getattr(ours, name, None)
    return twin if type(given) in (twin, getattr(theirs, name, None)) else None
