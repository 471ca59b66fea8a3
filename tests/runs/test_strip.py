"""Pictures by epoch: each in a file of its own, all of a name in a strip; nothing is written over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from PIL import Image

from dongshou.drawing import new_axes
from dongshou.runs import execute
from dongshou.runs.record import Record
from dongshou.training import Drew, Event, Finished, Procedure, Series, Wrote
from dongshou.training.events import Snapshot
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training import toys


def drawing(model: torch.nn.Module):
    axes = new_axes(2.0, 1.0)
    axes.plot([float(p.detach().norm()) for p in model.parameters()])
    return axes.figure


def work(epochs: int = 12):
    return toys.declared(lambda: toys.classifier(epochs, sample=drawing), epochs=epochs)


def test_a_picture_of_each_told_epoch_and_the_strip_of_them():
    run = work().run()
    lines = [line for line in run.lines() if line["event"] == "figure"]
    assert [line["epoch"] for line in lines] == [*range(1, 11), 12]
    assert lines[0] | {"time": 0} == {
        "event": "figure", "step": 3, "epoch": 1, "time": 0, "name": "sample", "path": "figures/sample-000003.png"
    }  # fmt: skip
    assert all((run.path / line["path"]).is_file() for line in lines)
    with Image.open(run.path / "sample-strip.png") as strip, Image.open(run.path / lines[0]["path"]) as one:
        assert strip.height == 320 + 24
        assert strip.width == 8 * round(one.width * 320 / one.height)
        colors = strip.convert("L").getcolors()
        assert colors is not None and len(colors) > 1
    assert run.path / "sample-strip.png" in run.figures


def test_a_resumed_run_has_the_same_pictures():
    assert_same(work(4).run(), execute(work(4), resume=interrupted(work(4), 8).path))


def test_the_parts_of_a_series_have_pictures_of_their_own():
    parts = {label: lambda: toys.classifier(2, sample=drawing) for label in ("head only", "all")}
    run = toys.declared(lambda: Series(parts)).run()
    paths = [line["path"] for line in run.lines() if line["event"] == "figure"]
    assert paths == [f"figures/{part}-sample-{step:06d}.png" for part in ("head-only", "all") for step in (3, 6)]
    assert sorted(path.name for path in run.path.glob("*-strip.png")) == [
        "all-sample-strip.png",
        "head-only-sample-strip.png",
    ]


def repeats(_) -> Iterator[Event]:
    for value in (1.0, 2.0):
        yield Drew("curve", drawing(torch.nn.Linear(1, 1)))
        yield Snapshot("weights", {"w": torch.tensor([value])})
        yield Snapshot("grown", {"w": torch.tensor([value])}, step=7, epoch=2, part="a b")
    yield Finished({})


def test_nothing_that_an_event_names_is_written_over():
    run = toys.declared(lambda: Procedure(repeats)).run()
    lines = [line for line in run.lines() if line["event"] in ("figure", "tensors")]
    names = [line["path"].split("/")[1] for line in lines]
    assert names == [
        "curve.png",
        "000000-weights.safetensors",
        "000007-a-b-grown.safetensors",
        "curve-2.png",
        "000000-weights-2.safetensors",
        "000007-a-b-grown-2.safetensors",
    ]
    assert all((run.path / line["path"]).is_file() for line in lines)
    assert (lines[2]["step"], lines[2]["epoch"], lines[2]["part"]) == (7, 2, "a b")


def everything(_) -> Iterator[Event]:
    yield Drew("curve", drawing(torch.nn.Linear(1, 1)))
    yield Snapshot("weights", {"w": torch.ones(1)})
    yield Wrote("submission.csv", "id,label\n")
    yield Finished({})


def test_a_line_names_a_file_only_once_it_lies_there(monkeypatch: pytest.MonkeyPatch):
    line, named = Record._line, []

    def checked(self: Record, event: str, about: Any = None, /, **values: Any) -> None:
        if "path" in values:
            assert (self.directory / values["path"]).exists(), values["path"]
            named.append(values["path"])
        line(self, event, about, **values)

    monkeypatch.setattr(Record, "_line", checked)
    toys.declared(lambda: Procedure(everything)).run()
    assert named == ["figures/curve.png", "tensors/000000-weights.safetensors", "submission.csv"]
    named.clear()
    work(2).run()
    assert [path.partition("/")[0] for path in named] == ["figures", "checkpoints"] * 2
