"""The table of a network: a row for each block and layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from dongshou.errors import DongshouError, UsageError, kind_of
from dongshou.models.summary.watch import Watch


@dataclass(frozen=True)
class Row:
    """A block or a layer, with all that it holds.

    name             as in `named_modules`; empty for the network itself
    kind             the name of its class
    depth            how many modules it lies inside of
    output_shape     of one example; None where an evaluation leaves it out
    parameters       one that is shared counts where it comes first
    multiply_adds    of one example; None for a layer of a kind that is not known
    receptive_field  pixels along each axis of the input, infinite for all of them; None where it is not known
    """

    name: str
    kind: str
    depth: int
    output_shape: tuple[int, ...] | None
    parameters: int
    multiply_adds: int | None
    receptive_field: tuple[int | float, ...] | None


@dataclass(frozen=True)
class Summary:
    """A network by its rows, in the order in which it holds them; the first is the network itself.

    uncounted  layers whose multiply-adds are not known and so in no sum
    """

    input_shape: tuple[int, ...]
    rows: tuple[Row, ...]
    uncounted: tuple[str, ...]

    @property
    def parameters(self) -> int:
        return self.rows[0].parameters

    @property
    def multiply_adds(self) -> int:
        return self.rows[0].multiply_adds or 0


def summarize(model: nn.Module, input_shape: Sequence[int], *, dtype: torch.dtype | None = None) -> Summary:
    """Shapes, parameters, multiply-adds and receptive fields of any module, by block and layer.

    input_shape  of one example, such as (3, 224, 224): channels first, then the axes of the receptive fields
    dtype        of the input: None takes that of the parameters; tokens are torch.long

    The model stays as it was, its mode and buffers too. One on the meta device computes nothing at all.
    Raises UsageError for an input that does not fit, DongshouError for layers whose sizes are not known yet.
    """
    check(model, input_shape)
    device, usual = home_of(model)
    return summarize_call(model, (torch.zeros(1, *input_shape, device=device, dtype=dtype or usual),))


def summarize_call(model: nn.Module, inputs: tuple[Any, ...], call: Callable[..., Any] | None = None) -> Summary:
    """The same of a model that takes several inputs, such as tokens and how many there are: of one example each.

    call  makes the pass, given the model and the inputs: what a task does with a batch; None calls the model
    """
    check(model, ())
    watch = Watch(model, inputs, call)
    seen = watch.run()
    parameters = {name: parameter.numel() for name, parameter in model.named_parameters()}
    counted = {name: one.multiply_adds or 0 for name, one in seen.items()}
    uncounted = tuple(name for name, one in seen.items() if one.multiply_adds is None)
    rows = [
        Row(
            name=name,
            kind=type(module).__name__,
            depth=name.count(".") + 1 if name else 0,
            output_shape=seen[name].output_shape,
            parameters=sum_within(name, parameters),
            multiply_adds=None if name in uncounted else sum_within(name, counted),
            receptive_field=seen[name].receptive_field,
        )
        for module, name in watch.names.items()
    ]
    return Summary(tuple(watch.followed.shape[1:]), tuple(rows), uncounted)


def check(model: nn.Module, input_shape: Sequence[int]) -> None:
    if not isinstance(model, nn.Module):
        raise UsageError(f"a summary needs a torch.nn.Module; got {kind_of(model)}.")
    if any(size < 1 for size in input_shape):
        raise UsageError(f"an input needs at least 1 of everything; got a shape of {tuple(input_shape)}.")
    lazy = [name for name, parameter in model.named_parameters() if is_lazy(parameter)]
    if lazy:
        raise DongshouError(f"{lazy[0]} has no size before the first batch. Call the model on one, then ask again.")


def home_of(model: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Where the first floating-point tensor of a model lies, and of what type it is; else torch's defaults."""
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.is_floating_point():
            return tensor.device, tensor.dtype
    return torch.get_default_device(), torch.get_default_dtype()


def sum_within(name: str, numbers: dict[str, int]) -> int:
    """Over a module and everything inside of it, whose names go on after its own."""
    if not name:
        return sum(numbers.values())
    return sum(number for inner, number in numbers.items() if inner == name or inner.startswith(f"{name}."))
