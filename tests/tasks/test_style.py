"""The losses of style transfer beside plain loops over channels and pixels."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.adain import AdaIN, adaptive_instance_norm, mirrored_decoder, moments
from dongshou.models.layer_outputs import LayerOutputs
from dongshou.tasks.restyling import Restyling
from dongshou.tasks.style import content_loss, gram, statistics_loss, style_loss, total_variation


def gram_by_loops(features: Tensor) -> list[list[float]]:
    channels, height, width = features.shape
    return [
        [
            sum(
                float(features[one, row, column] * features[other, row, column])
                for row in range(height)
                for column in range(width)
            )
            / (channels * height * width)
            for other in range(channels)
        ]
        for one in range(channels)
    ]


def test_the_gram_matrix():
    features = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    expected = torch.tensor([gram_by_loops(one) for one in features], dtype=torch.float64)
    torch.testing.assert_close(gram(features), expected, rtol=1e-12, atol=1e-12)
    shuffled = features.flatten(2)[..., torch.randperm(20)].view_as(features)
    torch.testing.assert_close(gram(shuffled), gram(features))  # wherever things are


def test_content_and_style_are_sums_of_means():
    layers = [torch.randn(1, 3, 4, 5), torch.randn(1, 2, 2, 3)]
    others = [torch.randn(1, 3, 4, 5), torch.randn(1, 2, 2, 3)]
    expected = sum(nn.functional.mse_loss(*pair) for pair in zip(layers, others, strict=True))
    torch.testing.assert_close(content_loss(layers, others), expected)
    grams = [gram(one) for one in others]
    expected = sum(nn.functional.mse_loss(gram(one), other) for one, other in zip(layers, grams, strict=True))
    torch.testing.assert_close(style_loss(layers, grams), expected)


def test_total_variation():
    picture = torch.tensor([[[[0.0, 1.0, 3.0], [4.0, 4.0, 0.0]]]])
    down, along = (4 + 3 + 3) / 3, (1 + 2 + 0 + 4) / 4
    assert float(total_variation(picture)) == pytest.approx((down + along) / 2)


def test_the_statistics_of_each_channel():
    one, other = torch.randn(2, 3, 4, 5, dtype=torch.float64), 3 * torch.randn(2, 3, 6, 2, dtype=torch.float64) + 1
    expected = 0.0
    for picture in range(2):
        for channel in range(3):
            a, b = one[picture, channel].flatten().tolist(), other[picture, channel].flatten().tolist()
            mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
            std_a = math.sqrt(sum((x - mean_a) ** 2 for x in a) / len(a) + 1e-5)
            std_b = math.sqrt(sum((x - mean_b) ** 2 for x in b) / len(b) + 1e-5)
            expected += ((mean_a - mean_b) ** 2 + (std_a - std_b) ** 2) / 6
    assert float(statistics_loss([one], [other])) == pytest.approx(expected, rel=1e-9)
    mean, std = moments(one)
    assert mean.shape == std.shape == (2, 3, 1, 1)


def test_the_outputs_of_layers():
    layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 3, 3, stride=3), nn.ReLU())
    images = torch.randn(2, 1, 20, 20)
    last, first, middle = LayerOutputs(layers, (3, 0, 2))(images)
    torch.testing.assert_close(first, layers[0](images))
    torch.testing.assert_close(middle, layers[:3](images))
    torch.testing.assert_close(last, layers[:4](images))
    network = LayerOutputs(layers, (3, 0))
    assert network.stride == 6 and LayerOutputs(layers, (1, 0)).stride == 1 and len(network.layers) == 4
    for chosen in ((), (0, 5), (-1,)):
        with pytest.raises(UsageError, match="chosen by their numbers, from 0 to 4; got"):
            LayerOutputs(layers, chosen)


def test_the_statistics_of_the_style_are_given_to_the_content():
    contents, styles = torch.randn(2, 3, 8, 9).double() + 2, 3 * torch.rand(2, 3, 5, 4).double()
    restyled = adaptive_instance_norm(contents, styles, eps=0)
    for picture in range(2):
        for channel in range(3):
            x, y = contents[picture, channel], styles[picture, channel]
            expected = y.std(correction=0) * (x - x.mean()) / x.std(correction=0) + y.mean()
            torch.testing.assert_close(restyled[picture, channel], expected)
    one_for_all = adaptive_instance_norm(contents, styles[:1], eps=0)
    torch.testing.assert_close(one_for_all[0], restyled[0])
    assert not torch.allclose(one_for_all[1], restyled[1])


def test_adain_draws_at_the_size_of_the_content_and_learns_its_decoder_alone():
    layers = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1))
    model = AdaIN(LayerOutputs(layers, (0, 2)), mirrored_decoder(8, num_doublings=1))
    contents, styles = torch.randn(2, 3, 12, 16), torch.randn(2, 3, 10, 8)
    task = Restyling(0.5, styles[:1], torch.zeros(3, 1, 1), torch.ones(3, 1, 1))
    restyled = model.train()(contents, styles)
    assert restyled.picture.shape == (2, 3, 12, 16) and restyled.features.shape == (2, 8, 6, 8)
    seen = model.encoder(restyled.picture)
    expected = content_loss(seen[-1:], [restyled.features]) + 0.5 * statistics_loss(seen, model.encoder(styles))
    found = task.measure(model, (contents, styles))["loss"]
    torch.testing.assert_close(found.total / found.weight, expected.detach())
    expected.backward()
    assert all(one.grad is None for one in model.encoder.parameters())
    assert all(one.grad is not None for one in model.decoder.parameters())
    assert task.predict(model, contents[:1]).shape == (1, 3, 12, 16)
    with pytest.raises(UsageError, match="at least 1; got num_doublings=0"):
        mirrored_decoder(8, 0)
