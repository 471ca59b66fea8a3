"""Which layers this machine can compute in bfloat16, found out by a small trial of each.

Processors differ: oneDNN has an LSTM in bfloat16 for some of them and for others none, whatever else they can do.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

# a small one of each kind, and the shape of its input
TRIALS: dict[type[nn.Module], tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    nn.Linear: (lambda: nn.Linear(4, 3), (2, 4)),
    nn.Conv1d: (lambda: nn.Conv1d(2, 3, 3), (2, 2, 5)),
    nn.Conv2d: (lambda: nn.Conv2d(2, 3, 3), (2, 2, 5, 5)),
    nn.Conv3d: (lambda: nn.Conv3d(2, 3, 3), (2, 2, 5, 5, 5)),
    nn.ConvTranspose1d: (lambda: nn.ConvTranspose1d(2, 3, 3), (2, 2, 5)),
    nn.ConvTranspose2d: (lambda: nn.ConvTranspose2d(2, 3, 3), (2, 2, 5, 5)),
    nn.ConvTranspose3d: (lambda: nn.ConvTranspose3d(2, 3, 3), (2, 2, 5, 5, 5)),
    nn.RNN: (lambda: nn.RNN(3, 4), (5, 2, 3)),
    nn.GRU: (lambda: nn.GRU(3, 4), (5, 2, 3)),
    nn.LSTM: (lambda: nn.LSTM(3, 4), (5, 2, 3)),
    nn.BatchNorm2d: (lambda: nn.BatchNorm2d(2), (2, 2, 5, 5)),
    nn.LayerNorm: (lambda: nn.LayerNorm(4), (2, 4)),
    nn.MultiheadAttention: (lambda: SelfAttention(), (5, 2, 4)),
}


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence to itself, as a layer of one input."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2)

    def forward(self, input: Tensor) -> Tensor:
        return self.attention(input, input, input)[0]


@cache
def why_not(kind: type[nn.Module], device_type: str) -> str:
    """Why a layer of this kind cannot be computed in bfloat16 under autocast there; empty where it can."""
    make, shape = TRIALS[kind]
    with torch.random.fork_rng(), torch.inference_mode(False), torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer, input = make().to(device_type), torch.randn(shape, device=device_type)
            for is_training in (True, False):
                layer.train(is_training)
                with torch.autocast(device_type, torch.bfloat16), torch.set_grad_enabled(is_training):
                    output = layer(input)
                if is_training:
                    first_of(output).float().sum().backward()
        except (RuntimeError, TypeError) as error:
            return " ".join(str(error).split()) or type(error).__name__
    return ""


def first_of(output: Any) -> Tensor:
    """The output itself, which recurrent layers give together with their state."""
    return output[0] if isinstance(output, tuple) else output


def by_layer(device_type: str) -> dict[str, bool]:
    """For each kind of layer whether it can be computed in bfloat16 there."""
    return {kind.__name__: not why_not(kind, device_type) for kind in TRIALS}


def computes_as(kind: type[nn.Module], layer: nn.Module) -> bool:
    """Whether torch's own kernels compute the layer: those of `dongshou.scratch`, of the same kind, do without."""
    return isinstance(layer, kind) and type(layer).forward is kind.forward


def lacking(model: nn.Module, device_type: str) -> list[str]:
    """The kinds of layers in the model that cannot be computed in bfloat16 there."""
    kinds = (kind for kind in TRIALS if any(computes_as(kind, layer) for layer in model.modules()))
    return [kind.__name__ for kind in kinds if why_not(kind, device_type)]


def in_words(kinds: list[str]) -> str:
    """`bf16: LSTM is computed in float32, as this machine has no bfloat16 for it`"""
    names = ", ".join(kinds)
    if len(kinds) == 1:
        return f"bf16: {names} is computed in float32, as this machine has no bfloat16 for it"
    return f"bf16: {names} are computed in float32, as this machine has no bfloat16 for them"


def fall_back(model: nn.Module, device_type: str) -> None:
    """Let the layers that cannot be computed in bfloat16 there leave autocast, each for itself."""
    kinds = [kind for kind in TRIALS if kind.__name__ in lacking(model, device_type)]
    for layer in model.modules():
        if any(computes_as(kind, layer) for kind in kinds):
            layer.forward = partial(in_float32, layer)  # a partial, for copies of the layer are to call themselves


def in_float32(layer: nn.Module, /, *inputs: Any, **options: Any) -> Any:
    """The layer's own forward pass; under autocast in the precision of its weights."""
    device_type = next(layer.parameters()).device.type
    forward = partial(type(layer).forward, layer)
    if not torch.is_autocast_enabled(device_type):
        return forward(*inputs, **options)
    with torch.autocast(device_type, enabled=False):
        return forward(*map(lengthened, inputs), **{name: lengthened(value) for name, value in options.items()})


def lengthened(value: Any) -> Any:
    """In float32 what is shorter: a tensor, a packed sequence, a state of several tensors."""
    if isinstance(value, (Tensor, PackedSequence)):
        data = value.data
        return value.to(torch.float32) if data.is_floating_point() and data.element_size() < 4 else value
    return tuple(map(lengthened, value)) if isinstance(value, tuple) else value
