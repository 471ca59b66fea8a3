"""Keras 3, on the backend that the environment variable KERAS_BACKEND names: torch or jax."""

from __future__ import annotations

import keras

from benchmarks.work import MANY_EPOCHS, EpochDone, Work


def train(work: Work, epoch_done: EpochDone) -> None:
    model = keras.Sequential(
        [
            keras.layers.Input((work.num_inputs,)),
            keras.layers.Dense(work.num_hidden, "relu", kernel_initializer=normal(work)),
            keras.layers.Dense(work.num_classes, kernel_initializer=normal(work)),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(work.lr),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    inputs, labels = (tensor.numpy() for tensor in work.examples("train"))
    model.fit(
        inputs,
        labels,
        batch_size=work.batch_size,
        epochs=MANY_EPOCHS,
        validation_data=tuple(tensor.numpy() for tensor in work.examples("test")),
        validation_batch_size=work.evaluation_batch,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: epoch_done(logs["val_accuracy"]))],
        verbose=0,
    )


def normal(work: Work) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=work.std)
