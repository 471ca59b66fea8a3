"""The files that are named at the end of a run."""

from __future__ import annotations

from pathlib import Path

from dongshou.runs.written import files_in
from dongshou.training import Drew, Finished, Procedure, Wrote
from dongshou.training.events import Snapshot
from tests.training import toys


def names(directory: Path) -> list[str]:
    return [path.relative_to(directory).as_posix() for path in files_in(directory)]


def test_every_file_is_named_whatever_wrote_it():
    """All that lies in the directory but the record itself, the tensors as a whole."""
    import torch
    from matplotlib.figure import Figure

    def steps(session):
        yield Wrote("submission.csv", "id,label\n")
        yield Wrote("graph.svg", "<svg/>")
        yield Drew("picture", Figure())
        yield Snapshot("weights", {"w": torch.zeros(2)})
        yield Finished({"loss": 1.0})

    run = Procedure(steps).run()
    assert names(run.path) == ["graph.svg", "submission.csv", "figures/picture.png", "tensors"]
    there = {path.name for path in run.path.iterdir()} - {".lock"}
    assert there == {"config.json", "metrics.jsonl", "result.json", "graph.svg", "submission.csv", "figures", "tensors"}


def test_checkpoints_are_named_too():
    run = toys.toy(epochs=2).run()
    kept = {path.name for path in run.checkpoints.iterdir()}
    assert kept and {f"checkpoints/{name}" for name in kept} < set(names(run.path))
    assert "curves.png" in names(run.path)
