"""Pairs of sentences and whether one follows from the other: SNLI, whole and cut, and pairs by a grammar."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from dongshou.data import LabelledTexts, read_labelled_texts
from dongshou.data.sets import invented_inference, snli
from dongshou.data.sets.invented_inference import CONTRADICTION, ENTAILMENT, NEUTRAL, judged
from dongshou.errors import DongshouError
from dongshou.notes import notes_kept, notes_shown


def quietly(name: str) -> tuple[LabelledTexts, list[str]]:
    with notes_shown(lambda text: None), notes_kept() as notes:
        return read_labelled_texts(name), notes


CUT_NOTE = (
    "snli: a cut of 9,842 + 9,824 pairs, its validation pairs to train on, for the whole (snli_1.0.zip) is not on this"
    " machine."
)


def directory_of_the_cut(real_data, tmp_path: Path) -> Path:
    """A directory for data with the six files of the cut alone."""
    folder = tmp_path / "snli-small"
    folder.mkdir()
    for path in real_data("snli"):
        if "first1000" not in path.name:
            (folder / path.name).symlink_to(path)
    return tmp_path


def test_the_cut_trains_on_the_validation_pairs_and_says_so(real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("DONGSHOU_DATA", str(directory_of_the_cut(real_data, tmp_path)))
    cut, notes = quietly("snli")
    assert cut.name == "snli-cut" and cut.is_pairs and cut.classes == ("entailment", "contradiction", "neutral")
    assert {part: len(examples) for part, examples in cut.parts.items()} == {"train": 9_842, "test": 9_824}
    assert cut.test.labels.bincount().tolist() == [3_368, 3_237, 3_219]  # Bowman et al., 2015, their test pairs
    premise, hypothesis = cut.train.texts[2]
    assert premise.startswith("Two women are embracing") and hypothesis == "The men are fighting outside a deli ."
    assert cut.classes[cut.train.labels[2]] == "contradiction"
    assert notes == [CUT_NOTE]


def test_the_first_training_pairs_are_validated_on_where_they_lie_beside_the_cut(real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("DONGSHOU_DATA", str(directory_of_the_cut(real_data, tmp_path)))
    first = tmp_path / "snli-small" / snli.FIRST
    first.write_text("\n".join(map(json.dumps, as_json([*ROWS, *ROWS[2:]]))) + "\n")
    cut, notes = quietly("snli")
    assert len(cut.train) == 9_842 and cut.valid.texts == [("A man", "A person"), ("A man", "A dog")]
    assert cut.valid.labels.tolist() == [0, 1] and len(cut.fingerprints()) == 7 and snli.FIRST in cut.fingerprints()
    assert notes == [
        CUT_NOTE,
        "snli: 2 pairs of valid are left out, which have no class (-).",
        f"snli: the first 2 training pairs ({snli.FIRST}) are there to validate on.",
    ]
    first.write_text('{"gold_label": "neutral"}')
    with pytest.raises(DongshouError, match=f"{snli.FIRST} cannot be read at line 1: 'sentence1'"):
        quietly("snli")


ROWS = [("A man", "A person", "entailment"), ("A man", "A dog", "contradiction"), ("A man", "?", "-")]


def as_json(rows: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"gold_label": label, "sentence1": one, "sentence2": other} for one, other, label in rows]


def archive(folder: Path, parts: dict[str, list[tuple[str, str, str]]]) -> Path:
    """One as its authors have made it, in the directory for data."""
    path = folder / "snli-small" / snli.WHOLE
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as written:
        for ending, rows in parts.items():
            written.writestr(f"snli_1.0/snli_1.0_{ending}.jsonl", "\n".join(map(json.dumps, as_json(rows))))
    return path


def test_the_whole_is_taken_where_it_lies_without_pairs_that_have_no_class(tmp_path, monkeypatch):
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    archive(tmp_path, {"train": ROWS * 2, "dev": ROWS[:1], "test": ROWS[:2]})
    whole, notes = quietly("snli")
    assert whole.name == "snli" and whole.files().keys() == {"snli_1.0.zip"}
    assert whole.train.texts == [("A man", "A person"), ("A man", "A dog")] * 2
    assert [examples.labels.tolist() for examples in whole.parts.values()] == [[0, 1, 0, 1], [0], [0, 1]]
    assert notes == ["snli: 2 pairs of train are left out, which have no class (-)."]


def test_an_archive_that_is_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    path = archive(tmp_path, {"train": ROWS, "dev": ROWS})
    with pytest.raises(DongshouError, match=r"snli_1.0.zip cannot be read at snli_1.0/snli_1.0_test.jsonl"):
        quietly("snli")
    archive(tmp_path, {"train": [("A man", "A person", "perhaps")], "dev": ROWS, "test": ROWS})
    with pytest.raises(DongshouError, match='snli has the class "perhaps" in train; its classes are entailment, '):
        quietly("snli")
    path.write_bytes(b"no zip")
    with pytest.raises(DongshouError, match="Replace it by the right file"):
        quietly("snli")


JUDGED = [
    (("big", "poodle", "is running", "in the park"), ("", "animal", "is moving", "outside"), ENTAILMENT),
    (("", "animal", "is moving", "outside"), ("", "poodle", "is moving", "outside"), NEUTRAL),
    (("", "dog", "is moving", ""), ("small", "dog", "is moving", ""), NEUTRAL),
    (("", "boy", "is eating", "inside"), ("", "woman", "is eating", ""), CONTRADICTION),
    (("", "boy", "is eating", "inside"), ("big", "boy", "is sleeping", "inside"), CONTRADICTION),
    (("big", "boy", "is eating", ""), ("small", "child", "is eating", ""), CONTRADICTION),
]


@pytest.mark.parametrize(("premise", "hypothesis", "expected"), JUDGED)
def test_what_follows_by_the_grammar(premise, hypothesis, expected):
    assert judged(premise, hypothesis) == expected


def test_invented_pairs_need_both_sentences_to_be_judged():
    pairs = read_labelled_texts("invented-inference").train
    assert len({*pairs.texts}) == len(pairs) == 6_000 and pairs.labels.bincount().tolist() == [2_000] * 3
    assert invented_inference.invented(30) == list(zip(pairs.texts[:30], pairs.labels[:30].tolist(), strict=True))
    words = CountVectorizer(ngram_range=(1, 2)).fit_transform([hypothesis for _, hypothesis in pairs.texts])
    classifier = LogisticRegression().fit(words[:5_000], pairs.labels[:5_000])
    assert classifier.score(words[5_000:], pairs.labels[5_000:]) < 0.45  # the hypothesis alone betrays little
