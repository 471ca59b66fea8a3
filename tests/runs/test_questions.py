"""What somebody asks, word by word, as questions of every kind; and a task of each kind asked through a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

from dongshou.cli.predict import in_words
from dongshou.data import Batches, Splits
from dongshou.data.tables.features import numbers
from dongshou.errors import UsageError
from dongshou.runs.predict import Fault, answers, free_names
from dongshou.runs.questions import questions_of
from dongshou.runs.trained import Answering
from dongshou.tasks.answers import Answer, Boxes, Neighbors, Picture, Text
from dongshou.training.work import Trained

DATA = Splits(
    Batches(torch.zeros(2, 2), torch.zeros(2), batch_size=2),
    features=numbers(["a", "b"], "y"),
    classes=["shirt", "sock"],
)


def contents(kind: Any, *given: Any) -> list[Any]:
    return [asked.content for asked in questions_of(kind, DATA, given)]


def test_pairs_are_two_texts_or_a_line_with_a_tab():
    assert contents("pair", "one", "other") == [("one", "other")]
    assert contents("pair", "a\tb", "c\td") == [("a", "b"), ("c", "d")]
    assert contents("pair", ("a", "b"), "c", "d") == [("a", "b"), ("c", "d")]
    for wrong in ((), ("one",), ("a\tb", "c")):
        with pytest.raises(UsageError, match="give two texts for each question"):
            contents("pair", *wrong)


def test_words_and_sums_of_words():
    assert contents("word", "king", "-", "man", "+", "woman") == ["king - man + woman"]
    assert contents("word", "chip", "baby") == ["chip", "baby"]
    assert contents("word", "chip", "king - man", "u-boat", "a", "+", "b", "c") == [
        "chip", "king - man", "u-boat", "a + b", "c",
    ]  # fmt: skip
    assert contents("word", "-", "man") == ["- man"], "the task says what is wrong with it"
    with pytest.raises(UsageError, match="give a word, or a sum of words"):
        contents("word", " ")


def test_numbers_are_whole_where_they_can_be():
    assert contents("number", "7", "2.5", 3) == [7, 2.5, 3]
    assert isinstance(contents("number", "7")[0], int)
    with pytest.raises(UsageError, match="seven is not a number"):
        contents("number", "seven")
    with pytest.raises(UsageError, match="give at least one number"):
        contents("number")


def test_classes_are_asked_by_name():
    digits = Splits(Batches(torch.zeros(1), batch_size=1), classes=["three", "seven"])
    assert [asked.content for asked in questions_of("class", digits, ["seven", "three"])] == ["seven", "three"]
    with pytest.raises(UsageError, match=r"knows no class sven\. Did you mean seven\? Its classes: three, seven\.$"):
        questions_of("class", digits, ["three", "sven"])
    with pytest.raises(UsageError, match="name at least one class: dongshou predict RUN seven"):
        questions_of("class", digits, [])
    many = Splits(Batches(torch.zeros(1), batch_size=1), classes=[str(label) for label in range(100)])
    with pytest.raises(UsageError, match=r"no class 100\..* Its classes: 0, 1, .*, 19, \.\.\.\.$"):
        questions_of("class", many, [100])


def test_noise_is_asked_with_nothing():
    assert contents("noise") == [None]
    with pytest.raises(UsageError, match="nothing but noise; leave out 7"):
        contents("noise", "7")


def test_rows_are_mappings_cells_or_files(tmp_path: Path):
    (tmp_path / "7").write_text("b,a\n2,1\n")
    assert contents("row", {"a": 1, "b": 2}, (1, 2)) == [{"a": 1, "b": 2}] * 2
    assert contents("row", {"a": "1", "b": True}, "1,2", "1;2") == [
        {"a": "1", "b": "True"},
        {"a": "1", "b": "2"},
        {"a": "1", "b": "2"},
    ]
    assert contents("row", tmp_path / "7") == [{"a": "1", "b": "2"}]  # a file of that name, not the cell 7
    labels = [asked.label for asked in questions_of("row", DATA, [tmp_path / "7", {"a": "1", "b": "2"}])]
    assert labels == [f"{tmp_path / '7'}, line 2", "row 2"]
    with pytest.raises(UsageError, match="There is no column b"):
        contents("row", {"a": 1})
    with pytest.raises(UsageError, match="Nothing says how a row becomes an input"):
        list(questions_of("row", Splits(Batches(torch.zeros(1), batch_size=1)), ["1"]))


def test_files_of_one_name_are_numbered():
    assert free_names(["six", "seven", "six", "six-2", "six"]) == ["six", "seven", "six-2", "six-2-2", "six-3"]


class Asked:
    """A task that answers with what it is told to."""

    headline = "loss"

    def __init__(self, asked_with: str, answer: Answer) -> None:
        self.asked_with, self.given = asked_with, answer
        self.questions: list[Any] = []

    def answer(self, model: Any, data: Splits, question: Any) -> Answer:
        self.questions.append(question)
        if question.asked == "refused":
            raise UsageError("not that.")
        return self.given

    def explain(self, *about: Any) -> Iterator[tuple[str, Image.Image]]:
        yield "heads", Image.new("L", (9, 9))


FRAMES = torch.rand(3, 2, 1, 8, 8)
PHOTO = Image.new("RGB", (30, 20))
KINDS = {
    "image": (Boxes(PHOTO, torch.zeros(1, 4), ["cell"], [0.5]), ["a/photo.jpg"], "photo.png"),
    "text": (Text("on it went"), ["and then"], None),
    "word": (Neighbors({"queen": 0.9}), ["king", "-", "man", "+", "woman"], None),
    "pair": (Text("entailment"), ["a man sleeps", "somebody sleeps"], None),
    "number": (Picture(torch.rand(2, 1, 8, 8)), ["7"], "7.png"),
    "noise": (Picture(torch.rand(2, 3, 8, 8)), [], "noise.png"),
    "class": (Picture(FRAMES[-1], FRAMES), ["sock"], "sock.png"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_of_each_kind_is_asked_on_one_path(kind: str, tmp_path: Path):
    answer, words, file = KINDS[kind]
    task = Asked(kind, answer)
    answering = Answering("", Trained(DATA, torch.nn.Identity(), task), None)  # pyright: ignore[reportArgumentType]
    run = SimpleNamespace(path=tmp_path, experiment="toy")
    (prediction,) = answers(run, answering, words, {"seed": 3}, explain=True)
    assert prediction.answer is answer and task.questions[0].seed == 3
    assert prediction.picture == (None if file is None else tmp_path / "predictions" / file)
    assert file is None or prediction.picture.read_bytes().startswith(b"\x89PNG")
    grew = getattr(answer, "grown", None) is not None
    assert prediction.animation == (tmp_path / "predictions" / "sock.gif" if grew else None)
    if grew:
        with Image.open(prediction.animation) as moving:
            assert moving.n_frames == len(FRAMES)
    assert len(prediction.explanations) == 1 and prediction.explanations[0].is_file()
    plain = prediction.as_json()
    assert {kind, "part", "explanations", *answer.as_json()} <= plain.keys() and ("picture" in plain) == bool(file)
    assert ("animation" in plain) == grew and ("how it grew: " in in_words(prediction)) == grew


def test_a_fault_stands_in_the_place_of_its_question(tmp_path: Path):
    answering = Answering("", Trained(DATA, torch.nn.Identity(), Asked("text", Text("yes"))), None)
    run = SimpleNamespace(path=tmp_path, experiment="toy")
    first, fault, last = answers(run, answering, ["a", "refused", "b"], {})
    assert (first.question, fault.question, last.question) == ("a", "refused", "b")
    assert isinstance(fault, Fault) and isinstance(fault.error, UsageError)
    assert str(fault.error) == "'refused': not that."
    with pytest.raises(UsageError, match="^not that.$"):
        answers(run, answering, ["a", "refused"], {}, strict=True)
