"""The same merges learnt by Hugging Face's tokenizers, where they are installed."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from itertools import zip_longest

from dongshou.data import BytePairs
from dongshou.data.text.subwords.pieces import GPT2
from dongshou.training.events import Metrics


def compared(pairs: BytePairs, text: str, num_tokens: int) -> Metrics:
    """How many merges and numbers of a text's tokens are others than theirs; nothing where they are not installed."""
    if find_spec("tokenizers") is None:
        return {}
    theirs = learnt_by_them(text, num_tokens, by_bytes=pairs.symbols == "byte")
    merges = [tuple(pair) for pair in json.loads(theirs.to_str())["model"]["merges"]]
    return {
        "different_merges": different(pairs.merges, merges),
        "different_numbers": different(pairs.encode(text), theirs.encode(text).ids),
    }


def learnt_by_them(text: str, num_tokens: int, by_bytes: bool):
    """Their tokenizer, learnt from the same pieces."""
    tokenizers = import_module("tokenizers")
    split = tokenizers.pre_tokenizers
    theirs = tokenizers.Tokenizer(tokenizers.models.BPE())
    isolated = split.Split(tokenizers.Regex(GPT2), "isolated")
    theirs.pre_tokenizer = split.ByteLevel(add_prefix_space=False) if by_bytes else isolated
    alphabet = split.ByteLevel.alphabet() if by_bytes else []
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=num_tokens, initial_alphabet=alphabet, show_progress=False)
    theirs.train_from_iterator([text], trainer)
    return theirs


def different(ours: list, theirs: list) -> int:
    return sum(one != other for one, other in zip_longest(ours, theirs))
