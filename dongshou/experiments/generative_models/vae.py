"""A variational autoencoder: pictures squeezed through two numbers, which noise replaces (Kingma, Welling, 2014)."""

from __future__ import annotations

from typing import Annotated

from torch.optim import Adam

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSize, LearningRate
from dongshou.experiments.generative_models._closing import closing
from dongshou.experiments.generative_models._pictures import Drawn, drawn_from, eyes_for
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.variational import VariationalAutoencoding
from dongshou.training import Experiment, Goal, Reported

NumLatents = Annotated[int, "numbers that a picture is squeezed through; of two a map is drawn"]


@Goal("25 nats a picture, a Fréchet distance below 300", test_bound=Reported(-25.0), test_frechet_lenet=Reported(300.0))
def experiment(
    data: Drawn = "digits",
    size: ImageSize = 8,
    num_latents: NumLatents = 2,
    hidden: Hidden = (256, 128),
    batch_size: BatchSize = 64,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 100,
) -> Experiment:
    """The digits of scikit-learn, 8x8, through two numbers; `test_bound` is in nats a picture.

    It draws what is left of a picture behind the two numbers, where the pictures of the test set lie, and what lies
    between them.
    """
    pictures = drawn_from(data, batch_size, size, as_tanh=False)  # (batch, channels, size, size) of values 0..1
    model = models.vae(pictures.shape, num_latents, hidden)
    task = VariationalAutoencoding(PictureJudge(eyes_for(data), lowest=0.0))
    return Experiment(
        data=pictures,
        model=model,
        task=task,
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        sample=task.draw,
        conclude=closing,
    )


def fashion(
    data: Drawn = "fashion-mnist",
    num_latents: NumLatents = 2,
    hidden: Hidden = (400, 200),
    batch_size: BatchSize = 128,
    lr: LearningRate = 1e-3,
    epochs: Epochs = 10,
) -> Experiment:
    """Fashion-MNIST, or MNIST, at 28x28."""
    return experiment(data, 28, num_latents, hidden, batch_size, lr, epochs)
