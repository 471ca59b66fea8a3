"""The weights of the first layer as images: what each of its units looks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from torch import Tensor, nn

from dongshou.drawing import DIVERGING
from dongshou.drawing.sheet import Key, Titled, draw_rows, in_rows
from dongshou.tasks.pictures.images import in_color, scale_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 32  # units


def first_weights(model: nn.Module, shape: tuple[int, ...]) -> Tensor | None:
    """The first layer's weights as images (units, channels, height, width), where they have that shape."""
    weight = next((parameter for parameter in model.parameters() if parameter.dim() >= 2), None)
    if weight is None:
        return None
    weight = weight.detach().float().cpu()
    if weight.dim() == 4:
        return weight
    return weight.view(-1, *shape) if weight.shape[1:].numel() == math.prod(shape) else None


def weight_images(weights: Tensor) -> Figure:
    """What each of the first units wants: kernels over red, green and blue in their colours, grey where they are 0;
    other kernels, their channels averaged, from red (wants dark) to blue (wants light)."""
    shown = weights[:SHOWN]  # (units, channels, height, width)
    is_color = shown.shape[1] == 3
    shown = shown if is_color else shown.mean(1, keepdim=True)
    largest = float(shown.abs().max())
    shown = 0.5 + shown / max(2 * largest, 1e-12)  # 0 in the middle of 0..1
    heading = (
        f"Weights of the first layer, {len(shown)} of {len(weights)} units"
        if len(weights) > len(shown)
        else f"Weights of the first layer, {len(shown)} units"
    )
    if is_color:
        pictures = [Titled(kernel.permute(1, 2, 0).numpy()) for kernel in shown]
        return draw_rows(in_rows(pictures), f"{heading}: in red, green and blue, grey where they are 0")
    key = Key(scale_of(DIVERGING), "weight", f"{-largest:.2g}", f"{largest:.2g}")
    return draw_rows(in_rows([Titled(in_color(kernel[0], DIVERGING)) for kernel in shown]), heading, key=key)
