"""A figure that has the project's style when its axes are made and puts itself in order when it is saved."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dongshou.drawing.headings import fit_headings
from dongshou.drawing.layout import renderer_of
from dongshou.drawing.legends import add_legends, place_legends
from dongshou.drawing.style import HEADING, LEGEND, TITLE, style
from dongshou.drawing.texts import make_legible, translate
from dongshou.drawing.ticks import mark_single_points, set_locators, thin_out


class StyledFigure(Figure):
    """The first `savefig` makes legends, ticks and letters for what was drawn; whoever draws need not think of them."""

    is_in_order = False

    def add_subplot(self, *args: Any, **options: Any) -> Any:
        with style():
            return super().add_subplot(*args, **options)

    def add_axes(self, *args: Any, **options: Any) -> Axes:
        with style():
            return super().add_axes(*args, **options)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **options: Any) -> None:
        with style():
            self.put_in_order()
            super().savefig(fname, transparent=transparent, **options)

    def put_in_order(self) -> None:
        """What can only be known once everything is drawn: letters, legends where no curve is, ticks that do not
        collide. Once: a figure that is saved again does not grow again."""
        if self.is_in_order:
            return
        self.is_in_order = True
        with style():
            self._put_in_order()

    def _put_in_order(self) -> None:
        for axes in self.axes:
            axes.title.set_fontsize(TITLE)
            if axes.images:
                axes.grid(False)
            mark_single_points(axes)
            set_locators(axes)
        for heading in (text for text in self.texts if text.get_text() == self.get_suptitle()):
            heading.set_fontsize(HEADING)
        add_legends(self)
        for legend in filter(None, (*self.legends, *(axes.get_legend() for axes in self.axes))):
            for text in legend.get_texts():
                text.set_fontsize(LEGEND)
        translate(self)
        make_legible(self)
        place_legends(self)
        fit_headings(self, renderer_of(self))
        thin_out(self)
        self.set_layout_engine(None)  # all is in its place: saving would find the places twice more
