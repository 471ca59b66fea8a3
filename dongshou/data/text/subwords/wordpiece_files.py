"""The vocabulary of a BERT as it lies beside its weights: vocab.txt, or tokenizer.json in newer folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dongshou.data.text.file import read_text
from dongshou.data.text.subwords.bert_words import BertWords
from dongshou.data.text.subwords.wordpiece import WordPiece
from dongshou.errors import DongshouError, UsageError

VOCABULARY, TOKENIZER, CONFIG = "vocab.txt", "tokenizer.json", "tokenizer_config.json"


def wordpiece_in(folder: Path | str) -> WordPiece:
    """How the BERT of a folder reads: its vocabulary, cased or not as the folder says; without a word, not.

    Raises UsageError where the folder has no vocabulary, DongshouError for one that is none of WordPiece.
    """
    folder = Path(folder).expanduser()
    if (folder / VOCABULARY).is_file():
        return WordPiece.from_file(folder / VOCABULARY, words_by(as_json(folder / CONFIG), "do_lower_case"))
    if not (folder / TOKENIZER).is_file():
        raise UsageError(f"{folder} holds no {VOCABULARY} and no {TOKENIZER}: nothing says how a text is read.")
    tokenizer = as_json(folder / TOKENIZER)
    model = tokenizer.get("model") or {}
    if model.get("type", "WordPiece") != "WordPiece" or not isinstance(model.get("vocab"), dict):
        raise DongshouError(f"{folder / TOKENIZER} is no tokenizer of a BERT: its model has to be a WordPiece.")
    numbered = sorted(model["vocab"].items(), key=lambda entry: entry[1])
    if [number for _, number in numbered] != list(range(len(numbered))):
        raise DongshouError(f"{folder / TOKENIZER} leaves out numbers: its tokens are not 0 to {len(numbered) - 1}.")
    return WordPiece([token for token, _ in numbered], words_by(tokenizer.get("normalizer") or {}, "lowercase"))


def words_by(says: dict[str, Any], lowercase: str) -> BertWords:
    """How a text is cut into words, by what a file says of it."""
    split_chinese = says.get("tokenize_chinese_chars", says.get("handle_chinese_chars", True))
    return BertWords(says.get(lowercase, True), says.get("strip_accents"), split_chinese)


def as_json(path: Path) -> dict[str, Any]:
    """What a file says, nothing where there is none. Raises DongshouError for what is no object of JSON."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(read_text(path))
    except ValueError as error:
        raise DongshouError(f"{path} cannot be read as JSON: {error}.") from None
    if not isinstance(content, dict):
        raise DongshouError(f"{path} is no object of JSON, which a description of a tokenizer is.")
    return content
