"""A progress bar in the terminal; where there is none, a line for each epoch."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from dongshou.languages import translate
from dongshou.runs.curves import SPLITS
from dongshou.runs.record import figure_path
from dongshou.runs.run import Run
from dongshou.training import Drew, Evaluated, Event, Stepped, Wrote, bfloat16
from dongshou.training.events import Sampled
from dongshou.training.fast.choice import Choice

REDRAW_EVERY = 0.2  # seconds: drawing more often would cost the training time and show no more


class Progress:
    """Reads the events along and shows where the run stands, on standard error."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.console = Console(stderr=True)
        self.bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[measured]}"),
            console=self.console,
            auto_refresh=False,
            transient=True,
        )
        self.bar = self.bars.add_task(run.experiment, total=None, measured="")
        self.drawn = 0.0
        self.announced = False
        self.going_on: dict[str, Any] | None = None

    def __enter__(self) -> Progress:
        self.going_on = self.run.checkpoint()  # of an earlier attempt: nothing has happened yet in this
        if self.going_on is not None:
            self._announce()
        return self

    def _announce(self) -> None:
        """Which run this is, once it has begun: one that is refused before its first event is taken back."""
        self.announced = True
        self.console.print(f"{self.run.experiment} -> {self.run.path}", highlight=False, soft_wrap=True)
        if (choice := self.run.config.get("choice")) is not None:
            self.console.print(translate(f"fast: {Choice(**choice)}"), highlight=False, soft_wrap=True)
        if in_float32 := self.run.config.get("float32_layers"):
            self.console.print(translate(bfloat16.in_words(in_float32)), highlight=False, soft_wrap=True)
        if (checkpoint := self.going_on) is not None:
            place = f"epoch {checkpoint['epoch']}" if checkpoint.get("epoch") else f"step {checkpoint['step']}"
            finished = f"{checkpoint.get('part', '')} {place}".strip()
            self.console.print(translate(f"going on after {finished}"), highlight=False)
        if self.console.is_terminal:
            self.bars.start()

    def __exit__(self, *error: Any) -> None:
        if self.console.is_terminal and self.announced:
            self.bars.stop()

    def __call__(self, event: Event) -> None:
        if not self.announced:
            self._announce()
        match event:
            case Stepped() if self.console.is_terminal:
                now, is_last = time.monotonic(), event.step == event.num_steps
                if event.metrics or is_last or now - self.drawn > REDRAW_EVERY:
                    self._advance(event, now, is_last)
            case Evaluated():
                epoch = translate(f"{event.part} epoch {event.epoch}".strip())
                self.console.print(f"{epoch:>9}  {in_words(event.metrics)}", highlight=False, soft_wrap=True)
            case Sampled():
                self.console.print(event.text, style="dim", highlight=False, markup=False, soft_wrap=True)
            case Drew():
                self._wrote(figure_path(event))
            case Wrote():
                self._wrote(event.name)

    def _wrote(self, path: str) -> None:
        self.console.print(translate(f"wrote {path}"), style="dim", highlight=False, soft_wrap=True)

    def _advance(self, event: Stepped, now: float, is_last: bool) -> None:
        changes: dict[str, Any] = {"measured": in_words(event.metrics)} if event.metrics else {}
        description = translate(f"{event.part} epoch {event.epoch}".strip())
        self.bars.update(self.bar, completed=event.step, total=event.num_steps, description=description, **changes)
        if is_last or now - self.drawn > REDRAW_EVERY:
            self.bars.refresh()
            self.drawn = now


def in_words(metrics: dict[str, float]) -> str:
    """`train loss 0.4481, accuracy 0.8350  test loss 0.4813, accuracy 0.8290`"""
    groups: dict[str, list[str]] = {}
    for name, value in metrics.items():
        split, _, quantity = name.partition("_")
        split, quantity = (split, quantity) if split in SPLITS else ("", name)
        groups.setdefault(split, []).append(f"{translate(quantity)} {value:.4g}")
    return "  ".join(f"{translate(split)} {', '.join(words)}".strip() for split, words in groups.items())
