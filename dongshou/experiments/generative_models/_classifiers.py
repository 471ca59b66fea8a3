"""Train the LeNets that judge what networks draw: `python -m dongshou.experiments.generative_models._classifiers`.

With names, only those: digits, mnist, fashion-mnist, cifar10. Their weights are a part of the package, so that a
distance measured on one machine can be compared with one measured on another.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from safetensors.torch import save_file
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from dongshou import models
from dongshou.data import load_images
from dongshou.models.trained_lenet import CHANNELS, MEAN, SIZE, STD, file_of
from dongshou.tasks import Classification
from dongshou.training import Experiment, Progress, Session, fit
from dongshou.training.randomness import seed_all

EPOCHS = {"digits": 30, "mnist": 1, "fashion-mnist": 2, "cifar10": 5}


def main(names: Sequence[str]) -> None:
    for name in names or CHANNELS:
        seed_all(0)
        experiment, progress = classifier(name, EPOCHS[name]), Progress()
        for _ in fit(experiment, Session(device="cpu"), progress=progress):
            pass
        write(name, experiment, progress.history[-1]["test_accuracy"])


def classifier(name: str, epochs: int) -> Experiment:
    """As `lenet:modern`, on pictures of 28x28."""
    images = load_images(name, 128, size=SIZE, normalize=(MEAN, STD))  # (batch, channels, 28, 28), (batch,)
    model = models.lenet(images.shape[0], len(images.classes), activation="relu", pooling="max")
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=Adam(model.parameters(), lr=3e-3),
        epochs=epochs,
        schedule=partial(CosineAnnealingLR, T_max=epochs),
        draw=False,
    )


def write(name: str, experiment: Experiment, accuracy: float) -> None:
    """In half precision, which moves no feature by more than a thousandth."""
    weights = {key: value.half().contiguous() for key, value in experiment.model.state_dict().items()}
    metadata = {"data": name, "epochs": str(EPOCHS[name]), "test_accuracy": f"{accuracy:.4f}"}
    save_file(weights, file_of(name), metadata=metadata)
    print(f"{name}: test accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main(sys.argv[1:])
