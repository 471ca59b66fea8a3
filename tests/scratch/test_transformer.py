"""The Transformer and its parts against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from dongshou import scratch
from tests.scratch.same import same

SRC, TGT = (5, 2, 8), (4, 2, 8)  # (time, batch, features)
CAUSAL = torch.ones(4, 4, dtype=torch.bool).triu(1)
PADDING = torch.tensor([[False, False, False, True, True], [False] * 5])
SMALL = dict(d_model=8, nhead=2, dim_feedforward=12)
VARIANTS = [
    {},
    dict(dropout=0.3),
    dict(norm_first=True, dropout=0.0),
    dict(batch_first=True, activation="gelu"),
    dict(bias=False, activation=torch.tanh),
    dict(activation=torch.relu),
]
MODULE_ACTIVATION = [dict(activation=nn.GELU(), layer_norm_eps=0.1)]  # torch's decoder forgets it in copies


@pytest.mark.parametrize("keywords", VARIANTS + MODULE_ACTIVATION)
def test_layers(keywords):
    keywords = SMALL | keywords
    same(nn.TransformerEncoderLayer, (), keywords, input=[SRC])
    same(nn.TransformerEncoderLayer, (), keywords, input=[(5, 8)])
    same(nn.TransformerDecoderLayer, (), keywords, input=[SRC, SRC])
    same(nn.TransformerDecoderLayer, (), keywords, input=[(4, 8), (5, 8)])


def test_masks():
    same(nn.TransformerEncoderLayer, (), SMALL, input=[TGT, CAUSAL])
    same(nn.TransformerEncoderLayer, (), SMALL, input=[TGT, CAUSAL, None, True])
    same(nn.TransformerEncoderLayer, (), SMALL, input=[SRC, None, PADDING])
    same(nn.TransformerDecoderLayer, (), SMALL, input=[TGT, SRC, CAUSAL, None, None, PADDING])


def stack(module, kind: str, keywords: dict) -> nn.Module:
    torch.manual_seed(0)
    layer = getattr(module, f"Transformer{kind}Layer")(**SMALL, **keywords)
    extra = dict(enable_nested_tensor=False) if kind == "Encoder" else {}
    return getattr(module, f"Transformer{kind}")(layer, 2, module.LayerNorm(8), **extra)


@pytest.mark.parametrize("keywords", [dict(dropout=0.3), dict(norm_first=True, batch_first=True)])
@pytest.mark.parametrize("kind", ["Encoder", "Decoder"])
def test_stacks(kind, keywords):
    theirs, ours = stack(nn, kind, keywords), stack(scratch.nn, kind, keywords)
    assert repr(ours) == repr(theirs) and set(vars(ours)) == set(vars(theirs))
    x = torch.randn(4, 4, 8, dtype=torch.float64)
    masks = dict(mask=CAUSAL) if kind == "Encoder" else dict(tgt_mask=CAUSAL, memory_mask=CAUSAL)
    for training in (True, False):
        answers = []
        for model in (theirs.double().train(training), ours.double().train(training)):
            torch.manual_seed(1)
            output = model(x, **masks) if kind == "Encoder" else model(x, x / 2, **masks)
            answers.append([output, *torch.autograd.grad(output.square().sum(), list(model.parameters()))])
        torch.testing.assert_close(*answers)


def test_layers_of_a_stack_are_copies():
    model = stack(scratch.nn, "Encoder", {})
    assert model.layers[0].linear1.weight is not model.layers[1].linear1.weight
    assert torch.equal(model.layers[0].linear1.weight, model.layers[1].linear1.weight)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("keywords", VARIANTS)
def test_the_whole(keywords):
    keywords = SMALL | dict(num_encoder_layers=2, num_decoder_layers=1) | keywords
    shapes = [(2, 5, 8), (2, 4, 8)] if keywords.get("batch_first") else [SRC, TGT]
    same(nn.Transformer, (), keywords, input=[*shapes, None, CAUSAL, None, PADDING, None, PADDING])
    same(nn.Transformer, (), keywords, input=[(5, 8), (4, 8)])


def test_custom_parts():
    parts = [nn.TransformerEncoder(nn.TransformerEncoderLayer(**SMALL, batch_first=True), 1), nn.Identity()]
    model = scratch.nn.Transformer(8, 2, custom_encoder=parts[0], custom_decoder=parts[1])
    assert model.encoder is parts[0] and model.decoder is parts[1]


def test_a_decoder_keeps_an_activation_that_is_a_layer():
    layer = scratch.nn.TransformerDecoderLayer(**SMALL, activation=nn.GELU()).eval()
    x = torch.randn(4, 2, 8)
    torch.testing.assert_close(scratch.nn.TransformerDecoder(layer, 1)(x, x), layer(x, x))


def test_the_causal_mask():
    for keywords in ({}, dict(dtype=torch.float64)):
        expected = nn.Transformer.generate_square_subsequent_mask(5, **keywords)
        ours = scratch.nn.Transformer.generate_square_subsequent_mask(5, **keywords)
        torch.testing.assert_close(ours, expected, rtol=0, atol=0)


@pytest.mark.parametrize("module", [nn, scratch.nn])
def test_refusals(module):
    for kind in ("Encoder", "Decoder"):
        with pytest.raises(RuntimeError, match="relu/gelu"):
            getattr(module, f"Transformer{kind}Layer")(8, 2, activation="step")
    model = module.Transformer(8, 2, 1, 1, 12, batch_first=True)
    for source, target in (((3, 5, 8), (2, 4, 8)), ((2, 5, 7), (2, 4, 8)), ((2, 5, 8), (2, 4, 9))):
        with pytest.raises(RuntimeError, match="must be equal"):
            model(torch.ones(source), torch.ones(target))


def test_padding_has_no_say():
    torch.manual_seed(0)
    model = stack(scratch.nn, "Encoder", {}).eval()

    def answer(x: Tensor) -> Tensor:
        return model(x, src_key_padding_mask=PADDING)[:3, 0]

    x = torch.randn(5, 2, 8)
    changed = copy.deepcopy(x)
    changed[3:, 0] = 100
    torch.testing.assert_close(answer(changed), answer(x))
