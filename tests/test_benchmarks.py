"""The benchmarks on a little work: the turns, the ratios and the tables. Never the time itself."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks import cnn, epochs, mlp, results, scratch
from benchmarks.__main__ import main
from benchmarks.contenders import CONTENDERS, Contender, Target, chosen
from benchmarks.networks import NETWORKS
from benchmarks.rounds import Measured, measure
from benchmarks.scratch_cases import CASES, Case
from benchmarks.work import Work
from dongshou.errors import DongshouError, UsageError

LITTLE = Work(data="digits", limit=256)
BARE, OURS, TUTORIAL = CONTENDERS[:3]
(OURS_FAST,) = (contender for contender in CONTENDERS if contender.name == "ours-fast")


def measured(contender: Contender, seconds: list[float], accuracy: float = 0.8) -> Measured:
    return Measured(contender, seconds, seconds, [accuracy / 2, accuracy])


def table_of(rows: list[dict], network: str = "mlp", device: str = "cpu", left_out: dict | None = None) -> dict:
    return {"network": network, "device": device, "threads": 1, "rows": rows, "left_out": left_out or {}}


def test_contenders_take_their_turns_and_one_that_cannot_is_named() -> None:
    absent = Contender("absent", "bare", packages=("no_such_package",))
    broken = Contender("broken", "no_such_module")
    there, left_out = measure([BARE, TUTORIAL, absent, broken], LITTLE, threads=1, rounds=2, epochs=2)
    assert [one.contender.name for one in there] == ["bare", "tutorial"]
    assert all(len(one.seconds) == 2 and min(one.seconds) > 0 for one in there)
    assert all(len(one.accuracies) == 4 for one in there)
    assert "no_such_package not installed" in left_out["absent"]
    assert "No module named" in left_out["broken"]


def test_without_the_yardstick_nothing_is_compared() -> None:
    with pytest.raises(DongshouError, match="bare loop failed"):
        measure([Contender("bare", "bare", packages=("no_such_package",))], LITTLE, threads=1, rounds=1, epochs=1)


def test_ratios_are_taken_within_the_round() -> None:
    slow_second_round = [measured(BARE, [1.0, 10.0, 1.0]), measured(OURS, [1.2, 12.0, 1.0])]
    bare, ours = epochs.rows(slow_second_round)
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
    with_ours = epochs.rows([measured(BARE, [1.0]), measured(OURS, [1.0]), measured(TUTORIAL, [3.5])])
    without = epochs.rows([measured(BARE, [1.0]), measured(TUTORIAL, [3.5])])
    assert (with_ours[-1]["reached"], without[-1]["reached"]) == (True, None)


def test_other_accuracy_is_other_work() -> None:
    _, ours = epochs.rows([measured(BARE, [1.0], 0.85), measured(OURS, [1.0], 0.5)])
    assert not ours["same_work"]
    assert epochs.in_words(ours)[-1] == "differs"


def test_report_is_written_as_json_and_markdown(tmp_path: Path) -> None:
    rows = epochs.rows([measured(BARE, [1.0]), measured(OURS, [1.02])])
    tables = [table_of(rows, left_out={"skorch": "skorch not installed"})]
    report = mlp.report(LITTLE, tables, rounds=1, epochs=2)
    results.write(tmp_path, "mlp", report, mlp.in_markdown(report))
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
        mlp.benchmark(**wrong)


# Convolutional networks


@pytest.mark.parametrize("network", cnn.CONVOLUTIONAL)
def test_every_network_has_data_settings_and_targets(network: str) -> None:
    work = Work.of(network, limit=8)
    assert (work.network, work.limit) == (network, 8)
    assert network in (NETWORKS.keys() & cnn.SPEEDUPS.keys())
    taking_part = cnn.contenders(work, (), threads=1)
    assert [contender.name for contender in taking_part if contender.target is None] == ["bare"]
    assert {contender.name for contender in taking_part} == set(cnn.TAKING_PART)
    assert work.model()(torch.rand(2, *work.shape)).shape == (2, 10)


def test_a_gpu_has_one_table_and_all_examples() -> None:
    assert cnn.numbers_of_threads((1, 1), "cuda") == [1]
    assert (Work.of("resnet18").limit, Work.of("resnet18", device="cuda").limit) == (256, None)


@pytest.mark.parametrize("contender", [BARE, OURS, TUTORIAL, OURS_FAST], ids=lambda contender: contender.name)
def test_every_contender_trains_convolutional_networks(contender: Contender, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, a new one for each being what takes the time."""
    monkeypatch.setattr("dongshou.training.fast.trial.TURN", 0.0)
    monkeypatch.setattr("dongshou.training.fast.trial.ROUNDS", 1)
    accuracies: list[float] = []
    work = Work(network="lenet", data="digits", limit=64, batch_size=32, epochs=2)

    class Enough(Exception):
        """A contender trains until it is stopped."""

    def epoch_done(accuracy: float) -> None:
        accuracies.append(accuracy)
        if len(accuracies) == work.epochs:
            raise Enough

    train = importlib.import_module(f"benchmarks.contenders.{contender.module}").train
    with pytest.raises(Enough):
        train(work, epoch_done, **contender.options)
    assert len(accuracies) == 2 and all(0 <= accuracy <= 1 for accuracy in accuracies)


def test_the_tables_of_all_networks_are_written_in_one_report(tmp_path: Path) -> None:
    rows = epochs.rows([measured(BARE, [2.0]), measured(OURS_FAST, [1.0])])
    tables = [table_of(rows, "lenet"), table_of(rows, "resnet18", "cuda")]
    report = cnn.report([Work.of("lenet"), Work.of("resnet18")], tables, rounds=1, epochs=1)
    results.write(tmp_path, "cnn", report, cnn.in_markdown(report))
    text = (tmp_path / "cnn.md").read_text()
    assert json.loads((tmp_path / "cnn.json").read_text())["tables"] == tables
    assert "One epoch of ResNet-18 at 32x32 on the first 256 examples of cifar10, batches of 64" in text
    assert "## LeNet, one thread" in text
    assert "## ResNet-18 at 32x32, cuda" in text
    assert "| ours-fast | 0.50 |" in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"networks": ()}, "networks must name at least one of lenet, mnist_residual, resnet18"),
        ({"networks": ("lenet5",)}, r"No network is called lenet5; .* Did you mean lenet\?"),
        ({"rounds": 0}, "rounds and epochs must be at least 1"),
        ({"only": ("nobody",)}, "No contender is called nobody"),
    ],
)
def test_wrong_use_of_the_convolutional_benchmark_is_refused(wrong: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        cnn.benchmark(**wrong)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="No cuda device is available here; use --device cpu"):
        cnn.benchmark(device="cuda")


# What is written out, beside torch.nn


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """One step a turn, small cases, and where the results go."""
    small = [case for case in CASES if case.name.startswith(("Linear", "Adam"))]
    monkeypatch.setattr(scratch, "TURN", 0.0)
    monkeypatch.setattr(scratch, "CASES", small)
    monkeypatch.setattr(scratch, "RESULTS", tmp_path)
    return tmp_path


def test_ours_and_torch_take_turns_and_the_ratios_are_written_down(short_turns: Path) -> None:
    scratch.benchmark(rounds=2)
    adam, linear = json.loads((short_turns / "scratch.json").read_text())["tables"][0]["rows"]
    assert set(linear["milliseconds"]) == {"torch.nn", "ours"}
    assert (adam["ratios"]["ours"]["target"], linear["ratios"]["ours"]["target"]) == ("<= 1.5", "<= 2")
    assert "| case | torch ms | ours ms | ratio |" in (short_turns / "scratch.md").read_text()


def test_a_part_of_the_cases_is_not_written_down(short_turns: Path) -> None:
    scratch.benchmark(rounds=1, only=("Linear",))
    assert not list(short_turns.iterdir())


def test_what_does_not_compile_is_named(short_turns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(module: object) -> None:
        raise RuntimeError("no compiler\nand a long story")

    monkeypatch.setitem(scratch.SIDES, "compiled", scratch.Side(fail, scratch.compiled))
    scratch.benchmark(rounds=1, compile=True)
    text = (short_turns / "scratch.md").read_text()
    assert "Not compiled: Linear 512-512 (no compiler)." in text
    assert "| verdict | compiled |" in text


def test_sides_that_compute_something_else_are_not_compared(short_turns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(module: nn.Module) -> nn.Module:
        nn.init.zeros_(next(module.parameters()))
        return module

    monkeypatch.setitem(scratch.SIDES, "ours", scratch.Side(forgetful, scratch.optimizer_from_scratch))
    with pytest.raises(DongshouError, match="Linear 512-512: ours and torch.nn differ"):
        scratch.benchmark(rounds=1, only=("Linear",))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ours_does_the_work_of_every_case(case: Case) -> None:
    theirs, ours = (scratch.prepare(case, scratch.SIDES[name]) for name in ("torch.nn", "ours"))
    for found, expected in zip(scratch.two_of(ours), scratch.two_of(theirs), strict=True):
        assert (found - expected).norm() <= scratch.SIMILAR * expected.norm()


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"only": ("Lstm",)}, {"threads": (0,)}], ids=str)
def test_wrong_use_of_the_ratios_is_refused(wrong: dict) -> None:
    with pytest.raises(UsageError):
        scratch.benchmark(**wrong)


# The others


def test_autograd_is_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # the module sets them itself where they are not
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    autograd = importlib.import_module("benchmarks.autograd")
    row = {"work": "LeNet", "contender": "ours", "milliseconds": results.summary([2]), "ratio": results.summary([1])}
    table = {"threads": 1, "rows": [row], "left_out": "HIPS autograd is not installed"}
    monkeypatch.setattr(autograd, "compare", lambda rounds: table)
    monkeypatch.setattr(autograd, "RESULTS", tmp_path)
    autograd.benchmark(rounds=1)
    assert json.loads((tmp_path / "autograd.json").read_text())["tables"] == [table]
    assert "| LeNet | ours | 2.000 | 1.00 | 1.00-1.00 |" in (tmp_path / "autograd.md").read_text()


def test_a_wrong_name_gives_one_line() -> None:
    with pytest.raises(UsageError, match=r"^No benchmark is called scrath; .* Did you mean scratch\?$"):
        main(["scrath"])


def test_the_first_argument_chooses_the_benchmark() -> None:
    with pytest.raises(UsageError, match="No case begins with nothing"):
        main(["scratch", "--only", "nothing"])
    with pytest.raises(UsageError, match="No contender is called nobody"):
        main(["--only", "nobody"])
