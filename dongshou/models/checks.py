"""What the settings of a model must fulfil, said in one line where they do not."""

from __future__ import annotations

from collections.abc import Iterable

from dongshou.errors import DongshouError, UsageError, did_you_mean


def check_counts(**counts: int) -> None:
    """Raises UsageError for a number of things that is below 1."""
    for name, count in counts.items():
        if count < 1:
            raise UsageError(f"{name} must be at least 1; got {name}={count}.")


def check_choice(name: str, value: str | None, choices: Iterable[str]) -> None:
    """Raises UsageError for a value that is not among those there are."""
    if value not in (known := list(choices)):
        raise UsageError(f"{name} is one of {', '.join(known)}; got {value!r}.{did_you_mean(str(value), known)}")


def check_dropout(dropout: float) -> None:
    """Raises UsageError for what is not a probability."""
    if not 0 <= dropout <= 1:
        raise UsageError(f"dropout is a probability, from 0 to 1; got {dropout}.")


def check_heads(num_hiddens: int, num_heads: int) -> None:
    """Raises UsageError when the features cannot be dealt out evenly to the heads of an attention."""
    check_counts(num_hiddens=num_hiddens, num_heads=num_heads)
    if num_hiddens % num_heads:
        raise UsageError(
            f"Every head needs as many features as the next: num_hiddens must be a multiple of num_heads; "
            f"got num_hiddens={num_hiddens}, num_heads={num_heads}."
        )


def check_positions(num_steps: int, num_positions: int, setting: str) -> None:
    """Raises DongshouError for a sequence that is longer than the positions a model knows, set by `setting`."""
    if num_steps > num_positions:
        raise DongshouError(
            f"The model knows {num_positions} positions; got a sequence of {num_steps}. "
            f"Shorten it, or make the model with {setting}={num_steps} or more."
        )
