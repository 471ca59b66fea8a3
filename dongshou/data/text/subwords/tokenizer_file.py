"""Byte-pair encoding as a `tokenizer.json`, the file of Hugging Face's tokenizers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dongshou.data.text.subwords.pieces import GPT2
from dongshou.data.text.subwords.symbols import Symbols
from dongshou.errors import DongshouError

# how a text is cut, and tokens put together again
CUT: dict[Symbols, dict[str, Any]] = {
    "byte": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    "character": {"type": "Split", "pattern": {"Regex": GPT2}, "behavior": "Isolated", "invert": False},
}
JOINED: dict[Symbols, dict[str, Any]] = {
    "byte": CUT["byte"],
    "character": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
}
MERGES_OTHERWISE = ("continuing_subword_prefix", "end_of_word_suffix", "ignore_merges", "dropout")
MATTERS = ("type", "add_prefix_space", "use_regex", "pattern", "behavior", "invert")


def tokenizer_json(
    tokens: Sequence[str], merges: Sequence[tuple[str, str]], symbols: Symbols, special: Sequence[str]
) -> str:
    """The content of the file; Hugging Face's `Tokenizer.from_file` opens it."""
    numbers = {token: number for number, token in enumerate(tokens)}
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added(token, numbers[token]) for token in special],
        "normalizer": None,
        "pre_tokenizer": CUT[symbols],
        "post_processor": None,
        "decoder": JOINED[symbols],
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": symbols == "character",
            "ignore_merges": False,
            "vocab": numbers,
            "merges": [list(pair) for pair in merges],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def added(token: str, number: int) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": number, "content": token, **flags}


Parts = tuple[list[str], list[tuple[str, str]], Symbols, list[str]]  # tokens by number, merges, symbols, special ones


def read_tokenizer(path: Path) -> Parts:
    """What stands in such a file. Raises DongshouError when it cannot be read, and what `parse_tokenizer` raises."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DongshouError(f"{path} cannot be read: {error.strerror}. Check the path.") from None
    except UnicodeDecodeError:
        text = ""
    return parse_tokenizer(text, path)


def parse_tokenizer(text: str, path: Path) -> Parts:
    """What stands in the text of such a file, whose name is for the messages.

    Raises DongshouError when it holds no byte-pair encoding, or cuts texts otherwise than we do.
    """
    try:
        content = json.loads(text)
        model = content["model"]
        merges = [(left, right) for left, right in map(pair_of, model["merges"])]
        added = content.get("added_tokens") or []
        numbers = model["vocab"] | {token["content"]: token["id"] for token in added}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DongshouError(f"{path} holds no byte-pair encoding: give a tokenizer.json with a model BPE.") from None
    tokens = sorted(numbers, key=numbers.__getitem__)
    if [numbers[token] for token in tokens] != list(range(len(tokens))):
        raise DongshouError(f"{path}: its {len(tokens)} tokens have other numbers than 0 to {len(tokens) - 1}.")
    return tokens, merges, symbols_in(content, path), [token["content"] for token in added]


def pair_of(merge: str | list[str]) -> list[str]:
    """Two tokens; older files have them in one string, with a space between."""
    return merge.split(" ") if isinstance(merge, str) else merge


def symbols_in(content: dict[str, Any], path: Path) -> Symbols:
    """What its pieces are made of. Raises DongshouError where it cuts or merges otherwise than we do."""
    cut, normalizer = content.get("pre_tokenizer") or {"type": "none"}, content.get("normalizer")
    options = [option for option in MERGES_OTHERWISE if content["model"].get(option)]
    for symbols, ours in CUT.items():
        same = all(cut.get(key, ours[key]) == ours[key] for key in MATTERS if key in ours)
        if same and not normalizer and not options:
            return symbols
    how = (
        f"normalizer {normalizer['type']}" if normalizer else options[0] if options else f"pre_tokenizer {cut['type']}"
    )
    raise DongshouError(f"{path} cuts texts in another way than GPT-2 ({how}); only its way can be read here.")
