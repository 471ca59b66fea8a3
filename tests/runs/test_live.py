"""A run in a notebook: one bar and one picture, each updated in place; nothing of it anywhere else."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from dongshou.errors import DongshouError
from dongshou.runs.live import Bar, in_notebook
from tests.training import toys


class Notebook:
    """What IPython's `display` and its handles were given: by display, in their order."""

    def __init__(self, kernel: Any) -> None:
        self.shown: list[list[Any]] = []
        self.shell = SimpleNamespace(kernel=kernel)

    def display(self, content: Any, display_id: bool = False) -> Any:
        assert display_id, "without a handle nothing can be updated in place"
        self.shown.append([content])
        return SimpleNamespace(update=self.shown[-1].append)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
        ipython.version_info = (9, 0)  # pyright: ignore[reportAttributeAccessIssue]  (matplotlib asks)
        ipython.get_ipython = lambda: self.shell  # pyright: ignore[reportAttributeAccessIssue]
        display.display = self.display  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        monkeypatch.setitem(sys.modules, "IPython.display", display)


@pytest.fixture
def notebook(monkeypatch) -> Notebook:
    made = Notebook(kernel=object())
    made.install(monkeypatch)
    monkeypatch.setattr("dongshou.runs.live.REDRAW_EVERY", -1.0)
    return made


def test_one_bar_and_one_picture_are_updated_in_place(notebook, capsys):
    run = toys.toy().run()
    bars, pictures = notebook.shown
    steps = [bar.done for bar in bars if bar.total]
    assert steps == sorted(steps) and steps[-1] == bars[-1].total
    assert "done" in bars[-1].words and f"accuracy {run.result['test_accuracy']:.4g}" in bars[-1].words
    assert len(pictures) >= 2 and all(picture._repr_png_().startswith(b"\x89PNG") for picture in pictures)
    assert capsys.readouterr() == ("", "")


def test_it_can_be_quiet(notebook):
    toys.toy().run(progress=False)
    assert notebook.shown == []


def test_drawing_takes_a_small_share_of_the_time(notebook, monkeypatch):
    monkeypatch.setattr("dongshou.runs.live.DRAWING_SHARE", 1e-9)
    toys.toy().run()
    assert len(notebook.shown[1]) == 2  # the first epoch and the end


def test_a_run_that_fails_says_that_it_stopped(notebook):
    def fail(event):
        if getattr(event, "metrics", None):
            raise DongshouError("the disk is full")

    with pytest.raises(DongshouError, match="disk"):
        toys.toy().run(watch=[fail])
    assert "stopped" in notebook.shown[0][-1].words


def test_nothing_is_shown_in_a_terminal_or_a_script(monkeypatch):
    in_terminal = Notebook(kernel=None)
    in_terminal.install(monkeypatch)
    assert not in_notebook()
    toys.toy(epochs=1).run()
    assert in_terminal.shown == []
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()


def test_the_bar_is_html_or_a_line_of_text():
    bar = Bar("mlp  epoch 2  train loss <0.5", 20, 30)
    assert '<progress value="20" max="30">' in bar._repr_html_() and "&lt;0.5" in bar._repr_html_()
    assert repr(bar) == "20/30  mlp  epoch 2  train loss <0.5"
    assert "max" not in Bar("mlp")._repr_html_()
