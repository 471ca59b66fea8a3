"""Models of other people's: our layers under them give the same answers and gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dongshou.scratch import from_scratch, missing_layers, to_torch
from dongshou.scratch.swap import torch_layers

transformers = pytest.importorskip("transformers", reason="pip install transformers to try models of other people's")

SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
WORDS, IMAGES = (2, 7), (2, 3, 32, 32)


def bert() -> nn.Module:
    return transformers.BertForSequenceClassification(transformers.BertConfig(vocab_size=30, **SIZES))


def gpt2() -> nn.Module:
    sizes = dict(n_positions=16, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=30, **sizes))


def vit() -> nn.Module:
    return transformers.ViTForImageClassification(transformers.ViTConfig(image_size=32, patch_size=8, **SIZES))


def resnet() -> nn.Module:
    sizes = dict(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 2], layer_type="basic")
    return transformers.ResNetForImageClassification(transformers.ResNetConfig(**sizes))


# their own layers, which no class of torch.nn stands for
MODELS = [
    (bert, {"GELUActivation"}),
    (gpt2, {"Conv1D", "NewGELUActivation"}),
    (vit, {"GELUActivation"}),
    (resnet, set()),
]


def answers(model: nn.Module) -> list[torch.Tensor | None]:
    """The logits, the gradients of all parameters, and the buffers afterwards."""
    torch.manual_seed(1)
    batch = torch.randn(IMAGES).double() if hasattr(model.config, "num_channels") else torch.randint(30, WORDS)
    model.zero_grad()
    logits = model(batch).logits
    logits.square().sum().backward()
    return [logits.detach(), *(parameter.grad for parameter in model.parameters()), *model.buffers()]


@pytest.mark.parametrize(("build", "theirs"), MODELS)
@pytest.mark.parametrize("training", [True, False])
def test_the_same_answers(build, theirs, training):
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        models.append(build().double().train(training))
    expected, ours = answers(models[0]), answers(from_scratch(models[1]))
    torch.testing.assert_close(ours, expected)
    assert torch_layers(models[1]) == []
    missing = {name.split("(")[1].removesuffix(")") for name in missing_layers(models[1])}
    assert missing == theirs
    to_torch(models[1])
    assert [type(layer) for layer in models[0].modules()] == [type(layer) for layer in models[1].modules()]
