"""BERT: equal to that of transformers at any sizes; padding, segments, positions; checkpoints that do not fit."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

import dongshou
from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models.bert_layers import BERT
from dongshou.notes import DataNote

VOCABULARY = 23
LENGTHS = torch.tensor([5, 9, 1])


def small_bert(**settings: Any) -> BERT:
    sizes = dict(num_layers=2, num_heads=4, num_hiddens=16, ffn_size=24, max_len=11, dropout=0.0)
    return anywhere(models.bert(VOCABULARY, **sizes | settings))


def anywhere(model: Any, std: float = 0.4) -> Any:
    """Away from a start at which everything is near 0."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return model.eval()


def batch() -> tuple[Tensor, Tensor, Tensor]:
    return torch.randint(VOCABULARY, (3, 9)), torch.randint(2, (3, 9)), LENGTHS


def theirs_like(seed: int) -> Any:
    """A BERT of transformers of random sizes."""
    transformers = pytest.importorskip("transformers", reason="pip install transformers for its BERT")
    draw = random.Random(seed)
    num_heads = draw.choice([1, 2, 3])
    config = transformers.BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=num_heads * draw.choice([4, 8]),
        num_hidden_layers=draw.choice([1, 2, 3]),
        num_attention_heads=num_heads,
        intermediate_size=draw.choice([7, 20]),
        max_position_embeddings=draw.choice([9, 14]),
        hidden_act=draw.choice(["gelu", "relu", "gelu_new"]),
        layer_norm_eps=draw.choice([1e-12, 1e-3]),
    )
    return anywhere(transformers.BertForPreTraining(config))


def assert_same_outputs(ours: BERT, theirs: Any) -> None:
    """Hidden states of every layer and all logits, of the steps that are no padding."""
    tokens, segments, lengths = batch()
    kept: list[Tensor] = []
    hooks = [block.register_forward_hook(lambda _, __, x: kept.append(x)) for block in ours.encoder.blocks]
    with torch.no_grad():
        words, following = ours.eval()(tokens, segments, lengths)
        is_there = torch.arange(9) < lengths[:, None]
        asked = dict(attention_mask=is_there.long(), token_type_ids=segments, output_hidden_states=True)
        expected = theirs(tokens, **asked)
    for hook in hooks:
        hook.remove()
    for hidden, their_hidden in zip(kept, expected.hidden_states[1:], strict=True):
        torch.testing.assert_close(hidden[is_there], their_hidden[is_there], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(words[is_there], expected.prediction_logits[is_there], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(following, expected.seq_relationship_logits, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_from_and_to_huggingface(seed: int, tmp_path: Path):
    theirs = theirs_like(seed)
    theirs.save_pretrained(tmp_path / "theirs")
    ours = models.bert.from_huggingface(tmp_path / "theirs")
    assert_same_outputs(ours, theirs)
    anywhere(ours)
    folder = models.bert.to_huggingface(ours, tmp_path / "ours", vocabulary=[f"w{n}" for n in range(VOCABULARY)])
    assert_same_outputs(ours, type(theirs).from_pretrained(folder).eval())
    assert (folder / "vocab.txt").read_text().splitlines()[22] == "w22"
    again = models.bert.from_huggingface(folder).state_dict()
    assert all(torch.equal(tensor, again[key]) for key, tensor in ours.state_dict().items())


def test_a_pickled_checkpoint_of_2018_and_one_without_heads(tmp_path: Path):
    theirs = theirs_like(1)
    theirs.save_pretrained(tmp_path)
    expected = models.bert.from_huggingface(tmp_path).state_dict()
    weights = load_file(tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").unlink()
    old = {key.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): weights[key] for key in weights}
    torch.save(old, tmp_path / "pytorch_model.bin")
    for key, tensor in models.bert.from_huggingface(tmp_path).state_dict().items():
        assert torch.equal(tensor, expected[key]), key
    bare = {key.removeprefix("bert."): tensor for key, tensor in weights.items() if key.startswith("bert.")}
    save_file(bare | {"embeddings.position_ids": torch.arange(9)}, tmp_path / "model.safetensors")
    with pytest.warns(DataNote, match=r"holds no weights for masked_words, next_sentence: they start afresh\."):
        model = models.bert.from_huggingface(tmp_path)
    assert torch.equal(model.encoder.token_embedding.weight, expected["encoder.token_embedding.weight"])
    assert torch.equal(model.pooler[0].weight, expected["pooler.0.weight"])
    assert not torch.equal(model.next_sentence.weight, expected["next_sentence.weight"])
    assert model.masked_words.output.weight is model.encoder.token_embedding.weight


def test_a_text_by_the_mean_of_its_tokens():
    pretrained = small_bert()
    model = models.bert_fine_tuned(pretrained, 3, pooling="mean").eval()
    tokens, lengths = torch.tensor([[2, 5, 7, 3], [2, 6, 3, 0]]), torch.tensor([4, 3])
    x = pretrained.encoder(tokens, None, lengths)
    means = torch.stack([x[row, :length].mean(0) for row, length in enumerate(lengths.tolist())])
    torch.testing.assert_close(model((tokens, lengths)), model.output(means))
    with pytest.raises(UsageError, match=r"pooling is one of first, mean; got 'cls'"):
        models.bert_fine_tuned(pretrained, 3, pooling="cls")  # type: ignore[arg-type]


def test_checkpoints_that_do_not_fit(tmp_path: Path):
    with pytest.raises(UsageError, match=r"There is no file .*config\.json"):
        models.bert.from_huggingface(tmp_path)
    models.bert.to_huggingface(small_bert(), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())

    def fails(error: type[Exception], message: str, **changed: Any) -> None:
        (tmp_path / "config.json").write_text(json.dumps(config | changed))
        with pytest.raises(error, match=message) as raised:
            models.bert.from_huggingface(tmp_path)
        assert "\n" not in str(raised.value)

    shapes = r"bert\.embeddings\.word_embeddings\.weight is \(23, 16\) in the file, \(24, 16\) by the sizes there"
    fails(DongshouError, shapes, vocab_size=24)
    fails(DongshouError, r"lacks bert\.encoder\.layer\.2\.attention\.self\.query\.weight", num_hidden_layers=3)
    fails(DongshouError, r"holds encoder\.blocks\.1\.\S+, which a BERT of the sizes", num_hidden_layers=1)
    fails(DongshouError, r'a model of type "roberta"; this reads BERT', model_type="roberta")
    fails(DongshouError, r'hidden_act is one of gelu, .*; got "swish"', hidden_act="swish")
    fails(DongshouError, "type_vocab_size has to be 2, .*; got 1", type_vocab_size=1)
    fails(UsageError, "must be a multiple of num_heads", num_attention_heads=3)
    (tmp_path / "model.safetensors").unlink()
    fails(UsageError, r"holds no weights: a checkpoint is a model\.safetensors or a pytorch_model\.bin")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DongshouError, match="does not say vocab_size"):
        models.bert.from_huggingface(tmp_path)
    (tmp_path / "config.json").write_text("not JSON")
    with pytest.raises(DongshouError, match="cannot be read as JSON"):
        models.bert.from_huggingface(tmp_path)


@torch.no_grad()
def test_padding_never_changes_an_output():
    model, (tokens, segments, lengths) = small_bert(), batch()
    words, following = model(tokens, segments, lengths)
    is_there = torch.arange(9) < lengths[:, None]
    for _ in range(3):
        other = torch.where(is_there, tokens, torch.randint(VOCABULARY, tokens.shape))
        padded = [F.pad(part, (0, 2), value=1) for part in (other, segments)]
        longer, also = model(*padded, lengths)
        torch.testing.assert_close(longer[:, :9][is_there], words[is_there])
        torch.testing.assert_close(also, following)
    for row, length in enumerate(lengths.tolist()):
        alone, also = model(tokens[row : row + 1, :length], segments[row : row + 1, :length])
        torch.testing.assert_close(alone[0], words[row, :length])
        torch.testing.assert_close(also[0], following[row])


@torch.no_grad()
def test_the_words_at_the_positions_asked_for():
    model, (tokens, segments, lengths) = small_bert(), batch()
    every, following = model(tokens, segments, lengths)
    positions = torch.tensor([[4, 0, 0], [8, 2, 1], [0, 0, 0]])
    some, also = model(tokens, segments, lengths, positions)
    torch.testing.assert_close(some, torch.stack([every[row, positions[row]] for row in range(3)]))
    torch.testing.assert_close(also, following)
    assert not torch.allclose(model(tokens, 1 - segments, lengths)[0], every)  # segments count
    assert not torch.allclose(model(tokens.flip(1), segments.flip(1))[0].flip(1), every)  # and so do places


def test_gradients_and_both_engines():
    theirs, (tokens, segments, lengths) = small_bert(), batch()
    ours = dongshou.from_scratch(copy.deepcopy(theirs), strict=True)
    for model in (ours, theirs):
        words, following = model(tokens, segments, lengths)
        (F.cross_entropy(words.flatten(0, 1), tokens.flatten()) + following[:, 0].logsumexp(0)).backward()
    for (name, one), other in zip(theirs.named_parameters(), ours.parameters(), strict=True):
        assert one.grad is not None and one.grad.any(), name
        torch.testing.assert_close(other.grad, one.grad, rtol=1e-4, atol=1e-5)
    assert ours.masked_words.output.weight is ours.encoder.token_embedding.weight
    torch.testing.assert_close(dongshou.to_torch(ours)(tokens, segments, lengths), theirs(tokens, segments, lengths))


def test_how_a_bert_starts_and_how_large_it_is():
    model = models.bert(1000, num_layers=3, num_hiddens=64, ffn_size=100, max_len=50)
    std = 0.02 * (768 / 64) ** 0.5  # as large sums over 64 features as 0.02 makes over the published 768
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1 and "next" not in name and "segment" not in name:
            assert float(parameter.detach().std()) == pytest.approx(std, rel=0.1), name
        elif "norm" not in name and name.endswith("bias"):
            assert not parameter.any(), name
    block = 4 * (64 * 64 + 64) + (64 * 100 + 100) + (100 * 64 + 64) + 4 * 64
    heads = (64 * 64 + 64) + (64 * 64 + 64 + 2 * 64 + 1000) + (64 * 2 + 2)
    assert sum(p.numel() for p in model.parameters()) == (1000 + 2 + 50) * 64 + 2 * 64 + 3 * block + heads


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(num_heads=3), "got num_hiddens=16, num_heads=3"),
        (dict(max_len=0), "got max_len=0"),
        (dict(activation="swish"), "activation is one of gelu, gelu-tanh, relu; got 'swish'"),
    ],
)
def test_settings_that_make_no_bert(settings: dict[str, Any], message: str):
    with pytest.raises(UsageError, match=message):
        small_bert(**settings)


def test_more_tokens_than_positions():
    with pytest.raises(DongshouError, match=r"knows 11 positions; got a sequence of 12\. .* max_len=12 or more"):
        small_bert()(torch.zeros(1, 12, dtype=torch.long))


@torch.no_grad()
def test_a_classifier_of_pairs_knows_which_text_a_word_is_in():
    model = anywhere(models.bert_classifier(VOCABULARY, 4, num_hiddens=16, num_heads=4, ffn_size=24, max_len=11))
    tokens, segments, lengths = batch()
    outputs = model((tokens, lengths, segments, lengths))
    assert outputs.shape == (3, 4)
    torch.testing.assert_close(model((tokens, lengths)), model((tokens, lengths, torch.zeros_like(tokens), lengths)))
    assert not torch.allclose(model((tokens, lengths)), outputs)
    behind = torch.arange(9) >= lengths[:, None]
    other = torch.where(behind, 5, tokens), lengths, torch.where(behind, 1, segments), lengths
    torch.testing.assert_close(model(other), outputs)
