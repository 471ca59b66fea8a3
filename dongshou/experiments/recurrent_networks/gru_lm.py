"""Gated recurrent units learn the characters of The Time Machine: gates that keep or renew the state (Cho, 2014)."""

from __future__ import annotations

from dongshou.experiments._shared.character_model import PROMPT, Order, character_model, printed
from dongshou.training import Experiment


def experiment(
    text: str = "time-machine",
    num_hiddens: int = 256,
    num_layers: int = 1,
    bidirectional: bool = False,
    sampling: Order = "sequential",
    lr: float = 1.0,
    epochs: int = 500,
    prompt: str = PROMPT,
    encoding: str = "utf-8",
) -> Experiment:
    """The book's settings, those of `rnn-lm`: with gates, the same text is learnt to the letter."""
    return character_model(
        "gru",
        text,
        num_hiddens=num_hiddens,
        num_layers=num_layers,
        bidirectional=bidirectional,
        sampling=sampling,
        lr=lr,
        epochs=epochs,
        prompt=prompt,
        encoding=encoding,
        published=[printed("concise", 1.0, 1.0, 1.1), printed("from scratch", 1.0, 1.1, 1.3)],
    )


def deep(epochs: int = 500) -> Experiment:
    """Two layers, twice the learning rate: the upper one reads the states of the lower."""
    deeper = experiment(num_layers=2, lr=2.0, epochs=epochs)
    deeper.published = []
    return deeper


def bidirectional(epochs: int = 500) -> Experiment:
    """Two layers in both directions, a misuse: the way back has seen the answer (see `lstm-lm:bidirectional`)."""
    misused = experiment(num_layers=2, bidirectional=True, epochs=epochs)
    misused.published = []
    return misused


def random(epochs: int = 500) -> Experiment:
    """The subsequences in random order: no state is carried from one to the next."""
    disordered = experiment(sampling="random", epochs=epochs)
    disordered.published = []
    return disordered


def manual(epochs: int = 200) -> Experiment:
    """The manual that comes with every Python in place of the novel: no download."""
    technical = experiment(text="python-manual", epochs=epochs, prompt="the statement ")
    technical.published = []
    return technical
