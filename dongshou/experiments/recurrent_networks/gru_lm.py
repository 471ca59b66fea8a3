"""Gated recurrent units learn the characters of The Time Machine: gates that keep or renew the state (Cho, 2014)."""

from __future__ import annotations

from dongshou.experiments.recurrent_networks._character_model import PROMPT, Order, character_model, printed
from dongshou.training import Experiment


def experiment(
    text: str = "time-machine",
    num_hiddens: int = 256,
    num_layers: int = 1,
    sampling: Order = "sequential",
    lr: float = 1.0,
    epochs: int = 500,
    prompt: str = PROMPT,
) -> Experiment:
    """The book's settings, those of `rnn-lm`: with gates, the same text is learnt to the letter."""
    return character_model(
        "gru",
        text,
        num_hiddens=num_hiddens,
        num_layers=num_layers,
        sampling=sampling,
        lr=lr,
        epochs=epochs,
        prompt=prompt,
        published=[printed("concise", 1.0, 1.0, 1.1), printed("from scratch", 1.0, 1.1, 1.3)],
    )


def manual(epochs: int = 200) -> Experiment:
    """The manual that comes with every Python in place of the novel: no download."""
    technical = experiment(text="python-manual", epochs=epochs, prompt="the statement ")
    technical.published = []
    return technical
