"""NumPy's functions over tensors: recorded where an operator of ours does the same, otherwise refused in one line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dongshou.autograd import operator
from dongshou.autograd.recording import recording
from dongshou.autograd.values import Values
from dongshou.errors import UsageError

# Their results do not move with small changes of their inputs: no derivative is lost.
CONSTANT = set("""
    shape ndim size result_type zeros_like ones_like full_like empty_like array_repr array_str array2string
    argmax argmin argsort argwhere nonzero count_nonzero any all isclose allclose array_equal shares_memory
    may_share_memory
""".split())  # fmt: skip


def ufunc(called: np.ufunc, method: str, inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """What `called`, one of NumPy's elementwise functions, makes of tensors; array + tensor comes here too."""
    if method == "__call__" and not settings and called in UFUNCS:
        return UFUNCS[called](*inputs)
    name = f"numpy.{called.__name__}" + ("" if method == "__call__" else f".{method}")
    is_question = "d->?" in called.types or "dd->?" in called.types
    return on_arrays(getattr(called, method), name, inputs, settings, is_question and method == "__call__")


def function(called: Callable[..., Any], inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """What any other function of NumPy makes of tensors."""
    if called not in FUNCTIONS:
        return on_arrays(
            called, f"{called.__module__}.{called.__name__}", inputs, settings, called.__name__ in CONSTANT
        )
    ours = FUNCTIONS[called]
    signature = inspect.signature(ours)
    try:
        signature.bind(*inputs, **settings)
    except TypeError as error:
        names = ", ".join(signature.parameters)
        raise UsageError(f"numpy.{called.__name__} of tensors takes {names}; {error}.") from error
    return ours(*inputs, **settings)


def on_arrays(
    called: Callable[..., Any], name: str, inputs: Sequence[Any], settings: dict[str, Any], is_constant: bool
) -> Any:
    """Compute on the arrays. Raises UsageError where that would lose a derivative that is wanted."""
    wanted = any(x.requires_grad for x in tensors_in([inputs, settings]))
    if wanted and recording.get() and not is_constant:
        raise UsageError(
            f"{name} is not recorded, and a tensor that requires a gradient would lose it there. Use the "
            "functions of dongshou.autograd, or pass x.data or x.detach()."
        )
    return called(*bare(inputs), **bare(settings))


def tensors_in(value: Any) -> list[Values]:
    if isinstance(value, Values):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [x for item in items for x in tensors_in(item)]


def bare(value: Any) -> Any:
    """The same with arrays in place of tensors."""
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(bare, value))
    return value.data if isinstance(value, Values) else value


# The same under NumPy's conventions, where torch's are other ones


def var(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    return reduction.var(x, axis, keepdims, correction=ddof)


def std(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    return reduction.std(x, axis, keepdims, correction=ddof)


def split(x: Any, parts: int | Sequence[int], axis: int = 0) -> list[Any]:
    """So many equal parts, or parts that begin at these places."""
    whole = np.shape(x)[axis]
    if isinstance(parts, int):
        if parts < 1 or whole % parts:
            raise UsageError(f"numpy.split: axis {axis}, of size {whole}, does not divide into {parts} equal parts.")
        parts = [whole // parts * i for i in range(1, parts)]
    return list(join.split(x, [stop - start for start, stop in pairwise([0, *parts, whole])], axis))


def reshape(x: Any, shape: Any) -> Any:
    return operator.as_tensor(x).reshape(shape)


def transpose(x: Any, axes: Any = None) -> Any:
    return operator.as_tensor(x).transpose(axes or ())


# Last, because these operators are made of tensors, which ask here.
from dongshou.autograd.operators import (  # noqa: E402
    arithmetic,
    choice,
    einsum,
    extremes,
    functions,
    indexing,
    join,
    linear,
    reduction,
)
from dongshou.autograd.operators import shape as shape_  # noqa: E402

# Every operator whose name is that of a function of NumPy's on numbers
UFUNCS = {
    getattr(np, name): item
    for module in (arithmetic, choice, functions)
    for name, item in vars(module).items()
    if isinstance(item, operator.Operator) and isinstance(getattr(np, name, None), np.ufunc)
}
UFUNCS |= {np.matmul: linear.matmul, np.square: lambda x: x * x}

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: reduction.sum, np.mean: reduction.mean, np.var: var, np.std: std,
    np.prod: reduction.prod, np.cumsum: reduction.cumsum,
    np.max: extremes.max, np.amax: extremes.max, np.min: extremes.min, np.amin: extremes.min,
    np.where: choice.where, np.clip: choice.clip,
    np.outer: linear.outer, np.einsum: einsum.einsum,
    np.concatenate: join.concatenate, np.stack: join.stack, np.split: split, np.tile: join.tile,
    np.repeat: indexing.repeat, np.flip: indexing.flip,
    np.reshape: reshape, np.transpose: transpose, np.squeeze: shape_.squeeze, np.broadcast_to: shape_.expand,
}  # fmt: skip
