"""Receptive fields followed through a forward pass, from each operator's arguments to its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from dongshou.models.summary.operators import Call, rule_of, window
from dongshou.models.summary.receptive_field import Field, start


class Follow(TorchDispatchMode):
    """While it is active, every tensor computed from the input gets its receptive field.

    It sees the operators that torch itself runs, whether a layer or a plain function calls them. One without a
    rule leaves the field unknown, and so everything that follows from it.
    """

    def __init__(self, inputs: Tensor, num_axes: int) -> None:
        super().__init__()
        self._fields = WeakTensorKeyDictionary()  # None: depends on the input in a way that is not known
        self._fields[inputs] = start(inputs.dim(), num_axes)
        self.met_window = False  # a network without a window sees all at once, if it sees places at all

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nothing is compiled here, and torch would load its compiler, two seconds, to keep off it

    def field_of(self, tensor: Tensor) -> Field | None:
        return self._fields.get(tensor)

    def pixels_of(self, tensor: Tensor) -> tuple[int | float, ...] | None:
        """How many pixels its elements see along each axis; None where that is not known."""
        field = self.field_of(tensor)
        return field.pixels() if field else None

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        outputs = func(*args, **(kwargs or {}))
        arguments = named(func, args, kwargs or {})
        depending = [tensor for tensor in tensors(arguments) if tensor in self._fields]
        fields = [field for tensor in depending if (field := self.field_of(tensor))]
        rule = rule_of(func) if len(fields) == len(depending) else None
        for output in tensors(outputs) if depending else ():
            self._fields[output] = rule(Call(arguments, output, fields, self.field_of)) if rule else None
        self.met_window |= bool(depending) and rule is window
        return outputs


def tensors(tree: Any) -> list[Tensor]:
    """Those in a value, be it nested."""
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def named(operator: Any, args: Iterable[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by their names in the operator's schema, with the defaults of those that were not given."""
    declared = operator._schema.arguments
    given = dict(zip((argument.name for argument in declared), args, strict=False)) | kwargs
    return {argument.name: given.get(argument.name, argument.default_value) for argument in declared}
