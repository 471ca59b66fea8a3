"""Feature maps: what each stage of a convolutional network makes of one image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.drawing.sheet import COLUMNS, Key, Titled, draw_rows
from dongshou.tasks.explain import FeatureMaps
from dongshou.tasks.pictures.images import as_picture, scale_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BRIGHTNESS = Key(scale_of("gray"), "value within its map", "lowest", "highest")


def stage_images(image: Tensor, stages: Sequence[FeatureMaps]) -> Figure:
    """The image (channels, height, width), then a row for each stage: its first maps, each from dark to bright."""
    rows = [[Titled(as_picture(image))], *map(stage_row, stages)]
    above = ["input", *map(described, stages)]
    return draw_rows(rows, "Feature maps at the end of each stage", above=above, key=BRIGHTNESS)


def stage_row(stage: FeatureMaps) -> list[Titled]:
    return [Titled(as_picture(one)) for one in stage.maps[0, :COLUMNS, None]]


def described(stage: FeatureMaps) -> str:
    """`3.0.relu (ReLU): 8 of 32 maps of 16x16`."""
    channels, height, width = stage.maps.shape[1:]
    kind = type(stage.layer).__name__
    if channels > COLUMNS:
        return f"{stage.name} ({kind}): {COLUMNS} of {channels} maps of {height}x{width}"
    return f"{stage.name} ({kind}): {channels} maps of {height}x{width}"
