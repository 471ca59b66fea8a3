"""Asking the model of a run about texts, in Python and on the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from dongshou import experiments
from dongshou.cli import main
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, predict

SONG = "row row row your boat gently down the stream merrily merrily merrily merrily life is but a dream\n" * 60


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "song.txt"
    path.write_text(SONG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(song: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model that knows a song by heart."""
    work = experiments.gru_lm(text=str(song), num_hiddens=48, lr=4.0, epochs=40, prompt="row ")
    return work.run(device="cpu", runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def run_of_names(tmp_path_factory: pytest.TempPathFactory) -> Run:
    work = experiments.name_classification.countries(num_hiddens=16, lr=0.01, epochs=1)
    return work.run(device="cpu", limit=2000, runs=tmp_path_factory.mktemp("runs"))


def sent(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_text_is_continued(run: Run) -> None:
    assert run.config["asked_with"] == "text"
    (prediction,) = predict(run, "Life is BUT", num_tokens=12, temperature=0)
    assert str(prediction.answer) == "life is but a dream row"
    assert run.result["train_perplexity"] < 1.1


def test_a_seed_writes_the_same_each_time(run: Run) -> None:
    wild = dict(num_tokens=40, temperature=4.0)
    first, second = (predict(run, ["row"], seed=1, **wild)[0].answer for _ in range(2))
    assert first == second != predict(run, ["row"], seed=2, **wild)[0].answer


def test_a_name_is_classified(run_of_names: Run) -> None:
    predictions = predict(run_of_names, ["Deutschland", "France"])
    for prediction in predictions:
        probabilities = list(prediction.probabilities.values())
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)
        assert probabilities == sorted(probabilities, reverse=True)
        assert prediction.answer.as_json()["answer"] == next(iter(prediction.probabilities))
    assert run_of_names.figures[0].name == "confusion.png"


def test_on_the_command_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["predict", str(run.path), "row row", "life", "--temperature", "0", "--length", "5"]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines() == ["row row your", "life is b"]
    assert main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [prediction["answer"] for prediction in said["predictions"]] == ["row row your", "life is b"]


def test_one_bad_text_spoils_none_of_the_others(run_of_names: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="is empty"):
        predict(run_of_names, ["France", ""])
    assert main(["predict", str(run_of_names.path), "France", "", "Deutschland", "--json"]) == 1
    printed = capsys.readouterr()
    said, fault = json.loads(printed.out), "'': A text to be classified has at least one character; this one is empty."
    assert [prediction["text"] for prediction in said["predictions"]] == ["France", "Deutschland"]
    assert said["faults"] == [fault] and printed.err == f"dongshou: {fault}\n"
    assert main(["predict", str(run_of_names.path), ""]) == 2


def test_a_class_has_bars(run_of_names: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run_of_names.path), "France"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "France" and "%" in said[1] and len(said) == 6


def test_each_line_of_standard_input_is_a_text(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent(monkeypatch, b"row row\r\n\r\nlife")
    assert main(["predict", str(run.path), "--temperature", "0", "--length", "5"]) == 0
    assert capsys.readouterr().out.splitlines() == ["row row your", "life is b"]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 2, "give a text, or a line of standard input"),
        (b"row \xff", 1, "standard input is not utf-8: byte 0xff at offset 4"),
        ("über".encode(), 2, "does not contain 'ü'"),
    ],
)
def test_input_that_is_no_prompt(run: Run, content: bytes, code: int, said: str, monkeypatch, capsys) -> None:
    sent(monkeypatch, content)
    assert main(["predict", str(run.path)]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "name"), [("transformer", "attention-layer-1"), ("lstm", "gates")])
def test_a_language_model_is_explained_over_the_end_of_what_it_wrote(
    kind: str, name: str, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "lstm":
        work = experiments.lstm_lm(text=str(song), num_hiddens=8, epochs=1, prompt="row ")
    else:
        sizes = dict(num_layers=2, num_heads=2, num_hiddens=8, context=10, steps_per_epoch=2, epochs=1)
        work = experiments.transformer_lm(text=str(song), **sizes)
    run = work.run(device="cpu")
    assert (run.path / "figures" / f"{name}.png").is_file()
    assert main(["predict", str(run.path), "row row", "life", "--length", "30", "--explain"]) == 0
    said = capsys.readouterr().out
    for text in ("row-row", "life"):
        picture = run.path / "explanations" / f"{text}-{name}.png"
        assert picture.read_bytes().startswith(b"\x89PNG") and f"  explained in: {picture}\n" in said


def test_what_cannot_be_explained(run: Run) -> None:
    with pytest.raises(UsageError, match=f"^{run.experiment} has no convolutions, attention or gates .* --explain"):
        predict(run, "row", explain=True)
    assert not (run.path / "explanations").exists()


def test_the_letters_that_decide_for_a_language(run_of_names: Run) -> None:
    (answered,) = predict(run_of_names, "France", explain=True)
    (picture,) = answered.explanations
    assert picture == run_of_names.path / "explanations" / "France-words.png" and picture.is_file()


def test_a_run_without_a_checkpoint(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((run.path / "config.json").read_bytes())
    with pytest.raises(DongshouError, match="has no checkpoint"):
        predict(Run(tmp_path), ["row"])


def test_a_text_that_has_changed_since(run: Run, song: Path) -> None:
    song.write_text(SONG.replace("boat", "bote"), encoding="utf-8")
    try:
        with pytest.raises(DongshouError, match="changed since it began"):
            predict(Run(run.path), ["row"])  # as another process finds it, without the data in memory
    finally:
        song.write_text(SONG, encoding="utf-8")
