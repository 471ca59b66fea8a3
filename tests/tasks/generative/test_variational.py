"""The bound of a variational autoencoder beside torch.distributions, and what its task draws and is asked."""

from __future__ import annotations

import torch
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.optim import Adam

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.models.vae import Latents
from dongshou.tasks.asking import Question
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.variational import VariationalAutoencoding, terms


def test_the_terms_of_the_bound_are_those_of_the_distributions():
    logits, images = torch.randn(6, 2, 3, 4), torch.randint(2, (6, 2, 3, 4)).float()
    latents = Latents(torch.randn(6, 5), torch.randn(6, 5))
    reconstruction, divergence = terms(logits, images, latents)
    torch.testing.assert_close(reconstruction, -Bernoulli(logits=logits).log_prob(images).flatten(1).sum(1))
    q = Normal(latents.mean, (latents.log_variance / 2).exp())
    torch.testing.assert_close(divergence, kl_divergence(q, Normal(0.0, 1.0)).sum(1))


def test_the_bound_is_below_the_likelihood():
    """log p(x) by importance sampling, which the bound approaches from below."""
    torch.manual_seed(0)
    model, images = models.vae((1, 4, 4), 2, (16,)), torch.rand(1, 1, 4, 4).round()
    with torch.no_grad():
        mean, log_variance = model.encode(images)
        q = Normal(mean, (log_variance / 2).exp())
        z = q.sample((20_000,))[:, 0]  # (samples, 2)
        logits = model.decode(z)
        log_p = Bernoulli(logits=logits).log_prob(images).flatten(1).sum(1) + Normal(0.0, 1.0).log_prob(z).sum(1)
        likelihood = (log_p - q.log_prob(z).sum(1)).logsumexp(0) - torch.tensor(20_000.0).log()
        bound = -sum(
            part.mean() for part in terms(logits, images.expand(20_000, -1, -1, -1), Latents(mean, log_variance))
        )
    assert likelihood - 1.0 < bound < likelihood + 0.01


def test_it_learns_draws_and_is_asked():
    torch.manual_seed(0)
    images = torch.rand(40, 1, 8, 8).round()
    data = Splits(
        Batches(images, batch_size=20), test=Batches(images, torch.arange(40) % 10, batch_size=40), shape=(1, 8, 8)
    )
    model, task = models.vae((1, 8, 8), 2, (32,)), VariationalAutoencoding(PictureJudge("digits", lowest=0.0))
    optimizer = Adam(model.parameters(), lr=0.01)
    bounds = [task.step(model, (images,), optimizer)["bound"] for _ in range(60)]
    values = [float(bound.total / bound.weight) for bound in bounds]
    assert bounds[0].higher_is_better and values[-1] > values[0] + 2
    measured = task.measure(model, (images,))
    assert {"bound", "reconstruction", "divergence", "frechet_lenet", "variety"} == measured.keys()
    question = Question(num=3, seed=4)
    answer = task.answer(model, data, question)
    assert answer.images.shape == (3, 1, 8, 8) and torch.equal(answer.images, task.answer(model, data, question).images)
    assert [name for name, _ in task.explain(model, data, question, answer)] == ["interpolation"]
    assert not [*task.explain(model, data, Question(num=1), answer)]
    data.classes = tuple("0123456789")
    assert [name for name, _ in task.figures(model, data)] == [
        "reconstruction",
        "pictures",
        "interpolation",
        "latent_map",
        "manifold",
    ]
