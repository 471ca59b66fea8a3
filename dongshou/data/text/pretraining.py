"""Any text as what BERT is pre-trained on."""

from __future__ import annotations

from pathlib import Path

from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.masked import RESERVED, MaskedBatches, Sentences
from dongshou.data.text.sentences import known_words, parts_of, sentence_of
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import join_words
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import note


def load_masked(
    name: str = "python-manual",
    batch_size: int = 64,
    max_len: int = 64,
    *,
    num_batches: int | None = None,
    bucketing: bool = True,
    min_frequency: int = 5,
    held_out: float = 0.1,
    encoding: str = "utf-8",
) -> TextSplits:
    """A text by its name or path: batches of pairs of sentences with gaps (see `MaskedPairs`).

    max_len, num_batches, bucketing  see `MaskedBatches`; validation and test are the same in every pass
    min_frequency  of a word in the training text; rarer ones are <unk>
    held_out       the share of the paragraphs, at the end, that is tested on where the text does not come divided

    Raises FilesNotFound where there is no such text, DongshouError where no paragraph has two sentences, UsageError
    where min_frequency leaves no word.
    """
    if not 0 < held_out < 1:
        raise UsageError(f"held_out is a share of the text, between 0 and 1; got {held_out}.")
    corpus = read_corpus(name, encoding)
    if name == "wikitext-2" and corpus.valid is None:
        note("wikitext-2: its train.txt is not here; valid.txt is trained on, test.txt is tested on.")
    parts = parts_of(corpus, held_out)
    vocabulary = known_words(parts.get("train", []), min_frequency, RESERVED)
    sentences = {part: Sentences(paragraphs, vocabulary) for part, paragraphs in parts.items()}
    if not sentences:
        raise DongshouError(f"{name} has no paragraph of two sentences or more, which pairs are drawn from.")
    if len(vocabulary) <= 1 + len(RESERVED):
        raise UsageError(f"No word of {name} occurs {min_frequency} times: take a smaller min_frequency.")

    def measured_on(part: str) -> MaskedBatches | None:
        if part not in sentences:
            return None
        return MaskedBatches(sentences[part], batch_size=batch_size, max_len=max_len, fixed=True)

    return TextSplits(
        train=MaskedBatches(
            sentences["train"], batch_size=batch_size, max_len=max_len, num_batches=num_batches, bucketing=bucketing
        ),
        valid=measured_on("valid"),
        test=measured_on("test"),
        name=Path(name).name,
        vocabulary=vocabulary,
        tokenize=sentence_of,
        join=join_words,
        shape=(max_len,),
        files=corpus.files,
    )
