"""Labelled texts: the sets of the course and a user's own files, as batches of words and classes."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from pathlib import Path

import pytest
import torch
from sklearn.model_selection import train_test_split

from dongshou.data import LabelledTexts, load_labelled_texts, read_labelled_texts
from dongshou.data.sets import imdb, invented_reviews
from dongshou.data.text.labelled import Examples
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import notes_kept, notes_shown

ROWS = [("a good film", "pos"), ("a bad film, really", "neg"), ("so good", "pos"), ("never again", "neg")] * 3


def texts_of(examples: Examples, classes) -> list[tuple]:
    return sorted((text, classes[label]) for text, label in zip(examples.texts, examples.labels.tolist(), strict=True))


def quietly(path, **how) -> tuple[LabelledTexts, list[str]]:
    with notes_shown(lambda text: None), notes_kept() as notes:
        return read_labelled_texts(str(path), **how), notes


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding)
    return path


def as_csv(rows, header="text,label") -> str:
    return "\n".join([header, *(",".join(f'"{cell}"' for cell in row) for row in rows)])


def own(kind: str, folder: Path) -> Path:
    """The same texts in every form in which they may come."""
    if kind == "csv":
        return write(folder / "my.csv", as_csv(ROWS))
    if kind == "tsv":
        return write(
            folder / "my.tsv", "\n".join("\t".join(row) for row in [("Label", "Review"), *[r[::-1] for r in ROWS]])
        )
    if kind == "jsonl":
        return write(folder / "my.jsonl", "\n\n".join(json.dumps({"text": t, "label": c}) for t, c in ROWS))
    for number, (text, label) in enumerate(ROWS):
        if kind == "folders":
            write(folder / "my" / label / f"{number}.txt", text)
    for label in ("pos", "neg"):
        lines = "\n".join(text for text, its in ROWS if its == label)
        if kind == "files":
            write(folder / "my" / f"{label}.txt", lines)
        if kind == "endings":
            write(folder / "my" / f"rt.{label}", lines)
    return folder / "my"


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "folders", "files", "endings"])
def test_texts_of_your_own_in_every_form(kind, tmp_path):
    texts, notes = quietly(own(kind, tmp_path))
    assert texts.classes == ("neg", "pos") and texts.is_own and not notes and not texts.is_pairs
    assert texts_of(texts.train, texts.classes) == sorted(ROWS)
    (digest,) = texts.files().values()
    assert len(digest) == 64


def test_parts_that_come_with_the_set_are_kept(tmp_path):
    for part, rows in (("train", ROWS), ("dev", ROWS[:4]), ("test", ROWS[:2])):
        write(tmp_path / "parts" / f"{part}.csv", as_csv(rows))
        write(tmp_path / "tree" / part / "pos" / "1.txt", "good")
        write(tmp_path / "tree" / part / "neg" / "1.txt", "bad")
    write(tmp_path / "tree" / "README", "about")
    write(tmp_path / "tree" / "train" / "unsup" / "1.txt", "so so")
    by_column = [
        (*row, part) for part, rows in (("train", ROWS), ("valid", ROWS[:4]), ("test", ROWS[:2])) for row in rows
    ]
    write(tmp_path / "one.csv", as_csv(by_column, "text,label,split"))
    for name in ("parts", "one.csv"):
        texts, _ = quietly(tmp_path / name)
        assert {part: len(examples) for part, examples in texts.parts.items()} == {"train": 12, "valid": 4, "test": 2}
        assert texts.held_out(valid=0.5, test=0.5).parts.keys() == texts.parts.keys()
        assert len(texts.held_out(valid=0.5, test=0.5).train) == 12
    tree, notes = quietly(tmp_path / "tree")
    assert {len(examples) for examples in tree.parts.values()} == {2} and tree.classes == ("neg", "pos")
    assert notes == ["tree: not used: README.", "train: not used: unsup."]


def test_columns_and_pairs(tmp_path):
    pairs = write(
        tmp_path / "pairs.csv",
        as_csv([("a man", "a person", "yes"), ("a dog", "a cat", "no")], "premise,hypothesis,label"),
    )
    texts, _ = quietly(pairs)
    assert texts.is_pairs and texts.train.texts == [("a man", "a person"), ("a dog", "a cat")]
    ((first, first_lengths, second, second_lengths), labels) = next(iter(texts.splits(2).train()))
    words = texts.vocabulary()
    for row, label in enumerate(labels.tolist()):
        premise = words.tokens(first[row, : first_lengths[row]])
        assert (premise, words.tokens(second[row, : second_lengths[row]])) == [
            (["a", "dog"], ["a", "cat"]),
            (["a", "man"], ["a", "person"]),
        ][label]
    stars = write(tmp_path / "stars.csv", as_csv([("x", "fine", "10"), ("y", "poor", "2")], "id,body,stars"))
    texts, notes = quietly(stars, columns=("body", "stars"))
    assert texts.classes == ("2", "10") and texts.train.labels.tolist() == [1, 0]
    assert notes == ["stars.csv: columns not used: id."]
    sole = write(tmp_path / "sole.csv", as_csv([("fine", "1"), ("poor", "0")], "body,label"))
    assert quietly(sole)[0].train.texts == ["fine", "poor"]


BAD = {
    "no label": (
        "my.csv",
        "text,stars\nfine,1\npoor,2",
        'has no column "label": expected text and label, found text, st',
    ),
    "no text": (
        "my.csv",
        "one,two,label\nfine,a,1\npoor,a,2",
        'has no column "text": expected text and label, found one',
    ),
    "one class": ("my.csv", "text,label\nfine,1\npoor,1", "my.csv has labels of one class only \\(1\\)"),
    "empty text": ("my.csv", 'text,label\nfine,1\n"  ",0\nso,1\n,1', 'has nothing in "text" in line 3, 5. Fill it in'),
    "empty label": ("my.jsonl", '{"text": "a", "label": 1}\n{"text": "b"}', 'has nothing in "label" in line 2'),
    "ragged": ("my.csv", "text,label\nfine, really,1", "line 2 has 3 cells, the first 2. Put a text with commas"),
    "no rows": ("my.csv", "text,label\n", "holds no texts: expected a row"),
    "no json": ("my.jsonl", '{"text": "a", "label": 1}\nfine', "is no JSON in line 2"),
    "no object": ("my.jsonl", '["a", 1]', "needs an object in each line"),
    "no part": ("my.csv", "text,label,split\nfine,1,elsewhere", 'has "elsewhere" for a part in line 2'),
    "no train": ("my.csv", "text,label,split\nfine,1,test", "holds nothing to train on: it has test"),
    "strange class": ("my.csv", "text,label,split\na,1,train\nb,2,train\nc,3,test", "has the class 3 in test, which"),
    "another kind": ("my.docx", "fine", "is no file of labelled texts"),
    "alone": ("my.csv", "text,label\nfine,1\npoor,2\nbad,2\nawful,2", "Every class needs at least two examples"),
}


@pytest.mark.parametrize("kind", BAD)
def test_files_that_are_no_labelled_texts(kind, tmp_path):
    name, content, message = BAD[kind]
    with pytest.raises(DongshouError, match=message) as caught:
        load_labelled_texts(str(write(tmp_path / name, content)))
    assert "\n" not in str(caught.value)


def test_reviews_in_latin_1_read_as_utf_8(tmp_path):
    write(tmp_path / "rt" / "rt.neg", "a cliché\nbad", "latin-1")
    write(tmp_path / "rt" / "rt.pos", "a good one\nfine", "latin-1")
    with pytest.raises(DongshouError, match=r"rt.neg is not utf-8: byte 0xe9 at offset 7 .* --encoding"):
        read_labelled_texts(str(tmp_path / "rt"))
    assert quietly(tmp_path / "rt", encoding="latin-1")[0].train.texts[0] == "a cliché"


def test_other_wrong_use(tmp_path):
    with pytest.raises(DongshouError, match='No labelled texts "ssst": .* Did you mean sst'):
        read_labelled_texts("ssst")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DongshouError, match="is empty: a folder, or a file of texts, for each class"):
        read_labelled_texts(str(tmp_path / "empty"))
    path = str(own("csv", tmp_path))
    with pytest.raises(UsageError, match="min_frequency=7 leaves nothing of the 9 words of my.csv, .* occurs 6 times"):
        load_labelled_texts(path, min_frequency=7, test=0.0)
    with pytest.raises(DongshouError, match='has no column "texts"; it has text, label. Did you mean text?'):
        read_labelled_texts(path, columns=("texts", "label"))
    with pytest.raises(UsageError, match="columns names the text and the label, .* got 1"):
        read_labelled_texts(path, columns=("text",))
    with pytest.raises(UsageError, match="10 folds have the numbers 0 to 9; got 10"):
        read_labelled_texts(path).fold(10)
    for labels, message in ((torch.tensor([0]), "a label for each text"), (torch.tensor([0, 2]), "from 0 to 1")):
        with pytest.raises(UsageError, match=message):
            LabelledTexts(Examples(["a", "b"], labels), classes=("no", "yes"))


def test_what_a_model_does_not_get_to_see_is_said(tmp_path):
    with notes_shown(lambda text: None), notes_kept() as notes:
        path = str(own("csv", tmp_path))
        data = load_labelled_texts(path, test=0.0, max_tokens=2, min_frequency=4)
        (tokens, lengths), _ = next(iter(load_labelled_texts(path, 12, max_tokens=2, test=0.0).train()))
    assert notes == [
        "my.csv: 6 of 12 texts are cut to 2 words (max_tokens); 18 of 36 words are <unk> (min_frequency=4).",
        "my.csv: 6 of 12 texts are cut to 2 words (max_tokens).",
    ]
    assert tokens.shape == (12, 2) and lengths.max() == 2 and data.tokenize("a b c") == ["a", "b"]


def test_batches_hold_the_texts_with_their_classes():
    reviews = read_labelled_texts("invented-reviews")
    data = load_labelled_texts(batch_size=32, test=0.25, valid=0.1)
    known = dict(zip(reviews.train.texts, reviews.train.labels.tolist(), strict=True))
    seen = []
    for split in (data.train(), data.valid(), data.test()):
        for (tokens, lengths), labels in split:
            assert tokens.shape[1] == lengths.max()
            for row, length, label in zip(tokens, lengths, labels.tolist(), strict=True):
                text = " ".join(data.vocabulary.tokens(row[:length])).replace("is n't", "isn't")
                seen.append((text, label))
    expected = {" ".join(data.tokenize(text)).replace("is n't", "isn't"): label for text, label in known.items()}
    assert dict(seen) == expected and len(seen) == len(known)
    order = reviews.train.labels.argsort(stable=True)
    limited = LabelledTexts(reviews.train.rows(order), classes=reviews.classes).splits(32)
    limited.limit(64)
    assert {*torch.cat([labels for _, labels in limited.train()]).tolist()} == {0, 1}  # not sorted by class


def test_the_share_set_aside_is_that_of_scikit_learn_and_the_seeds():
    labels = torch.tensor([0] * 70 + [1] * 30)
    texts = LabelledTexts(Examples([f"text {n}" for n in range(100)], labels), classes=("no", "yes"))
    held = texts.held_out(valid=0.1, test=0.2)
    _, expected = train_test_split(labels, test_size=0.2, stratify=labels)
    assert torch.equal(held.test.labels.bincount(), expected.bincount())
    every = [text for examples in held.parts.values() for text in examples.texts]
    assert sorted(every) == sorted(texts.train.texts)
    assert held.test.texts == texts.held_out(test=0.2).test.texts != texts.held_out(test=0.2, seed=1).test.texts
    folds = [texts.fold(number, 10) for number in range(10)]
    assert Counter(text for fold in folds for text in fold.test.texts) == Counter(texts.train.texts)
    assert all(not {*fold.test.texts} & {*fold.train.texts} and len(fold.train) == 90 for fold in folds)
    assert len({fold.test.labels.sum().item() for fold in folds}) > 1  # drawn at random, not in order


def test_invented_reviews_mean_what_the_grammar_says():
    reviews = read_labelled_texts("invented-reviews").train
    assert len({*reviews.texts}) == len(reviews) == 4_000 and reviews.labels.bincount().tolist() == [2_000, 2_000]
    known = dict(zip(reviews.texts, reviews.labels.tolist(), strict=True))
    praise = {*invented_reviews.PRAISE.split()}
    single = [text for text in known if text.split()[-2] in {*praise, *invented_reviews.BLAME.split()}]
    for text in single:  # the last adjective decides, turned round by a denial in its clause
        clause = text.replace(";", ".").split(" . ")[-1].split(" , ")[-1].split(" and ")[-1]
        denied = any(word in clause.split() for word in ("not", "never", "n't"))
        assert known[text] == ((text.split()[-2] in praise) != denied), text
    assert len(single) > 2_000


SETS = {
    "sst": ({"train": 6_920, "valid": 872, "test": 1_821}, "one long string of cliches .", "negative"),
    "sst-fine": ({"train": 8_544, "valid": 1_101, "test": 2_210}, "one long string of cliches .", "negative"),
    "trec": ({"train": 5_452, "test": 500}, "Who was Galileo ?", "human"),
    "rt-polarity": ({"train": 10_662}, "simplistic , silly and tedious .", "negative"),
}


@pytest.mark.parametrize("name", SETS)
def test_the_real_sets(name, real_data):
    real_data(name.removesuffix("-fine"))
    sizes, text, label = SETS[name]
    texts = read_labelled_texts(name)
    assert {part: len(examples) for part, examples in texts.parts.items()} == sizes
    found = {pair for examples in texts.parts.values() for pair in texts_of(examples, texts.classes)}
    assert (text, label) in found and texts.train.labels.unique().tolist() == [*range(len(texts.classes))]
    assert not any("\ufffd" in text for text, _ in found)


def test_a_review_with_an_accent_and_a_dash(real_data):
    real_data("rt-polarity")
    every = " ".join(read_labelled_texts("rt-polarity").train.texts)
    assert "cliché" in every and "—" in every and "\x97" not in every


def test_the_cut_of_imdb_says_so(real_data):
    real_data("imdb")
    with notes_shown(lambda text: None), notes_kept() as notes:
        cut = read_labelled_texts("imdb")
    assert cut.name == "imdb-cut" and notes[0].startswith("imdb: a cut of 5,000 + 5,000 reviews")
    assert cut.train.labels.bincount().tolist() == cut.test.labels.bincount().tolist() == [2_500, 2_500]
    assert not any("<br />" in text for text in cut.train.texts)


def test_the_whole_of_imdb_is_taken_where_it_lies(tmp_path, monkeypatch):
    for number, part in enumerate(("train/pos", "train/neg", "train/unsup", "test/neg", "test/pos")):
        write(tmp_path / "aclImdb" / part / f"{number}_7.txt", f"{part}<br />{number}")
    write(tmp_path / "aclImdb" / "README", "about")
    archive = tmp_path / "imdb-small" / imdb.WHOLE
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as made:
        made.add(tmp_path / "aclImdb", "aclImdb")
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    whole, notes = quietly("imdb")
    assert whole.name == "imdb" and whole.files().keys() == {imdb.WHOLE} and not notes
    assert texts_of(whole.train, whole.classes) == [("train/neg 1", "neg"), ("train/pos 0", "pos")]
    assert texts_of(whole.test, whole.classes) == [("test/neg 3", "neg"), ("test/pos 4", "pos")]
    archive.write_bytes(archive.read_bytes()[:100])
    with pytest.raises(DongshouError, match="cannot be unpacked"):
        read_labelled_texts("imdb")
