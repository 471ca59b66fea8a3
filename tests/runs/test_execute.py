"""Running: quiet, repeatable, and without a trace in the state of torch."""

from __future__ import annotations

import io
import random
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from rich.console import Console

from dongshou import experiments
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.runs.limits import limits_in
from dongshou.runs.progress import Progress
from dongshou.training import Evaluated, Event, Finished, Published, Reported, Saved, Session, Stepped
from tests.runs.same_run import assert_same, weights_of
from tests.training import toys


def global_state() -> tuple:
    return torch.get_rng_state().tolist(), repr(numpy.random.get_state()), random.getstate(), torch.initial_seed()


def test_the_time_of_choosing_the_fastest_way_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen_slowly(work: Any, session: Session) -> Session:
        time.sleep(0.5)
        return session

    monkeypatch.setattr(import_module("dongshou.runs.execute"), "chosen", chosen_slowly)
    run = experiments.exhaustive_search().run(runs=tmp_path)
    assert run.record["seconds"] >= 0.5


def test_the_library_prints_nothing(capfd: pytest.CaptureFixture[str]):
    toys.toy(draw=True).run()
    toys.series().run(engine="scratch")
    assert capfd.readouterr() == ("", "")


def test_progress_is_shown_on_standard_error_where_it_is_asked_for(capfd: pytest.CaptureFixture[str]):
    run = toys.toy(draw=True).run(progress=True)
    told = capfd.readouterr()
    assert told.out == ""
    assert [line.split()[0] for line in told.err.splitlines() if "epoch" in line] == ["epoch"] * 3
    assert f"{run.path}\n" in told.err and "accuracy" in told.err and "wrote figures/confusion.png" in told.err


def test_a_run_that_is_taken_back_is_not_announced(capfd: pytest.CaptureFixture[str]) -> None:
    misfit = torch.nn.Linear(7, 3)  # the data have 4 features
    with pytest.raises(DongshouError):
        replace(toys.classifier(), model=misfit, optimizer=torch.optim.SGD(misfit.parameters())).run(progress=True)
    assert list_runs() == [] and capfd.readouterr().err == ""


def test_the_bar_ends_full(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dongshou.runs.progress.REDRAW_EVERY", 1000)
    progress = Progress(toys.toy().run())
    progress.console = Console(file=io.StringIO(), force_terminal=True)
    for step in range(1, 4):
        progress(Stepped(step, epoch=1, num_steps=3))
    assert progress.bars.tasks[0].finished


def test_the_progress_of_a_series_names_its_parts(capfd: pytest.CaptureFixture[str]):
    toys.series(epochs=1).run(progress=True)
    err = capfd.readouterr().err
    assert "slow epoch 1" in err and "fast epoch 1" in err


def test_the_global_random_state_is_left_alone():
    work = toys.toy(draw=True)
    torch.manual_seed(123)
    torch.rand(3)
    before = global_state()
    work.run(seed=5)
    assert global_state() == before


def test_the_global_random_state_is_left_alone_by_a_run_that_ends_early():
    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    def fail(event: Event) -> None:
        raise DongshouError("enough")

    work = toys.toy()
    before = global_state()
    for watch, error in ((interrupt, Interrupted), (fail, DongshouError)):
        with pytest.raises(error):
            execute(work, watch=[watch])
        assert global_state() == before


def test_a_second_run_of_the_same_work_gives_the_same_result():
    work = toys.toy()
    first = work.run()
    torch.rand(10)
    assert_same(first, work.run())


def test_an_experiment_of_the_course_repeats_itself():
    first, second = (experiments.mlp.digits(epochs=1).run(limit=200) for _ in range(2))
    assert_same(first, second)


def test_another_seed_gives_other_weights():
    work = toys.toy()
    assert weights_of(work.run(seed=1)) != weights_of(work.run(seed=2))


def test_watchers_see_every_event_after_it_was_recorded():
    seen: list[Event] = []

    def watch(event: Event) -> None:
        seen.append(event)
        if isinstance(event, Saved):
            *_, last = list_runs()[-1].lines()
            assert (last["event"], last["step"]) == ("checkpoint", event.step) and event.path.is_dir()

    execute(toys.toy(epochs=1), watch=[watch])
    assert [type(event) for event in seen] == [Stepped] * 3 + [Evaluated, Saved, Finished]


def test_a_fault_of_ours_is_on_record_too():
    def fail(event: Event) -> None:
        raise RuntimeError("CUDA out of memory")

    with pytest.raises(RuntimeError, match="CUDA out of memory"):
        execute(toys.toy(), watch=[fail])
    (run,) = list_runs()
    *_, last = run.lines()
    assert (run.status, last["error"]) == ("failed", "RuntimeError: CUDA out of memory")


def test_fewer_examples_or_epochs_than_declared_are_marked():
    work = toys.toy(epochs=2)
    whole, fewer = work.run().record, work.run(limit=20).record
    assert (whole["limited"], whole["limits"]) == (False, {})
    assert (fewer["limited"], fewer["limits"]) == (True, {"examples": 20})
    assert work.declared is not None
    work.declared = replace(work.declared, defaults={"epochs": 3})
    shorter = work.run(limit=30)
    assert shorter.record["limits"] == shorter.config["limits"] == {"examples": 30, "epochs": 2}


def test_a_limited_run_is_recorded_as_compared_with_nothing():
    """As the table says; and what is shown beside a judged figure gets no verdict in either."""
    work = toys.toy(epochs=1)
    reached = {"train_loss": Reported(1e6), "test_loss": Reported(1e6)}
    work.stated = [Published("a book", secondary=("test_loss",), **reached)]
    for limit, verdict in ((None, "match"), (20, "limited")):
        (source,) = work.run(limit=limit).record["published"]
        assert {name: figure["verdict"] for name, figure in source["metrics"].items()} == {
            "train_loss": verdict,
            "test_loss": "",
        }


def test_records_without_limits_are_read_all_the_same():
    base = {"settings": {"epochs": 2}, "limit": None}
    assert limits_in(base | {"limited": True}) == {"epochs": 2}
    assert limits_in(base | {"limited": True, "limit": 64}) == {"examples": 64}
    assert limits_in(base | {"limited": False}) == limits_in(base) == {}


@pytest.mark.parametrize("options", [{"engine": "jax"}, {"precision": "fp8"}, {"limit": 0}, {"device": "tpu"}])
def test_wrong_options_leave_no_run_behind(options: dict):
    with pytest.raises(UsageError):
        toys.toy().run(**options)
    assert list_runs() == []


def test_a_batch_size_that_does_not_fit_is_one_line():
    with pytest.raises(UsageError, match="batch_size must be between 1 and the number of examples, 1437; got 0"):
        experiments.mlp(data="digits", batch_size=0, epochs=1).run()


def test_custom_work_runs_too():
    run = toys.classifier().run()
    assert (run.experiment, run.status) == ("custom", "done")
