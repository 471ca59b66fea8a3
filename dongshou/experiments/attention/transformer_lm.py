"""A small GPT learns to write like Shakespeare: a Transformer that only decodes, character by character (2018)."""

from __future__ import annotations

from typing import Annotated

from torch import nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou import models
from dongshou.data import load_text
from dongshou.experiments._shared.character_model import writer
from dongshou.experiments._shared.settings import (
    BatchSize,
    Dropout,
    Encoding,
    Epochs,
    LearningRate,
    NumHeads,
    NumHiddens,
    NumLayers,
    NumSubwords,
    Prompt,
    Text,
    TokenLevel,
)
from dongshou.scratch.optim.lr_scheduler import LambdaLR, cosine_with_warmup
from dongshou.tasks import LanguageModeling
from dongshou.training import Experiment, Goal, Published, Reported

SECTIONS = {"en": "11.9"}


WARMUP = 100  # steps


@Published("nanoGPT, on a processor", valid_loss=Reported(1.88))
def experiment(
    text: Text = "tiny-shakespeare",
    level: TokenLevel = "character",
    num_subwords: NumSubwords = 1000,
    num_layers: NumLayers = 4,
    num_heads: NumHeads = 4,
    num_hiddens: NumHiddens = 128,
    context: Annotated[int, "tokens that the model sees at once"] = 64,
    dropout: Dropout = 0.0,
    batch_size: BatchSize = 12,
    steps_per_epoch: Annotated[int, "training steps between two evaluations"] = 250,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 8,
    prompt: Prompt = "\n",
    encoding: Encoding = "utf-8",
) -> Experiment:
    """2,000 steps on windows from anywhere in the first nine tenths; an epoch is 250 of them.

    AdamW; the rate climbs for 100 steps, then falls to a tenth along a cosine. It is twice nanoGPT's: so small a
    network bears it, and gets further in so few steps. A processor is enough for it. Whatever the level of the tokens,
    `bits_per_character` can be compared.
    """
    data = load_text(
        text,
        batch_size,
        context,
        level=level,
        num_subwords=num_subwords,
        sampling="windows",
        num_batches=steps_per_epoch,
        valid=0.1,
        encoding=encoding,
    )  # (batch, context)
    model = models.gpt(
        len(data.vocabulary),
        num_layers=num_layers,
        num_heads=num_heads,
        num_hiddens=num_hiddens,
        context=context,
        dropout=dropout,
    )
    num_steps = steps_per_epoch * epochs
    return Experiment(
        data=data,
        model=model,
        task=LanguageModeling(carries_state=False, characters=data.characters),
        optimizer=AdamW(decayed_matrices(model, 0.1), lr=lr, betas=(0.9, 0.99), fused=True),
        epochs=epochs,
        schedule=lambda optimizer: warm_cosine(optimizer, num_steps),
        schedule_every="step",
        clip=1.0,
        sample=writer(data, prompt, 200, temperature=0.8),
    )


@Goal("fewer bits a character than characters take: the 1.88 nats of nanoGPT", valid_bits_per_character=Reported(2.71))
def subwords(num_subwords: NumSubwords = 500, epochs: Epochs = 8) -> Experiment:
    """The same network on sub-words of the same text: a context of 64 reaches twice as far back."""
    return experiment(level="subword", num_subwords=num_subwords, epochs=epochs)


@Published("nanoGPT, on a GPU", valid_loss=Reported(1.47))
def large(epochs: Epochs = 20) -> Experiment:
    """6 layers of 384, a context of 256, 5,000 steps: for a GPU."""
    return experiment(
        num_layers=6, num_heads=6, num_hiddens=384, context=256, dropout=0.2, batch_size=64, lr=1e-3, epochs=epochs
    )


def manual(epochs: Epochs = 4) -> Experiment:
    """The manual that comes with every Python: no download."""
    return experiment(text="python-manual", epochs=epochs)


def decayed_matrices(model: nn.Module, weight_decay: float) -> list[dict]:
    """All parameters in two groups: matrices, which decay, and biases and norms, which have no reason to be small."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]


def warm_cosine(optimizer: Optimizer, num_steps: int) -> LRScheduler:
    return LambdaLR(optimizer, cosine_with_warmup(min(WARMUP, num_steps - 1), num_steps, start=0.01, end=0.1))
