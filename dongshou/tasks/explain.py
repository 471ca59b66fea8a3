"""What goes on inside a convolutional network: its feature maps, and where it saw what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, takewhile
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.summary.watch import evaluating


class FeatureMaps(NamedTuple):
    """What one layer made of a batch of images, maps (batch, channels, height, width)."""

    name: str
    layer: nn.Module
    maps: Tensor

    @property
    def size(self) -> torch.Size:
        return self.maps.shape[2:]

    @property
    def is_convolved(self) -> bool:
        """Whether a convolution made them: a layer whose kernels have four axes, torch's or ours."""
        kernels = getattr(self.layer, "weight", None)
        return isinstance(kernels, Tensor) and kernels.dim() == 4


def grad_cam(model: nn.Module, inputs: Tensor, classes: Tensor | None = None) -> Tensor:
    """Where in its inputs a network sees a class: the class activation map, at the size of the feature maps A.

    alpha_k = mean over all pixels of dy / dA_k
    map = ReLU(sum_k alpha_k A_k)           y the logit of the class, by default of the most probable one

    (batch, channels, height, width), (batch,) -> (batch, height of A, width of A). A is the end of the last
    convolutional stage. The model's mode and gradients stay as they are (Selvaraju et al., "Grad-CAM", 2017).
    Raises UsageError for a network without convolutions.
    """
    with torch.enable_grad(), evaluating(model), recorded(model) as layers:
        # inputs with gradients: the weights may all be frozen. forward: a compiled model would be recompiled
        logits = model.forward(inputs.detach().requires_grad_())
        maps = last_stage(layers).maps
        chosen = logits.argmax(1) if classes is None else classes
        scores = logits.gather(1, chosen[:, None])  # (batch, 1)
        (gradients,) = torch.autograd.grad(scores.sum(), maps)
    alphas = gradients.float().mean((2, 3), keepdim=True)  # (batch, channels, 1, 1)
    return (alphas * maps.detach().float()).sum(1).relu()  # (batch, height, width)


@torch.no_grad()
def feature_maps(model: nn.Module, inputs: Tensor) -> list[FeatureMaps]:
    """The maps at the end of each stage, a stage being all layers in a row whose maps have one size.

    Empty for a network without convolutions.
    """
    with evaluating(model), recorded(model) as layers:
        model.forward(inputs)
    first = next((index for index, layer in enumerate(layers) if layer.is_convolved), len(layers))
    return [list(stage)[-1] for _, stage in groupby(layers[first:], key=lambda layer: layer.size)]


def last_stage(layers: Sequence[FeatureMaps]) -> FeatureMaps:
    """What the last convolution's stage ends with: after its activation, sum or concatenation, before pooling."""
    convolved = [index for index, layer in enumerate(layers) if layer.is_convolved]
    if not convolved:
        raise UsageError(
            "Grad-CAM shows where the maps of a convolution saw a class; this network has no convolution "
            "whose maps are larger than 1x1. Ask one that has, such as LeNet on images of 28x28."
        )
    last = layers[convolved[-1]]
    return list(takewhile(lambda layer: layer.size == last.size, layers[convolved[-1] :]))[-1]


@contextmanager
def recorded(model: nn.Module) -> Iterator[list[FeatureMaps]]:
    """What every layer makes while the context lasts, in order; a block comes after the layers in it.

    Maps of one pixel are left out, which show nothing of where, and blocks that only hand on what a layer made.
    """
    layers: list[FeatureMaps] = []
    names = {layer: name for name, layer in model.named_modules()}

    def record(layer: nn.Module, _: object, output: object) -> None:
        if not isinstance(output, Tensor) or output.dim() != 4 or output.shape[2:].numel() == 1:
            return
        hands_on = bool(layers) and output is layers[-1].maps and next(layer.children(), None) is not None
        if not hands_on:
            layers.append(FeatureMaps(names[layer], layer, output))

    hooks = [layer.register_forward_hook(record) for layer in names]
    try:
        yield layers
    finally:
        for hook in hooks:
            hook.remove()
