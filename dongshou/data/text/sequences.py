"""Any text as what a language model is trained on: subsequences, and the tokens that follow."""

from __future__ import annotations

from pathlib import Path

from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.batches import Sampling, TextBatches, WholeText
from dongshou.data.text.cut_text import CutText, cut_text
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.token_lengths import token_lengths
from dongshou.data.text.tokens import Clean, Level, only_letters
from dongshou.notes import note


def load_text(
    name: str = "python-manual",
    batch_size: int = 32,
    num_steps: int = 35,
    *,
    level: Level = "character",
    sampling: Sampling = "sequential",
    num_batches: int | None = None,
    max_tokens: int | None = None,
    min_frequency: int = 0,
    num_subwords: int = 1000,
    valid: float = 0.0,
    clean: Clean = "none",
    encoding: str = "utf-8",
) -> TextSplits:
    """A text by its name or path: batches of inputs and targets (batch, steps), int64, and fresh (batch,), bool.

    level          tokens are characters, words, or sub-words by byte-pair encoding
    sampling, num_batches  see `TextBatches`; validation and test read their text once from end to end
    max_tokens     train on the first so many
    min_frequency  of a token in the training text; rarer ones are <unk>
    num_subwords   tokens that byte-pair encoding learns from the training text, the 256 bytes among them
    valid          the share at the end of the text that is held out, where the text comes without a part for it
    clean          "letters" leaves letters, in lower case, and single spaces only
    encoding       of a file of your own

    Of a file of your own a `DataNote` says how much cleaning, min_frequency and max_tokens leave out.
    The vocabulary is that of all the training text. Raises FilesNotFound where there is no such text, UsageError
    where it is too short, DongshouError where cleaning leaves nothing.
    """
    corpus = read_corpus(name, encoding)
    cut = cut_text(
        corpus,
        name,
        level=level,
        clean=clean,
        min_frequency=min_frequency,
        num_subwords=num_subwords,
        valid=valid,
    )
    vocabulary, tokenizer = cut.vocabulary, cut.tokenizer
    if corpus.is_own:
        tell_what_is_left(Path(name).name, corpus.train, cut, min_frequency, max_tokens)

    def whole(part: str) -> WholeText | None:
        if part not in cut.parts:
            return None
        numbers = vocabulary.encode(cut.parts[part])
        return WholeText(numbers, batch_size=batch_size, num_steps=num_steps, carried=sampling == "sequential")

    return TextSplits(
        train=TextBatches(
            vocabulary.encode(cut.parts["train"][:max_tokens]),
            batch_size=batch_size,
            num_steps=num_steps,
            sampling=sampling,
            num_batches=num_batches,
        ),
        valid=whole("valid"),
        test=whole("test"),
        name=Path(name).name,
        vocabulary=vocabulary,
        tokenize=tokenizer,
        join=tokenizer.join,
        shape=(num_steps,),
        characters=token_lengths(vocabulary, tokenizer.num_characters),
        files=corpus.files,
    )


def tell_what_is_left(name: str, text: str, cut: CutText, min_frequency: int, max_tokens: int | None) -> None:
    """A note of what of a user's own text is not learnt from: characters, rare tokens, all after the first so many."""
    done = []
    tokens, frequencies = cut.parts["train"], cut.vocabulary.frequencies
    if cut.tokenizer.clean == "letters":
        num_left = len(only_letters(text).replace(" ", ""))
        num_before = sum(map(len, text.split()))
        if num_left < num_before:
            done.append(f'{num_before - num_left:,} of {num_before:,} characters are not letters (clean="letters")')
    if rare := sum(count for count in frequencies.values() if count < min_frequency):
        done.append(f"{rare:,} of {len(tokens):,} tokens are <unk> (min_frequency={min_frequency})")
    if max_tokens is not None and max_tokens < len(tokens):
        done.append(f"the first {max_tokens:,} of {len(tokens):,} tokens are trained on (max_tokens)")
    if done:
        note(f"{name}: {'; '.join(done)}.")
