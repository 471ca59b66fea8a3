"""Words on a page, each on the colour of its number: blue for, red against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from dongshou.drawing import DIVERGING, color_bar, ink_on, lacking, new_axes, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 72  # letters in a line
LETTER, LINE = 0.098, 0.3  # inches: a letter of this font, the height of a line
MOST = 150  # words
LEFT = 12  # letters for what the rows are called

Place = tuple[float, float]  # letters from the left, lines from the top


def draw_colored_text(words: Sequence[str], numbers: Mapping[str, Sequence[float]], what: str, title: str) -> Figure:
    """The words once for each kind of numbers, which have a scale each; `what` they are stands at the colours.

    numbers  by kind: one for each word. The strongest has the full colour, 0 none
    """
    shown = [plain(word) for word in words[:MOST]]
    few = f", the first {len(shown)} of {len(words)} words" if len(words) > len(shown) else ""
    places = list(placed(shown))
    num_lines = 1 + int(max(line for _, line in places)) if places else 1
    height = len(numbers) * (num_lines + 1) - 0.5
    axes = new_axes(1.6 + LETTER * (LEFT + WIDTH), max(1.6, 0.7 + LINE * height), title=title + few)
    axes.set(xlim=(0, LEFT + WIDTH), ylim=(height - 0.5, -0.8))
    axes.axis("off")
    for row, (kind, of_words) in enumerate(numbers.items()):
        top = row * (num_lines + 1)
        axes.text(0, top, kind, va="center", fontsize=8, color="0.3")
        write(axes, shown, places, list(of_words)[:MOST], top)
    color_bar(scale(), [axes], what)
    return axes.figure  # pyright: ignore[reportReturnType]


def write(axes, words: Sequence[str], places: Sequence[Place], numbers: Sequence[float], top: float) -> None:
    """The words of one kind, each on its colour."""
    colors: Any = scale().cmap  # of numbers from 0 to 1
    largest = max(map(abs, numbers), default=0.0) or 1.0
    for word, (left, line), number in zip(words, places, numbers, strict=True):
        color = colors(0.5 + 0.5 * number / largest)
        box = {"facecolor": color, "edgecolor": "none", "boxstyle": "square,pad=0.12"}
        axes.text(
            LEFT + left,
            top + line,
            word,
            va="center",
            fontsize=9,
            family="monospace",
            color=ink_on(color[:3]),
            bbox=box,
        )


def scale():
    """From -1, against, to 1, for."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(-1, 1), DIVERGING)


def placed(words: Sequence[str]) -> Iterator[Place]:
    """Where each word begins, in lines of WIDTH letters."""
    left, line = 0, 0
    for word in words:
        width = sum(map(letters_wide, word))
        if left and left + width > WIDTH:
            left, line = 0, line + 1
        yield left, line
        left += width + 1


def letters_wide(letter: str) -> int:
    """A Chinese one counts twice; one that no font has is drawn by its number, U+597D."""
    if lacking(letter):
        return len(f"U+{ord(letter):04X}")
    return 2 if east_asian_width(letter) in "WF" else 1
