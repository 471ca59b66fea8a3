"""A table as it was read, and what a model takes of it: what is learnt for that is learnt from the rows to train on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.splits import Splits
from dongshou.data.tables.cells import MISSING
from dongshou.data.tables.column import Column, some
from dongshou.data.tables.features import Features
from dongshou.errors import UsageError
from dongshou.notes import note


@dataclass(frozen=True)
class Table:
    """Columns of numbers or text, and a target. Nothing is scaled or filled before it is known what is trained on."""

    columns: tuple[Column, ...]
    targets: Tensor  # float32 (rows, 1), or int64 (rows,) where the target is a class
    classes: tuple[str, ...] | None  # in the order of their numbers; None where the target is a number
    target: str
    path: Path

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        of = f", one of {some(self.classes)}" if self.classes else ""
        return f"Table({len(self)} rows, {len(self.columns)} columns, target {self.target}{of})"

    def learn(self, rows: Tensor | None = None) -> Features:
        """How a row becomes an input, from these rows alone: the mean and std of numbers, the values of text."""
        rows = torch.arange(len(self)) if rows is None else rows
        return Features(
            tuple(column.learn(rows) for column in self.columns), self.target, missing=tuple(sorted(MISSING))
        )

    def inputs(self, features: Features, rows: Tensor | None = None) -> Tensor:
        """Float32 (rows, inputs): numbers standardised, text one-hot, as was learnt."""
        rows = torch.arange(len(self)) if rows is None else rows
        pairs = zip(self.columns, features.columns, strict=True)
        return torch.cat([column.encode(learnt, rows) for column, learnt in pairs], dim=1).float()

    def splits(self, test: float = 0.2, valid: float = 0.0, batch_size: int = 64, seed: int = 0) -> Splits:
        """What an experiment takes: rows to train on, and shares of all rows, drawn by the seed, to validate and test.

        Each class has the same share in all of them; a table smaller than a batch is one batch. What is learnt of the
        columns is learnt from the rows to train on, and is `features` of the splits; their `shape` has the number of
        inputs. A `DataNote` counts the rows held out with a value that none of those has: its inputs are 0.
        Raises UsageError when a share leaves too few rows, or too few of a class, on one of the sides.
        """
        train, held_out = self._rows(test, valid, seed)
        features = self.learn(train)
        self._note_strangers(features, torch.cat([*held_out.values()]))
        parts = {name: (self.inputs(features, rows), self.targets[rows]) for name, rows in held_out.items()}
        whole = {name: Batches(*tensors, batch_size=len(tensors[0])) for name, tensors in parts.items()}
        size = min(batch_size, len(train))
        return Splits(
            train=Batches(self.inputs(features, train), self.targets[train], batch_size=size, shuffle=True),
            valid=whole.get("valid"),
            test=whole["test"],
            name=self.target,
            classes=self.classes or (),
            shape=(len(features.input_names),),
            features=features,
            files=self._fingerprints,
        )

    def _rows(self, test: float, valid: float, seed: int) -> tuple[Tensor, dict[str, Tensor]]:
        """The rows to train on and those held out, in random order."""
        train: Tensor = torch.arange(len(self))
        held_out: dict[str, Tensor] = {}
        for name, share in (("test", test), ("valid", valid)):
            if name == "valid" and share == 0:
                continue
            if not 0 < share < 1 or test + valid >= 1:
                raise UsageError(
                    f"{name} is a share of the rows, between 0 and 1, of which some are left; got {share}."
                )
            left = 1.0 if name == "test" else 1.0 - test
            train, held_out[name] = self._parted(train, share / left, seed)
        return train, held_out

    def _parted(self, rows: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
        """The rows that stay, and a share of them put aside."""
        from sklearn.model_selection import train_test_split  # here: importing scikit-learn takes a second

        labels = None if self.classes is None else self.targets[rows]
        try:
            kept, aside = train_test_split(rows.tolist(), test_size=share, stratify=labels, random_state=seed)
        except ValueError as error:
            raise UsageError(
                f"{self} cannot be split with test={share:g}: {error}. Change test, or leave out the rarest classes."
            ) from error
        return torch.tensor(kept), torch.tensor(aside)

    def _note_strangers(self, features: Features, rows: Tensor) -> None:
        for column, learnt in zip(self.columns, features.columns, strict=True):
            if strange := column.strangers(learnt, rows):
                values = some([f'"{value}"' for value in dict.fromkeys(strange)])
                note(
                    f"{self.path.name}: {len(strange)} row(s) held out have a value in {column.name} that no row to"
                    f" train on has ({values}): it counts as none of those known."
                )

    def _fingerprints(self) -> dict[str, str]:
        """The SHA-256 of the file as it is now; none of a DataFrame."""
        return {self.path.name: hashlib.sha256(self.path.read_bytes()).hexdigest()} if self.path.is_file() else {}
