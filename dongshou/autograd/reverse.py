"""Reverse mode: from one output back to all inputs, in a single walk over the record (Linnainmaa, 1970)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dongshou.autograd.operator import Record, as_tensor, history, leaves, silence
from dongshou.autograd.operators.shape import clone, of_dtype
from dongshou.autograd.recording import recorded
from dongshou.autograd.tensors import Tensor, Value
from dongshou.errors import UsageError


def backward(output: Tensor, seed: Value | None = None, *, create_graph: bool = False) -> None:
    """Reverse mode, the chain rule from the end.

    Add to the `grad` of every leaf x the gradient of the output: seed^T d output / d x.

    The seed, 1 for a single number, is shaped like the output. `create_graph` records the gradients too, so
    that they can be derived in their turn. Raises UsageError when the seed is missing or of another shape.
    """
    inputs = leaves([output])
    with recorded(create_graph):
        gradients = walk_back({output: seed_for(output, seed)}, inputs)
        for leaf in inputs:
            leaf.grad = clone(gradients[leaf]) if leaf.grad is None else leaf.grad + gradients[leaf]


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Value | Sequence[Value | None] | None = None,
    *,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """The gradient of the outputs, as one sum, with respect to each input: zero where there is no connection.

    grad_outputs are the seeds, as in `backward`: one for each output where there are several.
    Raises UsageError when an input does not require a gradient, and as `backward` does.
    """
    given: list[Any] = [grad_outputs]
    if isinstance(outputs, Tensor):
        outputs = [outputs]
    else:
        given = [None] * len(outputs) if grad_outputs is None else list(grad_outputs)  # pyright: ignore
    if len(given) != len(outputs):
        raise UsageError(f"grad needs a seed for each of the {len(outputs)} outputs; got {len(given)}.")
    inputs = [inputs] if isinstance(inputs, Tensor) else inputs
    for position, x in enumerate(inputs):
        if not x.requires_grad:
            raise UsageError(
                f"grad: input {position}, of shape {x.shape}, does not require a gradient. "
                "Make it with Tensor(..., requires_grad=True) before computing the output."
            )
    seeds: dict[Tensor, Tensor] = {}
    with recorded(create_graph):
        for output, seed in zip(outputs, given, strict=True):
            accumulate(seeds, output, seed_for(output, seed))
        gradients = walk_back(seeds, inputs)
        return tuple(clone(gradients[x]) if x in gradients else Tensor(np.zeros_like(x.data)) for x in inputs)


def walk_back(seeds: Mapping[Tensor, Tensor], inputs: Iterable[Tensor]) -> dict[Tensor, Tensor]:
    """The gradients of all tensors between the inputs and the outputs, which are the keys of the seeds.

    Walks the record from its end. A tensor comes up after all that were computed from it, so its gradient g
    is complete: each of those has added its share. Then g^T J goes on to whatever it was computed from.
    """
    between = set(inputs)
    path: list[tuple[Tensor, Record]] = []
    for tensor, record in history(seeds):
        if not between.isdisjoint(record.inputs):
            between.add(tensor)
            path.append((tensor, record))
    gradients = dict(seeds)
    with silence():
        for tensor, record in reversed(path):
            for position, x in enumerate(record.inputs):
                if x in between:
                    gradient = record.vjp(position, gradients[tensor], tensor)
                    accumulate(gradients, x, of_dtype(gradient, x.dtype))
    return gradients


def accumulate(sums: dict[Tensor, Tensor], key: Tensor, term: Tensor) -> None:
    """Add to what is there: what a tensor does to the output, it does along every path."""
    sums[key] = sums[key] + term if key in sums else term


def seed_for(output: Tensor, seed: Value | None) -> Tensor:
    """The seed as a tensor of the output's shape."""
    if not output.requires_grad:
        raise UsageError(
            f"The tensor of shape {output.shape} was computed from nothing that requires a gradient, or within "
            "no_grad(). Make its inputs with Tensor(..., requires_grad=True)."
        )
    if seed is None:
        if output.size != 1:
            raise UsageError(
                f"The gradient of a tensor of shape {output.shape} needs its seed, of the same shape: only a single "
                "number has the seed 1. Pass a seed, or reduce the tensor with sum() or mean()."
            )
        seed = np.ones_like(output.data)
    seed = of_dtype(as_tensor(seed), output.dtype)
    if seed.shape != output.shape:
        raise UsageError(f"The seed must be shaped like the output, {output.shape}; got {seed.shape}.")
    return seed
