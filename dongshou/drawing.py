"""Figures that need no window: the same picture in a notebook, a script, a report and a browser."""

from __future__ import annotations

import io
import logging
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


def png(figure: Figure, dots_per_inch: int = 120) -> bytes:
    """The figure as the bytes of a PNG file."""
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context({"font.family": ["DejaVu Sans", *chinese_fonts()]}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # without a Chinese font: a box for each
        figure.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def chinese_fonts() -> tuple[str, ...]:
    """Those installed fonts that have Chinese characters."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in CHINESE_FONTS if name in installed)
