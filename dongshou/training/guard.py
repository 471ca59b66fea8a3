"""Stop a run that cannot go on: data that do not fit the model, numbers that have become meaningless."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from dongshou.errors import DongshouError, UsageError, kind_of
from dongshou.tasks.misfit import Misfit
from dongshou.training.one_batch import is_pair, shapes

if TYPE_CHECKING:
    from dongshou.tasks import Quantities
    from dongshou.training.checkpoint import Checkpoints

Step = Callable[..., "Quantities"]
MISFITS = (RuntimeError, IndexError, ValueError)  # what torch raises for shapes, types and labels that do not fit


def first_step(step: Step) -> Step:
    """The same step, with why a batch does not fit as a DongshouError of one line: in torch's words where it must be.

    Errors of a more special kind, such as memory that ran out, pass through.
    """

    def explained(model: nn.Module, batch: Any, optimizer: Any) -> Quantities:
        try:
            return step(model, batch, optimizer)
        except (TypeError, KeyError) as error:
            if (why := misuse(error, optimizer, kind_of(getattr(step, "__self__", step)))) is None:
                raise
            raise UsageError(why) from error
        except Misfit as error:
            raise DongshouError(f"The first batch does not fit the model: {shapes(batch)}: {error}") from error
        except MISFITS as error:
            if type(error) not in MISFITS:
                raise
            why = refusal(model, batch) or not_a_pair(error, batch) or " ".join(str(error).split())
            if fits_in_float32(step, model, batch, optimizer):
                raise DongshouError(
                    f"This machine cannot compute the model in bfloat16 ({why}). Use --precision fp32."
                ) from error
            raise DongshouError(f"The first batch does not fit the model: {shapes(batch)}: {why}") from error

    return explained


def misuse(error: TypeError | KeyError, optimizer: Any, task: str) -> str | None:
    """Why the task cannot step with what it is given as its optimiser; None where that is not the reason."""
    if isinstance(error, KeyError):
        asked = error.args[0] if error.args else None
        if not isinstance(optimizer, Mapping) or not isinstance(asked, str) or asked in optimizer:
            return None
        return f"{task} steps with an optimiser {asked}; the experiment has {', '.join(optimizer)}."
    if "closure" in str(error):
        return (
            f"{kind_of(optimizer)} computes the loss several times a step, which {task} does not let it:"
            " use an optimiser that needs one gradient a step, such as SGD or Adam."
        )
    if f"'{kind_of(optimizer)}' object is not subscriptable" in str(error):
        return (
            f'{task} steps with several optimisers by name, as in {{"generator": ...}}; got one {kind_of(optimizer)}.'
        )
    return None


def fits_in_float32(step: Step, model: nn.Module, batch: Any, optimizer: Any) -> bool:
    """Whether the step failed for the precision of autocast alone: copies take it without."""
    device_type = next((parameter.device.type for parameter in model.parameters()), "cpu")
    if not torch.is_autocast_enabled(device_type):
        return False
    model, optimizer = copy.deepcopy((model, optimizer))
    try:
        with torch.autocast(device_type, enabled=False), torch.random.fork_rng():
            step(model, batch, optimizer)
    except Exception:  # it does not fit for another reason, which the first error names
        return False
    return True


def one_line(error: Exception) -> str:
    """What torch says, without its line breaks and the stop at the end."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def refusal(model: nn.Module, batch: Any) -> str | None:
    """What the first layer takes and what the inputs have instead, where it is there that they differ; else None."""
    if not is_pair(batch) or not isinstance(batch[0], Tensor):
        return None
    inputs = batch[0]
    first = next((layer for layer in model.modules() if has_parameters(layer)), None)
    if isinstance(first, nn.Conv2d | nn.Linear) and inputs.dtype != first.weight.dtype and not_cast(inputs):
        kinds = [str(tensor.dtype).removeprefix("torch.") for tensor in (inputs, first.weight)]
        return f"the inputs are {kinds[0]}, the weights of the model {kinds[1]}. Convert the inputs to that type."
    if isinstance(first, nn.Conv2d) and inputs.dim() == 4:
        taken, given = first.in_channels, inputs.shape[1]
        said = f"the model takes {taken} channel(s), the images have {given}. Make it with in_channels={given}."
    elif isinstance(first, nn.Linear) and inputs.dim() == 2:
        taken, given = first.in_features, inputs.shape[1]
        said = f"the model takes {taken} feature(s), the inputs have {given}."
    else:
        return None
    return said if taken != given else None


def not_cast(inputs: Tensor) -> bool:
    """Whether a layer takes the inputs in the type that they have."""
    return not (inputs.is_floating_point() and torch.is_autocast_enabled(inputs.device.type))


def not_a_pair(error: Exception, batch: Any) -> str | None:
    """Why a batch cannot be taken apart, where that is the reason; else None."""
    if "values to unpack" not in str(error) or is_pair(batch):
        return None
    return (
        "the task takes batches of inputs and targets. Give each example as such a pair, whose inputs may be a tuple or"
        " a dict, or write a task whose step and measure take this batch."
    )


def has_parameters(layer: nn.Module) -> bool:
    """Parameters of its own, besides those of the layers inside it."""
    return next(layer.parameters(recurse=False), None) is not None


def check_finite(
    batches: Mapping[str, Sequence[float | None]], last_step: int, checkpoints: Checkpoints | None
) -> None:
    """Raise DongshouError if any batch since the last look had a loss that is infinite or not a number.

    batches    the mean of each quantity for each batch, by name; None where a batch had nothing to measure
    last_step  the step of the last of them
    """
    for name, means in batches.items():
        for index, mean in enumerate(means):
            if mean is not None and not math.isfinite(mean):
                step = last_step - len(means) + 1 + index
                raise diverged(f"The training {name} became {mean}", step, checkpoints)


def check_epoch(
    metrics: Mapping[str, float], modules: Mapping[str, nn.Module], step: int, checkpoints: Checkpoints | None
) -> None:
    """Raise DongshouError if a metric or a parameter is not finite: such an epoch must not become a checkpoint.

    The last step of an epoch can spoil the weights although its own loss, taken before it, was finite.
    """
    for name, value in metrics.items():
        if not math.isfinite(value):
            raise diverged(f"The {name} became {value}", step, checkpoints)
    for module_name, module in modules.items():
        for name, parameter in module.named_parameters(prefix=module_name):
            if not parameter.detach().isfinite().all():
                raise diverged(f"The parameter {name} is no longer finite", step, checkpoints)


def diverged(what: str, step: int, checkpoints: Checkpoints | None) -> DongshouError:
    """What happened, where, what is left, and the likely causes."""
    kept = checkpoints.last if checkpoints is not None else None
    return DongshouError(
        f"{what} at step {step}; the last good checkpoint is {kept or 'none'}. "
        "Likely causes: a learning rate that is too large (try a tenth of it), inputs that are not standardised, "
        "nan or inf among inputs or targets, a log or a division that meets 0."
    )
