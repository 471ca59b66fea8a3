"""The curves: a picture for each quantity, a line for each split, part and run."""

from __future__ import annotations

from dongshou.drawing import BLUE, RED
from dongshou.runs.curves import curves_of, draw_curves, quantity_of, rank, strokes_of_runs
from dongshou.training import Band, Finished, Procedure, Published, Reported, Session, Stepped
from tests.training import toys


def labels(axes) -> list[str]:
    return axes.get_legend_handles_labels()[1]


def test_one_run():
    run = toys.toy().run()
    figure = draw_curves([run])
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    assert [labels(axes) for axes in figure.axes] == [["train", "test"], ["train", "test"]]
    line = figure.axes[0].get_lines()[0]
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert figure.axes[0].get_xlabel() == "epoch"
    figure.put_in_order()
    assert all(tick == round(tick) for tick in figure.axes[0].get_xticks())
    assert line.get_ydata().tolist() == run.table()["train_loss"].tolist()


def test_several_runs_lie_over_each_other():
    figure = draw_curves([toys.toy().run(), toys.toy().run(seed=1)])
    assert labels(figure.axes[0]) == [f"seed {seed} {split}" for seed in (0, 1) for split in ("train", "test")]


def test_a_series_has_a_line_for_each_part():
    figure = draw_curves([toys.series().run()])
    assert labels(figure.axes[0]) == ["fast train", "fast test", "slow train", "slow test"]


def test_published_results_stand_behind_the_curves():
    work = toys.toy()
    work.stated = [Published("a book", test_accuracy=Band(0.1, 0.2, 0.3, 0.4, 0.5), test_loss=Reported(0.4))]
    figure = draw_curves([work.run()])
    assert labels(figure.axes[0])[-1] == "test, a book"
    assert labels(figure.axes[1])[-1] == "test, a book"


def test_a_work_without_epochs_is_drawn_by_step():
    def steps(session: Session):
        for step in range(1, 4):
            yield Stepped(step, 1, 3, metrics={"loss": 1 / step})
        yield Finished({})

    run = toys.declared(lambda: Procedure(steps)).run()
    assert curves_of(run) == {("", "loss"): [(1, 1.0), (2, 1 / 2), (3, 1 / 3)]}
    (axes,) = draw_curves([run]).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "loss")


def test_the_norm_of_the_gradient_stands_by_step_on_an_axis_of_its_own():
    figure = draw_curves([toys.toy(clip=0.5).run()])
    axes = figure.axes[-1]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_yscale()) == ("step", "gradient norm", "log")
    assert labels(axes) == ["before clipping", "after clipping", "threshold 0.5"]
    before, after, threshold = (line.get_ydata() for line in axes.get_lines())
    assert after.tolist() == [min(norm, 0.5) for norm in before] and list(threshold) == [0.5, 0.5]
    assert axes.get_lines()[0].get_xdata().tolist() == list(range(1, 10))
    assert [axes.get_xlabel() for axes in figure.axes[:-1]] == ["epoch", "epoch"]


def test_each_run_has_one_color():
    figure = draw_curves([toys.toy(clip=0.5).run(seed=seed) for seed in (0, 1)])
    for axes in figure.axes:
        lines = [line for line in axes.get_lines() if not str(line.get_label()).startswith("threshold")]
        assert [line.get_color() for line in lines] == [BLUE] * 2 + [RED] * 2


def test_a_curve_without_a_split_has_a_stroke_of_its_own_and_the_name_of_its_part():
    def steps(session: Session):
        for part in ("slow", "fast"):
            for step in range(1, 4):
                yield Stepped(step, 1, 3, metrics={"loss": 1 / step, "train_loss": 2 / step}, part=part)
        yield Finished({})

    (axes,) = draw_curves([toys.declared(lambda: Procedure(steps)).run()]).axes
    assert labels(axes) == ["fast train", "fast", "slow train", "slow"]
    strokes = [(line.get_color(), line.get_linestyle()) for line in axes.get_lines()]
    assert len(set(strokes)) == 4 and strokes[0][0] == strokes[1][0] != strokes[2][0]


def test_many_runs_have_markers_once_every_color_is_taken():
    draws = [tuple(stroke.values()) for _, stroke in zip(range(28), strokes_of_runs(), strict=False)]
    assert len(set(draws)) == 28 and [marker for _, marker in draws[:8]] == [""] * 7 + ["s"]


def test_quantities_stand_in_rows_of_three():
    def steps(session: Session):
        yield Stepped(1, 1, 1, metrics=dict.fromkeys(("loss", "accuracy", "a", "b", "c"), 1.0))
        yield Finished({})

    figure = draw_curves([toys.declared(lambda: Procedure(steps)).run()])
    assert len(figure.axes) == 5 and figure.get_figwidth() < 16


def test_names_of_quantities():
    assert [quantity_of(name) for name in ("test_log_rmse", "perplexity", "train_loss", "train")] == [
        "log_rmse",
        "perplexity",
        "loss",
        "train",
    ]
    assert sorted(["perplexity", "accuracy", "loss"], key=rank) == ["loss", "accuracy", "perplexity"]


def test_looks_within_the_epochs_lie_between_them_and_each_optimizer_has_its_norms():
    curves = curves_of(toys.declared(toys.gan).run())
    x = [position for position, _ in curves["", "test_discriminator_loss"]]
    assert x == [2 / 3, 1, 4 / 3, 2, 8 / 3, 3]
    assert [position for position, _ in curves["", "train_discriminator_loss"]] == [1, 2, 3]
    assert [step for step, _ in curves["discriminator", "gradient_norm"]] == [*range(1, 10)]
    assert [step for step, _ in curves["generator", "gradient_norm"]] == [1, 2, 3, 4]  # it learns at every other step
