"""What an operator is: a function of arrays and, side by side with it, its derivatives in both directions."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dongshou.autograd.recording import recording
from dongshou.autograd.tensors import Array, Tensor, Value
from dongshou.errors import UsageError

TABLE: dict[str, Operator] = {}  # every operator there is, by name
silent = ContextVar("silent", default=False)  # whether NumPy's warnings are off already, which costs as much as a sum
clock = itertools.count()


@contextmanager
def silence() -> Iterator[None]:
    """Within this, NumPy does not warn of infinity and NaN: they are results, as in torch. Once for many."""
    token = silent.set(True)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        silent.reset(token)


@dataclass(frozen=True)
class Rule:
    """The derivative of an operator with respect to one input: the Jacobian J, as its two products.

    vjp  g, shaped like the output -> g^T J, shaped like the input: one step of reverse mode
    jvp  t, shaped like the input  -> J t, shaped like the output: one step of forward mode

    After g or t a rule names what else it needs: an input (`x`), the shape of one (`x_shape`), a setting, or the
    output (`out`). Inputs and output are tensors, and a rule is made of operators: it can be derived in its turn.
    """

    vjp: Callable[..., Tensor]
    jvp: Callable[..., Tensor]


class Diagonal(Rule):
    """The rule where J is diagonal: each number of the output depends on one of the input, and g^T J is J g."""

    def __init__(self, product: Callable[..., Tensor]) -> None:
        super().__init__(product, product)


def operator(prepare: Callable[..., tuple[Tensor, ...]] | None = None, **rules: Rule) -> Callable[..., Operator]:
    """Declare the decorated function as an operator, with a rule for every input that has a derivative.

    The function computes arrays from arrays: its positional parameters are the inputs, those after the `*` the
    settings. `prepare` is done to the inputs before: giving them one shape, for instance.
    """
    return lambda forward: Operator(forward, rules, prepare)


class Operator:
    """A function of tensors that leaves a record of its application wherever a derivative is wanted.

    The name is the function's. A leading underscore is not part of it: `_sum` has the handier `sum` before it.
    """

    def __init__(
        self, forward: Callable[..., Array], rules: dict[str, Rule], prepare: Callable[..., tuple[Tensor, ...]] | None
    ) -> None:
        self.name = forward.__name__.lstrip("_")
        self.forward = forward
        self.rules = rules
        self.prepare = prepare
        parameters = inspect.signature(forward).parameters.values()
        self.inputs = tuple(item.name for item in parameters if item.kind is item.POSITIONAL_OR_KEYWORD)
        self.__doc__ = forward.__doc__
        TABLE[self.name] = self

    def __call__(self, *inputs: Value, **settings: Any) -> Tensor:
        """Compute, and record. Raises UsageError, with the operator's name and all shapes, for what does not fit."""
        tensors = as_tensors(inputs)
        try:
            if self.prepare is not None:
                tensors = self.prepare(*tensors)
            output = Tensor(self._compute([x.data for x in tensors], settings), copy=False)
        except (ValueError, IndexError) as error:
            shapes = " and ".join(str(x.shape) for x in tensors)
            raise UsageError(f"{self.name} of shape {shapes}: {error}") from error
        if recording.get() and any(x.requires_grad for x in tensors):
            output.requires_grad = True
            output.record = Record(self, tensors, settings)
        return output

    def _compute(self, arrays: list[Array], settings: dict[str, Any]) -> Array:
        if silent.get():
            return self.forward(*arrays, **settings)
        with np.errstate(all="ignore"):
            return self.forward(*arrays, **settings)


class Record:
    """One application of an operator. All records behind a tensor are the graph of its computation.

    versions  of the inputs, to notice when one that a rule needs has changed since
    number    counts up as the program runs, so that sorting by it puts every tensor after those it came from
    """

    __slots__ = ("inputs", "number", "operator", "settings", "versions")

    def __init__(self, operator: Operator, inputs: tuple[Tensor, ...], settings: dict[str, Any]) -> None:
        self.operator = operator
        self.inputs = inputs
        self.settings = settings
        self.versions = [x.version for x in inputs]
        self.number = next(clock)

    def vjp(self, position: int, g: Tensor, output: Tensor) -> Tensor:
        """g^T J, for the input at that position."""
        return self._product(self.operator.rules[self.operator.inputs[position]].vjp, g, output)

    def jvp(self, position: int, t: Tensor, output: Tensor) -> Tensor:
        """J t, for the input at that position."""
        return self._product(self.operator.rules[self.operator.inputs[position]].jvp, t, output)

    def _product(self, rule: Callable[..., Tensor], vector: Tensor, output: Tensor) -> Tensor:
        return rule(vector, **{name: self._look_up(name, output) for name in needs(rule)})

    def _look_up(self, name: str, output: Tensor) -> Any:
        if name == "out":
            return self._unchanged(output, 0, "its output")
        if name in self.settings:
            return self.settings[name]
        position = self.operator.inputs.index(name.removesuffix("_shape"))
        if name.endswith("_shape"):
            return self.inputs[position].shape
        return self._unchanged(self.inputs[position], self.versions[position], f"its input {name}")

    def _unchanged(self, tensor: Tensor, version: int, role: str) -> Tensor:
        if tensor.version != version:
            raise UsageError(
                f"The derivative of {self.operator.name} needs {role} of shape {tensor.shape} as it was, but it was "
                "changed in place since. Take the derivative first, or change a copy."
            )
        return tensor


@cache
def needs(rule: Callable[..., Tensor]) -> tuple[str, ...]:
    """The names of what a rule needs beside g or t."""
    return tuple(inspect.signature(rule).parameters)[1:]


def as_tensors(values: Sequence[Value]) -> tuple[Tensor, ...]:
    """Constants as tensors. Plain numbers, and whole ones in arrays, take the precision of the tensors beside them."""
    tensors = [x for x in values if isinstance(x, Tensor)]
    if len(tensors) == len(values):
        return tuple(tensors)
    dtype = next((x.dtype for x in tensors if x.dtype.kind == "f"), np.dtype(float))
    return tuple(x if isinstance(x, Tensor) else constant(x, dtype) for x in values)


def constant(value: Any, dtype: np.dtype[Any]) -> Tensor:
    if isinstance(value, int | float):
        return Tensor(np.asarray(value, dtype), copy=False)
    array = np.array(value)
    return Tensor(array.astype(dtype) if array.dtype.kind in "iu" else array, copy=False)


def as_tensor(value: Value) -> Tensor:
    return value if isinstance(value, Tensor) else Tensor(value)


def history(outputs: Iterable[Tensor]) -> list[tuple[Tensor, Record]]:
    """All that operators made on the way to the outputs, themselves included, in the order of computation."""
    found: dict[Tensor, Record] = {}
    waiting = list(outputs)
    while waiting:
        tensor = waiting.pop()
        if tensor.record is not None and tensor not in found:
            found[tensor] = tensor.record
            waiting.extend(tensor.record.inputs)
    return sorted(found.items(), key=lambda item: item[1].number)


def leaves(outputs: Iterable[Tensor]) -> list[Tensor]:
    """The tensors that require a gradient, that no operator made, and that the outputs came from."""
    outputs = list(outputs)
    origins = outputs + [x for _, record in history(outputs) for x in record.inputs]
    return [x for x in dict.fromkeys(origins) if x.requires_grad and x.record is None]
