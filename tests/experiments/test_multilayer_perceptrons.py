"""The experiments on multilayer perceptrons: the published rows that are quick, the others in small."""

from __future__ import annotations

import pytest
import torch
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.experiments.multilayer_perceptrons import diabetes_mlp, polynomial_fit
from dongshou.runs.reproduce import compared
from tests.experiments.verdicts import comes_out_as_stated, verdicts

ON_DIGITS = {
    "mlp": dict(data="digits", epochs=1),
    "dropout": dict(data="digits", epochs=1, dropout=(0.0,)),  # the engines draw the units left out differently
    "weight_decay": dict(data="digits", epochs=1),
}
SYNTHETIC = {
    "weight_decay_high_dim": dict(epochs=3),
    "polynomial_fit.normal": dict(epochs=3),
}


def named(name: str):
    """The declaration `mlp` or `mlp.deep`."""
    base, _, variant = name.partition(".")
    declaration = getattr(experiments, base)
    return getattr(declaration, variant) if variant else declaration


@pytest.mark.parametrize(("name", "settings"), (ON_DIGITS | SYNTHETIC).items())
def test_both_engines_learn_alike(name, settings):
    ours, theirs = (named(name)(**settings).run(device="cpu", engine=engine) for engine in ("scratch", "torch"))
    assert ours.record["engine"] == "scratch"
    for metric, value in theirs.result.items():
        assert ours.result[metric] == pytest.approx(value, abs=1e-4, rel=1e-4), metric


@pytest.mark.parametrize("name", ["mlp.digits", "dropout", "weight_decay"])
def test_on_digits_nearly_all_are_right(name):
    settings = {} if name == "mlp.digits" else dict(data="digits", lr=0.1, epochs=15)
    settings |= dict(decay=0.001) if name == "weight_decay" else {}
    run = named(name)(**settings).run(device="cpu")
    assert run.result["test_accuracy"] > 0.9
    assert "confusion.png" in {figure.name for figure in run.figures}


def test_both_engines_run_with_dropout():
    run = experiments.dropout(data="digits", epochs=1).run(device="cpu", engine="scratch")
    assert run.record["engine"] == "scratch"


def test_the_penalty_is_in_the_training_loss_alone():
    free, decaying = (
        experiments.weight_decay(data="digits", epochs=1, lr=1e-6, decay=decay).run(device="cpu").result
        for decay in (0.0, 0.4)
    )
    # torch starts a weight with n inputs uniformly within 1 / sqrt(n), so its square is 1 / (3 n) in the mean
    half_square = (256 + 10) / 3 / 2
    assert decaying["train_loss"] - free["train_loss"] == pytest.approx(0.2 * half_square, rel=0.05)
    assert decaying["test_loss"] == pytest.approx(free["test_loss"], rel=0.01)


def test_the_penalty_takes_the_step_of_weight_decay_in_the_optimizer():
    work = experiments.weight_decay(data="digits", decay=0.2)
    layer = torch.nn.Linear(3, 2)
    twin = torch.nn.Linear(3, 2)
    twin.load_state_dict(layer.state_dict())
    batch = torch.randn(4, 3), torch.tensor([0, 1, 1, 0])
    work.task.step(layer, batch, torch.optim.SGD(layer.parameters(), lr=0.5))
    decayed = [{"params": [twin.weight], "weight_decay": 0.1}, {"params": [twin.bias]}]
    optimizer = torch.optim.SGD(decayed, lr=0.5)
    torch.nn.functional.cross_entropy(twin(batch[0]), batch[1]).backward()
    optimizer.step()
    assert torch.allclose(layer.weight, twin.weight, atol=1e-6)
    assert torch.allclose(layer.bias, twin.bias, atol=1e-6)


@pytest.mark.parametrize("name", ["weight_decay_high_dim", "weight_decay_high_dim.none"])
def test_weight_decay_in_many_dimensions_comes_out_as_published(name):
    work = named(name)()
    runs = [work.run(seed=seed, device="cpu") for seed in range(3)]
    (source,) = compared(work.stated, [run.result for run in runs])
    assert {metric: row["verdict"] for metric, row in source["metrics"].items()} == {
        "test_loss": "match",
        "train_loss": "match",
        "w_norm": "match",
    }


@pytest.mark.parametrize("name", ["normal", "underfit"])
def test_a_polynomial_fit_comes_out_as_published(name):
    run = named(f"polynomial_fit.{name}")().run(device="cpu")
    assert comes_out_as_stated(run)


def test_too_few_and_too_many_columns_are_worse_than_the_right_ones(monkeypatch):
    few = {"underfit": (2, 40), "normal": (4, 400), "overfit": (20, 60)}
    assert polynomial_fit.SIZES["normal"] == few["normal"]
    monkeypatch.setattr(polynomial_fit, "SIZES", few)
    run = experiments.polynomial_fit().run(device="cpu")
    assert comes_out_as_stated(run)
    assert run.result["underfit_train_loss"] > 100 * run.result["train_loss"]
    assert run.result["overfit_test_loss"] > run.result["test_loss"]
    assert (run.path / "figures" / "fits.png").is_file()


@pytest.mark.parametrize("setting", [dict(hidden=(0,)), dict(data="dgits"), dict(hiden=(3,))])
def test_a_wrong_setting_is_named(setting):
    with pytest.raises(UsageError):
        experiments.mlp(**setting).run(device="cpu")


@pytest.mark.parametrize("name", ["mlp", "mlp.book", "dropout", "dropout.book", "weight_decay"])
def test_an_epoch_on_fashion_mnist(real_data, name):
    real_data("fashion-mnist")
    run = named(name)(epochs=1).run(device="cpu", limit=6400)
    assert run.result["test_loss"] < 2.4  # of the training loss, weight decay makes more
    assert run.record["limited"]


def test_the_diabetes_network_stands_beside_its_baselines(real_data):
    real_data("diabetes-pima")
    work = experiments.diabetes_mlp(epochs=50)
    assert [source.figures["test_accuracy"].median for source in work.stated] == baselines()
    run = work.run(device="cpu")
    assert run.result["test_accuracy"] > max(baselines()) and verdicts(run) == {"limited"}  # half of the epochs


def baselines() -> list[float]:
    """The accuracies of scikit-learn's answers on the same patients, to four digits: the majority, a linear model."""
    (features, labels), (test_features, test_labels) = diabetes_mlp.standardized(*diabetes_mlp.held_out())
    fitted = (model.fit(features, labels.flatten()) for model in (DummyClassifier(), LogisticRegression()))
    return [round(model.score(test_features, test_labels.flatten()), 4) for model in fitted]


def test_the_diabetes_network_is_the_same_on_both_engines(real_data):
    real_data("diabetes-pima")
    losses = [
        experiments.diabetes_mlp(epochs=1).run(device="cpu", engine=engine).result["train_loss"]
        for engine in ("torch", "scratch")
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
