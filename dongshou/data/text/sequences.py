"""Any text as what a language model is trained on: subsequences, and the tokens that follow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dongshou.data.sets.corpora import Corpus, read_corpus
from dongshou.data.text.batches import Sampling, TextBatches, WholeText
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import Clean, Level, Tokenizer, only_letters
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError
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
    valid: float = 0.0,
    clean: Clean = "none",
    encoding: str = "utf-8",
) -> TextSplits:
    """A text by its name or path: batches of inputs and targets (batch, steps), int64, and fresh (batch,), bool.

    sampling, num_batches  see `TextBatches`; validation and test read their text once from end to end
    max_tokens     train on the first so many
    min_frequency  of a token in the training text; rarer ones are <unk>
    valid          the share at the end of the text that is held out, where the text does not come divided
    clean          "letters" leaves letters, in lower case, and single spaces only
    encoding       of a file of your own

    Of a file of your own a `DataNote` says how much cleaning, min_frequency and max_tokens leave out.
    The vocabulary is that of all the training text. Raises FilesNotFound where there is no such text, UsageError
    where it is too short, DongshouError where cleaning leaves nothing.
    """
    corpus = read_corpus(name, encoding)
    tokenizer = Tokenizer(level, clean, corpus.spaced)
    train, valid_tokens, test_tokens = _parts(corpus, tokenizer, valid, name)
    vocabulary = Vocabulary(train, min_frequency=min_frequency)
    if corpus.is_own:
        tell_what_is_left(Path(name).name, corpus.train, train, tokenizer, vocabulary, min_frequency, max_tokens)

    def whole(tokens: Sequence[str] | None) -> WholeText | None:
        if tokens is None:
            return None
        return WholeText(
            vocabulary.encode(tokens), batch_size=batch_size, num_steps=num_steps, carried=sampling == "sequential"
        )

    return TextSplits(
        train=TextBatches(
            vocabulary.encode(train[:max_tokens]),
            batch_size=batch_size,
            num_steps=num_steps,
            sampling=sampling,
            num_batches=num_batches,
        ),
        valid=whole(valid_tokens),
        test=whole(test_tokens),
        name=Path(name).name,
        vocabulary=vocabulary,
        tokenize=tokenizer,
        join=tokenizer.join,
        shape=(num_steps,),
        files=corpus.files,
    )


def tell_what_is_left(
    name: str,
    text: str,
    tokens: Sequence[str],
    tokenizer: Tokenizer,
    vocabulary: Vocabulary,
    min_frequency: int,
    max_tokens: int | None,
) -> None:
    """A note of what of a user's own text is not learnt from: characters, rare tokens, all after the first so many."""
    done = []
    if tokenizer.clean == "letters":
        num_left = len(only_letters(text).replace(" ", ""))
        num_before = sum(map(len, text.split()))
        if num_left < num_before:
            done.append(f'{num_before - num_left:,} of {num_before:,} characters are not letters (clean="letters")')
    if rare := sum(count for count in vocabulary.frequencies.values() if count < min_frequency):
        done.append(f"{rare:,} of {len(tokens):,} tokens are <unk> (min_frequency={min_frequency})")
    if max_tokens is not None and max_tokens < len(tokens):
        done.append(f"the first {max_tokens:,} of {len(tokens):,} tokens are trained on (max_tokens)")
    if done:
        note(f"{name}: {'; '.join(done)}.")


def _parts(
    corpus: Corpus, tokenizer: Tokenizer, valid: float, name: str
) -> tuple[Sequence[str], Sequence[str] | None, Sequence[str] | None]:
    """The tokens to train on, to validate on and to test on."""
    if not 0 <= valid < 1:
        raise UsageError(f"valid is a share of the text, from 0 to below 1; got {valid}.")
    if valid and corpus.valid is not None:
        raise UsageError(f"{name} comes with a part for validation: leave out valid={valid}.")
    train = tokenizer(corpus.train)
    if not "".join(train).strip():
        raise DongshouError(f'{name} holds no letters: nothing is left of it with clean="letters". Use clean="none".')
    test = None if corpus.test is None else tokenizer(corpus.test)
    if corpus.valid is not None:
        return train, tokenizer(corpus.valid), test
    num_valid = round(valid * len(train))
    return train[: len(train) - num_valid], train[len(train) - num_valid :] if valid else None, test
