"""The denoising U-Net beside a second writing, and what its parts promise."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import dongshou
from dongshou.errors import DongshouError, UsageError
from dongshou.models.diffusion import CaptionCondition, DenoisingUNet, denoising_unet
from tests.models.second_writing import anywhere

T, CLASSES = torch.tensor([1, 40, 7]), torch.tensor([0, 4, 5])
CAPTIONS = torch.tensor([[1, 3, 4, 0], [1, 2, 0, 0], [1, 5, 3, 2]])


def by_classes(**settings: Any) -> DenoisingUNet:
    return denoising_unet(2, 5, channels=(8, 16), num_hiddens=12, num_heads=2, **settings)


def by_captions() -> DenoisingUNet:
    return DenoisingUNet(1, CaptionCondition(6, 12, num_heads=2, num_layers=1), 12, (8, 16), num_heads=2)


# A second writing: weights by name, every layer as a formula


def norm(w: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    groups = x.view(len(x), 8, -1)
    groups = (groups - groups.mean(-1, keepdim=True)) / (groups.var(-1, keepdim=True, correction=0) + 1e-5).sqrt()
    return groups.view_as(x) * w[f"{name}.weight"][:, None, None] + w[f"{name}.bias"][:, None, None]


def conv(w: dict[str, Tensor], name: str, x: Tensor, padding: int = 1, stride: int = 1) -> Tensor:
    return F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=padding, stride=stride)


def linear(w: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", 0)


def silu(x: Tensor) -> Tensor:
    return x / (1 + (-x).exp())


def block(w: dict[str, Tensor], name: str, x: Tensor, clue: Tensor) -> Tensor:
    h = conv(w, f"{name}.conv1", silu(norm(w, f"{name}.norm1", x)))
    scale, shift = linear(w, f"{name}.clue", silu(clue))[:, :, None, None].tensor_split(2, 1)
    h = conv(w, f"{name}.conv2", silu(norm(w, f"{name}.norm2", h) * (1 + scale) + shift))
    return h + (conv(w, f"{name}.skip", x, padding=0) if f"{name}.skip.weight" in w else x)


def attention(w: dict[str, Tensor], name: str, queries: Tensor, keys: Tensor, lengths: Any = None) -> Tensor:
    q, k, v = (linear(w, f"{name}.W_{which}", x) for which, x in (("q", queries), ("k", keys), ("v", keys)))
    heads = []
    for half in (slice(0, 8), slice(8, 16)):
        scores = q[..., half] @ k[..., half].mT / math.sqrt(8)
        for row, length in enumerate(lengths or ()):
            scores[row, :, length:] = -math.inf
        heads.append(scores.softmax(-1) @ v[..., half])
    return linear(w, f"{name}.W_o", torch.cat(heads, -1))


def unet(model: DenoisingUNet, x: Tensor, t: Tensor, condition: Tensor, patch: int = 1) -> Tensor:
    w = dict(model.named_parameters())
    angles = t[:, None] / 10000 ** (torch.arange(0, 12, 2) / 12)
    position = torch.stack([angles.sin(), angles.cos()], -1).flatten(1).double()
    step = linear(w, "step.layers.2", silu(linear(w, "step.layers.0", position)))
    words = None
    if condition.dim() == 1:
        clue = step + w["condition.embedding.weight"][condition]
    else:
        lengths = (condition > 0).sum(1)
        words = model.condition.encoder(condition, lengths).outputs  # tested with the Transformer
        clue = step + linear(w, "condition.project", words[:, 0])
    x = F.pixel_unshuffle(x, patch)
    fine = block(w, "down.0.0", conv(w, "first", x), clue)
    coarse = block(w, "down.1.0", conv(w, "smaller.0", fine, stride=2), clue)
    x = block(w, "middle.0", coarse, clue)
    pixels = norm(w, "look.norm1", x).flatten(2).mT
    x = x + attention(w, "look.pixels", pixels, pixels).mT.reshape(x.shape)
    if words is not None:
        pixels = norm(w, "look.norm2", x).flatten(2).mT
        seen = attention(w, "look.words", pixels, linear(w, "look.project", words), lengths.tolist())
        x = x + seen.mT.reshape(x.shape)
    x = block(w, "middle.1", x, clue)
    x = block(w, "up.1.0", torch.cat([x, coarse], 1), clue)
    x = conv(w, "larger.0.1", x.repeat_interleave(2, 2).repeat_interleave(2, 3))
    x = block(w, "up.0.0", torch.cat([x, fine], 1), clue)
    return F.pixel_shuffle(conv(w, "last.2", silu(norm(w, "last.0", x))), patch)


@pytest.mark.parametrize("patch", [1, 2])
@torch.no_grad()
def test_the_u_net_is_its_formula(patch: int):
    model, x = anywhere(by_classes(patch=patch)), torch.randn(3, 2, 8, 12, dtype=torch.float64)
    found = model(x, T, CLASSES)
    torch.testing.assert_close(found, unet(model, x, T, CLASSES, patch), rtol=1e-4, atol=1e-5)
    assert found.shape == x.shape and found.std() > 1e-3


@torch.no_grad()
def test_the_u_net_that_reads_captions_is_its_formula():
    model, x = anywhere(by_captions()), torch.randn(3, 1, 4, 6, dtype=torch.float64)
    model.condition.encoder.positions.double()
    torch.testing.assert_close(model(x, T, CAPTIONS), unet(model, x, T, CAPTIONS), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("make", "condition"), [(by_classes, CLASSES), (by_captions, CAPTIONS)])
def test_everything_learns_after_the_first_step_and_the_same_from_scratch(make: Any, condition: Tensor):
    model = make()
    channels = model.first.in_channels
    x = torch.randn(3, channels, 8, 8)
    blocks = [module for module in model.modules() if type(module).__name__ == "ResidualBlock"]
    h, clue = torch.randn(2, 8, 4, 4), torch.randn(2, 12)
    assert torch.equal(blocks[0](h, clue), h), "a block begins as the identity"
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        F.mse_loss(model(x, T, condition), x).backward()
        optimizer.step()
    F.mse_loss(model(x, T, condition), x).backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    ours = dongshou.from_scratch(copy.deepcopy(model), strict=True)
    torch.testing.assert_close(ours(x, T, condition), model(x, T, condition), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_step_and_condition_count_and_what_fills_up_a_caption_does_not():
    model, x = anywhere(by_captions()), torch.randn(3, 1, 4, 4, dtype=torch.float64)
    model.condition.encoder.positions.double()
    said = model(x, T, CAPTIONS)
    assert not torch.allclose(said, model(x, T + 1, CAPTIONS))
    assert not torch.allclose(said, model(x, T, CAPTIONS.flip(0)))
    swapped = CAPTIONS.clone()
    swapped[0, 1], swapped[0, 2] = CAPTIONS[0, 2], CAPTIONS[0, 1]
    assert not torch.allclose(said[0], model(x, T, swapped)[0]), "the order of words counts"
    longer = F.pad(CAPTIONS, (0, 3))
    torch.testing.assert_close(model(x, T, longer), said)
    nothing = model.condition.nothing(CAPTIONS)
    assert nothing.tolist() == [[1, 0, 0, 0]] * 3
    torch.testing.assert_close(model(x, T, nothing), model(x, T, nothing[:, :1]))


def test_no_class_is_a_class_more():
    assert by_classes().condition.nothing(CLASSES).tolist() == [5, 5, 5]


def test_what_a_u_net_needs():
    with pytest.raises(DongshouError, match="multiples of 4 pixels; got 8x6"):
        by_classes(patch=2)(torch.zeros(1, 2, 6, 8), T[:1], CLASSES[:1])
    for wrong in ((), (8, 12), (0,)):
        with pytest.raises(UsageError, match="a multiple of 8"):
            denoising_unet(1, 2, channels=wrong)
    with pytest.raises(UsageError, match="number of heads, 3; got"):
        denoising_unet(1, 2, channels=(8,), num_heads=3)
    with pytest.raises(UsageError, match="num_classes must be at least 1"):
        denoising_unet(1, 0)
    assert isinstance(denoising_unet(1, 2, channels=(8,)).smaller, nn.ModuleList)
