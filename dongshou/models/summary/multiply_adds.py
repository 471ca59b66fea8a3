"""How many multiplications, each with its addition, a layer does: a formula a kind of layer.

Counted as the papers of the networks count: products with weights, and those of attention. Biases, normalisation,
activations and pooling are left out; they are some per cent at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

Formula = Callable[[Any, Sequence[Tensor], Tensor], int]


def multiply_adds(layer: nn.Module, inputs: Sequence[Tensor], output: Tensor) -> int | None:
    """The multiply-adds of one call, None for a layer with weights of a kind that is not known here."""
    for kinds, formula in FORMULAS.items():
        if isinstance(layer, kinds):
            return formula(layer, inputs, output)
    has_weights = next(layer.parameters(), None) is not None
    return None if has_weights and not isinstance(layer, UNCOUNTED) else 0


def linear(layer: nn.Linear, inputs: Sequence[Tensor], output: Tensor) -> int:
    """Each output is the sum of in_features products."""
    return output.numel() * layer.in_features


def bilinear(layer: nn.Bilinear, inputs: Sequence[Tensor], output: Tensor) -> int:
    """x1^T W x2: a product with the weight for each pair of inputs."""
    return output.numel() * layer.in1_features * layer.in2_features


def convolution(layer: nn.Conv2d, inputs: Sequence[Tensor], output: Tensor) -> int:
    """Each output is the sum of as many products as a filter has weights: in_channels / groups * kernel."""
    return output.numel() * layer.weight[0].numel()


def transposed_convolution(layer: nn.ConvTranspose2d, inputs: Sequence[Tensor], output: Tensor) -> int:
    """Each input is multiplied with all weights that lead away from it: out_channels / groups * kernel."""
    return inputs[0].numel() * layer.weight[0].numel()


def recurrent(layer: nn.RNNBase | nn.RNNCellBase, inputs: Sequence[Tensor], output: Tensor) -> int:
    """Each weight of each layer, direction and gate is used once a step."""
    steps = inputs[0].numel() // layer.input_size
    return steps * sum(weight.numel() for name, weight in layer.named_parameters() if name.startswith("weight"))


def attention(layer: nn.MultiheadAttention, inputs: Sequence[Tensor], output: Tensor) -> int:
    """Queries, keys and values projected, scores Q K^T, their product with the values, the output projected."""
    width = layer.embed_dim
    queries, keys = inputs[0].numel() // width, inputs[1].numel() // layer.kdim
    projections = 2 * queries * width * width + keys * (layer.kdim + layer.vdim) * width
    return projections + 2 * queries * keys * width


FORMULAS: dict[tuple[type[nn.Module], ...], Formula] = {
    (nn.Linear,): linear,
    (nn.Bilinear,): bilinear,
    (nn.Conv1d, nn.Conv2d, nn.Conv3d): convolution,
    (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d): transposed_convolution,
    (nn.RNNBase, nn.RNNCellBase): recurrent,
    (nn.MultiheadAttention,): attention,
}

# with parameters, but no products that are counted: an embedding looks them up
UNCOUNTED = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
    nn.PReLU,
    nn.Embedding,
    nn.EmbeddingBag,
)
