"""What a network of layers in a row sees on its way: the outputs of some of them."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.fcn import stride_of


class LayerOutputs(nn.Module):
    """The outputs of the layers of these numbers, in this order; later layers than the last of them are left out.

    (batch, channels, height, width) -> a list of (batch, width of the layer, height / stride, width / stride)
    Raises UsageError for no layers, or for one that there is not.
    """

    def __init__(self, layers: nn.Sequential, chosen: Sequence[int]) -> None:
        super().__init__()
        if not chosen or not all(0 <= number < len(layers) for number in chosen):
            raise UsageError(f"Layers are chosen by their numbers, from 0 to {len(layers) - 1}; got {list(chosen)}.")
        self.chosen = tuple(chosen)
        self.layers = nn.Sequential(*[*layers][: max(chosen) + 1])

    def forward(self, images: Tensor) -> list[Tensor]:
        x, seen = images, {}
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number in self.chosen:
                seen[number] = x
        return [seen[number] for number in self.chosen]

    @property
    def stride(self) -> int:
        """Pixels of the image for one place of the last layer; a smaller image has nothing left there."""
        return stride_of(self.layers)
