"""A run in a notebook: one bar and one picture of the curves, both updated in place."""

from __future__ import annotations

import html
import sys
import time
from typing import Any

from dongshou.drawing import png
from dongshou.errors import DongshouError
from dongshou.languages import translate
from dongshou.runs.curves import draw_curves
from dongshou.runs.progress import in_words
from dongshou.runs.run import Run
from dongshou.training import Evaluated, Event, Finished, Stepped

REDRAW_EVERY = 0.2  # seconds between two looks of the bar
DRAWING_SHARE = 0.05  # of the time, at most, goes into pictures of the curves
DOTS_PER_INCH = 90


def in_notebook() -> bool:
    """Whether somebody looks at what the cell shows: an IPython kernel, not a terminal, a script or a test."""
    ipython = sys.modules.get("IPython")  # whoever has not imported it is not in a notebook
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class Live:
    """Reads the events along; each display of the cell is updated under its own handle."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.bar, self.picture = Shown(), Shown()
        self.stepped: Stepped | None = None
        self.measured = ""
        self.looked = self.drawn = 0.0  # when
        self.pause = 0.0  # seconds until the next picture

    def __enter__(self) -> Live:
        self.bar.show(Bar(self.run.experiment))
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        self._show_bar("stopped" if kind else "done")
        self._show_curves()

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        match event:
            case Stepped():
                self.stepped = event
                if now - self.looked > REDRAW_EVERY:
                    self._show_bar()
                    self.looked = now
            case Evaluated():
                self.measured = in_words(event.metrics)
                if now - self.drawn > self.pause:
                    self._show_curves()
            case Finished():
                self.measured = in_words(event.metrics)

    def _show_bar(self, state: str = "") -> None:
        words = [self.run.experiment, state]
        if (at := self.stepped) is not None:
            words[1] = " ".join(filter(None, (at.part, translate(f"epoch {at.epoch}"), translate(state))))
        done, total = (0, 0) if at is None else (at.step, at.num_steps)
        self.bar.show(Bar("  ".join(filter(None, (*words, self.measured))), done, total))

    def _show_curves(self) -> None:
        began = time.monotonic()
        try:
            if not self.run.has_curves:
                return
            self.picture.show(Png(png(draw_curves([self.run]), DOTS_PER_INCH)))
        except DongshouError:  # a record that cannot be read fails elsewhere, with its reason
            return
        self.drawn = time.monotonic()
        self.pause = (self.drawn - began) / DRAWING_SHARE


class Shown:
    """One display of the cell: the first time it is made, afterwards updated."""

    def __init__(self) -> None:
        self.handle: Any = None

    def show(self, content: Any) -> None:
        from IPython.display import display  # pyright: ignore[reportMissingImports]

        if self.handle is None:
            self.handle = display(content, display_id=True)
        else:
            self.handle.update(content)


class Bar:
    """How far it is: HTML in a notebook, a line of text elsewhere."""

    def __init__(self, words: str, done: int = 0, total: int = 0) -> None:
        self.words, self.done, self.total = words, done, total

    def __repr__(self) -> str:
        return f"{self.done}/{self.total}  {self.words}" if self.total else self.words

    def _repr_html_(self) -> str:
        share = f' value="{self.done}" max="{self.total}"' if self.total else ""
        counts = f"{self.done}/{self.total}&ensp;" if self.total else ""
        return f"<div><progress{share}></progress>&ensp;{counts}<span>{html.escape(self.words)}</span></div>"


class Png:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def __repr__(self) -> str:
        return "the curves so far"

    def _repr_png_(self) -> bytes:
        return self.content
