"""Several fits one after another, and work that is no fit."""

from __future__ import annotations

import pytest
import torch

from dongshou.errors import DongshouError
from dongshou.runs import execute
from dongshou.runs.execute import Interrupted
from dongshou.training import Drew, Evaluated, Finished, Procedure, Series, Session, Stepped, Wrote
from dongshou.training.events import Event, Snapshot
from dongshou.training.series import averaged
from tests.runs.same_run import assert_same, files_of
from tests.training import toys


def test_each_part_is_a_fit_under_a_seed_of_its_own_and_the_result_is_their_mean():
    parts = {"a": toys.classifier, "b": toys.classifier}
    events = list(Series(parts).events(Session(seed=4)))
    last = {event.part: event.metrics for event in events if isinstance(event, Evaluated)}
    assert last["a"] != last["b"]
    assert isinstance(events[-1], Finished)
    assert events[-1].metrics == averaged(last)
    assert events[-1].metrics["test_loss"] == pytest.approx((last["a"]["test_loss"] + last["b"]["test_loss"]) / 2)
    assert {event.part for event in events if isinstance(event, Stepped)} == {"a", "b"}

    torch.manual_seed(5)
    alone = [event for event in toys.classifier().events(Session(seed=5)) if isinstance(event, Evaluated)]
    assert alone[-1].metrics == last["b"]


def test_the_mean_is_over_the_metrics_that_all_parts_have():
    assert averaged({"a": {"x": 1.0, "y": 5.0}, "b": {"x": 2.0}}) == {"x": 1.5}


def test_conclude_sees_the_metrics_of_each_part_by_epoch():
    def conclude(done):
        yield Wrote("scores.csv", "\n".join(done))
        yield Finished({"worst": max(history[-1]["test_loss"] for history in done.values())})

    parts = {"a": toys.classifier, "b": toys.classifier}
    run = toys.declared(lambda: Series(parts, conclude)).run()
    assert (run.path / "scores.csv").read_text() == "a\nb"
    last = run.table().groupby("part")["test_loss"].last()
    assert run.result == {"worst": last.max()}


def test_the_last_part_answers_unless_another_is_named():
    parts = {"a": toys.classifier, "b": toys.classifier}
    last, first = Series(parts).asked(), Series(parts, answers="a").asked()
    assert (last.part, last.number, first.part, first.number) == ("b", 1, "a", 0)
    assert last.make().data.shape == (4,)
    assert Procedure(drawing_procedure).asked() is None
    assert toys.classifier().asked()[:2] == ("", 0)


@pytest.mark.parametrize("answers", ["slow", "fast"])
@pytest.mark.parametrize("moment", [("slow", 2), ("slow", 3), ("fast", 1), ("fast", 3)])
def test_a_series_goes_on_within_a_part_and_between_parts(moment: tuple[str, int], answers: str):
    whole = toys.series(answers=answers).run()

    def stop(event: Event) -> None:
        if isinstance(event, Evaluated) and (event.part, event.epoch) == moment:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        execute(toys.series(answers=answers), watch=[stop])
    resumed: list[Event] = []
    run = execute(toys.series(answers=answers), resume=interrupted.value.run.path, watch=[resumed.append])
    assert_same(whole, run)
    repeated = {(event.part, event.epoch) for event in resumed if isinstance(event, Evaluated)}
    before = [("slow", epoch) for epoch in (1, 2, 3)] + [("fast", epoch) for epoch in (1, 2, 3)]
    assert repeated == set(before[before.index(moment) :]), "a part that was done is not done again"


def drawing_procedure(session: Session):
    from dongshou.drawing import new_figure

    tied = torch.nn.Parameter(torch.ones(2, 3))
    for step in range(1, 4):
        yield Stepped(step, 1, 3, metrics={"loss": 1 / step})
    yield Snapshot("weights", {"one": tied, "tied": tied, "transposed": tied.T})
    yield Drew("empty", new_figure(2, 2))
    yield Wrote("notes.txt", "数据")
    yield Finished({"loss": 1 / 3})


def test_a_procedure_records_steps_tensors_pictures_and_files():
    from safetensors.torch import load_file

    run = toys.declared(lambda: Procedure(drawing_procedure)).run()
    assert run.result == {"loss": 1 / 3}
    assert [line["event"] for line in run.lines()] == ["step"] * 3 + ["tensors", "figure", "file", "done"]
    assert [line["step"] for line in run.lines()] == [1, 2, 3, 3, 3, 3, 3]
    assert {"figures/empty.png", "notes.txt", "curves.png", "tensors/000003-weights.safetensors"} <= {*files_of(run)}
    assert load_file(run.path / "tensors/000003-weights.safetensors")["transposed"].shape == (3, 2)
    assert run.table("step")["loss"].tolist() == [1, 1 / 2, 1 / 3]


def test_a_procedure_starts_over_when_it_is_resumed():
    attempts = []

    def steps(session: Session):
        attempts.append(1)
        yield Stepped(1, 1, 1, metrics={"loss": 1.0})
        if len(attempts) == 1:
            raise DongshouError("The well is dry. Wait for rain.")
        yield Finished({"loss": 1.0})

    work = toys.declared(lambda: Procedure(steps))
    with pytest.raises(DongshouError, match="well is dry"):
        work.run()
    from dongshou.runs import find_run

    run = execute(work, resume=find_run("last").path)
    assert (run.status, [line["event"] for line in run.lines()]) == ("done", ["step", "done"])
