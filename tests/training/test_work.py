"""The one door from Python into a run."""

from __future__ import annotations

import pytest
import torch

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.runs import list_runs
from tests.training.toys import toy


@pytest.mark.parametrize(("wrong", "near"), [("sed", "Did you mean seed"), ("work", "Its options: seed, engine")])
def test_an_option_that_does_not_exist(wrong: str, near: str):
    with pytest.raises(UsageError, match=rf"run\(\) has no option {wrong}\..*{near}"):
        toy().run(**{wrong: 5})
    assert not list_runs()


def test_what_is_set_by_hand_on_a_declared_experiment_is_not_lost_in_silence(tmp_path):
    work = experiments.mlp.digits(epochs=1)
    work.epochs = 2
    with pytest.raises(UsageError, match=r"mlp:digits again .* since: epochs\. Give .* made: epochs=2\."):
        work.run(runs=tmp_path)
    work.epochs = 1
    work.lr = 0.5  # no part of an experiment, but a setting
    with pytest.raises(UsageError, match=r"since: lr\. Give .* lr=0\.5\."):
        work.run(runs=tmp_path)
    del work.lr
    model, work.model = work.model, torch.nn.Linear(784, 10)
    with pytest.raises(UsageError, match=r"since: model\. Wire an Experiment"):
        work.run(runs=tmp_path)
    work.model = model
    assert not [*tmp_path.iterdir()]
    assert work.run(runs=tmp_path, limit=8).result == work.run(runs=tmp_path, limit=8).result  # what a run leaves
    work.epochs = 2
    with pytest.raises(UsageError, match=r"since: epochs\."):
        work.run(runs=tmp_path)
