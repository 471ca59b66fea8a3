"""The unit optimisation: deterministic ways to six digits, the optimisers on real data, schedules, convexity."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from safetensors.torch import load_file
from scipy.optimize import minimize_scalar

from dongshou import experiments
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.optimization import convexity, optimizers_1d, optimizers_2d, schedules
from dongshou.experiments.optimization._trajectories import descend, hessian, newton
from dongshou.experiments.registry import find_declaration
from dongshou.runs import execute
from dongshou.runs.execute import Interrupted
from dongshou.scratch import optim as scratch_optim
from dongshou.training import Evaluated
from tests.experiments.verdicts import comes_out_as_stated
from tests.runs.same_run import assert_same

EXACT = {
    "optimizers-1d": {"right_x": 0.060466, "too_small_x": 3.486784, "too_large_x": 61.917364},
    "optimizers-1d:non-convex": {"gradient_descent_x": -1.528166, "newton_x": 26.834133, "damped_newton_x": 7.269860},
    "optimizers-2d": {
        "momentum_x1": 0.007188,
        "momentum_x2": 0.002553,
        "gradient_descent_x1": -0.943467,
        "adagrad_x2": -0.158591,  # x1 is off by 1e-6: the book's epsilon stands under the root, torch's beside it
        "newton_x1": 0.0,
        "newton_x2": 0.0,
    },
    "optimizers-2d:condition-number": {"too_large_x1": -0.387814, "too_large_x2": -1673.365109},
    "optimizers-2d:well-conditioned": {"gradient_descent_x1": -0.057646, "gradient_descent_x2": -0.000073},
    "optimizers-2d:momentum": {"quarter_x1": -0.126340, "quarter_x2": -0.186632},
    "optimizers-2d:adagrad": {"large_x1": -0.002295, "large_x2": -0.000000},
}
PUBLISHED = (
    *(name for name in EXACT if name != "optimizers-2d:condition-number"),
    "convexity",
    "convexity:local-minima",
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_comes_out_as_published(ran, name: str) -> None:
    assert comes_out_as_stated(ran(name))


@pytest.mark.parametrize(("name", "values"), EXACT.items())
def test_the_ways_end_where_arithmetic_says(ran, name: str, values: dict[str, float]) -> None:
    result = ran(name).result
    assert {metric: round(result[metric], 6) for metric in values} == values


@pytest.mark.parametrize("name", EXACT)
def test_the_ways_are_the_same_under_every_engine_and_seed(ran, name: str) -> None:
    one, other = ran(name), ran(name, engine="scratch", seed=1)
    for metric in EXACT[name]:
        assert one.result[metric] == other.result[metric]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {"lr": 0.4}),
        ("SGD", {"lr": 0.6, "momentum": 0.5}),
        ("Adagrad", {"lr": 0.4}),
        ("RMSprop", {"lr": 0.4, "alpha": 0.9}),
        ("Adadelta", {"rho": 0.9}),
        ("Adam", {"lr": 0.4}),
    ],
)
def test_the_ways_are_those_of_torch(name: str, settings: dict[str, float]) -> None:
    ours, theirs = (
        descend(optimizers_2d.valley, optimizers_2d.START, partial(getattr(module, name), **settings), 20)
        for module in (scratch_optim, torch.optim)
    )
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_way_holds_the_start_and_every_step_and_is_recorded() -> None:
    run = experiments.optimizers_2d(num_steps=3).run()
    assert sorted(line["step"] for line in run.lines() if line.get("part") == "Adam") == [0, 1, 2, 3]
    (path,) = (run.path / "tensors").glob("*-trajectories.safetensors")
    ways = load_file(path)
    assert len(ways) == 8 and all(way.shape == (4, 2) for way in ways.values())
    assert all(way[0].tolist() == list(optimizers_2d.START) for way in ways.values())
    assert [figure.name for figure in run.figures] == ["trajectories.png", "curves.png"]
    assert run.record["published"] == []  # other settings than the book's


def test_gradient_descent_on_a_square_multiplies_by_one_number() -> None:
    assert experiments.optimizers_1d(right=0.3, num_steps=7).run().result["right_x"] == pytest.approx(10 * 0.4**7)


def test_the_valleys_of_the_wave_are_where_scipy_finds_them() -> None:
    result = experiments.optimizers_1d.non_convex(num_steps=200, noise=0.0).run().result
    beside = minimize_scalar(lambda x: x * math.cos(0.15 * math.pi * x), bounds=(5, 10), method="bounded").x
    for name in ("damped_newton", "noisy_sgd", "momentum", "adagrad"):
        assert result[f"{name}_x"] == pytest.approx(beside, abs=1e-3), name


def test_noise_belongs_to_the_seed(ran) -> None:
    runs = ran("optimizers-2d"), experiments.optimizers_2d().run(), ran("optimizers-2d", engine="scratch", seed=1)
    one, same, other = (run.result["noisy_sgd_x1"] for run in runs)
    assert one == same != other
    assert experiments.optimizers_2d(noise=0.0).run().result["noisy_sgd_x1"] == pytest.approx(-0.943467, abs=1e-6)


def test_newton_solves_a_quadratic_in_one_step_and_seeks_hilltops_too() -> None:
    assert newton(optimizers_2d.valley, (-5.0, -2.0), 1)[-1].tolist() == [0.0, 0.0]
    assert newton(torch.cos, 0.5, 5)[-1].item() == pytest.approx(0.0)  # the maximum


def test_the_condition_number_is_that_of_the_hessian(ran) -> None:
    second = hessian(optimizers_2d.valley, torch.tensor([-5.0, -2.0], dtype=torch.float64))
    assert second.tolist() == [[0.2, 0.0], [0.0, 4.0]]
    result = ran("optimizers-2d:condition-number").result
    assert result["condition_number"] == pytest.approx(torch.linalg.cond(second).item()) == pytest.approx(20)
    best, largest = result["best_lr"], result["largest_lr"]
    way = descend(optimizers_2d.valley, (-5.0, -2.0), partial(scratch_optim.SGD, lr=best), 50)
    assert way[-1].abs().tolist() == pytest.approx([5 * (19 / 21) ** 50, 2 * (19 / 21) ** 50])
    beyond = descend(optimizers_2d.valley, (-5.0, -2.0), partial(scratch_optim.SGD, lr=1.01 * largest), 200)
    assert beyond[-1].abs().max() > 10


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("optimizers-1d", {"too_large": -1.0}),
        ("optimizers-1d:non-convex", {"noise": -1.0}),
        ("optimizers-2d", {"noise": -0.1}),
        ("optimizers-2d:condition-number", {"right": -0.4}),
        ("optimizers-2d:well-conditioned", {"lr": -0.4}),
        ("optimizers-2d:momentum", {"lr": -0.4}),
        ("optimizers-2d:adagrad", {"large": -0.4}),
        ("convexity", {"num_points": 2}),
        ("convexity", {"num_chords": 0}),
        ("convexity:local-minima", {"num_starts": 0}),
        ("convexity:local-minima", {"lr": -1.0}),
        ("schedules", {"lr": 0.0}),
        ("schedules", {"final_lr": -0.1}),
    ],
)
def test_settings_that_cannot_be_are_refused(name: str, settings: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="got"):
        find_declaration(name)(**settings)


def test_a_way_that_explodes_beyond_the_numbers_ends_the_run() -> None:
    with pytest.raises(DongshouError, match="f of too large became inf.*too large"):
        experiments.optimizers_1d(too_large=10.0, num_steps=500).run()


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_every_optimizer_ends_in_the_published_band(real_data, ran, engine: str) -> None:
    real_data("airfoil")
    run = ran("optimizers-airfoil", engine=engine)
    assert comes_out_as_stated(run) and len(run.result) == 11
    steps = run.table("step")
    for part, name in (("adam", "adam_loss"), ("minibatch 1", "minibatch_1_loss")):
        course = steps[steps["part"] == part]
        assert course["loss"].iloc[-1] == run.result[name] and len(course) == 15  # every 200 of 3,000 examples
        assert course["seconds"].is_monotonic_increasing
    assert "losses.png" in {figure.name for figure in run.figures}


def test_the_loss_stays_above_that_of_least_squares(real_data, ran) -> None:
    real_data("airfoil")
    from sklearn.linear_model import LinearRegression

    from dongshou.experiments.optimization.optimizers_airfoil import standardized

    features, noise = (x.numpy() for x in standardized())
    best = ((LinearRegression().fit(features, noise).predict(features) - noise) ** 2).mean() / 2
    result = ran("optimizers-airfoil", engine="torch").result
    assert best < min(result.values()) and result["gradient_descent_loss"] == pytest.approx(best, abs=2e-3)


def test_optimizers_on_the_first_rows_only(real_data) -> None:
    real_data("airfoil")
    run = experiments.optimizers_airfoil(epochs=1).run(limit=30)
    assert run.record["limited"] and len(run.result) == 11


def test_schedules_of_thirty_epochs_are_those_of_the_course() -> None:
    by_name = schedules.schedules(lr=0.3, final_lr=0.01, epochs=30)
    rates = {name: schedules.rates_of(schedule, 0.3, 30) for name, schedule in by_name.items()}
    assert set(rates["constant"]) == {0.3}
    assert rates["square root"] == pytest.approx([0.3 / math.sqrt(epoch + 1) for epoch in range(30)])
    assert rates["factor"] == pytest.approx([0.3 * 0.9**epoch for epoch in range(30)])
    assert rates["multi-step"] == pytest.approx([0.3] * 15 + [0.15] * 15)
    cosine = [0.01 + 0.29 * (1 + math.cos(math.pi * min(epoch, 20) / 20)) / 2 for epoch in range(30)]
    assert rates["cosine"] == pytest.approx(cosine)
    assert rates["warm-up, cosine"][:6] == pytest.approx([0.03, 0.084, 0.138, 0.192, 0.246, 0.3])
    assert rates["warm-up, cosine"][20:] == pytest.approx([0.01] * 10)


@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_schedules_of_a_few_epochs(epochs: int) -> None:
    run = experiments.schedules.digits(epochs=epochs).run(device="cpu", limit=160)
    assert len(run.result) == 18 and "schedules.png" in {figure.name for figure in run.figures}
    table = run.table()
    for name, schedule in schedules.schedules(0.3, 0.01, epochs).items():
        trained_with = table[table["part"] == name]["lr"].tolist()
        assert trained_with == pytest.approx(schedules.rates_of(schedule, 0.3, epochs)), name


def test_both_engines_learn_alike_under_every_schedule() -> None:
    ours, theirs = (
        experiments.schedules.digits(epochs=2).run(device="cpu", engine=engine, limit=400).result
        for engine in ("scratch", "torch")
    )
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_schedules_go_on_where_they_were_stopped() -> None:
    def declared():
        return experiments.schedules.digits(epochs=3)

    whole = declared().run(device="cpu", limit=160)
    for moment in ("multi-step", 1), ("multi-step", 2), ("warm-up, cosine", 2):

        def stop(event, moment=moment) -> None:
            if isinstance(event, Evaluated) and (event.part, event.epoch) == moment:
                raise KeyboardInterrupt

        with pytest.raises(Interrupted) as interrupted:
            declared().run(device="cpu", limit=160, watch=[stop])
        assert_same(whole, execute(declared(), resume=interrupted.value.run.path))


def test_the_jensen_gap_of_a_square_is_the_variance(ran) -> None:
    x = torch.linspace(-2, 2, 81, dtype=torch.float64)
    assert convexity.jensen_gap(optimizers_1d.square, x) == pytest.approx(x.var(correction=0).item())
    result = ran("convexity").result
    assert result["square_jensen_gap"] == pytest.approx(x.var(correction=0).item())
    for name in ("square", "absolute", "exponential"):
        assert result[f"{name}_jensen_gap"] > 0
    assert result["cosine_jensen_gap"] < 0 and result["cosine_lowest_gap"] == pytest.approx(-2)
    assert result["double_well_lowest_gap"] < 0 < result["double_well_jensen_gap"]  # the mean alone does not tell


def test_chords_of_sets_that_are_not_convex_leave_them() -> None:
    result = experiments.convexity().run(seed=3).result
    assert result["disc_outside"] == result["lens_outside"] == 0
    assert result["pair_outside"] > 0.05 and result["ring_outside"] > 0.3
