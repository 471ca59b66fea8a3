"""CLIP beside a second writing, and what it learns."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch.nn import functional as F

import dongshou
from dongshou.data import Batches, Splits
from dongshou.errors import UsageError
from dongshou.models.clip import CLIP
from dongshou.tasks import Question
from dongshou.tasks.generative.matching import Matching, contrastive

TOKENS = torch.tensor([[1, 2, 3, 0], [1, 4, 0, 0], [1, 3, 2, 5]])


def small() -> CLIP:
    torch.manual_seed(0)
    return CLIP((1, 6, 10), num_tokens=6, num_embedding=8, channels=4, num_hiddens=8)


@torch.no_grad()
def test_logits_are_cosines_times_a_scale():
    model, pictures = small(), torch.rand(5, 1, 6, 10)
    w = dict(model.named_parameters())
    x = pictures
    for number in (0, 3):
        x = F.conv2d(x, w[f"picture.{number}.weight"], w[f"picture.{number}.bias"], padding=1).clamp(min=0)
        x = F.max_pool2d(x, 2, ceil_mode=True)
    x = (x.flatten(1) @ w["picture.7.weight"].mT + w["picture.7.bias"]).clamp(min=0)
    x = x @ w["picture.9.weight"].mT + w["picture.9.bias"]
    y = model.caption(TOKENS).vector @ w["project.weight"].mT + w["project.bias"]
    logits = model(pictures, TOKENS)
    for i in range(5):
        for j in range(3):
            cosine = float(x[i] @ y[j]) / math.sqrt(float(x[i] @ x[i]) * float(y[j] @ y[j]))
            assert float(logits[i, j]) == pytest.approx(cosine / 0.07, rel=1e-4, abs=1e-4)
    model.scale.fill_(9.0)
    torch.testing.assert_close(model(pictures, TOKENS), logits * 0.07 * 100, rtol=1e-3, atol=1e-3)


def test_everything_learns_and_the_same_from_scratch():
    model, pictures = small(), torch.rand(3, 1, 6, 10)
    contrastive(model(pictures, TOKENS)).backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    ours = dongshou.from_scratch(copy.deepcopy(model), strict=True)
    torch.testing.assert_close(ours(pictures, TOKENS), model(pictures, TOKENS), rtol=1e-4, atol=1e-4)
    with pytest.raises(UsageError, match="num_embedding must be at least 1"):
        CLIP((1, 6, 10), 6, num_embedding=0)


def test_the_loss_counts_rows_and_columns():
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.3, 0.1, 1.4], [-0.6, 0.2, 0.9]])
    rows = sum(math.log(sum(math.exp(float(value)) for value in row)) - float(row[i]) for i, row in enumerate(logits))
    columns = sum(math.log(sum(math.exp(float(v)) for v in col)) - float(col[i]) for i, col in enumerate(logits.mT))
    assert float(contrastive(logits)) == pytest.approx((rows / 3 + columns / 3) / 2, rel=1e-5)


def test_a_caption_that_reads_the_same_is_right_and_the_best_picture_comes_first():
    torch.manual_seed(0)
    left, right = torch.full((1, 6, 10), -1.0), torch.full((1, 6, 10), -1.0)
    left[..., :5], right[..., 5:] = 1.0, 1.0
    pictures, tokens = torch.stack([left, right] * 8), TOKENS[[0, 1] * 8]
    model, task = small(), Matching(lambda data, text: TOKENS[:1] if text == "left" else TOKENS[1:2])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(30):
        task.step(model, (pictures, tokens), optimizer)
    measured = task.measure(model, (pictures, tokens))
    assert float(measured["accuracy"].total) == 16 and measured["accuracy"].higher_is_better
    assert float(measured["loss"].total / 16) == pytest.approx(math.log(8), abs=0.1)  # eight pictures read the same
    data = Splits(Batches(pictures, tokens, batch_size=16), shape=(1, 6, 10))
    for text, expected in (("left", left), ("right", right)):
        answer = task.answer(model, data, Question(text, num=8))
        assert torch.equal(answer.images, ((expected + 1) / 2).expand(8, 1, 6, 10))
    torch.testing.assert_close(task.predict(model, (pictures, TOKENS)).sum(1), torch.ones(16))
