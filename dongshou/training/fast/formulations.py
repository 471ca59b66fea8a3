"""Neighbouring layers that are computed together, or in another order, where that is the same function.

Nothing here changes a parameter, its name or the meaning of a layer: a `Sequential` computes its layers in its own
way while it learns. When it is only measured or looked into, every layer runs as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from torch import Tensor, nn

from dongshou.training.fast.phases import average_of_phases, averages_four, can_be_phased

Layer = Callable[[Tensor], Tensor]
Formulation = Callable[[Sequence[nn.Module]], "tuple[int, Layer] | None"]  # how many layers it stands for, and what


class Reformulated(nn.Sequential):
    """A `Sequential` that takes the faster formulation of its layers while it learns."""

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        for layer in reformulated(list(self)):
            input = layer(input)
        return input


def reformulate(model: nn.Module) -> bool:
    """Let every `Sequential` of the model that can gain by it compute in its own way; whether there was one."""
    found = [module for module in model.modules() if type(module) is nn.Sequential and can_gain(list(module))]
    for module in found:
        module.__class__ = Reformulated
    return bool(found)


def can_gain(layers: Sequence[nn.Module]) -> bool:
    return len(reformulated(layers)) < len(layers)


def reformulated(layers: Sequence[nn.Module]) -> list[Layer]:
    """The layers, and in the place of some of them what computes the same."""
    computed: list[Layer] = []
    while layers:
        length, layer = first_match(layers) or (1, layers[0])
        computed.append(layer)
        layers = layers[length:]
    return computed


def first_match(layers: Sequence[nn.Module]) -> tuple[int, Layer] | None:
    """The first formulation of the first layers, unless one of them does more than torch's layer of that name."""
    for formulation in FORMULATIONS:
        found = formulation(layers)
        if found is not None and all(is_plain(layer) for layer in layers[: found[0]]):
            return found
    return None


def is_plain(layer: nn.Module) -> bool:
    """Torch's own class, not one derived from it, with no hook that waits for what it says."""
    hooks = (layer._forward_hooks, layer._forward_pre_hooks, layer._backward_hooks, layer._backward_pre_hooks)
    return type(layer).__module__.startswith("torch.nn.modules.") and not any(hooks)


# The formulations


def rectified_maximum(layers: Sequence[nn.Module]) -> tuple[int, Layer] | None:
    """max(relu(x)) = relu(max(x)), and the gradients too: one of the pixels of a window is left to rectify."""
    match layers:
        case [nn.ReLU() as rectify, nn.MaxPool2d(return_indices=False) as pool, *_]:
            return 2, lambda images: rectify(pool(images))
    return None


def average_before_mixing(layers: Sequence[nn.Module]) -> tuple[int, Layer] | None:
    """mean(W x + b) = W mean(x) + b: a 1x1 convolution of the average has a quarter of the pixels."""
    match layers:
        case [nn.Conv2d(kernel_size=(1, 1), stride=(1, 1), padding=(0, 0)) as mix, nn.AvgPool2d() as pool, *_]:
            return (2, lambda images: mix(pool(images))) if averages_four(pool) else None
    return None


def phased_average(layers: Sequence[nn.Module]) -> tuple[int, Layer] | None:
    """Convolution, activation and 2x2 average as one convolution (`phases`)."""
    match layers:
        case [
            nn.Conv2d() as convolution,
            nn.Sigmoid() | nn.Tanh() | nn.ReLU() as activation,
            nn.AvgPool2d() as pool,
            *_,
        ] if can_be_phased(convolution, pool):
            return 3, partial(average_of_phases, convolution=convolution, activation=activation)
        case [nn.Conv2d() as convolution, nn.AvgPool2d() as pool, *_] if can_be_phased(convolution, pool):
            return 2, partial(average_of_phases, convolution=convolution, activation=nn.Identity())
    return None


FORMULATIONS: tuple[Formulation, ...] = (rectified_maximum, average_before_mixing, phased_average)
