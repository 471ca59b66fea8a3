"""One example through a network, with a note of what each module made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from dongshou.errors import DongshouError, UsageError
from dongshou.models.summary.follow import Follow, tensors
from dongshou.models.summary.multiply_adds import FORMULAS, multiply_adds


@dataclass
class Seen:
    """What the calls of one module came to.

    output_shape     of one example, at the last call; None before any call
    multiply_adds    of its own, over all calls; None in a layer of a kind that is not known
    receptive_field  of its output; None where it is not known, and in a network without windows
    """

    output_shape: tuple[int, ...] | None = None
    multiply_adds: int | None = 0
    receptive_field: tuple[int | float, ...] | None = None


class Watch:
    """Hooks on every module of a model, for one forward pass.

    call  makes the pass, given the model and the inputs; None calls the model on them
    """

    def __init__(self, model: nn.Module, inputs: tuple[Any, ...], call: Callable[..., Any] | None = None) -> None:
        self.model, self.inputs = model, inputs
        self.call = call or (lambda model, *inputs: model(*inputs))
        self.followed = tensors(inputs)[0]  # (1, ...)
        self.names = {module: name for name, module in model.named_modules()}
        self.seen = {name: Seen() for name in self.names.values()}
        self._follow = Follow(self.followed, num_axes=max(self.followed.dim() - 2, 1))
        self._inside: list[nn.Module] = []

    def run(self) -> dict[str, Seen]:
        """What was seen, by the name of the module. Raises UsageError for an input that does not fit the model."""
        try:
            with evaluating(self.model), buffers_kept(self.model), self._hooks(), torch.no_grad(), self._follow:
                self.call(self.model, *self.inputs)
        except DongshouError:
            raise
        except Exception as error:  # whatever the model itself raises
            raise self._misfit(error) from error
        if not self._follow.met_window:
            for seen in self.seen.values():
                seen.receptive_field = None
        return self.seen

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        handles = [module.register_forward_pre_hook(self._enter) for module in self.names]
        handles += [module.register_forward_hook(self._leave, with_kwargs=True) for module in self.names]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, module: nn.Module, args: Any) -> None:
        self._inside.append(module)

    def _leave(self, module: nn.Module, args: Any, kwargs: dict[str, Any], outputs: Any) -> None:
        self._inside.pop()
        given, made = tensors((args, kwargs)), tensors(outputs)
        if not made:
            return
        seen = self.seen[self.names[module]]
        seen.output_shape = tuple(made[0].shape[1:])
        seen.receptive_field = self._follow.pixels_of(made[0])
        if is_layer(module):
            count = multiply_adds(module, given, made[0])
            seen.multiply_adds = None if count is None or seen.multiply_adds is None else seen.multiply_adds + count

    def _misfit(self, error: Exception) -> UsageError:
        """Which layer refused, in torch's own words."""
        layer = self._inside[-1] if self._inside else self.model
        where = " ".join(word for word in (self.names[layer], f"({type(layer).__name__})") if word)
        why = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        shape = in_words(self.followed.shape[1:])
        return UsageError(f"an input of {shape} does not fit the network: {where}: {why}. Give another shape.")


def is_layer(module: nn.Module) -> bool:
    """A module that is counted by itself: of a kind that is known, or without others inside."""
    return isinstance(module, tuple(FORMULAS)) or next(module.children(), None) is None


def in_words(shape: Sequence[int]) -> str:
    """`3x224x224`; `1` of a single number."""
    return "x".join(map(str, shape)) or "1"


@contextmanager
def buffers_kept(model: nn.Module) -> Iterator[None]:
    """What a forward pass changes in place, it changes in a copy."""
    own = [(module, name, buffer) for module in model.modules() for name, buffer in module._buffers.items()]
    for module, name, buffer in own:
        module._buffers[name] = None if buffer is None else buffer.clone()
    try:
        yield
    finally:
        for module, name, buffer in own:
            module._buffers[name] = buffer


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while; then every module is again in the mode that it was in."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
