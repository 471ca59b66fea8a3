"""Lightning's Trainer over tensors in memory. Its logger, checkpoints and bar are off, which helps it."""

from __future__ import annotations

import logging
from typing import Any

import lightning
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.work import EpochDone, Work


class Classifier(lightning.LightningModule):
    def __init__(self, work: Work, epoch_done: EpochDone) -> None:
        super().__init__()
        self.network = work.model()
        self.lr = work.lr
        self.epoch_done = epoch_done
        self.hits: list[Tensor] = []

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        inputs, labels = batch
        return cross_entropy(self.network(inputs), labels)

    def validation_step(self, batch: tuple[Tensor, Tensor]) -> None:
        inputs, labels = batch
        self.hits.append(self.network(inputs).argmax(1) == labels)

    def on_train_epoch_end(self) -> None:  # comes after the validation
        accuracy = torch.cat(self.hits).float().mean().item()
        self.hits.clear()
        self.epoch_done(accuracy)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.lr)


def train(work: Work, epoch_done: EpochDone) -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    off: dict[str, Any] = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
    }
    trainer = lightning.Trainer(accelerator=work.device, devices=1, max_epochs=-1, **off)
    batches = DataLoader(TensorDataset(*work.examples("train")), work.batch_size, shuffle=True)
    test = DataLoader(TensorDataset(*work.examples("test")), work.evaluation_batch)
    trainer.fit(Classifier(work, epoch_done), batches, test)
