"""All words of a figure: translated, and written so that none becomes a box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from textwrap import fill
from typing import TYPE_CHECKING

from dongshou import languages
from dongshou.drawing.fonts import chinese_font, hint, lacking, needs_another
from dongshou.drawing.layout import names_at
from dongshou.notes import note

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

MOST_CHARACTERS = 34  # of Latin text in a line; a Chinese character is as wide as two

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
    """Into the language of whoever looks, if a font has its characters."""
    if (function := _translation.get()) is not None:
        rewrite(figure, function, function)
    elif languages.language() != languages.ENGLISH:
        if chinese_font() is None:
            note(f"No font of this machine has Chinese: pictures stay in English; {hint()}.")
        else:
            rewrite(figure, in_lines, languages.translate_sentence)


def in_lines(text: str) -> str:
    """The translation of a text that may have been broken into lines: then the translation is, too."""
    words = languages.translate(text)
    if words != text or "\n" not in text:
        return words
    words = languages.translate(" ".join(text.split("\n")))
    return text if words == " ".join(text.split("\n")) else fill(words, MOST_CHARACTERS // 2)


def make_legible(figure: Figure) -> None:
    """Chinese in a font that has it; characters of no font by their number in Unicode, `U+4E2D`, which is said once."""
    beyond = set(filter(needs_another, "".join(words_of(figure))))
    missing = lacking("".join(sorted(beyond)))
    if missing:

        def by_number(text: str) -> str:
            return "".join(f"U+{ord(character):04X}" if character in missing else character for character in text)

        rewrite(figure, by_number, by_number)
        note(f"No font of this machine has {missing!r}: pictures name such characters by their number; {hint()}.")
    if beyond and (font := chinese_font()) is not None:
        use_font(figure, font)


def use_font(figure: Figure, font: str) -> None:
    """For each character that matplotlib's own fonts lack."""
    for text in texts_of(figure):
        text.set_fontfamily(["DejaVu Sans Mono" if "monospace" in text.get_fontfamily() else "DejaVu Sans", font])
    for axis in axes_of(figure):
        for label in axis.get_ticklabels() if names_at(axis) else []:
            label.set_fontfamily(["DejaVu Sans", font])


def rewrite(figure: Figure, function: Rewrite, of_names: Rewrite) -> None:
    """Put every text through the function, and the names along the axes through the other."""
    for text in texts_of(figure):
        text.set_text(function(text.get_text()))
    for axis in axes_of(figure):
        if names := names_at(axis):
            axis.set_ticks(axis.get_majorticklocs(), list(map(of_names, names)))


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
