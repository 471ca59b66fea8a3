"""The GPT-2 of Hugging Face in the same size: trained by its Trainer, writing with its cache of keys and values.

The Trainer's log, bar and checkpoints are off, which helps it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.utils import logging

from benchmarks.language.work import Clock, Work, batches_of
from dongshou.errors import DongshouError
from dongshou.experiments.attention.transformer_lm import decayed_matrices
from dongshou.training import Experiment

logging.set_verbosity_error()


class Windows(Dataset):
    """Every window of a text; the Trainer draws from them."""

    def __init__(self, tokens: Tensor, num_steps: int) -> None:
        self.tokens = tokens.cpu()
        self.num_steps = num_steps

    def __len__(self) -> int:
        return len(self.tokens) - self.num_steps

    def __getitem__(self, start: int) -> dict[str, Tensor]:
        window = self.tokens[start : start + self.num_steps]
        return {"input_ids": window, "labels": window}  # the model itself shifts them


class Watch(TrainerCallback):
    """Reads the clock after the first step and after the last: how the Trainer starts is not counted."""

    def __init__(self) -> None:
        self.clock: Clock | None = None
        self.times: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.clock is not None and state.global_step in (1, state.max_steps):
            self.times.append(self.clock())


class Trained:
    """Turns of one Trainer."""

    def __init__(self, work: Work) -> None:
        experiment = work.make()
        batches = batches_of(experiment)
        self.model = same_size(experiment)
        self.watch = Watch()
        self.trainer = Trainer(
            model=self.model,
            args=arguments(work, experiment, batches.batch_size),
            train_dataset=Windows(batches.tokens, batches.num_steps),
            optimizers=optimizer_and_schedule(self.model, experiment),
            callbacks=[self.watch],
        )
        self.trainer.remove_callback(PrinterCallback)

    def seconds(self, times: int, clock: Clock) -> float:
        self.watch.clock = clock
        self.watch.times.clear()
        self.trainer.args.max_steps = 1 + times
        self.trainer.train()
        first, last = self.watch.times
        return last - first


def arguments(work: Work, experiment: Experiment, batch_size: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=tempfile.gettempdir(),  # into which nothing is written
        per_device_train_batch_size=batch_size,
        max_grad_norm=experiment.clip or 0.0,
        logging_strategy="no",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=work.device == "cpu",
        dataloader_pin_memory=work.device != "cpu",
    )


def optimizer_and_schedule(model: nn.Module, experiment: Experiment) -> tuple[Any, Any]:
    """As the experiment's; fused, as the Trainer itself makes it."""
    settings = {name: experiment.optimizer.defaults[name] for name in ("lr", "betas")}
    optimizer = AdamW(decayed_matrices(model, 0.1), fused=True, **settings)
    assert experiment.schedule is not None
    return optimizer, experiment.schedule(optimizer)


def same_size(experiment: Experiment) -> GPT2LMHeadModel:
    """Raises DongshouError when it has another number of parameters than ours."""
    ours: Any = experiment.model
    dropout = ours.dropout.p
    theirs = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=ours.token_embedding.num_embeddings,
            n_positions=ours.context,
            n_embd=ours.token_embedding.embedding_dim,
            n_layer=len(ours.blocks),
            n_head=ours.blocks[0].attention.num_heads,
            resid_pdrop=dropout,
            embd_pdrop=dropout,
            attn_pdrop=dropout,
            bos_token_id=None,
            eos_token_id=None,  # no token ends the text
        )
    )
    numbers = [sum(parameter.numel() for parameter in model.parameters()) for model in (ours, theirs)]
    if numbers[0] != numbers[1]:
        raise DongshouError(f"Ours and GPT-2 have {numbers[0]:,} and {numbers[1]:,} parameters, not the same work.")
    return theirs.to(next(ours.parameters()).device)


def training(work: Work) -> Trained:
    return Trained(work)


def writing(work: Work) -> Callable[[], Tensor]:
    experiment = work.make()
    model: Any = same_size(experiment).eval()
    prompt = work.prompt(experiment)
    length = {"max_new_tokens": work.num_written(experiment.model), "do_sample": False, "use_cache": True}

    def write() -> Tensor:
        tokens = model.generate(prompt, attention_mask=torch.ones_like(prompt), pad_token_id=0, **length)
        return tokens[:, prompt.shape[1] :]

    return write
