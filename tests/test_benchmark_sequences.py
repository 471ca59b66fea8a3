"""The benchmark of language models on a little work: everybody does the same, and the tables. Never the time itself."""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from benchmarks import sequences, vocabularies
from benchmarks.contenders import Contender
from benchmarks.language import BARE, BF16, CONTENDERS, COURSE, OURS, UNFUSED, Mode, bare, ours
from benchmarks.language.course import GATES, LoopedLSTM, looped, written
from benchmarks.language.work import Work, batches_of, works
from dongshou.errors import DongshouError, UsageError
from dongshou.training import bfloat16

TINY = {"text": "python-manual", "epochs": 3}
LSTM = Work("lstm-lm", TINY | {"num_hiddens": 8})
TRANSFORMER = Work(
    "transformer-lm", TINY | {"num_layers": 1, "num_heads": 2, "num_hiddens": 8, "context": 8, "batch_size": 2}
)
BOTH = pytest.mark.parametrize("work", [LSTM, TRANSFORMER], ids=lambda work: work.experiment)


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """One step a turn, small models, nothing compiled; and where the results go."""
    quick = {key: [one for one in value if one.name != "ours-compile"] for key, value in CONTENDERS.items()}
    monkeypatch.setattr(sequences, "CONTENDERS", quick)
    monkeypatch.setattr(sequences, "TURN", 0.0)
    monkeypatch.setattr(sequences, "works", lambda device: (LSTM, TRANSFORMER))
    monkeypatch.setattr(sequences, "RESULTS", tmp_path)
    return tmp_path


def test_all_take_turns_and_the_ratios_are_written_down(results: Path) -> None:
    sequences.benchmark(rounds=2)
    content = json.loads((results / "sequences.json").read_text())
    tables = {(table["experiment"], table["mode"]): table for table in content["tables"]}
    assert tables.keys() == CONTENDERS.keys()
    for key, table in tables.items():
        there = [row["contender"] for row in table["rows"]]
        assert {*there, *table["left_out"]} == {one.name for one in CONTENDERS[key]} - {"ours-compile"}
        assert {*table["left_out"]} <= {"gpt2"} | without_bfloat16(key[0])
        assert all(len(row["tokens_a_second_by_round"]) == 2 and row["same_work"] for row in table["rows"])
    first = {row["contender"]: row["target"] for row in tables["lstm-lm", "training"]["rows"]}
    first.pop("ours-bf16", None)  # left out where the processor has no LSTM in bfloat16
    assert first == {"bare": ">= 0.95", "ours": None, "course": ">= 3"}
    text = (results / "sequences.md").read_text()
    assert "| contender | tokens/s | ours/it | min-max | loss | target | verdict |" in text
    assert "## transformer-lm, writing, one thread" in text
    assert "| words: encode |" in text


def test_a_part_of_the_contenders_is_not_written_down(results: Path) -> None:
    sequences.benchmark(rounds=1, only=("course",))
    assert not list(results.iterdir())


def without_bfloat16(experiment: str) -> set[str]:
    """Whom this processor cannot have take part."""
    model = (LSTM if experiment == "lstm-lm" else TRANSFORMER).make().model
    return {"ours-bf16"} if bfloat16.lacking(model, "cpu") else set()


def test_who_needs_bfloat16_is_left_out_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bfloat16, "why_not", lambda kind, device_type: "no kernel" if kind is nn.LSTM else "")
    for mode in sequences.MODES:
        by_name, left_out = sequences.prepared([OURS, BF16], LSTM, mode, time.perf_counter)
        assert ([*by_name], left_out) == (["ours"], {"ours-bf16": "no bfloat16 for LSTM on this machine"})
        assert [*sequences.prepared([BF16], TRANSFORMER, mode, time.perf_counter)[0]] == ["ours-bf16"]


@BOTH
def test_bare_and_ours_start_from_the_same_weights_and_write_the_same(work: Work) -> None:
    written = bare.writing(work)()
    assert written.shape == (1, work.num_written(work.make().model))
    torch.testing.assert_close(ours.writing(work)(), written)


@BOTH
@pytest.mark.parametrize("contender", [BARE, OURS], ids=lambda contender: contender.name)
def test_every_step_is_one_of_training(work: Work, contender: Contender) -> None:
    timed = sequences.made(contender, work, "training")
    before = work.loss(timed.model)
    timed.seconds(20, time.perf_counter)
    assert work.loss(timed.model) < before


def test_attention_is_written_out_where_it_shall_be() -> None:
    fused, unfused = (sequences.made(one, TRANSFORMER, "training").model for one in (OURS, UNFUSED))
    assert TRANSFORMER.loss(fused) == pytest.approx(TRANSFORMER.loss(unfused))
    assert (fused.attention_weights, len(cast(Any, unfused).attention_weights)) == ([], 1)


def test_a_loop_over_the_steps_of_time_is_an_lstm() -> None:
    looped: Any = LoopedLSTM(5, 7)
    lstm: Any = nn.LSTM(5, 7, batch_first=True)
    output = nn.Linear(7, 5)
    gates = [(looped.W_x[gate], looped.W_h[gate], looped.b[gate]) for gate in GATES]
    parts = (lstm.weight_ih_l0.chunk(4), lstm.weight_hh_l0.chunk(4), (lstm.bias_ih_l0 + lstm.bias_hh_l0).chunk(4))
    for (x, h, b), (of_x, of_h, of_b) in zip(gates, zip(*parts, strict=True), strict=True):
        x.data, h.data, b.data = of_x.T.detach(), of_h.T.detach(), of_b.detach()
    looped.W_output.data, looped.b_output.data = output.weight.T.detach(), output.bias.detach()
    tokens = torch.randint(5, (3, 4))
    hiddens, (h, c) = lstm(nn.functional.one_hot(tokens, 5).float())
    logits, state = looped(tokens)
    torch.testing.assert_close(logits, output(hiddens))
    torch.testing.assert_close(state, (h[0], c[0]))
    torch.testing.assert_close(looped(tokens[:, 2:], looped(tokens[:, :2])[1])[0], logits[:, 2:])


def test_the_course_writes_what_its_model_thinks_most_probable() -> None:
    experiment = looped(LSTM)
    expected = bare.written(experiment.model, LSTM.prompt(experiment), 200)
    torch.testing.assert_close(written(experiment.model, int(LSTM.prompt(experiment)), 200, "cpu"), expected)


def test_gpt2_is_trained_and_writes() -> None:
    for package in ("transformers", "accelerate"):
        pytest.importorskip(package, reason="pip install 'dongshou[bench]' for the peers")
    gpt2 = importlib.import_module("benchmarks.language.gpt2")
    trained = gpt2.training(TRANSFORMER)
    before = TRANSFORMER.loss(trained.model)
    assert min(trained.seconds(10, time.perf_counter) for _ in range(2)) > 0
    assert TRANSFORMER.loss(trained.model) < before
    assert gpt2.writing(TRANSFORMER)().shape == (1, 8)


# Who cannot take part


def broken(work: Work, **options: object) -> None:
    raise RuntimeError("no compiler\nand a long story")


def test_who_fails_is_named_but_ours_and_the_yardstick_must_not(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Contender("absent", "bare", packages=("no_such_package",))
    monkeypatch.setattr("benchmarks.language.course.training", broken)
    there, left_out = sequences.prepared([BARE, absent, COURSE], LSTM, "training", time.perf_counter)
    assert [*there] == ["bare"]
    assert left_out["course"] == "no compiler"
    assert "no_such_package not installed" in left_out["absent"]
    monkeypatch.setattr("benchmarks.language.ours.training", broken)
    with pytest.raises(RuntimeError, match="no compiler"):
        sequences.prepared([OURS], LSTM, "training", time.perf_counter)


def test_another_loss_is_other_work() -> None:
    rates = {"bare": [100.0, 200.0], "ours": [96.0, 200.0]}
    row = sequences.row(BARE, rates, {"bare": 3.0, "ours": 3.1})
    assert row["ours_to_it"] == {"median": 0.98, "min": 0.96, "max": 1.0}
    assert (row["target"], row["reached"], row["same_work"]) == (">= 0.95", True, True)
    other = sequences.row(OURS, rates, {"bare": 3.0, "ours": 3.4})
    assert sequences.in_words(other)[-1] == "differs"


def test_vocabularies_that_make_other_numbers_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: vocabularies.LoopedVocabulary, tokens: list[str]) -> Tensor:
        return torch.zeros(len(tokens), dtype=torch.long)

    monkeypatch.setattr(vocabularies.LoopedVocabulary, "encode", forgetful)
    with pytest.raises(DongshouError, match="the two vocabularies make other numbers"):
        vocabularies.compare(1, time.perf_counter)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rounds": 0}, "rounds must be at least 1; got 0"),
        ({"threads": (0,)}, "threads must name numbers from 1"),
        ({"only": ("gpt3",)}, r"No contender is called gpt3; .* Did you mean gpt2\?"),
    ],
)
def test_wrong_use_is_refused_before_anything_runs(wrong: dict, message: str, results: Path) -> None:
    with pytest.raises(UsageError, match=message):
        sequences.benchmark(**wrong)
    assert not list(results.iterdir())


@pytest.mark.parametrize("key", CONTENDERS, ids="-".join)
def test_ours_and_the_yardstick_take_part_in_every_table(key: tuple[str, Mode]) -> None:
    names = [one.name for one in CONTENDERS[key]]
    assert names[:2] == ["bare", "ours"]
    assert all(one.target is None or one.target.against == one.name for one in CONTENDERS[key])


def test_a_gpu_has_the_transformer_that_is_meant_for_one() -> None:
    assert [work.settings.get("context") for work in (*works("cpu"), *works("cuda"))] == [None, None, None, 256]


def test_a_prompt_is_one_token() -> None:
    experiment = LSTM.make()
    torch.testing.assert_close(LSTM.prompt(experiment)[0], batches_of(experiment).tokens[:1])
