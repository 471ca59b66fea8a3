"""`dongshou summary`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dongshou import experiments
from dongshou.cli import main
from dongshou.cli.summary import bar, factories, short

RESNET18 = 11_689_512  # parameters, with 1000 classes


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What `dongshou summary ...` prints."""

    def run(line: str) -> str:
        assert main(["summary", *line.split()]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def summary(told: Callable[[str], str]) -> Callable[[str], Any]:
    """What `dongshou summary ... --json` prints, read."""
    return lambda line: json.loads(told(f"{line} --json"))


def test_the_table(told: Callable[[str], str]) -> None:
    lines = told("lenet").splitlines()
    assert lines[0] == "lenet for one input of 1x28x28"
    (convolution,) = [line.split() for line in lines if line.startswith("  3 ")]
    assert convolution == ["3", "Conv2d", "16x10x10", "2.42", "k", "▎", "240", "k", "███▌", "14"]
    assert lines[-1] == "61,706 parameters, 416,520 multiply-adds"


def test_json_is_one_object(summary: Callable[[str], Any]) -> None:
    told = summary("resnet18")
    assert (told["model"], told["input_shape"], told["parameters"]) == ("resnet18", [3, 224, 224], RESNET18)
    assert len(told["rows"]) > 60
    by_name = {row["name"]: row for row in told["rows"]}
    assert by_name["layer4"]["receptive_field"] == [435, 435]
    assert by_name["fc"] == {
        "name": "fc",
        "kind": "Linear",
        "depth": 1,
        "output_shape": [1000],
        "parameters": 513_000,
        "multiply_adds": 512_000,
        "receptive_field": ["all", "all"],
    }


def test_the_input_says_channels_and_size(summary: Callable[[str], Any]) -> None:
    assert summary("resnet18 --input 1x96x128")["parameters"] == RESNET18 - 2 * 64 * 7 * 7
    assert summary("mnist-cnn --input 3x32x32")["input_shape"] == [3, 32, 32]
    assert summary("mlp --input 1x8x8 --hidden 16 8 --num-outputs 5")["parameters"] == 64 * 16 + 16 + 16 * 8 + 8 + 45


def test_the_settings_of_the_factory_are_flags(summary: Callable[[str], Any]) -> None:
    assert summary("resnet18 --classes 10")["parameters"] == RESNET18 - 990 * 513
    assert summary("resnet18 --num-classes 10")["parameters"] == RESNET18 - 990 * 513
    kinds = {row["kind"] for row in summary("lenet --activation relu --pooling max --batch-norm")["rows"]}
    assert {"ReLU", "MaxPool2d", "BatchNorm2d"} <= kinds


def test_depth(summary: Callable[[str], Any]) -> None:
    assert [row["name"] for row in summary("resnet18 --depth 0")["rows"]] == [""]
    assert {row["depth"] for row in summary("resnet18 --depth 2")["rows"]} == {0, 1, 2}


@pytest.mark.parametrize("name", sorted(factories()))
def test_every_model(name: str, summary: Callable[[str], Any]) -> None:
    more = {
        "mlp": "--input 1x28x28 --hidden 16 --num-outputs 10",
        "softmax_regression": "--input 1x28x28 --num-classes 10",
        "linear_regression": "--input 3",
    }
    told = summary(f"{name} {more.get(name, '')}")
    assert told["parameters"] and told["multiply_adds"] and told["uncounted"] == []


def test_help_names_every_model(told: Callable[[str], str]) -> None:
    assert all(name in told("--help") for name in factories())
    assert "initialize" not in factories()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "name a model, an experiment or a run first: dongshou summary NAME"),
        ("--json", "name a model, an experiment or a run first"),
        ("lenett", "no model, experiment or run called lenett. Did you mean lenet"),
        ("initialize", "no model, experiment or run called initialize. `dongshou"),
        ("convexity", "convexity trains no network that could be summarised"),
        ("mlp:digits --input 1x8x8", "the data of mlp:digits decide its input"),
        ("mlp:digits --lrr 1", "did you mean --lr?"),
        ("gpt --input 5x4", "--input of a model of text is its number of tokens, such as 35; got 5x4"),
        ("gpt --input 0", "got 0"),
        ("lenet --input 224", "channels x height x width, such as 1x28x28; got 224"),
        ("lenet --input 3x0x224", "whole numbers of at least 1 with x between, such as 3x224x224; got 3x0x224"),
        ("lenet --input 3,224,224", "such as 3x224x224; got 3,224,224"),
        ("lenet --input 1x8x8", "LeNet needs images of at least 12x12 pixels"),
        ("lenet --input 1x28x32", "takes square images; got 28x32. Say --input 1x28x28"),
        ("lenet --depth -1", "--depth is 0 or more"),
        ("lenet --clases 3", "did you mean --num-classes"),
        ("mlp --hidden 3 --num-outputs 2", "mlp takes inputs of any shape; say which, such as --input 1x28x28"),
        ("mlp --input 784 --num-outputs 2", "--hidden [INT [INT ...]] is missing"),
    ],
)
def test_wrong_use(line: str, message: str, fails: Callable[..., str]) -> None:
    assert message in fails(2, "summary", *line.split())


def test_an_image_too_small_for_a_network_of_any_size(fails: Callable[..., str]) -> None:
    assert "at least" in fails(1, "summary", "densenet121", "--input", "3x8x8")


def test_numbers_in_short() -> None:
    assert [short(n) for n in (0, 999, 1000, 999_499, 999_500, 11_689_512, 15_470_264_320)] == [
        "0",
        "999",
        "1 k",
        "999 k",
        "1 M",
        "11.7 M",
        "15.5 G",
    ]
    assert [bar(*share) for share in ((0, 9), (1, 48), (1, 2), (9, 9), (0, 0))] == ["", "▏", "███", "██████", ""]


@pytest.mark.parametrize(
    "name",
    [
        "rnn",
        "gru",
        "lstm",
        "gpt",
        "bert",
        "bert-classifier",
        "transformer",
        "seq2seq",
        "recurrent-classifier",
        "text-cnn",
    ],
)
def test_models_of_text(name: str, told: Callable[[str], str]) -> None:
    """Each counts what its own parameters are, and its work grows with the number of tokens."""
    short, long = (json.loads(told(f"{name} --input {steps} --json")) for steps in (8, 16))
    assert short["input_shape"] == [8] and long["input_shape"] == [16]
    assert short["parameters"] == long["parameters"] > 1000 and short["uncounted"] == []
    assert short["multiply_adds"] < long["multiply_adds"]
    assert {row["kind"] for row in short["rows"]} & {"Embedding", "RNN", "GRU", "LSTM"}


def test_vectors_of_words(told: Callable[[str], str]) -> None:
    """Two tables of vectors; GloVe has a number for each word of either besides."""
    assert "word2vec for one input of 1\n" in told("word2vec --num-inputs 7 --size 5")
    assert json.loads(told("word2vec --num-inputs 7 --size 5 --json"))["parameters"] == 2 * 7 * 5
    assert json.loads(told("glove --num-words 7 --size 5 --json"))["parameters"] == 2 * 7 * (5 + 1)


@pytest.mark.parametrize(("kind", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_a_recurrent_network_counts_its_gates(kind: str, gates: int, told: Callable[[str], str]) -> None:
    """For each gate W x + b and U h + c; one-hot letters are its input, and a linear layer gives the logits."""
    summary = json.loads(told(f"{kind} --vocabulary-size 7 --num-hiddens 5 --input 3 --json"))
    assert summary["parameters"] == gates * (7 * 5 + 5 * 5 + 2 * 5) + 5 * 7 + 7
    assert summary["multiply_adds"] == 3 * (gates * (7 * 5 + 5 * 5) + 5 * 7)


def test_experiments_with_their_variant_and_settings(told: Callable[[str], str]) -> None:
    """One example of its data goes through the network as the task sends it."""
    summary = json.loads(told("mlp:digits --hidden 8 6 --json"))
    assert summary["input_shape"] == [1, 28, 28]
    assert summary["parameters"] == 784 * 8 + 8 + 8 * 6 + 6 + 6 * 10 + 10
    spelling = json.loads(told("hello-rnn:embedding --num-hiddens 4 --json"))
    assert spelling["input_shape"] == [5] and spelling["rows"][0]["kind"] == "EmbeddingCellModel"


def test_runs_with_the_settings_that_they_were_started_with(
    told: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = f"--runs {tmp_path}"
    run = experiments.mlp.digits(hidden=(9,), epochs=1).run(runs=tmp_path, limit=64)
    capsys.readouterr()
    for name in (run.name, "last", str(run.path)):
        summary = json.loads(told(f"{name} --json {runs}"))
        assert (summary["model"], summary["parameters"]) == (run.name, 784 * 9 + 9 + 9 * 10 + 10)
