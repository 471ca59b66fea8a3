"""Pictures in one style, without a window: the same in a notebook, a script, a report and a browser.

A drawing function makes its figure here (`new_axes`, `new_panels`, `new_figure`), names its axes, its title and its
curves (`label=`), and returns it; `png` does the rest when it saves: fonts, sizes, legends, ticks.
"""

from dongshou.drawing.figures import PANEL, SINGLE, color_bar, new_axes, new_figure, new_panels, png
from dongshou.drawing.fonts import chinese_font, lacking
from dongshou.drawing.style import (
    BLACK,
    BLUE,
    DIVERGING,
    GRAY,
    GREEN,
    HEAT,
    ORANGE,
    PALETTE,
    PURPLE,
    RED,
    SEQUENTIAL,
    SKY,
    colors,
    ink_on,
    strokes,
)
from dongshou.drawing.texts import plain, translated_with

__all__ = [
    "BLACK",
    "BLUE",
    "DIVERGING",
    "GRAY",
    "GREEN",
    "HEAT",
    "ORANGE",
    "PALETTE",
    "PANEL",
    "PURPLE",
    "RED",
    "SEQUENTIAL",
    "SINGLE",
    "SKY",
    "chinese_font",
    "color_bar",
    "colors",
    "ink_on",
    "lacking",
    "new_axes",
    "new_figure",
    "new_panels",
    "plain",
    "png",
    "strokes",
    "translated_with",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

    Drawing = Figure | Image
