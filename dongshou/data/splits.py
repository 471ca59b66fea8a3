"""A data set cut into train, valid and test."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from dongshou.data.described import splits_in_words
from dongshou.data.images.photos import Photos
from dongshou.data.split import GivenSplit, Split, as_split, check_split, limited, rewindable
from dongshou.data.tables.features import Features
from dongshou.errors import UsageError


class Splits:
    """What an experiment trains and is measured on: `train()`, `valid()` and `test()` give batches.

    Each split is given as `Batches`, as a tuple of tensors, as an ordinary torch `DataLoader` or `Dataset`, or as a
    function that makes it when it is first asked for (so that a model can be rebuilt without opening its data).

    name      of the data set, as in `dongshou data list`
    classes   names of the classes, for a classification
    shape     of one input, without the batch axis, for pictures and summaries
    transform what a raw input goes through before the model; `predict` applies the same
    photos    how anybody's photo becomes a raw input; without it a photo in colour is taken as it is
    features  how a row of a table becomes an input
    files     name of a registered data set whose files are read, for their hashes in the record; else a function
              that gives the hashes
    batch_size  of what is given without batches: tensors and data sets

    Raises UsageError for a split of another kind, or without any example.
    """

    def __init__(
        self,
        train: GivenSplit,
        valid: GivenSplit | None = None,
        test: GivenSplit | None = None,
        *,
        name: str = "data",
        classes: Sequence[str] = (),
        shape: tuple[int, ...] = (),
        transform: Callable[[torch.Tensor], torch.Tensor] | None = None,
        photos: Photos | None = None,
        features: Features | None = None,
        files: str | Callable[[], dict[str, str]] | None = None,
        batch_size: int = 64,
    ) -> None:
        self._given = {"train": train, "valid": valid, "test": test}
        for part, given in self._given.items():
            if given is not None or part == "train":
                check_split(part, given)
        self._made: dict[str, Split] = {}
        self._began: dict[str, Callable[[], None]] = {}  # what puts each that was made back to its beginning
        self._device = torch.device("cpu")
        self._limit: int | None = None
        self.batch_size = batch_size
        self.name = name
        self.classes = tuple(classes)
        self.shape = shape
        self.transform = transform
        self.photos = photos
        self.features = features
        self.files = files
        self._added: tuple[Callable[[], dict[str, str]], ...] = ()

    def __repr__(self) -> str:
        return splits_in_words(self)

    def train(self) -> Split:
        split = self._split("train")
        assert split is not None
        return split

    def valid(self) -> Split | None:
        return self._split("valid")

    def test(self) -> Split | None:
        return self._split("test")

    def _split(self, name: str) -> Split | None:
        given = self._given[name]
        if given is not None and name not in self._made:
            split = as_split(name, given, self.batch_size)
            if self._limit is not None:
                split = limited(split, self._limit)
            split.to(self._device)
            self._made[name] = split
            self._began[name] = rewindable(split)
        return self._made.get(name)

    def first_batches(self) -> Splits:
        """The same set with the first batch of each split alone, drawn now, for a quick look."""
        few = copy.copy(self)
        few._made = {name: OneBatch(split) for name in self._given if (split := self._split(name)) is not None}
        return few

    def to(self, device: torch.device) -> None:
        self._device = device
        for split in self._made.values():
            split.to(device)

    def limit(self, num_examples: int) -> None:
        """Keep the first examples of every split only, for a quick try. Raises UsageError for fewer than one."""
        if num_examples < 1:
            raise UsageError(f"A limit keeps at least 1 example; got {num_examples}.")
        self._limit = num_examples
        self._made = {name: limited(split, num_examples) for name, split in self._made.items()}
        self._began = dict(self._began)  # a copy of these data may be limited alone

    @contextmanager
    def as_given(self) -> Iterator[None]:
        """Afterwards the splits are what they are now: as long, and their generators stand where they stand now."""
        made, began, limit = dict(self._made), dict(self._began), self._limit
        kept = [rewindable(made.get(name) or given) for name, given in self._given.items() if given is not None]
        try:
            yield
        finally:
            # a function may hand out one generator again and again, so it goes back before the split is made again
            since = [rewind for name, rewind in self._began.items() if name not in made]
            self._made, self._began, self._limit = made, began, limit
            for rewind in [*reversed(since), *kept]:
                rewind()

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every file that this data set is read from, by file name, and of those that were added."""
        from dongshou.data.sources.files import fingerprints

        if callable(self.files):
            hashes = self.files()
        else:
            hashes = fingerprints(self.files) if self.files else {}
        return hashes | {file: sha256 for added in self._added for file, sha256 in added().items()}

    def add_files(self, fingerprints: Callable[[], dict[str, str]]) -> None:
        """Have the SHA-256 of other files recorded too: of the vectors or weights that a network begins with."""
        self._added = (*self._added, fingerprints)

    def state_dict(self) -> dict[str, Any]:
        return {name: split.state_dict() for name in self._given if (split := self._split(name)) is not None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, split_state in state.items():
            if (split := self._split(name)) is not None:
                split.load_state_dict(split_state)


class OneBatch:
    """The first batch of a split as a split of its own."""

    def __init__(self, split: Split) -> None:
        self.batches = list(itertools.islice(split, 1))
        self.num_examples = split.num_examples  # as of the whole: it is the kind of split that counts

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.batches)

    def to(self, device: torch.device) -> None:
        """It lies where it was drawn."""

    def limit(self, num_examples: int) -> None:
        """It is short already."""

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {}

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """It has no state."""
