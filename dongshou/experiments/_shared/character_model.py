"""A recurrent model of the characters of a text, at the book's settings, as several experiments share it."""

from __future__ import annotations

from functools import partial
from typing import Literal

from torch import Tensor
from torch.optim import SGD

from dongshou import models
from dongshou.data import TextSplits, load_text
from dongshou.data.text.vocabulary import check_prompt
from dongshou.errors import UsageError
from dongshou.experiments._shared.text_measures import without_future
from dongshou.models.recurrent_layers import Kind
from dongshou.tasks import LanguageModeling
from dongshou.tasks.generation import continue_text
from dongshou.training import Band, Experiment, Published

Order = Literal["sequential", "random"]

PROMPT = "time traveller "
WRITTEN = 50  # characters after the prompt
OPENING = 12  # tokens at the beginning of a text


def character_model(
    kind: Kind,
    text: str,
    *,
    num_hiddens: int,
    num_layers: int = 1,
    bidirectional: bool = False,
    sampling: Order = "sequential",
    max_tokens: int = 10_000,
    lr: float,
    epochs: int,
    prompt: str = PROMPT,
    encoding: str = "utf-8",
) -> Experiment:
    """One-hot characters, batches of 32 sequences of 35 steps, plain SGD, gradients clipped at norm 1.

    Letters only, in lower case; the first max_tokens of them. After some epochs the model goes on after the prompt,
    with the most probable character each time. What reads both ways is measured without the future as well.
    """
    data = load_text(
        text, 32, 35, sampling=sampling, max_tokens=max_tokens, clean="letters", encoding=encoding
    )  # (batch, steps)
    model = models.recurrent_language_model(
        len(data.vocabulary), num_hiddens, kind=kind, num_layers=num_layers, bidirectional=bidirectional
    )
    return Experiment(
        data=data,
        model=model,
        task=LanguageModeling(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
        clip=1.0,
        measure_model=partial(without_future, batches=data.train()) if bidirectional else None,
        sample=writer(data, prompt, temperature=0.0),
    )


def writer(data: TextSplits, prompt: str, num_tokens: int = WRITTEN, **choice: float):
    """What the model writes after the prompt, the same draws each time; choice: see `generate`.

    Without a token to go on from it begins as the text itself does. Raises UsageError for a prompt with characters that
    the text does not contain.
    """
    text: Tensor = data.train().tokens  # pyright: ignore[reportAttributeAccessIssue]  (of texts, all have them)
    if not data.tokenize(prompt):
        prompt = data.join(data.vocabulary.tokens(text[:OPENING].tolist()))
    try:
        check_prompt(data.vocabulary, data.tokenize(prompt))
    except UsageError as error:
        raise UsageError(f"--prompt {prompt!r}: {error}") from None
    return partial(continue_text, data=data, prompt=prompt, num_tokens=num_tokens, seed=0, **choice)


def printed(page: str, minimum: float, median: float, maximum: float) -> Published:
    """A perplexity of the book's, as far as it is known: half of its last digit more to both sides."""
    band = Band.between(minimum - 0.05, median, maximum + 0.05)
    return Published(f"d2l-zh 2.0, 2021-2023, {page} (± 0.05: printed to one decimal)", train_perplexity=band)
