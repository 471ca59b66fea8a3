"""GloVe: the model and its loss beside a second writing of the paper's formula; the experiments in small."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import dongshou
from dongshou import experiments, models
from dongshou.errors import UsageError
from dongshou.tasks.cooccurrence import Cooccurrence

TEXT = "the king rules the land\n\nthe queen rules the land\n\na man walks home and a woman walks home\n\n" * 6


@torch.no_grad()
def test_the_loss_is_that_of_the_paper():
    model = models.glove(5, 3)
    words, contexts, counts = torch.tensor([0, 4, 2]), torch.tensor([1, 4, 0]), torch.tensor([0.5, 8.0, 300.0])
    (w, v, b, c) = (layer.weight for layer in (model.word, model.context, model.word_bias, model.context_bias))
    total = 0.0
    for i, j, x in zip(words.tolist(), contexts.tolist(), counts.tolist(), strict=True):
        output = sum(w[i, k] * v[j, k] for k in range(3)) + b[i, 0] + c[j, 0]
        total += min(1.0, (x / 100) ** 0.75) * (output - torch.tensor(x).log()) ** 2
    quantity = Cooccurrence().measure(model, (words, contexts, counts))["loss"]
    assert float(quantity.total / quantity.weight) == pytest.approx(float(total / 3), rel=1e-5)
    assert torch.equal(model.vectors(), w + v)
    assert torch.allclose(Cooccurrence().predict(model, (words, contexts)), model(words, contexts).exp())


def test_both_engines_agree():
    model = models.glove(6, 4)
    words, contexts = torch.tensor([0, 5, 2]), torch.tensor([1, 4, 0])
    expected = model(words, contexts)
    assert torch.allclose(dongshou.from_scratch(model, strict=True)(words, contexts), expected)


def test_sizes_are_checked():
    with pytest.raises(UsageError, match="size"):
        models.glove(5, 0)


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return str(path)


def test_it_is_learnt_and_asked(text: str, real_data):
    real_data("word-similarity")
    run = experiments.glove(text=text, size=6, min_frequency=1, batch_size=16, lr=0.2, epochs=12).run()
    losses = [line["train_loss"] for line in run.lines() if line["event"] == "epoch"]
    assert losses[-1] < 0.3 * losses[0]
    answer = run.predict("king")
    assert len(answer.similarities) == 10 and "<unk>" not in answer.similarities


def test_factors_hold_what_stands_in_the_same_places(text: str, real_data):
    real_data("word-similarity")
    run = experiments.glove.ppmi(text=text, size=8, min_frequency=1, window=2).run()
    assert next(iter(run.predict("king").similarities)) == "queen", "both stand between the and rules"
    assert run.result["num_words"] == 11
