"""Batches of subsequences of one long text: inputs, the tokens that follow them, and where a row starts over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.batches import seeded_generator
from dongshou.errors import UsageError

Sampling = Literal["sequential", "random", "windows"]
Batch = tuple[Tensor, Tensor, Tensor]  # inputs and targets (batch, steps), fresh (batch,)


class TextBatches:
    """Subsequences of `num_steps` tokens, drawn again from the text in every pass.

    Targets are the tokens that follow the inputs; `fresh` says of each row whether it starts over, so that no
    state is carried into it.

    sequential  row i of a batch goes on where row i of the batch before it ended; fresh in the first batch alone
    random      the same subsequences in random order; always fresh
    windows     `num_batches` times batch_size subsequences from anywhere, which may overlap; always fresh

    The first two begin at a random one of the first `num_steps` tokens; from there on, each token is among the
    targets exactly once, but for the last that fill no batch (sequential) or no subsequence (random).
    A checkpoint keeps the state of the generator. Raises UsageError where the text is too short for a batch.
    """

    def __init__(
        self,
        tokens: Tensor,
        *,
        batch_size: int,
        num_steps: int,
        sampling: Sampling = "sequential",
        num_batches: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        if sampling not in ("sequential", "random", "windows"):
            raise UsageError(f'Sampling is "sequential", "random" or "windows"; got "{sampling}".')
        if num_batches is not None and (sampling != "windows" or num_batches < 1):
            raise UsageError(f'num_batches is a number from 1 for sampling="windows" alone; got {num_batches}.')
        self.tokens = tokens
        self.batch_size = batch_size
        self.num_steps = num_steps
        self.sampling = sampling
        self.num_batches = num_batches
        self.generator = generator or seeded_generator()
        check_length(len(tokens), batch_size, num_steps)

    def __repr__(self) -> str:
        shape = f"{self.batch_size} x {self.num_steps} tokens"
        return f"TextBatches(of {shape} from {len(self.tokens):,}, {self.sampling})"

    @property
    def num_examples(self) -> int:
        """How many subsequences there are after any offset."""
        return len(self.tokens) // self.num_steps - 1

    def __len__(self) -> int:
        if self.sampling == "random":
            return -(-self.num_examples // self.batch_size)
        return self.num_batches or self.num_examples // self.batch_size

    def __iter__(self) -> Iterator[Batch]:
        if self.sampling == "windows":
            return self._windows()
        offset = int(torch.randint(self.num_steps, (), generator=self.generator))
        if self.sampling == "random":
            return self._random(offset)
        num_tokens = len(self) * self.batch_size * self.num_steps
        return rows_in_step(self.tokens[offset : offset + num_tokens + 1], self.batch_size, self.num_steps)

    def _random(self, offset: int) -> Iterator[Batch]:
        order = torch.randperm(self.num_examples, generator=self.generator)
        for starts in (offset + order * self.num_steps).split(self.batch_size):
            yield subsequences(self.tokens, starts, self.num_steps)

    def _windows(self) -> Iterator[Batch]:
        for _ in range(len(self)):
            starts = torch.randint(len(self.tokens) - self.num_steps, (self.batch_size,), generator=self.generator)
            yield subsequences(self.tokens, starts, self.num_steps)

    def to(self, device: torch.device) -> None:
        self.tokens = self.tokens.to(device)

    def limit(self, num_examples: int) -> None:
        """Keep the text of the first subsequences only, for a quick try."""
        self.tokens = self.tokens[: (num_examples + 1) * self.num_steps]
        self.batch_size = min(self.batch_size, self.num_examples)
        if self.num_batches is not None:
            self.num_batches = min(self.num_batches, -(-num_examples // self.batch_size))

    def state_dict(self) -> dict[str, Tensor]:
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.generator.set_state(state["generator"].cpu())


class WholeText:
    """A text from its first token to its last, to measure a model on: each token is among the targets once.

    As sequential sampling, without an offset, and the last batch may be shorter; fewer than batch_size tokens at
    the end do not fill a row. `carried` says whether the state is carried from batch to batch.
    """

    def __init__(self, tokens: Tensor, *, batch_size: int, num_steps: int, carried: bool = True) -> None:
        check_length(len(tokens), min(batch_size, 1), num_steps, spare=1)  # a single row is enough
        self.tokens = tokens
        self.num_steps = num_steps
        self.batch_size = min(batch_size, max(1, self.num_examples))
        self.carried = carried

    @property
    def num_examples(self) -> int:
        return (len(self.tokens) - 1) // self.num_steps

    def __len__(self) -> int:
        return -(-((len(self.tokens) - 1) // self.batch_size) // self.num_steps)

    def __iter__(self) -> Iterator[Batch]:
        for inputs, targets, fresh in rows_in_step(self.tokens, self.batch_size, self.num_steps):
            yield inputs, targets, fresh if self.carried else torch.ones_like(fresh)

    def to(self, device: torch.device) -> None:
        self.tokens = self.tokens.to(device)

    def limit(self, num_examples: int) -> None:
        self.tokens = self.tokens[: num_examples * self.num_steps + 1]
        self.batch_size = min(self.batch_size, max(1, self.num_examples))

    def state_dict(self) -> dict[str, Tensor]:
        return {}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        pass


def rows_in_step(tokens: Tensor, batch_size: int, num_steps: int) -> Iterator[Batch]:
    """The text in batch_size rows, read side by side, num_steps tokens at a time."""
    width = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * width].view(batch_size, width)
    targets = tokens[1 : batch_size * width + 1].view(batch_size, width)
    fresh = torch.ones(batch_size, dtype=torch.bool, device=tokens.device)
    for x, y in zip(inputs.split(num_steps, dim=1), targets.split(num_steps, dim=1), strict=True):
        yield x, y, fresh  # (batch, steps), (batch, steps), (batch,)
        fresh = torch.zeros_like(fresh)


def subsequences(tokens: Tensor, starts: Tensor, num_steps: int) -> Batch:
    """The subsequences that begin at `starts` (batch,), and the tokens that follow."""
    starts = starts.to(tokens.device)
    steps = torch.arange(num_steps + 1, device=tokens.device)
    both = tokens[starts.unsqueeze(1) + steps]  # (batch, steps + 1)
    return both[:, :-1], both[:, 1:], torch.ones_like(starts, dtype=torch.bool)


def check_length(num_tokens: int, batch_size: int, num_steps: int, spare: int | None = None) -> None:
    """Raises UsageError for sizes below 1, or a text shorter than a batch and the tokens to spare for an offset."""
    if batch_size < 1 or num_steps < 1:
        raise UsageError(f"batch_size and num_steps are 1 or more; got {batch_size} and {num_steps}.")
    needed = batch_size * num_steps + (num_steps if spare is None else spare)
    if num_tokens < needed:
        raise UsageError(
            f"A batch of {batch_size} sequences of {num_steps} steps needs a text of {needed:,} tokens; this one has"
            f" {num_tokens:,}. Give it more text, or take a smaller batch_size or num_steps."
        )
