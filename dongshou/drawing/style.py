"""The one style of every picture: colours that colour-blind eyes tell apart, sizes of letters, strokes.

The colours are those of Okabe and Ito (Color Universal Design, 2008) without yellow, which white paper swallows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

BLUE, RED, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"
GRAY = "#7F7F7F"  # what others found, the truth, the function under a path: never one of several curves
PALETTE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
LINE_STYLES = ("-", "--", "-.", ":")

# Discrete rainbow of Paul Tol (Colour Schemes, SRON/EPS/TN/09-002, 2021), without its palest: for many classes
RAINBOW = (
    *("#882E72", "#1965B0", "#4EB265", "#F7F056", "#DC050C", "#7BAFDE", "#F1932D", "#42150A", "#CAE0AB", "#AE76A3"),
    *("#5289C7", "#E8601C", "#D1BBD7", "#A5170E", "#90C987", "#F6C141", "#437DBF", "#994F88", "#72190E", "#BA8DB4"),
    *("#6195CF", "#EE8026", "#AA6F9E", "#E65518"),
)

SEQUENTIAL, DIVERGING, HEAT = "viridis", "RdBu", "inferno"  # from little to much; about 0; over a grey photo

LABEL, TICK, LEGEND, TITLE, HEADING = 9.0, 8.0, 8.0, 10.0, 11.0  # points

RC: dict[str, Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": LABEL,
    "text.color": "black",
    "axes.titlesize": TITLE,
    "axes.labelsize": LABEL,
    "axes.labelcolor": "black",
    "axes.edgecolor": "0.3",
    "axes.facecolor": "white",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "grid.alpha": 0.3,
    "grid.color": "0.6",
    "grid.linewidth": 0.6,
    "xtick.labelsize": TICK,
    "ytick.labelsize": TICK,
    "xtick.color": "0.2",
    "ytick.color": "0.2",
    "figure.facecolor": "white",
    "figure.titlesize": HEADING,
    "savefig.facecolor": "white",
    "lines.linewidth": 1.5,
    "lines.markersize": 5.0,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": LEGEND,
    "legend.title_fontsize": LEGEND,
    "legend.framealpha": 0.9,
    "legend.edgecolor": "0.8",
}


@contextmanager
def style() -> Iterator[None]:
    """Within it matplotlib draws in this style, whatever a user's own settings are."""
    import matplotlib
    from cycler import cycler

    settings: Any = RC | {"axes.prop_cycle": cycler(linestyle=LINE_STYLES) * cycler(color=PALETTE)}
    with matplotlib.rc_context(settings):
        yield


def strokes(number: int) -> list[dict[str, Any]]:
    """As many different strokes, `axes.plot(x, y, **stroke)`: first in each colour, then dashed, then dotted."""
    pairs = [{"color": color, "linestyle": line} for line, color in product(LINE_STYLES, PALETTE)]
    return [pairs[index % len(pairs)] for index in range(number)]


def colors(names: Iterable[str]) -> dict[str, str]:
    """A colour for each different name, in their order; of more than 24 names some share one."""
    different = list(dict.fromkeys(names))
    palette = PALETTE if len(different) <= len(PALETTE) else RAINBOW
    return {name: palette[index % len(palette)] for index, name in enumerate(different)}


def ink_on(color: Any) -> str:
    """Black or white, whichever can be read on a colour: `#rrggbb`, or numbers 0..1 of red, green and blue."""
    from matplotlib.colors import to_rgb

    red, green, blue = (255 * part for part in to_rgb(color))
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue  # as an eye weighs them (ITU-R BT.601)
    return "black" if brightness > 140 else "white"
