"""Where things come to lie once a figure is laid out, in dots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox


def renderer_of(figure: Figure) -> Any:
    """What measures the texts of a figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure).get_renderer()


def laid_out(figure: Figure) -> Any:
    """Lay the figure out; what measures its texts."""
    renderer = renderer_of(figure)
    if figure.axes and (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
    for axes in figure.axes:
        axes.get_tightbbox(renderer)  # squares and bars of colours take their place, names theirs beside them
    return renderer


def tick_labels(axis: Axis) -> list[Text]:
    """Those that are drawn: within the limits, not empty."""
    scaled = axis.get_transform().transform  # a logarithm, where the axis is one
    low, high = sorted(scaled(axis.get_view_interval()))
    slack = 1e-6 * (high - low)
    axis.get_ticklabels()  # writes them
    ticks = [tick for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()) if tick.get_visible()]
    inside = [tick for tick in ticks if low - slack <= scaled(tick.get_loc()) <= high + slack]
    labels = [label for tick in inside for label in (tick.label1, tick.label2)]
    return [label for label in labels if label.get_visible() and label.get_text()]


def names_at(axis: Axis) -> list[str]:
    """The names that its ticks were given by hand, in the order of the ticks; none where they are numbers."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

    if not isinstance(axis.get_major_locator(), FixedLocator):
        return []
    if not isinstance(axis.get_major_formatter(), (FixedFormatter, FuncFormatter)):
        return []
    return [label.get_text() for label in axis.get_majorticklabels()]


def collide(axis: Axis, renderer: Any, apart: float = 1.0) -> bool:
    """Whether two labels of the axis overlap, or are nearer than so many dots."""
    from matplotlib.axis import XAxis

    boxes = [tilted_or_straight(label, renderer) for label in tick_labels(axis)]
    along = 0 if isinstance(axis, XAxis) else 1
    spans = sorted((box.min[along], box.max[along]) for box in boxes)
    return any(following[0] - span[1] < apart for span, following in zip(spans, spans[1:], strict=False))


def tilted_or_straight(label: Text, renderer: Any) -> Bbox:
    """The box of a label; of a tilted one, which is read beside its neighbours, its height at its end."""
    from matplotlib.transforms import Bbox

    box = label.get_window_extent(renderer)
    if label.get_rotation() % 90 == 0:
        return box
    height = label.get_fontsize() * renderer.points_to_pixels(1.0) * 1.2
    return Bbox.from_extents(box.x1 - height, box.y0, box.x1, box.y1)
