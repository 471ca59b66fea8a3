"""Forward mode: from one direction of the inputs on to all outputs, beside the values (Wengert, 1964)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dongshou.autograd.operator import as_tensors, history, leaves, silence
from dongshou.autograd.operators.shape import clone, of_dtype
from dongshou.autograd.recording import recorded
from dongshou.autograd.reverse import accumulate
from dongshou.autograd.tensors import Tensor, Value
from dongshou.errors import UsageError


def jvp(
    func: Callable[..., Tensor], primals: Tensor | Sequence[Value], tangents: Tensor | Sequence[Value]
) -> tuple[Tensor, Tensor]:
    """The output of func at the primals, and how it changes when they move along the tangents: (f(x), J t).

    The mirror image of reverse mode: the same record, walked from its start, with the other half of the rules.
    The price is that func's record is kept while it runs. Both results can be derived further, by either mode.
    Raises UsageError when a tangent is not shaped like its primal.
    """
    directions = as_tensors([tangents] if isinstance(tangents, Tensor) else tangents)
    with recorded(True):
        inputs = [fresh(x) for x in as_tensors([primals] if isinstance(primals, Tensor) else primals)]
        if [x.shape for x in inputs] != [t.shape for t in directions]:
            raise UsageError(
                f"jvp needs a tangent shaped like each primal, {[x.shape for x in inputs]}; "
                f"got {[t.shape for t in directions]}."
            )
        output = func(*inputs)
        moves = {x: of_dtype(t, x.dtype) for x, t in zip(inputs, directions, strict=True)}
        tangent = walk_on(moves, output)
    return without(inputs, output), without(inputs, tangent)


def walk_on(tangents: Mapping[Tensor, Tensor], output: Tensor) -> Tensor:
    """The tangent of the output, given those of the inputs.

    Walks the record from its start: each tensor moves by the sum, over what it was computed from, of J t.
    """
    tangents = dict(tangents)
    with silence():
        for tensor, record in history([output]):
            for position, x in enumerate(record.inputs):
                if x in tangents:
                    moved = record.jvp(position, tangents[x], tensor)
                    accumulate(tangents, tensor, of_dtype(moved, tensor.dtype))
    return clone(tangents[output]) if output in tangents else Tensor(np.zeros_like(output.data))


def fresh(x: Tensor) -> Tensor:
    """A node of its own: only what passes through it moves, not another use of the same tensor inside func."""
    node = clone(x)
    node.requires_grad = True
    return node


def without(inputs: list[Tensor], result: Tensor) -> Tensor:
    """The result, without a history that leads to nothing but the inputs made here."""
    return result if set(leaves([result])) - set(inputs) else result.detach()
