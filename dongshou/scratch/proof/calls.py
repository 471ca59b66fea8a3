"""One call of an operator of PyTorch's database, as a function of its tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from dongshou.scratch import functional
from dongshou.scratch.swap import from_scratch

Operator = Callable[..., Any]


def operators(info: Any) -> tuple[Operator, Operator]:
    """What the entry of the database calls, and the same with our function in the place of torch's."""
    name = info.name.rsplit(".", 1)[-1]
    ours, theirs = getattr(functional, name), getattr(torch.nn.functional, name)
    if info.op in (theirs, getattr(torch, name, None)):
        return theirs, _with_twins(ours)

    @functools.wraps(info.op)
    def with_ours(*arguments: Any, **keywords: Any) -> Any:
        # some entries wrap the function, for instance to set the seed before dropout
        with patch.object(torch.nn.functional, name, ours):
            return info.op(*arguments, **keywords)

    return info.op, with_ours


def _with_twins(ours: Operator) -> Operator:
    """Ours, with our twin of every layer that is handed to it, as to triplet_margin_with_distance_loss."""

    def twin(argument: Any) -> Any:
        return from_scratch(argument, strict=True) if isinstance(argument, torch.nn.Module) else argument

    def with_twins(*arguments: Any, **keywords: Any) -> Any:
        return ours(*map(twin, arguments), **{name: twin(value) for name, value in keywords.items()})

    return with_twins


@dataclass(frozen=True)
class Call:
    """The arguments of one call: the tensors among them, and how to put others in their place."""

    tensors: tuple[Tensor, ...]
    rest: tuple[Any, ...]  # every argument in order, None in the place of a tensor
    places: tuple[int, ...]  # where the tensors are in the rest
    structure: Any

    @staticmethod
    def of(sample: Any) -> Call:
        flat, structure = tree_flatten(((sample.input, *sample.args), sample.kwargs))
        places = tuple(index for index, item in enumerate(flat) if isinstance(item, Tensor))
        rest = tuple(None if isinstance(item, Tensor) else item for item in flat)
        return Call(tuple(flat[place] for place in places), rest, places, structure)

    @property
    def leaves(self) -> list[Tensor]:
        """The tensors whose gradients are asked for."""
        return [tensor for tensor in self.tensors if tensor.requires_grad]

    def run(self, operator: Operator, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The operator's outputs with these tensors in the place of its own; the same random numbers each time."""
        flat = list(self.rest)
        for place, tensor in zip(self.places, tensors, strict=True):
            flat[place] = tensor
        arguments, keywords = tree_unflatten(flat, self.structure)
        torch.manual_seed(1)
        return tuple(outputs(operator(*arguments, **keywords)))

    def of_leaves(self, operator: Operator) -> Operator:
        """The operator as a function of the leaves alone, giving the outputs that a gradient can be asked of."""

        def function(*leaves: Tensor) -> tuple[Tensor, ...]:
            replacements = iter(leaves)
            tensors = [next(replacements) if tensor.requires_grad else tensor for tensor in self.tensors]
            # a clone, because an operator that works in place is not given a leaf
            return tuple(filter(differentiable, self.run(operator, [tensor.clone() for tensor in tensors])))

        return function


def outputs(value: Any) -> Iterator[Tensor]:
    """All tensors of an output, however it is nested."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from outputs(item)


def differentiable(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def direction(like: Tensor, start: float = 1.0) -> Tensor:
    """A gradient or tangent in which no two neighbours are alike: 1, 1 1/8, ... 1 6/8, 1, ... times the start."""
    # eighths are exact in every type, so that what is made of them in float64 is the truth for short types
    steps = torch.arange(like.numel(), dtype=torch.float64).remainder(7) / 8 + 1
    return (start * steps).to(like.dtype).reshape(like.shape)
