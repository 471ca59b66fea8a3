"""Keras 3, on the backend that the environment variable KERAS_BACKEND names: torch or jax."""

from __future__ import annotations

from typing import Literal

import keras
import numpy as np

from benchmarks.contenders.keras_networks import NETWORKS
from benchmarks.work import MANY_EPOCHS, EpochDone, Work


def train(work: Work, epoch_done: EpochDone) -> None:
    is_torch = keras.backend.backend() == "torch"
    keras.config.set_image_data_format("channels_first" if is_torch else "channels_last")  # each backend's own
    inputs, labels = arrays(work, "train")
    images = keras.Input(inputs.shape[1:])
    model = keras.Model(images, NETWORKS[work.network](images))
    model.compile(
        optimizer=keras.optimizers.SGD(work.lr),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(
        inputs,
        labels,
        batch_size=work.batch_size,
        epochs=MANY_EPOCHS,
        validation_data=arrays(work, "test"),
        validation_batch_size=work.evaluation_batch,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: epoch_done(logs["val_accuracy"]))],
        verbose=0,
    )


def arrays(work: Work, split: Literal["train", "test"]) -> tuple[np.ndarray, np.ndarray]:
    """The images in the order of axes that the backend computes in, and their labels."""
    images, labels = (tensor.numpy() for tensor in work.examples(split))
    is_first = keras.config.image_data_format() == "channels_first"
    return (images if is_first else np.ascontiguousarray(images.transpose(0, 2, 3, 1))), labels
