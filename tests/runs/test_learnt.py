"""A run gives back what it has learnt: in this process, and wherever its experiment can be made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn
from torch.optim import SGD

from dongshou import experiments
from dongshou.data import Batches, Splits, load_images
from dongshou.data.tables.features import Category, Features, Number
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, execute, predict
from dongshou.runs.execute import Interrupted
from dongshou.tasks import Classification, Regression
from dongshou.training import Experiment, Saved, Session
from dongshou.training.look import measure
from dongshou.training.start import start_from
from tests.training.toys import blobs, classifier, series, toy, weights


def best_of(run: Run) -> dict[str, Any]:
    return weights(start_from(classifier().model, run.path))


def evaluated(run: Run, split: str = "test") -> dict[str, float]:
    batches = getattr(run.data, split)()
    task = run.work.task if isinstance(run.work, Experiment) else Classification()
    return {f"{split}_{name}": value for name, value in measure(run.model, task, batches, Session()).items()}


@pytest.mark.parametrize("make", [toy, lambda: classifier(5, lr=2.0)], ids=["declared", "own"])
def test_the_model_has_the_best_weights_that_of_the_experiment_the_last(make: Any):
    experiment = make()
    run = execute(experiment, seed=5)
    assert not run.model.training and run.model is run.model and run.model is not experiment.model
    assert all(torch.equal(run.model.state_dict()[name], tensor) for name, tensor in best_of(run).items())
    assert evaluated(run)["test_loss"] == pytest.approx(run.record["best"]["test_loss"])
    last = measure(experiment.model, experiment.task, experiment.data.test(), Session())
    assert last["loss"] == pytest.approx(run.result["test_loss"])


def test_each_of_two_runs_keeps_its_own_model():
    experiment = classifier()
    first = execute(experiment, seed=1)
    kept, measured = first.model, evaluated(first)
    second = execute(experiment, seed=2)
    assert evaluated(first) == measured and first.model is kept
    assert not torch.equal(second.model.state_dict()["1.weight"], kept.state_dict()["1.weight"])
    start_from(experiment.model, second.path)  # asked for only now, of a model that was changed twice since
    again = Run(first.path, experiment)
    assert torch.equal(again.model.state_dict()["1.weight"], kept.state_dict()["1.weight"])


def test_of_a_series_the_part_that_answers():
    run = series(answers="slow").run()
    line = run.checkpoint("best", "slow")
    assert line is not None
    kept = start_from(classifier().model, run.path / line["path"])
    assert all(torch.equal(kept.state_dict()[name], tensor) for name, tensor in run.model.state_dict().items())


def test_data_and_model_of_a_limited_run_are_what_it_saw():
    experiment = classifier()
    run = execute(experiment, limit=9)
    assert (run.data.train().num_examples, run.data.test().num_examples) == (9, 9)  # pyright: ignore
    assert evaluated(run)["test_loss"] == pytest.approx(run.record["best"]["test_loss"])
    assert experiment.data.train().num_examples == 48


def test_from_disk_as_in_its_own_process(tmp_path: Path):
    run = experiments.mlp.digits(epochs=2).run(seed=3)
    opened = Run(run.path)
    inputs, _ = next(iter(opened.data.test()))  # pyright: ignore[reportArgumentType]
    expected = torch.softmax(run.model(inputs), dim=1)
    for one in (run, opened):
        probabilities = one.predict(inputs)
        torch.testing.assert_close(probabilities, expected.detach())
        assert not probabilities.requires_grad
        assert isinstance(one.predict(inputs.double().numpy()), np.ndarray)
        torch.testing.assert_close(one.predict(inputs[3]), probabilities[3])  # a single input, no batch of it
    assert evaluated(opened)["test_accuracy"] == pytest.approx(run.record["best"]["test_accuracy"])


def test_a_picture_in_a_file_or_in_memory(tmp_path: Path):
    run = experiments.mlp.digits(epochs=1).run()
    pixels = np.full((60, 40), 255, np.uint8)
    pixels[10:50, 15:22] = 0
    Image.fromarray(pixels).save(path := tmp_path / "one.png")
    (expected,) = predict(run, path)
    written = sorted(run.path.rglob("*"))
    for picture in (path, str(path), Image.fromarray(pixels), pixels, np.stack([pixels] * 3, axis=-1)):
        assert run.predict(picture).probabilities == expected.probabilities
    assert [answer.probabilities for answer in run.predict([path, pixels])] == [expected.probabilities] * 2
    assert sorted(run.path.rglob("*")) == written  # nothing more
    with pytest.raises(
        UsageError, match="A picture is given as its path, as one of PIL or as an array of uint8; got i"
    ):
        run.predict([7])


def flats(missing: str) -> Experiment:
    """The rent by area and city, one of them not known."""
    inputs = torch.tensor([[area / 10, float(area % 2), float(area % 3 == 0)] for area in range(40)])
    columns = Number("area", mean=20, std=10), Category("city", ("N", None))
    features = Features(columns, target="rent", mean=300, std=50, missing=(missing,))
    model = nn.Linear(3, 1)
    data = Splits(train=Batches(inputs, inputs.sum(1, keepdim=True), batch_size=8), features=features, shape=(3,))
    return Experiment(data, model, Regression(), SGD(model.parameters(), lr=0.1), epochs=1)


@pytest.mark.parametrize("missing", ["", "NA"])
def test_rows_of_a_table(missing: str, tmp_path: Path):
    run = execute(flats(missing))
    row = {"area": 33, "city": "N"}
    (tmp_path / "flats.csv").write_text(f"city,area\nN,33\n{missing},5\n")
    known, unknown = run.predict(tmp_path / "flats.csv")
    assert str(known) == str(predict(run, row)[0].answer) != str(unknown)
    expected = run.model(torch.tensor([[1.3, 1.0, 0.0], [-1.5, 0.0, 1.0]])).detach()
    assert known.value == pytest.approx(expected[0].item() * 50 + 300)
    for asked in (row, pd.Series(row), (33, "N"), "33,N"):
        assert str(run.predict(asked)) == str(known)
    frame = pd.DataFrame({"city": ["N", None], "area": [33, 5]})
    assert [str(one) for one in run.predict(frame)] == [str(known), str(unknown)]
    torch.testing.assert_close(run.predict(torch.tensor([[1.3, 1.0, 0.0], [-1.5, 0.0, 1.0]])), expected)
    with pytest.raises(DongshouError, match=r"The inputs \(2, 5\) do not fit the model: "):
        run.predict(torch.zeros(2, 5))


class Silent:
    """A task of step and measure alone."""

    def __init__(self) -> None:
        self.inner = Classification()

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> Any:
        return self.inner.step(model, batch, optimizer)

    def measure(self, model: nn.Module, batch: Any) -> Any:
        return self.inner.measure(model, batch)


def test_a_task_that_answers_nothing_still_gives_its_model():
    run = execute(classifier(task=Silent()))
    inputs, _ = blobs(5)
    torch.testing.assert_close(run.predict(inputs), run.model(inputs).detach())
    torch.testing.assert_close(run.predict(inputs[2]), run.model(inputs)[2].detach())
    with pytest.raises(
        UsageError, match=r"Silent answers no questions: give a batch of inputs as a tensor, or call ru"
    ):
        run.predict("what?")


def test_an_option_that_does_not_exist():
    run = execute(classifier())
    with pytest.raises(UsageError, match=r"predict\(\) has no option temprature\. Did you mean temperature\?"):
        run.predict("text", temprature=2)


def test_an_own_experiment_gives_back_a_run_of_another_process():
    """As far as it can be made again here: built anew and resumed, which a finished run takes no step for."""
    run = execute(classifier())
    with pytest.raises(UsageError, match="made in Python"):
        Run(run.path).model  # noqa: B018
    again = execute(classifier(), resume=run.path)
    assert all(torch.equal(again.model.state_dict()[name], tensor) for name, tensor in weights(run.model).items())


def test_a_run_that_was_stopped_gives_its_best_so_far():
    def stop(event: Any) -> None:
        if isinstance(event, Saved) and event.epoch == 2:
            raise KeyboardInterrupt

    experiment = classifier()
    with pytest.raises(Interrupted) as interrupted:
        execute(experiment, watch=[stop])
    run = interrupted.value.run
    assert all(torch.equal(run.model.state_dict()[name], tensor) for name, tensor in best_of(run).items())


def test_a_run_that_fits_nothing_and_a_model_that_cannot_be_copied():
    with pytest.raises(UsageError, match="which fits no model"):
        experiments.convexity().run().model  # noqa: B018
    experiment = classifier(draw=False)
    run = execute(experiment)
    experiment.model.computed = torch.ones(1, requires_grad=True) * 2  # pyright: ignore
    with pytest.raises(UsageError, match=r"cannot be copied \(RuntimeError: .*which holds its last weights"):
        run.model  # noqa: B018


def test_the_example_of_the_documents_ends_as_it_says():
    data = load_images("digits", batch_size=64)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.Tanh(), nn.Linear(16, 10))
    experiment = Experiment(data, model, Classification(), SGD(model.parameters(), lr=0.1), epochs=1, draw=False)
    run = experiment.run()
    assert evaluated(run)["test_accuracy"] == pytest.approx(run.result["test_accuracy"])
    assert run.predict(next(iter(run.data.test()))[0]).shape == (360, 10)  # pyright: ignore[reportArgumentType]
