"""All words of a figure: translated, and written so that none becomes a box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from dongshou.drawing.fonts import chinese_font, hint, lacking, needs_another
from dongshou.drawing.layout import names_at
from dongshou.notes import note

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

Rewrite = Callable[[str], str]


@contextmanager
def translated_with(function: Rewrite) -> Iterator[None]:
    """Within it every sentence of a figure goes through the function when the figure is saved."""
    token = _translation.set(function)
    try:
        yield
    finally:
        _translation.reset(token)


_translation: ContextVar[Rewrite | None] = ContextVar("translation", default=None)


def translate(figure: Figure) -> None:
    if (function := _translation.get()) is not None:
        rewrite(figure, function)


def make_legible(figure: Figure) -> None:
    """Chinese in a font that has it; characters of no font by their number in Unicode, `U+4E2D`, which is said once."""
    beyond = set(filter(needs_another, "".join(words_of(figure))))
    missing = lacking("".join(sorted(beyond)))
    if missing:
        rewrite(figure, lambda text: "".join(f"U+{ord(c):04X}" if c in missing else c for c in text))
        note(f"No font of this machine has {missing!r}: pictures name such characters by their number; {hint()}.")
    if beyond and (font := chinese_font()) is not None:
        use_fonts(figure, ["DejaVu Sans", font])


def use_fonts(figure: Figure, fonts: list[str]) -> None:
    """Of each character the first font that has it."""
    for text in texts_of(figure):
        text.set_fontfamily(fonts)
    for axis in axes_of(figure):
        for label in axis.get_ticklabels() if names_at(axis) else []:
            label.set_fontfamily(fonts)


def rewrite(figure: Figure, function: Rewrite) -> None:
    """Put every text through the function, names along the axes too."""
    for text in texts_of(figure):
        text.set_text(function(text.get_text()))
    for axis in axes_of(figure):
        if names := names_at(axis):
            axis.set_ticks(axis.get_majorticklocs(), list(map(function, names)))


def words_of(figure: Figure) -> Iterator[str]:
    for text in texts_of(figure):
        yield text.get_text()
    for axis in axes_of(figure):
        yield from names_at(axis)


def texts_of(figure: Figure) -> Iterator[Text]:
    """Those that are not empty: titles, names of axes, what is written on them, legends. Not the ticks, which
    matplotlib writes anew whenever it draws."""
    every = list(figure.texts)
    for axes in figure.axes:
        every += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
    for legend in [*figure.legends, *(axes.get_legend() for axes in figure.axes)]:
        every += [] if legend is None else [legend.get_title(), *legend.get_texts()]
    yield from (text for text in every if text.get_text())


def axes_of(figure: Figure) -> Iterator[Axis]:
    for axes in figure.axes:
        yield from (axes.xaxis, axes.yaxis)


def plain(text: str) -> str:
    """The text as it is: a dollar would begin a formula."""
    return text.replace("$", r"\$")
