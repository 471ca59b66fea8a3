"""What torch's operators do to a receptive field, a rule a kind of operator; each gives None where it cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import torch
from torch import Tensor

from dongshou.models.summary import receptive_field
from dongshou.models.summary.receptive_field import NO_AXES, Field, join, mix, transposed_window

aten = torch.ops.aten


class Call(NamedTuple):
    """One call of an operator.

    arguments  by name, defaults included
    output     one of its outputs
    fields     of the arguments that depend on the input, the first of them first
    field_of   the field of any tensor, None for one that does not depend on the input
    """

    arguments: dict[str, Any]
    output: Tensor
    fields: list[Field]
    field_of: Callable[[Tensor], Field | None]


Rule = Callable[[Call], Field | None]


def element_by_element(call: Call) -> Field | None:
    """Sums, products and activations; concatenation, padding and cropping too: they move no element along."""
    rank = call.output.dim()
    return join(call.fields, rank) if all(len(field.axes) <= rank for field in call.fields) else None


def window(call: Call) -> Field | None:
    """Convolution, also transposed, and pooling."""
    given, field = call.arguments, call.fields[0]
    kernel = given["weight"].shape[2:] if "weight" in given else given["kernel_size"]
    stride, dilation = given["stride"] or kernel, given.get("dilation") or [1] * len(kernel)
    if "weight" in given:
        field = mix(field, [-len(kernel) - 1])  # the channels
    for dimension in range(-len(kernel), 0):
        sliding = (kernel[dimension], stride[dimension], dilation[dimension])
        slide = transposed_window if given.get("transposed") else receptive_field.window
        stepped = slide(field, dimension, *sliding)
        if stepped is None:
            return None
        field = stepped
    return field


def adaptive_pooling(call: Call) -> Field | None:
    field: Field | None = call.fields[0]
    before, after = call.arguments["self"].shape, call.output.shape
    for dimension in range(-len(call.arguments["output_size"]), 0):
        field = field and receptive_field.resize(field, dimension, before[dimension], after[dimension])
    return field


def nearest_neighbor(call: Call) -> Field | None:
    """Upsampling: every element is a copy of one."""
    field: Field | None = call.fields[0]
    before, after = call.arguments["self"].shape, call.output.shape
    for dimension in range(2, call.output.dim()):
        stride = Fraction(before[dimension], after[dimension])
        field = field and receptive_field.window(field, dimension, 1, stride)
    return field


def slicing(call: Call) -> Field | None:
    """Every step-th element, as in x[..., ::2]."""
    return receptive_field.window(call.fields[0], call.arguments["dim"], 1, call.arguments["step"])


def reduction(call: Call) -> Field:
    """Mean, sum, maximum over dimensions; softmax along one, which keeps them all."""
    field, rank = call.fields[0], len(call.fields[0].axes)
    chosen = call.arguments.get("dim")
    chosen = [chosen] if isinstance(chosen, int) else chosen or range(rank)
    reduced = {dimension % rank for dimension in chosen}
    is_kept = call.output.dim() == rank
    axes = tuple(axes for dimension, axes in enumerate(field.axes) if is_kept or dimension not in reduced)
    return replace(mix(field, list(reduced)), axes=axes)


def batch_normalization(call: Call) -> Field | None:
    """By constants in a trained network; by the statistics of the whole map where it keeps no running ones."""
    joined = element_by_element(call)
    is_by_statistics = call.arguments.get("training", False)
    return mix(joined, range(2, len(joined.axes))) if joined and is_by_statistics else joined


def layer_normalization(call: Call) -> Field:
    return mix(call.fields[0], range(-len(call.arguments["normalized_shape"]), 0))


def group_normalization(call: Call) -> Field:
    return mix(call.fields[0], range(1, len(call.fields[0].axes)))


def matrix_product(call: Call) -> Field:
    """(..., n, k) @ (..., k, m): each element sees all along k."""
    given = call.arguments
    left, right = call.field_of(given.get("mat1", given["self"])), call.field_of(given["mat2"])
    sides = []
    if left:
        sides.append(replace(mix(left, [-1]), axes=(*left.axes[:-1], NO_AXES)))
    if right:
        sides.append(replace(mix(right, [-2]), axes=(*right.axes[:-2], NO_AXES, right.axes[-1])))
    return join(sides, call.output.dim())


def reshape(call: Call) -> Field | None:
    return receptive_field.reshape(call.fields[0], call.arguments["self"].shape, call.output.shape)


def permute(call: Call) -> Field:
    axes = call.fields[0].axes
    return replace(call.fields[0], axes=tuple(axes[dimension] for dimension in call.arguments["dims"]))


def transpose(call: Call) -> Field:
    """Two dimensions change places; those of a matrix where none are named."""
    axes = list(call.fields[0].axes)
    one, other = call.arguments.get("dim0", 0), call.arguments.get("dim1", 1)
    axes[one], axes[other] = axes[other], axes[one]
    return replace(call.fields[0], axes=tuple(axes))


def embedding(call: Call) -> Field:
    """A vector in the place of each index."""
    return replace(call.fields[0], axes=(*call.fields[0].axes, NO_AXES))


KINDS: dict[Rule, str] = {
    window: "convolution max_pool2d_with_indices max_pool3d_with_indices avg_pool2d avg_pool3d",
    adaptive_pooling: "_adaptive_avg_pool2d _adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d",
    nearest_neighbor: "upsample_nearest1d upsample_nearest2d upsample_nearest3d",
    slicing: "slice",
    reduction: "mean sum amax max _softmax _log_softmax",
    batch_normalization: "native_batch_norm cudnn_batch_norm miopen_batch_norm",
    layer_normalization: "native_layer_norm",
    group_normalization: "native_group_norm",
    matrix_product: "mm addmm bmm",
    reshape: "view _unsafe_view unsqueeze squeeze",
    permute: "permute",
    transpose: "transpose t",
    embedding: "embedding",
    element_by_element: (
        "cat constant_pad_nd reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d"
        " split split_with_sizes expand detach alias _to_copy"
        " hardswish hardtanh _prelu_kernel glu channel_shuffle"
    ),
}
RULES = {getattr(aten, name): rule for rule, names in KINDS.items() for name in names.split()}


def rule_of(operator: Any) -> Rule | None:
    """That of the table; what is not in it may say of itself that it works element by element."""
    is_pointwise = torch.Tag.pointwise in operator.tags
    return RULES.get(operator.overloadpacket, element_by_element if is_pointwise else None)
