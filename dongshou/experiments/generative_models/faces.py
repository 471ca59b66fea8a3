"""Faces that nobody has: DCGAN and an autoencoder on the portraits of Olivetti, or on any folder of faces."""

from __future__ import annotations

from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSize, LearningRate
from dongshou.experiments.generative_models import dcgan
from dongshou.experiments.generative_models import vae as autoencoder
from dongshou.experiments.generative_models._adversaries import DiscriminatorRate, GeneratorRate, NumLatents, Width
from dongshou.experiments.generative_models._pictures import Drawn
from dongshou.training import Experiment


def experiment(
    data: Drawn = "digits",
    size: ImageSize = 64,
    num_latents: NumLatents = 64,
    width: Width = 16,
    batch_size: BatchSize = 32,
    discriminator_lr: DiscriminatorRate = 4e-4,
    generator_lr: GeneratorRate = 1e-3,
    epochs: Epochs = 10,
) -> Experiment:
    """DCGAN at 64x64. `--data olivetti` has scikit-learn fetch 400 portraits, `--data FOLDER` takes your own.

    Without either it draws digits, the only pictures that come along. Of a few hundred faces take some hundred epochs.
    """
    return dcgan.experiment(data, size, num_latents, width, batch_size, discriminator_lr, generator_lr, epochs)


def vae(
    data: Drawn = "digits",
    size: ImageSize = 32,
    num_latents: autoencoder.NumLatents = 32,
    hidden: Hidden = (400, 200),
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-3,
    epochs: Epochs = 40,
) -> Experiment:
    """A variational autoencoder on the same."""
    return autoencoder.experiment(data, size, num_latents, hidden, batch_size, lr, epochs)
