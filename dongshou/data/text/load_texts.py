"""Labelled texts by name or path, as batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dongshou.data.sets import imdb, invented_inference, invented_reviews, rt_polarity, snli, sst, trec
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.text.labelled import LabelledTexts
from dongshou.data.text.labelled_files import read_own_texts
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import did_you_mean

LABELLED_TEXTS: dict[str, Callable[[], LabelledTexts]] = {
    "invented-reviews": invented_reviews.read,
    "sst": sst.read,
    "sst-fine": sst.read_fine,
    "trec": trec.read,
    "rt-polarity": rt_polarity.read,
    "imdb": imdb.read,
    "invented-inference": invented_inference.read,
    "snli": snli.read,
}


def read_labelled_texts(name: str, encoding: str = "utf-8", columns: Sequence[str] = ()) -> LabelledTexts:
    """Labelled texts by their name, or a user's own by the path of a file or folder; see `read_own_texts`.

    Raises FilesNotFound when there is neither.
    """
    if name in LABELLED_TEXTS:
        return LABELLED_TEXTS[name]()
    path = Path(name).expanduser()
    if not path.exists():
        raise FilesNotFound(
            f'No labelled texts "{name}": it is neither a file, a folder nor one of {", ".join(LABELLED_TEXTS)}.'
            f"{did_you_mean(name, LABELLED_TEXTS)}"
        )
    return read_own_texts(path, encoding, columns)


def load_labelled_texts(
    name: str = "invented-reviews",
    batch_size: int = 64,
    *,
    valid: float = 0.0,
    test: float = 0.1,
    min_frequency: int = 1,
    max_tokens: int | None = None,
    vocabulary: Vocabulary | None = None,
    encoding: str = "utf-8",
    columns: Sequence[str] = (),
    seed: int = 0,
) -> TextSplits:
    """Texts and their classes: (tokens (batch, longest), lengths (batch,)), classes (batch,).

    name         a set, or a path; see `read_labelled_texts`, with encoding and columns of a file of your own
    valid, test  shares of each class to set aside by `seed`, of a set that does not come with these parts

    The rest is as in `LabelledTexts.splits`.
    """
    texts = read_labelled_texts(name, encoding, columns).held_out(valid, test, seed)
    return texts.splits(batch_size, vocabulary=vocabulary, min_frequency=min_frequency, max_tokens=max_tokens)
