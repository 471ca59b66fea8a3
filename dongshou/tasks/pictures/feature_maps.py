"""Feature maps: what each stage of a convolutional network makes of one image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.tasks.explain import FeatureMaps
from dongshou.tasks.pictures.images import COLUMNS, Titled, as_picture, draw_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def stage_images(image: Tensor, stages: Sequence[FeatureMaps]) -> Figure:
    """The image (channels, height, width), then a row for each stage: its first maps, each from dark to bright."""
    return draw_rows([[Titled(as_picture(image), "input")], *map(stage_row, stages)])


def stage_row(stage: FeatureMaps) -> list[Titled]:
    maps = stage.maps[0]  # (channels, height, width)
    channels, height, width = maps.shape
    title = f"{stage.name}\n{type(stage.layer).__name__}\n{channels} maps of {height}x{width}"
    pictures = [as_picture(one) for one in maps[:COLUMNS, None]]
    return [Titled(picture, title if index == 0 else "") for index, picture in enumerate(pictures)]
