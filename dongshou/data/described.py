"""What a data set holds, in a few lines: as a notebook shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

if TYPE_CHECKING:
    from dongshou.data.splits import Splits

MOST = 5  # classes or tokens that are named
VOCABULARIES = {"vocabulary": "vocabulary", "source_vocabulary": "source", "target_vocabulary": "target"}


def splits_in_words(splits: Splits) -> str:
    """Name and number of examples of each part, then what an example is, and where all comes from.

    Parts that would have to be downloaded first are not opened for it.
    """
    lines = [f"{type(splits).__name__} {splits.name}: {', '.join(parts_of(splits))}"]
    lines += [f"  {what}" for what in (*examples_of(splits), origin_of(splits)) if what]
    return "\n".join(lines)


def parts_of(splits: Splits) -> Iterator[str]:
    """`60,000 train`, `10,000 test`, `batches of 256`"""
    if not is_here(splits):
        yield f"not downloaded yet (dongshou data fetch {splits.files})"
        return
    parts = {name: part for name in ("train", "valid", "test") if (part := getattr(splits, name)()) is not None}
    for name, part in parts.items():
        yield f"{part.num_examples:,} {name}"
    if (size := batch_size_of(parts["train"])) is not None:
        yield f"batches of {size:,}"


def is_here(splits: Splits) -> bool:
    """Whether its files lie on this machine; what has no files of ours is always here."""
    from dongshou.data.sources import SOURCES, files

    source = SOURCES.get(splits.files) if isinstance(splits.files, str) else None
    return source is None or files.is_here(source)


def batch_size_of(split: Any) -> int | None:
    return getattr(split, "batch_size", None) or getattr(getattr(split, "loader", None), "batch_size", None)


def examples_of(splits: Splits) -> Iterator[str]:
    """The shape of an input, the classes, the vocabularies."""
    if splits.shape:
        tokens = " tokens" if any(hasattr(splits, attribute) for attribute in VOCABULARIES) else ""
        yield f"inputs {in_words(splits.shape)}{tokens}"
    if splits.classes:
        yield f"{len(splits.classes)} classes: {some_of(splits.classes)}"
    for attribute, role in VOCABULARIES.items():
        if (vocabulary := getattr(splits, attribute, None)) is not None:
            yield f"{role}: {vocabulary!r}"
    if splits.features is not None:
        yield f"columns: {some_of(splits.features.names)}"


def origin_of(splits: Splits) -> str:
    """`from Zalando Research (MIT)`; nothing for data of one's own."""
    from dongshou.data.sources import SOURCES

    source = SOURCES.get(splits.files) if isinstance(splits.files, str) else None
    return "" if source is None else f"from {source.origin} ({source.license})"


def some_of(names: Sequence[str]) -> str:
    """The first of many, and that there are more.

    >>> some_of("abcdefgh")
    'a, b, c, d, e, ...'
    """
    return ", ".join([*map(str, names[:MOST]), *(["..."] if len(names) > MOST else [])])


def in_words(shape: Sequence[int]) -> str:
    """`1x28x28`"""
    return "x".join(map(str, shape))


def tensors_in_words(tensors: Sequence[Any]) -> str:
    """What one example is: `1x28x28 uint8, one int64`."""
    return ", ".join(map(tensor_in_words, tensors))


def tensor_in_words(tensor: Any) -> str:
    if not isinstance(tensor, Tensor):
        return type(tensor).__name__  # boxes, masks
    return f"{in_words(tensor.shape[1:]) or 'one'} {str(tensor.dtype).removeprefix('torch.')}"
