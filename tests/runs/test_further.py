"""A run that is trained for more epochs is the run of so many from its start, bit by bit, or says that it is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from matplotlib.figure import Figure
from torch.optim import lr_scheduler

from dongshou import experiments
from dongshou.cli import main
from dongshou.errors import UsageError
from dongshou.notes import DataNote
from dongshou.runs import Run, execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.training import Drew, EarlyStopping, Event, Experiment, Finished, Saved, Work, Wrote
from tests.runs.same_run import assert_same, lines_of, result_of, weights_of
from tests.training.toys import averaged, blob_splits, classifier, declared, gan, series, toy


def of_plateaus(optimizer: Any) -> Any:
    return lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)


MAKES: dict[str, Callable[[int], Experiment]] = {
    "momentum, schedule, dropout": classifier,
    "plateaus": lambda epochs: classifier(epochs, schedule=of_plateaus),
    "a fixed cosine": lambda epochs: classifier(
        epochs, schedule=lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 4)
    ),
    "a fixed cosine by step": lambda epochs: classifier(
        epochs, schedule=lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 7), schedule_every="step"
    ),
    "several optimisers, looks within epochs": gan,
    "an average of the weights": averaged,
    "a sample that draws random numbers": lambda epochs: classifier(epochs, sample=drawn),
    "early stopping": lambda epochs: classifier(
        epochs, data=blob_splits(valid=True), early_stopping=EarlyStopping("valid_loss", patience=2)
    ),
}


def drawn(model: Any) -> str:
    return str(torch.rand(2).tolist())


@pytest.mark.parametrize("name", MAKES)
def test_the_same_as_from_the_start(name: str):
    def make(epochs: int) -> Work:
        return declared(lambda: MAKES[name](epochs), epochs=epochs)

    whole, run = execute(make(5), seed=2), execute(make(3), seed=2)
    further = execute(make(5), resume=run)
    assert (further.path, further.status, further.config["settings"]) == (run.path, "done", {"epochs": 5})
    assert further.config["epochs"] == 5 and further.config["trained_further"] == [3]
    assert_same(whole, further)


def test_a_drop_after_the_former_end_comes_after_the_new_one():
    """What the schedule would have done next is taken back: nothing was trained with it."""

    def make(epochs: int) -> Work:
        return toy(epochs, schedule=lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [epochs]))

    whole, further = execute(make(5)), execute(make(5), resume=execute(make(3)))
    assert weights_of(whole) == weights_of(further) and result_of(whole) == result_of(further)


def test_an_own_experiment_and_its_model():
    experiment = classifier(2)
    run = execute(experiment)
    experiment.epochs = 4
    further = experiment.run(resume=run)
    torch.manual_seed(0)
    assert [line["epoch"] for line in further.lines() if line["event"] == "epoch"] == [1, 2, 3, 4]
    assert run.path == further.path and run.config["settings"] == {} and Run(run.path).config["epochs"] == 4
    assert experiment.optimizer.param_groups[0]["lr"] == 0.1  # pyright: ignore[reportAttributeAccessIssue]


def test_samples_of_the_last_epoch_change_nothing():
    """Of 11 epochs the last has a sample, of 12 the eleventh has none."""

    def make(epochs: int) -> Work:
        return declared(lambda: classifier(epochs, sample=drawn), epochs=epochs)

    whole, further = execute(make(12)), execute(make(12), resume=execute(make(11)))
    assert weights_of(whole) == weights_of(further) and result_of(whole) == result_of(further)
    assert [line for line in lines_of(further) if line not in lines_of(whole)] == [
        line for line in lines_of(further) if line["event"] == "sample" and line["epoch"] == 11
    ]


COUNTING: dict[str, dict[str, Callable[[int], Any]]] = {
    "cosine": {"schedule": lambda epochs: lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, epochs)},
    "a drop before the end": {
        "schedule": lambda epochs: lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [epochs - 1])
    },
    "by step": {
        "schedule": lambda epochs: lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=3 * epochs),
        "schedule_every": lambda epochs: "step",
    },
    "function": {
        "schedule": lambda epochs: lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / epochs)
    },
    "none": {"schedule": lambda epochs: None, "lr": lambda epochs: 1 / epochs},
}


@pytest.mark.parametrize("name", COUNTING)
@pytest.mark.parametrize("is_killed", [False, True])
def test_a_rate_that_counts_on_the_epochs_is_that_of_all_of_them_and_said(name: str, is_killed: bool):
    def make(epochs: int) -> Work:
        return toy(epochs, **{key: of_epochs(epochs) for key, of_epochs in COUNTING[name].items()})

    def rates(run: Run) -> list[float]:
        return [line["lr"] for line in run.lines() if line["event"] == "epoch"]

    whole, run = execute(make(5)), execute(make(3))
    before = rates(run)
    if is_killed:
        with pytest.warns(DataNote), pytest.raises(Interrupted):
            execute(make(5), resume=run, watch=[stop_after(4)])
        assert Run(run.path).status == "stopped"
    with pytest.warns(DataNote, match="The learning rate depends on the number of epochs: from here on"):
        further = execute(make(5), resume=run)
    assert rates(further) == before + rates(whole)[3:]
    assert "depends on the number of epochs" in further.record["notes"][0]


def stop_after(epoch: int) -> Callable[[Event], None]:
    def watch(event: Event) -> None:
        if isinstance(event, Saved) and event.epoch == epoch:
            raise KeyboardInterrupt

    return watch


def test_a_task_that_sets_the_rate_itself_goes_on():
    from dongshou.tasks import Classification

    class Decaying(Classification):
        def step(self, model: Any, batch: Any, optimizer: Any) -> Any:
            optimizer.param_groups[0]["lr"] *= 0.9
            return super().step(model, batch, optimizer)

    def make(epochs: int) -> Work:
        return declared(lambda: classifier(epochs, schedule=None, task=Decaying()), epochs=epochs)

    assert_same(execute(make(4)), execute(make(4), resume=execute(make(2))))


@pytest.mark.parametrize("epoch", [1, 2, 3, 4])
def test_a_kill_on_the_way_loses_nothing(epoch: int):
    whole = execute(toy(4))
    run = execute(toy(2)) if epoch > 2 else None
    with pytest.raises(Interrupted) as interrupted:
        execute(toy(4 if run else 2), resume=run, watch=[stop_after(epoch)])
    assert_same(whole, execute(toy(4), resume=interrupted.value.run.path))


def test_what_the_former_end_wrote_does_not_stay():
    def conclude(experiment: Experiment, finished: Finished) -> Iterator[Event]:
        yield Drew(f"after-{experiment.epochs}", Figure(), step=experiment.epochs)
        yield Wrote(f"answers-{experiment.epochs}.csv", "1")
        yield finished

    def make(epochs: int) -> Work:
        return declared(lambda: classifier(epochs, conclude=conclude), epochs=epochs)

    assert_same(execute(make(3)), execute(make(3), resume=execute(make(2))))


def test_a_record_that_was_changed_takes_no_file_elsewhere(tmp_path: Path):
    (precious := tmp_path / "precious").write_text("mine")
    run = execute(toy(2))
    with open(run.path / "metrics.jsonl", "a") as file:
        file.write(json.dumps({"event": "file", "step": 6, "time": 1.0, "path": str(precious)}) + "\n")
    execute(toy(3), resume=run)
    assert precious.read_text() == "mine"


def test_fewer_epochs_than_it_has_are_refused():
    run = execute(toy(3))
    before = sorted((path, path.stat().st_mtime_ns) for path in run.path.rglob("*"))
    with pytest.raises(UsageError, match=r"has been trained for 3 epochs, which is more than 2: give a larger number"):
        execute(toy(2), resume=run)
    with pytest.raises(UsageError, match="was started with lr=0.1, not 0.2"):
        execute(declared(lambda: classifier(5), epochs=5, lr=0.2), resume=with_setting(run, "lr", 0.1))
    assert run.is_done and before[-1] == sorted((path, path.stat().st_mtime_ns) for path in run.path.rglob("*"))[-1]


def with_setting(run: Run, name: str, value: Any) -> Run:
    config = json.loads((run.path / "config.json").read_text())
    config["settings"][name] = value
    (run.path / "config.json").write_text(json.dumps(config))
    return Run(run.path)


def test_what_is_no_single_fit_is_refused():
    run = execute(series(2))
    with pytest.raises(UsageError, match="started with epochs=2, not 3; a run of several fits, or of none, cannot"):
        execute(series(3), resume=run)
    assert run.is_done


def test_a_record_that_does_not_count_its_epochs():
    """Written before `config.json` said them: the settings do."""
    run = execute(toy(2))
    config = json.loads((run.path / "config.json").read_text())
    del config["epochs"]
    (run.path / "config.json").write_text(json.dumps(config))
    assert_same(execute(toy(3)), execute(toy(3), resume=run))


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]):
    flags = ["--quiet", "--batch-size", "256"]
    assert main(["run", "mlp:digits", *flags, "--epochs", "1"]) == 0
    assert main(["run", "mlp:digits", *flags, "--epochs", "2", "--resume", "last"]) == 0
    said = capsys.readouterr()
    (run,) = list_runs()
    assert "already finished" not in said.err and len(run.table()) == 2 and run.config["limits"]["epochs"] == 2
    whole = experiments.mlp.digits(batch_size=256, epochs=2).run()
    assert_same(whole, run)
    assert main(["run", "mlp:digits", "--epochs", "1", "--resume", str(run.path)]) == 2
    assert "has been trained for 2 epochs, which is more than 1" in capsys.readouterr().err
    assert main(["run", "mlp:digits", "--epochs", "2", "--resume", str(run.path)]) == 0
    assert "already finished" in capsys.readouterr().err
