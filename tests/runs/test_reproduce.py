"""Reproducing over seeds: the verdicts, the files and the table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dongshou.errors import UsageError
from dongshou.experiments.registry import find_declaration
from dongshou.runs.describe import stated_of as stated_of_work
from dongshou.runs.judge import judge, worst
from dongshou.runs.report.cells import number
from dongshou.runs.report.details import in_words, more_results, processor, rows_of
from dongshou.runs.report.overview import claims_of, overview
from dongshou.runs.reproduce import by_kind, compared, judge_again, overall, reproduce, reproducible_names
from dongshou.training import Band, Exact, Goal, Published, Reading, Reported, Session

BAND = {"minimum": 0.70, "p10": 0.75, "median": 0.80, "p90": 0.82, "maximum": 0.85, "judged": True}
SINGLE = {"value": 0.40, "within": 0.02, "two_sided": False, "judged": True}


@pytest.mark.parametrize(
    ("metric", "values", "verdict"),
    [
        ("test_accuracy", [0.78, 0.80, 0.81], "match"),
        ("test_accuracy", [0.90], "match"),  # better than the band
        ("test_accuracy", [0.74], "within range"),
        ("test_accuracy", [0.735, 0.745, 0.765], "match"),  # 0.745 is within a deviation of 0.75
        ("test_accuracy", [0.60], "differs"),
        ("test_loss", [0.60], "match"),  # of a loss, less is better
        ("test_loss", [0.84], "within range"),
        ("test_loss", [0.90], "differs"),
    ],
)
def test_a_band_judges_the_median_over_the_seeds(metric: str, values: list[float], verdict: str):
    assert judge(metric, BAND, values) == verdict


@pytest.mark.parametrize(
    ("two_sided", "value", "verdict"),
    [(False, 0.41, "match"), (False, 0.43, "differs"), (False, 0.30, "match"), (True, 0.30, "differs")],
)
def test_a_single_figure_judges_by_its_tolerance(two_sided: bool, value: float, verdict: str):
    assert judge("train_loss", SINGLE | {"two_sided": two_sided}, [value]) == verdict


def test_the_seeds_that_match_alone_are_counted():
    source = Published(
        "a paper", secondary=("test_loss",), test_accuracy=Reported(0.80, within=0.02), test_loss=Reported(0.5)
    )
    seeds = [{"test_accuracy": value, "test_loss": 0.4} for value in (0.70, 0.79, 0.90, 0.60, 0.785)]
    (beside,) = compared([source], seeds)
    figure = beside["metrics"]["test_accuracy"]
    assert figure["verdict"] == "match" and figure["match_alone"] == 3  # the median is 0.785
    assert "match_alone" not in beside["metrics"]["test_loss"]
    assert "match_alone" not in compared([source], seeds, is_trial=True)[0]["metrics"]["test_accuracy"]
    outcome = {
        "experiment": "mlp",
        "engine": "torch",
        "seeds": [{"seconds": 1.0, "result": {}, "best": {}}] * 5,
        "failures": [],
    }
    assert [row[8] for row in rows_of(outcome | {"published": [beside]})] == ["match, 3 of 5 seeds alone", ""]


def test_what_one_seed_alone_has_measured_is_no_result_over_the_seeds():
    """Of word vectors the nearest word of a word is part of the name of its cosine."""
    found = [{"loss": 1.0, "chip_chips": 0.8, "men": 0.3}, {"loss": 2.0, "chip_intel": 0.7, "men": 0.2}]
    outcome = {"seeds": [{"result": result, "best": {}} for result in found], "published": []}
    assert more_results(outcome) == {"loss": [1.0, 2.0], "men": [0.3, 0.2]}


def test_the_worst_metric_decides():
    assert worst(["match", "differs", "within range"]) == "differs"
    assert worst(["match", "within range"]) == "within range"


def test_reproduce_writes_each_seed_and_the_table(tmp_path: Path):
    (outcome,) = reproduce(["exhaustive-search"], seeds=2, results=tmp_path / "results")
    written = json.loads((tmp_path / "results" / "exhaustive-search.json").read_text())
    assert [seed["seed"] for seed in written["seeds"]] == [0, 1]
    assert written["verdict"] == outcome["verdict"] == "match"
    assert written["versions"]["torch"] and written["machine"]["cores"] and written["limited"] is False
    table = (tmp_path / "RESULTS.md").read_text()
    assert "| `exhaustive-search` | w | 2.0000 [2.0000, 2.0000] | 2.0000 ± 1e-06 |  | match |" in table
    assert "[In full](results/linear_networks.md)" in table
    assert "| `exhaustive-search` | torch | 2 |" in (tmp_path / "results" / "linear_networks.md").read_text()


def test_what_is_recorded_is_judged_by_what_is_stated_today(tmp_path: Path):
    (outcome,) = reproduce(["exhaustive-search"], seeds=2, results=tmp_path / "results")
    path = tmp_path / "results" / "exhaustive-search.json"
    stale = json.loads(path.read_text())
    stale["published"][0]["metrics"]["w"]["value"], stale["verdict"] = 3.0, "differs"
    path.write_text(json.dumps(stale))
    (tmp_path / "RESULTS.md").unlink()
    (judged,) = judge_again(tmp_path / "results")
    assert judged == json.loads(path.read_text()) == json.loads(json.dumps(outcome))
    assert "match" in (tmp_path / "RESULTS.md").read_text()


def test_a_record_with_other_settings_is_not_judged_again(tmp_path: Path):
    reproduce(["gradient-descent"], seeds=1, results=tmp_path / "results")
    path = tmp_path / "results" / "gradient-descent.json"
    other = json.loads(path.read_text())
    other["settings"]["lr"], other["verdict"] = 0.5, "differs"
    path.write_text(json.dumps(other))
    (kept,) = judge_again(tmp_path / "results")
    assert kept == other == json.loads(path.read_text())


def test_the_table_is_made_of_all_results_that_there_are(tmp_path: Path):
    for name in ("exhaustive-search", "logistic-regression"):
        reproduce([name], seeds=1, results=tmp_path / "results")
    table = (tmp_path / "RESULTS.md").read_text()
    assert "`exhaustive-search`" in table and "`logistic-regression`" in table


@pytest.mark.parametrize(
    ("name", "trial", "limits"),
    [
        ("exhaustive-search", dict(limit=1), "1 example"),
        ("exhaustive-search", dict(limit=2000), "2,000 examples"),
        ("weight-decay-high-dim", dict(limit=8, epochs=1), "8 examples, 1 epoch"),
        ("weight-decay-high-dim", dict(epochs=2), "2 epochs"),
        ("mlp:digits", dict(limit=64, epochs=1), "64 examples, 1 epoch"),  # nothing published to stand beside
    ],
)
def test_a_trial_has_a_row_that_says_so_and_no_verdict(tmp_path: Path, name: str, trial: dict[str, int], limits: str):
    (outcome,) = reproduce([name], seeds=1, results=tmp_path / "results", **trial)
    assert outcome["verdict"] == "limited" and outcome["limited"]
    assert {row[8] for row in rows_of(outcome)} == {f"limited to {limits}: not compared"}
    (page,) = (tmp_path / "results").glob("*.md")
    table = page.read_text()
    assert f"limited to {limits}: not compared |" in table and f"**Limited to {limits}: no reproduction.**" in table
    assert f"| limited to {limits} |" in (tmp_path / "RESULTS.md").read_text()


def test_a_trial_never_takes_the_place_of_a_whole_reproduction(tmp_path: Path):
    written = []
    for trial in (dict(limit=8), {}, dict(epochs=1)):
        reproduce(["weight-decay-high-dim"], seeds=1, results=tmp_path / "results", **trial)
        written.append(json.loads((tmp_path / "results" / "weight-decay-high-dim.json").read_text()))
    assert [outcome["limited"] for outcome in written] == [True, False, False]
    assert written[1] == written[2]
    assert "not compared" not in (tmp_path / "results" / "multilayer_perceptrons.md").read_text()


def test_the_declared_epochs_are_no_trial(tmp_path: Path):
    (outcome,) = reproduce(["mlp:digits"], seeds=1, epochs=30, results=tmp_path / "results")
    assert not outcome["limited"] and {row[8] for row in rows_of(outcome)} == {""}


def test_epochs_that_an_experiment_does_not_have_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match=r"mlp has 20 epochs; name 1 to 20 of them; got epochs=21\.$"):
        reproduce(["mlp"], epochs=21, results=tmp_path / "results")
    with pytest.raises(UsageError, match=r"gradient-descent has no epochs to shorten; got epochs=1\.$"):
        reproduce(["mlp:digits", "gradient-descent"], epochs=1, results=tmp_path / "results")
    assert not (tmp_path / "results").exists()  # nothing ran before the mistake was found


def test_what_ran_on_a_gpu_and_what_on_cores_is_said():
    assert processor({"gpu": "NVIDIA H200", "cores": 16}, "cuda") == "NVIDIA H200"
    assert processor({"gpu": "NVIDIA H200", "cores": 16}, "cpu") == "16 cores"


@pytest.mark.parametrize(("value", "words"), [(0.1, "0.1"), ("mnist", "mnist"), ("\n", r"'\n'"), ("", "''")])
def test_a_setting_is_said_in_one_line(value, words: str):
    assert in_words(value) == words


def test_a_seed_that_fails_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DONGSHOU_RUNS", str(tmp_path / "a-file"))
    (tmp_path / "a-file").write_text("no directory")
    (outcome,) = reproduce(["exhaustive-search"], seeds=2, results=tmp_path / "results")
    assert len(outcome["failures"]) == 2 and outcome["verdict"] == "failed"
    assert "0, 2 failed" in (tmp_path / "results" / "linear_networks.md").read_text()


def test_every_published_experiment_has_a_name_that_can_be_reproduced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)  # nor do the names need any data
    names = list(reproducible_names())
    assert "mlp" in names and "mlp:book" in names and "mlp:digits" not in names
    assert "mnist-learning-rate" in names  # nothing was published for it, but its row is to be there


def test_a_row_without_anything_published_stands_alone(tmp_path: Path):
    (outcome,) = reproduce(["stochastic-gradient-descent"], seeds=2, results=tmp_path / "results")
    rows = list(rows_of(outcome | {"published": [], "goals": []}))
    assert [row[3] for row in rows] == list(outcome["seeds"][0]["result"])
    assert {row[8] for row in rows} == {""}


STATED = {
    "mlp": [
        Published("a book", test_accuracy=Reported(0.8), test_loss=Reported(0.5), secondary=("test_loss",)).plain(),
        Goal("an aim", test_accuracy=Reported(0.9)).plain(),
    ],
    "lenet": [Published("a book", test_accuracy=Reported(0.9)).plain()],
    "convexity": [Exact("a theorem", gap=Reported(0.0, two_sided=True)).plain()],
}


def recorded(experiment: str, result: dict[str, float], **more: object) -> dict:
    """A record of one seed, set beside what the experiment states."""
    beside = compared([stated_of[kind] for kind in more.pop("stated", ())], [result])  # pyright: ignore
    return {
        "experiment": experiment,
        "engine": "torch",
        "limited": False,
        "seeds": [{"seconds": 1.0, "result": result, "best": {}}],
        "failures": [],
        "published": [source for source in beside if source["kind"] == "published"],
        "goals": [source for source in beside if source["kind"] != "published"],
    } | more


stated_of = {
    "book": Published("a book", test_accuracy=Reported(0.8), test_loss=Reported(0.5), secondary=("test_loss",)),
    "aim": Goal("an aim", test_accuracy=Reported(0.9)),
    "theorem": Exact("a theorem", gap=Reported(0.0, two_sided=True)),
}


def test_the_overview_counts_each_judged_figure_once_and_says_why_some_were_not_run():
    whole = recorded("mlp", {"test_accuracy": 0.85, "test_loss": 9.0}, stated=("book", "aim"))
    on_scratch = recorded("mlp", {"test_accuracy": 0.1, "test_loss": 9.0}, stated=("book", "aim"), engine="scratch")
    theorem = recorded("convexity", {"gap": 0.5}, stated=("theorem",))
    trial = recorded("lenet", {"test_accuracy": 0.2}, limited=True, limits={"examples": 2000, "epochs": 1})
    outcomes = [on_scratch, whole, theorem, trial]
    assert [tuple(claim) for claim in claims_of(outcomes, STATED)] == [
        ("mlp", "published", "match"),
        ("mlp", "goal", "missed"),
        ("lenet", "published", "not run"),
        ("convexity", "exact", "differs"),
    ]
    assert overview(outcomes, STATED).splitlines() == [
        "|  | match | within range | differs | not run |",
        "| --- | --- | --- | --- | --- |",
        "| published results | 1 | 0 | 0 | 1 |",
        "| goals of our own | 0 |  | 1 | 0 |",
        "| equal by construction | 0 |  | 1 | 0 |",
        "",
        "Not run in full:",
        "",
        "- `lenet`: tried with 2,000 examples, 1 epoch only",
    ]


def test_unknown_names_and_no_seeds_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="Did you mean mlp"):
        reproduce(["mpl"], results=tmp_path)
    with pytest.raises(UsageError, match="at least 1"):
        reproduce(["mlp"], seeds=0, results=tmp_path)


@pytest.mark.parametrize(
    ("value", "text"), [(0.86916, "0.8692"), (98.3456, "98.3456"), (5.1e-5, "5.1e-05"), (0.0108, "0.0108"), (0.0, "0")]
)
def test_numbers_are_short(value: float, text: str):
    assert number(value) == text


def test_seeds_of_a_fragile_network_that_have_not_learnt_are_counted():
    source = Published("a paper", test_accuracy=Band(0.10, 0.45, 0.83, 0.87, 0.88, failed_below=0.75))
    runs = [{"test_accuracy": value} for value in (0.85, 0.1, 0.7)]
    assert [source.has_failed(result) for result in runs] == [False, True, True]
    assert source.has_failed({"test_accuracy": float("nan")}) and not source.has_failed({"train_loss": 2.3})
    (compared_now,) = compared([source], runs)
    assert compared_now["not_learnt"] == 2
    (trial,) = compared([source], runs, is_trial=True)  # a trial is too short to have learnt
    assert "not_learnt" not in trial
    row = next(
        iter(
            rows_of(
                {"experiment": "nin", "engine": "torch", "seeds": [{"seconds": 1.0}] * 3, "failures": []}
                | {"published": [compared_now]}
            )
        )
    )
    assert row[2] == "3, 2 not learnt"


NARROW = Published(
    "a paper", test_accuracy=Band(0.70, 0.75, 0.80, 0.82, 0.85), test_loss=Reported(0.5), secondary=("test_loss",)
)


def verdict_over(*accuracies: float, **more: object) -> dict:
    """The row of the accuracy, over seeds whose loss is far above the published one."""
    (beside,) = compared([NARROW], [{"test_accuracy": value, "test_loss": 9.0} for value in accuracies], **more)
    return beside["metrics"]["test_accuracy"]


def test_the_median_is_judged_neither_the_best_seed_nor_the_mean():
    row = verdict_over(0.60, 0.61, 0.81)  # the best one lies in the band
    assert (row["measured"], row["verdict"], row["match_alone"]) == (0.61, "differs", 1)
    row = verdict_over(0.78, 0.79, 0.10)  # the mean, .557, lies far below it
    assert (row["measured"], row["verdict"]) == (0.78, "match")
    assert list(rows_of(recorded("mlp", {"test_accuracy": 0.8, "test_loss": 9.0}) | over_seeds(0.1, 0.78, 0.79)))[0][
        4
    ] == ("0.7800 [0.1000, 0.7900]")


def over_seeds(*accuracies: float) -> dict:
    """The entries of a record that hold what came out of several seeds."""
    results = [{"test_accuracy": value} for value in accuracies]
    return {
        "seeds": [{"seconds": 1.0, "result": result, "best": {}} for result in results],
        "published": compared([Published("a paper", test_accuracy=Reported(0.8))], results),
    }


def test_the_band_is_widened_by_one_deviation_of_the_seeds():
    values = (0.715, 0.735, 0.755)  # deviation .02, median .015 below the band
    assert verdict_over(*values)["verdict"] == "match"
    assert verdict_over(*(value - 0.010 for value in values))["verdict"] == "within range"  # .025 below: two would do


@pytest.mark.parametrize(("kind", "verdicts"), [("goal", ["reached", "missed"]), ("exact", ["holds", "differs"])])
def test_what_others_did_not_publish_has_words_of_its_own(kind: str, verdicts: list[str]):
    assert [
        judge("test_accuracy", BAND, [value], kind=kind) for value in (0.80, 0.72)
    ] == verdicts  # 0.72: within range
    stated = {"goal": Goal, "exact": Exact}[kind]("ours", test_accuracy=Reported(0.8))
    kinds = by_kind(compared([NARROW, stated], [{"test_accuracy": 0.9, "test_loss": 0.1}]))
    assert [[source["kind"] for source in sources] for sources in kinds.values()] == [["published"], [kind]]


def test_a_secondary_figure_is_shown_and_decides_nothing():
    (beside,) = compared([NARROW], [{"test_accuracy": 0.8, "test_loss": 9.0}])
    assert beside["metrics"]["test_loss"] == {"value": 0.5, "within": 0.0, "two_sided": False, "judged": False} | {
        "values": [9.0],
        "measured": 9.0,
        "verdict": "",
    }
    assert overall([beside], has_run=True, is_trial=False) == "match"


NOTED = """
from dongshou.notes import note
from dongshou.training import Finished, Procedure

def experiment():
    def steps(session):
        note("digits: a cut of 5 pictures.")
        yield Finished({"test_accuracy": 0.5})
    return Procedure(steps)
"""


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_what_was_said_of_the_data_stands_in_the_record_and_on_the_page(tmp_path: Path):
    (tmp_path / "noted.py").write_text(NOTED)
    (outcome,) = reproduce([str(tmp_path / "noted.py")], seeds=2, results=tmp_path / "results", runs=tmp_path / "runs")
    assert outcome["notes"] == ["digits: a cut of 5 pictures."]
    (page,) = (tmp_path / "results").glob("*.md")
    assert "cores. digits: a cut of 5 pictures.\n" in page.read_text()


def test_a_limited_run_gets_no_verdict():
    assert verdict_over(0.8, is_trial=True)["verdict"] == "limited"
    assert "match_alone" not in verdict_over(0.8, is_trial=True)


def test_a_run_with_other_settings_stands_beside_nothing():
    stated = [
        find_declaration(name)(**changed)
        for name, changed in (("gradient-descent", {}), ("gradient-descent", {"lr": 0.02}))
    ]
    assert [[*map(len, stated_of_work(work, Session()).values())] for work in stated] == [[1, 1], [0, 0]]


def test_the_direction_of_a_metric_is_the_tasks_and_not_read_off_its_name():
    source = Published("a paper", test_map_50=Reported(0.5))
    results = [{"test_map_50": 0.7}]
    higher = Reading("map_50", ("map_50",))
    assert compared([source], results, higher)[0]["metrics"]["test_map_50"]["verdict"] == "match"
    assert compared([source], results, Reading("map_50"))[0]["metrics"]["test_map_50"]["verdict"] == "differs"
