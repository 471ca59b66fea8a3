"""Language modelling against torch's cross-entropy, and the state between batches."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou import models
from dongshou.data.text.batches import TextBatches, WholeText
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError
from dongshou.models.gpt import GPT
from dongshou.scratch import from_scratch
from dongshou.tasks import LanguageModeling
from dongshou.tasks.language_model import perplexity
from dongshou.tasks.pictures.attention import attention_of
from dongshou.tasks.pictures.gates import gates_of
from dongshou.tasks.pictures.language_model import of_text
from dongshou.training import Session
from dongshou.training.look import measure

TEXT = "in the beginning was the word and the word was good " * 6
VOCABULARY = Vocabulary(TEXT)
TOKENS = VOCABULARY.encode(TEXT)


def model(kind: str = "gru", **more) -> nn.Module:
    return models.recurrent_language_model(len(VOCABULARY), 8, kind=kind, **more)


def splits(batch_size: int = 4, num_steps: int = 5) -> TextSplits:
    text = TextBatches(TOKENS, batch_size=batch_size, num_steps=num_steps)
    return TextSplits(text, vocabulary=VOCABULARY, name="word")


def test_loss_and_perplexity_are_those_of_torch_over_the_whole_text():
    network = model()
    found = measure(network, LanguageModeling(), WholeText(TOKENS, batch_size=1, num_steps=7), Session(device="cpu"))
    with torch.no_grad():
        logits, _ = network(TOKENS[None, :-1])  # in one piece: the state was carried from batch to batch
        loss = nn.functional.cross_entropy(logits[0], TOKENS[1:])
    assert found["loss"] == pytest.approx(float(loss), rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(float(loss)), rel=1e-5)


def test_bits_are_those_of_all_tokens_over_the_characters_that_they_stand_for():
    network, characters = model(), torch.arange(len(VOCABULARY)) / 2.0
    task = LanguageModeling(characters=characters)
    found = measure(network, task, WholeText(TOKENS, batch_size=2, num_steps=7), Session(device="cpu"))
    width = (len(TOKENS) - 1) // 2
    inputs, targets = TOKENS[: 2 * width].view(2, width), TOKENS[1 : 2 * width + 1].view(2, width)
    with torch.no_grad():
        probabilities = network(inputs)[0].softmax(-1).gather(-1, targets[..., None])
    bits = -probabilities.double().log2().sum() / sum(number / 2 for number in targets.flatten().tolist())
    assert found["bits_per_character"] == pytest.approx(float(bits), rel=1e-5)
    assert "bits_per_character" not in measure(
        network, LanguageModeling(), WholeText(TOKENS, batch_size=2, num_steps=7), Session(device="cpu")
    )


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_both_engines_measure_the_same(kind: str):
    network, batches = model(kind), WholeText(TOKENS, batch_size=2, num_steps=7)
    by_torch = measure(network, LanguageModeling(), batches, Session(device="cpu"))
    task = LanguageModeling()
    task.loss = from_scratch(task.loss)
    assert measure(from_scratch(network), task, batches, Session(device="cpu")) == pytest.approx(by_torch, rel=1e-5)


def test_the_gradient_ends_where_the_batch_begins():
    network, task = model(), LanguageModeling()
    optimizer = SGD(network.parameters(), lr=0.1)
    for batch in splits().train():  # a gradient into the batch before would be one through freed memory
        task.step(network, batch, optimizer)
    assert task._state is not None and not task._state[0].requires_grad


def test_a_fresh_row_forgets_what_came_before_and_the_others_do_not():
    network, task = model(), LanguageModeling()
    first, second = torch.randint(len(VOCABULARY), (2, 3, 6))
    fresh = torch.tensor([True, False, True])
    with torch.no_grad():
        task.measure(network, (first, first, torch.ones(3, dtype=torch.bool)))
        carried = task._logits(network, second, fresh)
        alone, _ = network(second)
        both, _ = network(torch.cat([first, second], 1))
    torch.testing.assert_close(carried[fresh], alone[fresh])
    torch.testing.assert_close(carried[1], both[1, 6:])


def test_a_model_that_begins_anew_is_given_no_state():
    network = models.gpt(len(VOCABULARY), num_layers=1, num_heads=2, num_hiddens=8, context=5)
    task = LanguageModeling(carries_state=False)
    batch = next(iter(splits().train()))
    before = task.measure(network, batch)["loss"].total
    assert task.measure(network, batch)["loss"].total == before
    assert task._state is None


def test_another_batch_size_where_rows_go_on():
    network, task = model(), LanguageModeling()
    tokens = torch.zeros(4, 5, dtype=torch.int64)
    task.measure(network, (tokens, tokens, torch.ones(4, dtype=torch.bool)))
    task.measure(network, (tokens[:3], tokens[:3], torch.ones(3, dtype=torch.bool)))  # all start over
    with pytest.raises(
        DongshouError, match="The state of 3 sequences cannot go on in a batch of 4: keep the batch size"
    ):
        task.measure(network, (tokens, tokens, torch.tensor([True, False, True, True])))


def test_predictions_are_probabilities_of_the_next_token():
    network, task = model(), LanguageModeling()
    with torch.no_grad():
        found = task.predict(network, TOKENS[None, :9])
        logits, _ = network(TOKENS[None, :9])
    torch.testing.assert_close(found, logits[:, -1].softmax(1))


def test_a_loss_that_no_float_can_hold_the_exponential_of():
    assert perplexity(1e4) == math.inf
    assert math.isnan(perplexity(math.nan))


def test_a_loss_that_is_a_class():
    with pytest.raises(UsageError, match=r"write CrossEntropyLoss\(\)"):
        LanguageModeling(nn.CrossEntropyLoss)  # pyright: ignore


@pytest.mark.parametrize("is_ours", [False, True])
def test_the_gates_are_those_that_the_lstm_computes_with(is_ours: bool):
    network = model("lstm", embedding_size=3)
    gates = gates_of(network, network.recurrent, TOKENS[None, :12])
    with torch.no_grad():
        _, (_, cell) = network(TOKENS[None, :12])
        h, _ = network.recurrent(network.embed(TOKENS[None, :12]))
    torch.testing.assert_close(gates["cell"][-1], cell[0, 0])
    torch.testing.assert_close(gates["output"] * gates["cell"].tanh(), h[0], rtol=1e-4, atol=1e-6)
    if is_ours:
        again = gates_of(from_scratch(network), network.recurrent, TOKENS[None, :12])
        torch.testing.assert_close(again, gates)


def small_gpt(context: int = 40) -> GPT:
    return models.gpt(len(VOCABULARY), num_layers=2, num_heads=2, num_hiddens=8, context=context, dropout=0.5)


@pytest.mark.parametrize("is_ours", [False, True])
def test_the_attention_is_that_of_the_formula(is_ours: bool):
    network = small_gpt().train()
    found = attention_of(from_scratch(network) if is_ours else network, TOKENS[None, :9])
    assert [weights.shape for weights in found] == [(2, 9, 9)] * 2
    with torch.no_grad():
        x = network.token_embedding(TOKENS[:9]) + network.position_embedding.weight[:9]  # (steps, hiddens)
        first: Any = network.blocks[0]
        queries, keys, _ = first.attention.W_qkv(first.norm1(x)).view(9, 3, 2, 4).permute(1, 2, 0, 3)  # heads first
        scores = queries @ keys.mT / 2 + torch.full((9, 9), -torch.inf).triu(1)
    torch.testing.assert_close(found[0], scores.softmax(-1))
    assert network.training and network.attention_weights == []  # the fused kernel again


def test_attention_is_drawn_over_what_the_model_can_read_at_once():
    held_out = WholeText(TOKENS, batch_size=1, num_steps=30)
    data = TextSplits(splits().train(), test=held_out, vocabulary=VOCABULARY, name="word")
    drawn = dict(LanguageModeling(carries_state=False).figures(small_gpt(), data))
    assert [*drawn] == ["attention-layer-1", "attention-layer-2"]
    assert drawn["attention-layer-2"].get_suptitle().endswith("layer 2 of 2")
    axes = drawn["attention-layer-1"].axes[:2]
    assert [one.get_title() for one in axes] == ["head 1", "head 2"]
    labels = "".join(label.get_text() for label in axes[0].get_yticklabels())
    assert labels == TEXT[:24].replace(" ", "␣")
    image = axes[0].images[0].get_array()
    assert image.mask.tolist() == torch.ones(24, 24).triu(1).bool().tolist()  # what comes after is not in sight
    assert image.sum(1).tolist() == pytest.approx([1] * 24)


def test_over_a_text_of_ones_own_its_end_is_drawn():
    data = splits()
    for network, num_tokens in ((small_gpt(context=12), 12), (model("lstm"), 48)):
        *_, (_, figure) = of_text(network, data, TEXT)
        labels = [label.get_text() for label in figure.axes[1 if num_tokens == 12 else 3].get_xticklabels()]
        assert "".join(labels) == TEXT[-num_tokens:].replace(" ", "␣")


def test_the_gates_are_drawn_of_an_lstm_only():
    task, data = LanguageModeling(), splits()
    assert [name for name, _ in task.figures(model("lstm"), data)] == ["gates"]
    assert [name for name, _ in task.figures(model("gru"), data)] == []
    (_, figure), *_ = task.figures(model("lstm"), data)
    assert [axes.get_title() for axes in figure.axes[:4]] == ["forget gate", "input gate", "output gate", "cell"]
