"""Translation against torch's own cross-entropy, and sentences through a model and back."""

from __future__ import annotations

import pytest
import sacrebleu
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim import SGD, Adam

from dongshou import models
from dongshou.data.text.splits import PairSplits
from dongshou.data.text.tokens import BEGIN, END, PAD
from dongshou.data.text.translation import load_pairs
from dongshou.errors import UsageError
from dongshou.models.encoder_decoder import EncoderDecoder
from dongshou.scratch import from_scratch
from dongshou.tasks import Translation
from dongshou.tasks.beam_search import greedy_search
from dongshou.tasks.translate import looks, sentence_of, translate
from dongshou.tasks.translation import Batch, shifted
from dongshou.training import Session
from dongshou.training.look import measure

KINDS = ("seq2seq", "attention", "transformer")


@pytest.fixture
def pairs() -> PairSplits:
    """English dates and French ones."""
    return load_pairs("dates", batch_size=16, max_examples=40)


def made(kind: str, pairs: PairSplits, dropout: float = 0.0) -> EncoderDecoder:
    sizes = len(pairs.source_vocabulary), len(pairs.target_vocabulary)
    if kind == "transformer":
        return models.transformer(*sizes, dropout=dropout)
    return models.seq2seq(*sizes, attention="additive" if kind == "attention" else None, dropout=dropout)


def task_for(pairs: PairSplits) -> Translation:
    return Translation(pairs.target_vocabulary, max_len=10)


def first_batch(pairs: PairSplits) -> Batch:
    return next(iter(pairs.train()))


def mean_loss(task: Translation, model: EncoderDecoder, batch: Batch) -> Tensor:
    loss = task.measure(model, batch)["loss"]
    return loss.total / loss.weight


def test_the_decoder_is_given_every_word_but_the_last():
    target = torch.tensor([[7, 8, 3, 1], [9, 3, 1, 1]])
    assert shifted(target, begin=2).tolist() == [[2, 7, 8, 3], [2, 9, 3, 1]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_is_the_mean_cross_entropy_of_the_words(kind, pairs):
    model, task, batch = made(kind, pairs), task_for(pairs), first_batch(pairs)
    source, source_lengths, target, target_lengths = batch
    pad = pairs.target_vocabulary[PAD]
    logits = model(source, source_lengths, shifted(target, pairs.target_vocabulary[BEGIN]))
    expected = F.cross_entropy(logits.mT, target, ignore_index=pad)
    torch.testing.assert_close(mean_loss(task, model, batch), expected.detach())
    assert int(task.measure(model, batch)["loss"].weight) == int(target.ne(pad).sum()) == int(target_lengths.sum())


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_the_padding_changes_nothing(kind, pairs):
    model, task = made(kind, pairs), task_for(pairs)
    source, source_lengths, target, target_lengths = first_batch(pairs)
    other = [tokens.clone() for tokens in (source, target)]
    for tokens, lengths in zip(other, (source_lengths, target_lengths), strict=True):
        is_padding = torch.arange(tokens.shape[1]) >= lengths[:, None]
        tokens[is_padding] = torch.randint(10, tokens.shape)[is_padding]
    changed = other[0], source_lengths, other[1], target_lengths
    torch.testing.assert_close(
        mean_loss(task, model, changed), mean_loss(task, model, (source, source_lengths, target, target_lengths))
    )


def test_targets_without_a_word_cost_nothing_and_break_nothing(pairs):
    model, task = made("seq2seq", pairs), task_for(pairs)
    source, source_lengths, target, target_lengths = first_batch(pairs)
    quantities = task.step(
        model, (source, source_lengths, target, torch.zeros_like(target_lengths)), SGD(model.parameters(), lr=1.0)
    )
    assert float(quantities["loss"].total) == 0 and float(quantities["loss"].weight) == 0
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_a_step_goes_down_the_gradient_of_the_loss_that_is_measured(pairs):
    model, twin, task, batch = made("attention", pairs), made("attention", pairs), task_for(pairs), first_batch(pairs)
    twin.load_state_dict(model.state_dict())
    task.step(model, batch, SGD(model.parameters(), lr=0.1))
    source, source_lengths, target, _ = batch
    logits = twin(source, source_lengths, shifted(target, pairs.target_vocabulary[BEGIN]))
    F.cross_entropy(logits.mT, target, ignore_index=pairs.target_vocabulary[PAD]).backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert theirs.grad is not None
        torch.testing.assert_close(ours.detach(), theirs.detach() - 0.1 * theirs.grad)


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_learn_the_same(kind, pairs):
    batch, gradients = first_batch(pairs), []
    for convert in (lambda module: module, from_scratch):
        torch.manual_seed(1)
        model = convert(made(kind, pairs))
        task = task_for(pairs)
        task.loss = convert(task.loss)
        task.step(model, batch, SGD(model.parameters(), lr=0.1))
        gradients.append([parameter.grad for parameter in model.parameters()])
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def learnt(kind: str, pairs: PairSplits, num_steps: int) -> tuple[EncoderDecoder, Translation, Batch]:
    """A model that knows some sentences of a batch by heart, not yet all of them."""
    model, task, batch = made(kind, pairs), task_for(pairs), first_batch(pairs)
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(num_steps):
        task.step(model, batch, optimizer)
    return model, task, batch


@pytest.mark.parametrize("kind", KINDS)
def test_the_sentences_that_are_right_are_those_that_greedy_search_writes(kind, pairs):
    model, task, (source, source_lengths, target, target_lengths) = learnt(kind, pairs, num_steps=40)
    measured = measure(model, task, [(source, source_lengths, target, target_lengths)], Session(device="cpu"))
    written = task.predict(model, (source, source_lengths)).tolist()
    sentences = [row[:length] for row, length in zip(target.tolist(), target_lengths.tolist(), strict=True)]
    right = [row[: len(sentence)] == sentence for row, sentence in zip(written, sentences, strict=True)]
    assert measured["sentence_accuracy"] == sum(right) / len(right)
    assert any(right)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_is_translated_greedily_and_with_a_beam(kind, pairs):
    model, _, (source, source_lengths, target, _) = learnt(kind, pairs, num_steps=100)
    vocabularies = pairs.source_vocabulary, pairs.target_vocabulary
    (row,) = source_lengths.argmax(0, keepdim=True).tolist()
    english, french = (
        vocabulary.tokens(tokens[row].tolist())
        for vocabulary, tokens in zip(vocabularies, (source, target), strict=True)
    )
    text, expected = (pairs.join(words[: words.index(END)]) for words in (english, french))
    for width in (1, 3):
        assert translate(model, pairs, [text, text.upper()], width=width) == [expected, expected]


def test_unknown_words_are_translated_somehow_and_no_words_not_at_all(pairs):
    model = made("seq2seq", pairs)
    assert len(translate(model, pairs, ["someday , somewhere"])) == 1
    assert translate(model, pairs, []) == []
    with pytest.raises(UsageError, match=r"A sentence needs at least one word; got ' '"):
        translate(model, pairs, ["june 1 , 2000", " "])


def test_a_transformer_says_what_it_looked_at_in_every_layer_and_head(pairs):
    seen = looks(made("transformer", pairs, dropout=0.5), pairs, "June 1, 2000", "1 juin 2000")
    read, write = ["june", "1", ",", "2000", END], ["1", "juin", "2000", END]
    assert [(look.name, look.queries, look.keys) for look in seen] == [
        ("attention", write, read),
        ("encoder-attention", read, read),
        ("decoder-attention", write, [BEGIN, *write[:-1]]),
    ]
    for look in seen:
        assert [weights.shape for weights in look.weights] == 2 * [(4, len(look.queries), len(look.keys))]
        for weights in look.weights:
            torch.testing.assert_close(weights.sum(2), torch.ones(weights.shape[:2]))
    assert seen[2].weights[0].triu(1).eq(0).all()  # nothing of what is yet to be written


def test_the_attention_of_a_translation_is_that_of_writing_it(pairs):
    """One pass over the whole translation against word after word, each kept."""
    model = made("attention", pairs)
    (look,) = looks(model, pairs, "June 1, 2000", "1 juin 2000")
    vocabulary = pairs.target_vocabulary
    ids = pairs.source_vocabulary.encode(["june", "1", ",", "2000", END])[None]
    memory, state = model.encode(ids, torch.tensor([5])), None
    for step, word in enumerate([BEGIN, "1", "juin", "2000"]):
        _, state = model.decode(torch.tensor([[vocabulary[word]]]), memory, state)
        torch.testing.assert_close(model.attention_weights[0][0, 0, 0].detach(), look.weights[0][0, step])


def test_a_model_without_attention_has_nothing_to_say_of_it(pairs):
    model = made("seq2seq", pairs)
    assert looks(model, pairs, "June 1, 2000", "1 juin 2000") == []
    assert list(task_for(pairs).figures(model, pairs)) == []


@pytest.mark.parametrize(("kind", "panels"), [("attention", 1), ("transformer", 4)])
def test_attention_is_drawn_for_each_layer_and_head(kind, panels, pairs):
    figures = dict(task_for(pairs).figures(made(kind, pairs), pairs))
    of_layers = ["attention"] if kind == "attention" else ["attention-layer-1", "attention-layer-2"]
    assert [name for name in figures if name.startswith("attention")] == of_layers
    assert ("encoder-attention-layer-2" in figures) == (kind == "transformer")
    heat_maps = [axes for axes in figures[of_layers[-1]].axes if axes.images]
    assert len(heat_maps) == panels
    assert heat_maps[0].get_xticklabels()[-1].get_text() == END


def test_chinese_is_cut_and_joined_as_it_is_written():
    chinese = load_pairs("dates-zh", batch_size=16, max_examples=40)
    model, _, (source, lengths, target, _) = learnt("seq2seq", chinese, num_steps=100)
    words, written = source[0].tolist(), target[0].tolist()
    text = chinese.join(chinese.source_vocabulary.tokens(words[: int(lengths[0]) - 1]))
    end = chinese.target_vocabulary[END]
    expected = "".join(chinese.target_vocabulary.tokens(written[: written.index(end)]))
    assert translate(model, chinese, [text]) == [expected]
    (look,) = looks(made("attention", chinese), chinese, text, expected)
    assert look.queries == [*chinese.target_vocabulary.tokens(written[: written.index(end)]), END]


@pytest.mark.parametrize("batch_size", [40, 7])
def test_bleu_of_a_corpus_is_measured_over_all_batches_together(batch_size: int):
    some = load_pairs("dates", batch_size=batch_size, max_examples=40)
    model, _, _ = learnt("seq2seq", some, 40)
    model.eval()
    vocabulary, (num_steps,) = some.target_vocabulary, some.shape
    task = Translation(vocabulary, max_len=num_steps, measures_bleu=True)
    predictions, references = [], []
    for source, lengths, target, _ in some.train():
        search = {"begin": vocabulary[BEGIN], "end": vocabulary[END], "max_len": num_steps}
        written = greedy_search(model, source, lengths, **search)
        predictions += [" ".join(sentence_of(row, vocabulary)) for row in written.tolist()]
        references += [" ".join(sentence_of(row, vocabulary)) for row in target.tolist()]
    expected = sacrebleu.corpus_bleu(predictions, [references], tokenize="none", force=True).score
    found = measure(model, task, some.train(), Session(device="cpu"))
    assert found["bleu"] == pytest.approx(expected, rel=1e-9) and expected > 1
    assert "bleu" not in measure(model, task_for(some), some.train(), Session(device="cpu"))
