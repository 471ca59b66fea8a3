"""Starting from what another run has learnt, and going on with a procedure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.cli import main
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.tasks import Classification
from dongshou.training import Event, Experiment, Finished, Kept, Procedure, Saved, Session, Work, Wrote, start_from
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.start import learnt_by
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training.toys import NUM_CLASSES, blob_splits, classifier, declared, weights


class Parted(nn.Module):
    """A backbone and a head for so many classes."""

    def __init__(self, num_classes: int = NUM_CLASSES) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU())
        self.head = nn.Linear(6, num_classes)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.head(self.backbone(inputs))


def parted(num_classes: int = NUM_CLASSES, lr: float = 0.1, **more: Any) -> Experiment:
    model = Parted(num_classes)
    optimizer = SGD(model.parameters(), lr=lr)
    return Experiment(blob_splits(), model, Classification(), optimizer, **{"epochs": 2, "draw": False} | more)


def made(num_classes: int = NUM_CLASSES, **more: Any) -> Work:
    return declared(lambda: parted(num_classes, **more))


def learnt(run: Run) -> dict[str, Any]:
    line = run.checkpoint("best")
    assert line is not None
    return read_checkpoint(run.path / line["path"])[0]


def test_the_whole_of_a_run_a_checkpoint_and_a_file(tmp_path: Path):
    run = made().run()
    best = learnt(run)
    line = run.checkpoint("best")
    assert line is not None
    save_file(best, tmp_path / "weights.safetensors")
    for source in (run.path, run.path / line["path"], tmp_path / "weights.safetensors"):
        model = Parted()
        assert start_from(model, source) is model
        assert all(torch.equal(best[name], tensor) for name, tensor in model.state_dict().items())


def test_a_part_leaves_the_others_as_they_are():
    run = made().run()
    model = Parted(num_classes=7)
    before = weights(model)
    start_from(model, str(run.path), "backbone")
    for name, tensor in model.state_dict().items():
        expected = learnt(run)[name] if name.startswith("backbone.") else before[name]
        assert torch.equal(tensor, expected)
    assert {*learnt_by(run.path, "head")} == {"weight", "bias"}


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_a_run_begins_with_the_weights_of_another_and_says_so(engine: str):
    first = made().run()
    frozen = made(epochs=1, lr=0.0).run(engine=engine, start_from=first.path, part="head")
    assert all(
        torch.equal(learnt(frozen)[f"head.{name}"], tensor) for name, tensor in learnt_by(first.path, "head").items()
    )
    assert (frozen.config["start_from"], frozen.config["part"]) == (str(first.path.resolve()), "head")


def test_a_resumed_run_needs_no_longer_what_it_started_from():
    first = made().run()
    whole = made().run(start_from=first.path)
    stopped = interrupted(made(), 5, start_from=first.path)
    for path in sorted(first.path.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert_same(whole, execute(made(), resume=stopped.path))


@pytest.mark.parametrize(
    ("num_classes", "part", "kind", "message"),
    [
        (5, "", DongshouError, r"has learnt does not fit the model: .*size mismatch for head"),
        (5, "head", DongshouError, r"has learnt does not fit head: .*size mismatch"),
        (3, "backbome", UsageError, r"no part called backbome. Did you mean backbone\? It has backbone, head"),
    ],
)
def test_weights_that_do_not_fit(num_classes: int, part: str, kind: type[Exception], message: str):
    first = made().run()
    with pytest.raises(kind, match=message) as error:
        made(num_classes).run(start_from=first.path, part=part)
    assert "\n" not in str(error.value)
    assert [run.path for run in list_runs()] == [first.path]


def test_places_without_weights(tmp_path: Path):
    for source in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="is not a run, checkpoint or file of weights"):
            start_from(Parted(), source)
    with pytest.raises(UsageError, match=r"has learnt no part called backbone. It has 1, 4"):
        start_from(Parted(), declared(classifier).run().path, "backbone")
    with pytest.raises(DongshouError, match="has no checkpoint to start from"):
        start_from(Parted(), interrupted(made(), 1).path)


def test_by_the_command_line(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "mlp:digits", "--epochs", "2", "--limit", "64", "--quiet"]) == 0
    first = list_runs()[-1]
    flags = ["--from", first.name, "--epochs", "1", "--lr", "0", "--limit", "64", "--quiet"]
    assert main(["run", "mlp:digits", *flags]) == 0
    second = list_runs()[-1]
    assert second.config["start_from"] == str(first.path.resolve())
    assert second.config["published"] == []
    assert all(torch.equal(learnt(second)[name], tensor) for name, tensor in learnt(first).items())


# Procedures that go on


def walk(session: Session, state: dict[str, Any] | None) -> Iterator[Event | Kept]:
    """A walk at random, kept at every third step."""
    place, step = (torch.zeros(2), 0) if state is None else (state["place"], state["step"])
    while step < 9:
        step += 1
        place = place + torch.randn(2) * random.random()
        yield Wrote(f"step-{step}.txt", str(place.tolist()))
        if step % 3 == 0:
            yield Kept(step, {"place": place, "step": step})
    yield Finished({"x": float(place[0]), "y": float(place[1])})


@pytest.mark.parametrize("step", [3, 6, 9])
def test_a_procedure_goes_on_from_what_it_kept(step: int):
    def stop(event: Event) -> None:
        if isinstance(event, Saved) and event.step == step:
            raise KeyboardInterrupt

    whole = declared(lambda: Procedure(walk)).run()
    with pytest.raises(Interrupted) as stopped:
        execute(declared(lambda: Procedure(walk)), watch=[stop])
    seen: list[Event] = []
    resumed = execute(declared(lambda: Procedure(walk)), resume=stopped.value.run.path, watch=[seen.append])
    assert_same(whole, resumed)
    assert len([event for event in seen if isinstance(event, Wrote)]) == 9 - step


# An experiment concludes


def test_an_experiment_concludes_with_what_it_trained():
    def conclude(trained: Experiment, finished: Finished) -> Iterator[Event]:
        norm = float(sum(p.norm() for p in trained.model.parameters()).detach())  # pyright: ignore
        yield Wrote("norm.txt", f"{norm:.3f}")
        yield Finished(finished.metrics | {"norm": norm}, finished.best, finished.reading)

    plain, run = made().run(), made(conclude=conclude, higher_is_better=("norm",)).run()
    assert run.result == plain.result | {"norm": run.result["norm"]}
    assert (run.path / "norm.txt").read_text() == f"{run.result['norm']:.3f}"
    assert run.record["best"] == plain.record["best"]
    assert run.reading.prefers_more("norm") and run.reading.headline == "accuracy"
