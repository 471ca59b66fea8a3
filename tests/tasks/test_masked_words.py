"""Filling gaps: the losses, the book's among them; questions with one gap, with two, with none; what heads look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD

from dongshou import models
from dongshou.data import TextSplits, load_masked
from dongshou.data.text.masked import IGNORED
from dongshou.errors import UsageError
from dongshou.notes import DataNote
from dongshou.tasks import MaskedWords, Question
from dongshou.tasks.fill import read_question

TEXT = "\n\n".join(
    f"The {one} is a good {other}. A {other} has{' not' * number} a {one}!"
    for one in "abcd"
    for number, other in enumerate("efghi")
)


@pytest.fixture
def data(tmp_path: Path) -> TextSplits:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return load_masked(str(path), 20, 24, min_frequency=1, held_out=0.3)


@pytest.fixture
def model(data: TextSplits) -> Any:
    made = models.bert(len(data.vocabulary), num_hiddens=16, ffn_size=16, max_len=24, dropout=0.0)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.3)
    return made


def test_the_losses(data: TextSplits, model: Any):
    batch = next(iter(data.train()))
    tokens, segments, lengths, positions, targets, is_next = batch
    every, following = model(tokens, segments, lengths)
    asked = [(row, slot) for row, slot in torch.cartesian_prod(*map(torch.arange, targets.shape)).tolist()]
    words = [(row, slot) for row, slot in asked if targets[row, slot] != IGNORED]
    assert 0 < len(words) < len(asked)
    log_p = every.log_softmax(-1)
    expected = -torch.stack([log_p[row, positions[row, slot], targets[row, slot]] for row, slot in words]).mean()
    measured = MaskedWords().measure(model, batch)
    means = {name: float(one.total / one.weight) for name, one in measured.items()}
    assert means["mlm_loss"] == pytest.approx(float(expected.detach()))
    assert means["nsp_loss"] == pytest.approx(float(F.cross_entropy(following, is_next).detach()))
    assert means["loss"] == pytest.approx(means["mlm_loss"] + means["nsp_loss"])
    right = [int(every[row, positions[row, slot]].argmax()) == targets[row, slot] for row, slot in words]
    assert means["mlm_accuracy"] == pytest.approx(sum(right) / len(words))
    assert measured["mlm_accuracy"].higher_is_better and measured["nsp_accuracy"].higher_is_better


def test_the_loss_of_the_book_counts_empty_slots(data: TextSplits, model: Any):
    """Its program: a mean over all slots, times a weight for each, over the sum of the weights."""
    batch = next(iter(data.train()))
    tokens, segments, lengths, positions, targets, is_next = batch
    words, following = model(tokens, segments, lengths, positions)
    weights = (targets != IGNORED).float().reshape(-1, 1)
    mean = F.cross_entropy(words.flatten(0, 1), torch.where(targets == IGNORED, 0, targets).flatten())
    expected = (mean * weights).sum() / (weights.sum() + 1e-8)
    loss = mean + F.cross_entropy(following, is_next)
    (grad,) = torch.autograd.grad(loss, [model.masked_words.output.bias])
    task, optimizer = MaskedWords(counts_empty_slots=True), SGD(model.parameters(), lr=0.0)
    measured = task.step(model, batch, optimizer)
    means = {name: float(one.total / one.weight) for name, one in measured.items()}
    assert means["slot_loss"] == pytest.approx(float(expected.detach()))
    assert means["loss"] == pytest.approx(means["slot_loss"] + means["nsp_loss"])
    assert means["mlm_loss"] == pytest.approx(
        float(MaskedWords().measure(model, batch)["mlm_loss"].total / weights.sum())
    )
    torch.testing.assert_close(model.masked_words.output.bias.grad, grad)


def test_one_gap_and_two(data: TextSplits, model: Any):
    task = MaskedWords()
    one = task.answer(model, data, Question("The [MASK] is a good e."))
    read = read_question(data, "The [MASK] is a good e.", model)
    assert read.words == ["[CLS]", "the", "[MASK]", "is", "a", "good", "e", "[SEP]"]
    probabilities = model.eval()(*read.inputs)[0][0, 2].softmax(-1).detach()
    (found,) = one.gaps
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert not {"<unk>", "[MASK]", "[PAD]", "[CLS]", "[SEP]"} & {*found}
    for word, share in found.items():
        assert share == pytest.approx(float(probabilities[data.vocabulary[word]]))
    best = next(iter(found))
    assert one.text == f"the {best} is a good e" and one.lines()[0] == one.text and best in one.lines()[1]
    assert one.as_json() == {"answer": one.text, "gaps": [found]} and one.cells() == {"answer": one.text}
    two = task.answer(model, data, Question("the [MASK] is a [MASK] e[SEP]a [MASK]"))
    assert len(two.gaps) == 3 and "[" not in two.text
    assert [line for line in two.lines() if line.startswith("gap")] == ["gap 1", "gap 2", "gap 3"]
    assert read_question(data, "[MASK] a[SEP]e", model).segments.tolist() == [[0, 0, 0, 0, 1, 1]]


def test_questions_that_do_not_fit(data: TextSplits, model: Any):
    task = MaskedWords()
    with pytest.raises(UsageError, match=r"has a \[MASK\] in it, as in \"a \[MASK\] day\"; got 'a nice day'"):
        task.answer(model, data, Question("a nice day"))
    with pytest.warns(DataNote, match=r"does not know zebra, lion: read as <unk>"):
        task.answer(model, data, Question("the zebra is a [MASK] lion"))
    with pytest.warns(DataNote, match=r"reads 22 words at once: of 31 those at the end are cut off"):
        read = read_question(data, f"a [MASK]{' e' * 29}", model)
    assert read.tokens.shape == (1, 24) and read.words[-1] == "[SEP]"
    with pytest.warns(DataNote, match="cut off"), pytest.raises(UsageError, match="behind the 22 words"):
        read_question(data, f"{'e ' * 29}[MASK]", model)


def test_what_the_heads_look_at(data: TextSplits, model: Any):
    task = MaskedWords()
    assert [name for name, _ in task.figures(model, data)] == ["attention-layer-1", "attention-layer-2"]
    (_, figure), _ = task.explain(model, data, Question("the [MASK]"), None)  # type: ignore[arg-type]
    axes = [one for one in figure.axes if one.images and one.get_title()]
    assert [one.get_title() for one in axes] == ["head 1", "head 2"]
    assert [label.get_text() for label in axes[0].get_xticklabels()] == ["[CLS]", "the", "[MASK]", "[SEP]"]
    assert model.encoder.attention_weights == []  # nothing is kept afterwards
