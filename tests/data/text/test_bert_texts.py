"""Labelled texts as a BERT reads them: the vocabulary beside its weights, pairs in segments, long ones cut and said."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import pytest
import torch

from dongshou.data import LabelledTexts
from dongshou.data.sets.pretrained_bert import bert_folder
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.text.bert_texts import bert_splits
from dongshou.data.text.labelled import Examples
from dongshou.data.text.subwords.wordpiece import SPECIAL, WordPiece
from dongshou.data.text.subwords.wordpiece_files import wordpiece_in
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

TOKENS = [*SPECIAL, "a", "good", "bad", "film", "##s", "Good", "é", "e"]


def labelled(*texts: str | tuple[str, str]) -> LabelledTexts:
    labels = torch.arange(len(texts)) % 2
    return LabelledTexts(Examples(texts, labels), ("bad", "good"), name="reviews")


def test_the_vocabulary_of_a_folder(tmp_path: Path):
    with pytest.raises(UsageError, match=r"holds no vocab\.txt and no tokenizer\.json"):
        wordpiece_in(tmp_path)
    vocabulary = {token: number for number, token in enumerate(TOKENS)}
    tokenizer = {"normalizer": {"lowercase": False}, "model": {"type": "WordPiece", "vocab": vocabulary}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert wordpiece_in(tmp_path).vocabulary == TOKENS
    assert wordpiece_in(tmp_path).tokens("Good good films é") == ["Good", "good", "film", "##s", "é"]
    (tmp_path / "vocab.txt").write_text("".join(f"{token}\n" for token in TOKENS))
    assert wordpiece_in(tmp_path).tokens("Good é") == ["good", "e"]
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert wordpiece_in(tmp_path).tokens("Good é") == ["Good", "é"]
    (tmp_path / "vocab.txt").unlink()
    for wrong, message in (
        ({"model": {"type": "BPE", "vocab": {}}}, "has to be a WordPiece"),
        ({"model": {"vocab": {"a": 0, "b": 2}}}, "leaves out numbers: its tokens are not 0 to 1"),
        ([], "is no object of JSON"),
    ):
        (tmp_path / "tokenizer.json").write_text(json.dumps(wrong))
        with pytest.raises(DongshouError, match=message):
            wordpiece_in(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(DongshouError, match="cannot be read as JSON"):
        wordpiece_in(tmp_path)


def test_texts_and_pairs_of_texts():
    pieces = WordPiece(TOKENS)
    data = bert_splits(labelled("a good film", "bad films", "a a", "bad"), pieces, 4, 9)
    ((tokens, lengths), labels) = next(iter(data.train()))
    rows = zip(tokens, lengths, labels, strict=True)
    read = {tuple(TOKENS[number] for number in row[:length]): int(label) for row, length, label in rows}
    assert read == {
        ("[CLS]", "a", "good", "film", "[SEP]"): 0,
        ("[CLS]", "bad", "film", "##s", "[SEP]"): 1,
        ("[CLS]", "a", "a", "[SEP]"): 0,
        ("[CLS]", "bad", "[SEP]"): 1,
    }
    assert tokens.shape == (4, 5) and (tokens == pieces["[PAD]"]).sum() == 4 * 5 - int(lengths.sum())
    asked = data.tokenize("a good 😀")
    assert [*asked] == ["[CLS]", "a", "good", "<unk>", "[SEP]"] and data.takes_unknown
    assert data.vocabulary.ids(asked) == pieces.encode("a good 😀").ids
    pairs = bert_splits(labelled(("a good film", "bad"), ("a", "a")), pieces, 2, 9)
    ((tokens, lengths, segments, same), _) = next(iter(pairs.train()))
    assert torch.equal(lengths, same) and sorted(lengths.tolist()) == [5, 7]
    longest = int(lengths.argmax())
    assert [TOKENS[n] for n in tokens[longest].tolist()] == ["[CLS]", "a", "good", "film", "[SEP]", "bad", "[SEP]"]
    assert segments[longest].tolist() == [0, 0, 0, 0, 0, 1, 1]
    with pytest.warns(DataNote, match=r"reviews: 1 of 2 texts are cut to 4 tokens \(max_tokens\)"):
        cut = bert_splits(labelled("a good film", "bad film"), pieces, 2, 4)
    ((tokens, lengths), _) = next(iter(cut.train()))
    assert tokens.shape == (2, 4)


def test_a_question_that_is_too_long_is_cut_and_said():
    pieces = WordPiece(TOKENS)
    data = bert_splits(labelled("a film", "bad film"), pieces, 2, 4)
    with pytest.warns(DataNote, match="reads 4 tokens at once: of 6 those at the end are cut off"):
        assert data.tokenize("a good films") == ["[CLS]", "a", "good", "[SEP]"]
    pairs = bert_splits(labelled(("a film", "bad"), ("a", "a")), pieces, 2, 6)
    with pytest.warns(DataNote, match="reads 6 tokens at once: of 8 those at the end are cut off"):
        assert pairs.encode is not None and len(pairs.encode(("a good film", "a a"))[0]) == 6
    assert pairs.tokenize("") == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert data.tokenize("a film") == ["[CLS]", "a", "film", "[SEP]"] and pairs.encode(("a film", "bad"))


def test_a_checkpoint_in_a_package_or_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert bert_folder(str(tmp_path)) == tmp_path
    with pytest.raises(FilesNotFound, match='No BERT "bert-huge": it is neither a folder nor one of all-minilm-l6-v2'):
        bert_folder("bert-huge")
    package = tmp_path / "site" / "all_minilm_l6_v2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    with zipfile.ZipFile(package / "model.zip", "w") as archive:
        archive.writestr("config.json", "{}")
    monkeypatch.syspath_prepend(package.parent)
    folder = bert_folder("all-minilm-l6-v2")
    assert folder == tmp_path / "cache" / "all-minilm-l6-v2" and (folder / "config.json").read_text() == "{}"
    assert bert_folder("all-minilm-l6-v2") == folder
    monkeypatch.setattr("dongshou.data.sets.pretrained_bert.find_spec", lambda name: None)
    with pytest.raises(FilesNotFound, match=r"not installed: pip install .*\[pretrained\]"):
        bert_folder("all-minilm-l6-v2")
