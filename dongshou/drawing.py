"""Figures that need no window: the same picture in a notebook, a script, a report and a browser."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    Drawing = Figure | Image

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)


def new_figure(width: float = 6.4, height: float = 4.0) -> Figure:
    """An empty figure, sizes in inches, in the project's style. No pyplot and so no global state."""
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    return Figure(figsize=(width, height), layout="constrained")


def new_axes(width: float = 6.4, height: float = 4.0, *, xlabel: str = "", ylabel: str = "") -> Axes:
    """One pair of axes on a figure of its own (`axes.figure`)."""
    axes = new_figure(width, height).add_subplot()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(alpha=0.3)
    return axes


def png(drawing: Drawing, dots_per_inch: int = 120) -> bytes:
    """A figure, or a picture of pixels, as the bytes of a PNG file."""
    import matplotlib
    from PIL.Image import Image

    buffer = io.BytesIO()
    if isinstance(drawing, Image):
        drawing.save(buffer, format="png")
        return buffer.getvalue()
    with matplotlib.rc_context({"font.family": ["DejaVu Sans", *chinese_fonts()]}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # without a Chinese font: a box for each
        drawing.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()


COLORS = (
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
    "#bcbd22",
    "#17becf",
)


def colors(names: Iterable[str]) -> dict[str, str]:
    """A colour for each different name, in their order; after ten they begin again."""
    return {name: COLORS[index % len(COLORS)] for index, name in enumerate(dict.fromkeys(names))}


@lru_cache(maxsize=1)
def chinese_fonts() -> tuple[str, ...]:
    """Those installed fonts that have Chinese characters."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in CHINESE_FONTS if name in installed)
