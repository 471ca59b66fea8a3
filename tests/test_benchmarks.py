"""The benchmarks on a little work: the turns, the ratios and the tables. Never the time itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.__main__ import benchmark
from benchmarks.contenders import CONTENDERS, Contender, Target, chosen
from benchmarks.rounds import Measured, measure
from benchmarks.work import Work
from dongshou.errors import DongshouError, UsageError

LITTLE = Work(data="digits", limit=256)
BARE, OURS, TUTORIAL = CONTENDERS[:3]


def measured(contender: Contender, seconds: list[float], accuracy: float = 0.8) -> Measured:
    return Measured(contender, seconds, seconds, [accuracy / 2, accuracy])


def test_contenders_take_their_turns_and_one_that_cannot_is_named() -> None:
    absent = Contender("absent", "bare", packages=("no_such_package",))
    broken = Contender("broken", "no_such_module")
    there, left_out = measure([BARE, OURS, absent, broken], LITTLE, threads=1, rounds=2, epochs=2)
    assert [one.contender.name for one in there] == ["bare", "ours"]
    assert all(len(one.seconds) == 2 and min(one.seconds) > 0 for one in there)
    assert all(len(one.accuracies) == 4 for one in there)
    assert "no_such_package not installed" in left_out["absent"]
    assert "No module named" in left_out["broken"]


def test_without_the_yardstick_nothing_is_compared() -> None:
    with pytest.raises(DongshouError, match="bare loop failed"):
        measure([Contender("bare", "bare", packages=("no_such_package",))], LITTLE, threads=1, rounds=1, epochs=1)


def test_ratios_are_taken_within_the_round() -> None:
    slow_second_round = [measured(BARE, [1.0, 10.0, 1.0]), measured(OURS, [1.2, 12.0, 1.0])]
    bare, ours = results.rows(slow_second_round)
    assert bare["ratio"] == {"median": 1.0, "min": 1.0, "max": 1.0}
    assert ours["ratio"] == {"median": 1.2, "min": 1.0, "max": 1.2}
    assert (ours["target"], ours["reached"]) == ("<= 1.05 x bare", False)


@pytest.mark.parametrize(
    ("target", "ratio", "reached"),
    [(Target("bare", at_most=1.05), 1.05, True), (Target("ours", at_least=3.0), 2.9, False)],
    ids=str,
)
def test_a_target_is_a_bound_on_the_ratio(target: Target, ratio: float, reached: bool) -> None:
    assert target.is_reached(ratio) is reached


def test_targets_of_peers_are_against_ours_and_wait_for_it() -> None:
    with_ours = results.rows([measured(BARE, [1.0]), measured(OURS, [1.0]), measured(TUTORIAL, [3.5])])
    without = results.rows([measured(BARE, [1.0]), measured(TUTORIAL, [3.5])])
    assert (with_ours[-1]["reached"], without[-1]["reached"]) == (True, None)


def test_other_accuracy_is_other_work() -> None:
    _, ours = results.rows([measured(BARE, [1.0], 0.85), measured(OURS, [1.0], 0.5)])
    assert not ours["same_work"]
    assert results.in_words(ours)[-1] == "differs"


def test_report_is_written_as_json_and_markdown(tmp_path: Path) -> None:
    rows = results.rows([measured(BARE, [1.0]), measured(OURS, [1.02])])
    tables = [{"threads": 1, "rows": rows, "left_out": {"skorch": "skorch not installed"}}]
    results.write(tmp_path, "mlp", results.report(LITTLE, tables, rounds=1, epochs=2))
    content = json.loads((tmp_path / "mlp.json").read_text())
    text = (tmp_path / "mlp.md").read_text()
    assert content["tables"] == tables
    assert {"date", "machine", "versions", "work", "rounds", "epochs_a_round"} < set(content)
    assert content["versions"]["torch"] in text
    assert "| ours | 1.02 | 1.02-1.02 | 1.020 | 1.020 | 0.800 | <= 1.05 x bare | reached |" in text
    assert "Left out: skorch (skorch not installed)." in text


def test_the_yardstick_is_always_among_those_chosen() -> None:
    assert [contender.name for contender in chosen(("ours",), threads=1)] == ["bare", "ours"]
    assert "ours-2-threads" not in [contender.name for contender in chosen((), threads=2)]


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"epochs": -1}, {"only": ("nobody",)}, {"threads": (0,)}], ids=str)
def test_wrong_use_is_refused_before_anything_runs(wrong: dict) -> None:
    with pytest.raises(UsageError):
        benchmark(**wrong)
