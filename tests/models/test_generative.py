"""What networks that draw have beside their rows: classes, latents, how they start, the LeNets that come trained."""

from __future__ import annotations

import pytest
import torch
from safetensors import safe_open
from torch import nn

import dongshou
from dongshou import models
from dongshou.data.sets import digits
from dongshou.errors import UsageError
from dongshou.models.trained_lenet import CHANNELS, file_of, fingerprint, trained_lenet
from dongshou.models.vae import Latents, reparametrized
from tests.models.generative_formulas import dcgan_discriminator, dcgan_generator
from tests.models.second_writing import Weights


def test_a_class_stands_behind_the_noise_and_behind_the_channels():
    generator = models.dcgan_generator(4, 2, size=16, width=3, num_classes=5).eval()
    discriminator = models.dcgan_discriminator(2, size=16, width=3, num_classes=5).eval()
    z, classes = torch.randn(3, 4), torch.tensor([4, 0, 2])
    asked = torch.eye(5)[classes]
    images = generator(z, classes)
    expected = dcgan_generator(Weights(generator), torch.cat([z, asked], 1), 2, (6, 3))
    torch.testing.assert_close(images, expected)
    planes = asked[:, :, None, None].repeat(1, 1, 16, 16)
    expected = dcgan_discriminator(Weights(discriminator), torch.cat([images, planes], 1), (3, 6), norm="batch")
    torch.testing.assert_close(discriminator(images, classes), expected)
    ours = dongshou.from_scratch(generator, strict=True)
    torch.testing.assert_close(ours(z, classes), images)


def test_dcgan_starts_as_the_paper_says():
    layers = [*models.dcgan_generator(100, size=32, width=64)]
    for layer in layers:
        if isinstance(layer, nn.ConvTranspose2d):
            assert float(layer.weight.detach().mean()) == pytest.approx(0, abs=1e-3)
            assert float(layer.weight.detach().std()) == pytest.approx(0.02, rel=0.05)
        if isinstance(layer, nn.BatchNorm2d):
            assert float(layer.weight.detach().mean()) == pytest.approx(1, abs=0.01) and not layer.bias.any()


def test_a_vae_decodes_what_it_encoded():
    model = models.vae((2, 4, 3), num_latents=5, hidden=(7, 6))
    images = torch.rand(9, 2, 4, 3)
    torch.manual_seed(1)
    logits, latents = model(images)
    assert logits.shape == images.shape and latents.mean.shape == latents.log_variance.shape == (9, 5)
    w = Weights(model)
    hidden = torch.relu(w.linear(torch.relu(w.linear(images.flatten(1), 7)), 6))
    mean, log_variance = w.linear(hidden, 10).chunk(2, 1)
    torch.testing.assert_close((mean, log_variance), tuple(latents))
    torch.manual_seed(1)
    z = mean + log_variance.exp().sqrt() * torch.randn(9, 5)
    expected = w.linear(torch.relu(w.linear(torch.relu(w.linear(z, 6)), 7)), 24).view(9, 2, 4, 3)
    torch.testing.assert_close(logits, expected)


def test_the_gradient_through_what_was_drawn_is_that_of_the_expectation():
    """Of E (z - a)^2 = (m - a)^2 + s^2 it is known; and the score function gives it too: E f(z) d log q(z)."""
    a, mean, log_variance = 0.7, torch.tensor(-0.4, requires_grad=True), torch.tensor(-1.0, requires_grad=True)
    variance = torch.tensor(-1.0).exp()
    known = torch.stack([2 * (mean.detach() - a), variance])
    torch.manual_seed(0)
    many = Latents(mean.expand(400_000, 1), log_variance.expand(400_000, 1))
    value = (reparametrized(many) - a).square().mean()
    by_path = torch.stack(torch.autograd.grad(value, [mean, log_variance]))
    with torch.no_grad():
        z = reparametrized(many)
    log_q = torch.distributions.Normal(mean, (log_variance / 2).exp()).log_prob(z)
    by_score = torch.stack(torch.autograd.grad(((z - a).square() * log_q).mean(), [mean, log_variance]))
    torch.testing.assert_close(by_path, known, rtol=0.01, atol=0.01)
    torch.testing.assert_close(by_score, known, rtol=0.02, atol=0.02)


def test_a_trained_lenet_reads_what_it_has_not_learnt_from():
    lenet = trained_lenet("digits")
    pixels, labels = digits.read("test")
    images = torch.nn.functional.interpolate(pixels / 255, size=(28, 28), mode="bilinear", antialias=True)
    accuracy = float((lenet(images).argmax(1) == labels).float().mean())
    with safe_open(file_of("digits"), framework="pt") as file:
        assert accuracy == pytest.approx(float(file.metadata()["test_accuracy"]), abs=0.003)
    assert accuracy > 0.97
    in_color = images[:20].expand(-1, 3, -1, -1)
    torch.testing.assert_close(lenet.features(in_color), lenet.features(images[:20]))
    assert lenet.features(torch.rand(3, 1, 40, 50)).shape == (3, 84)
    assert not any(parameter.requires_grad for parameter in lenet.parameters())


@pytest.mark.parametrize("name", CHANNELS)
def test_every_one_comes_with_the_package(name: str):
    with safe_open(file_of(name), framework="pt") as file:
        assert file.metadata()["data"] == name and float(file.metadata()["test_accuracy"]) > 0.45
    assert trained_lenet(name).features(torch.rand(2, 1, 32, 32)).isfinite().all()
    assert [*fingerprint(name)] == [f"lenet-{name}.safetensors"]


def test_one_that_does_not():
    with pytest.raises(UsageError, match="No LeNet comes trained on mnst; there are digits, .*Did you mean mnist"):
        trained_lenet("mnst")
