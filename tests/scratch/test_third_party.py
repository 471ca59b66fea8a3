"""Models of other people's: our layers under them give the same answers and gradients."""

from __future__ import annotations

import copy
import pickle
from contextlib import nullcontext

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.utils._pytree import tree_leaves

from dongshou.scratch import from_scratch, missing_layers, to_torch
from dongshou.scratch.nn.container import Layer
from dongshou.scratch.swap import torch_layers

transformers = pytest.importorskip("transformers", reason="pip install transformers to try models of other people's")

SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
HEADS = dict(encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2)
FEEDS = dict(encoder_ffn_dim=24, decoder_ffn_dim=24)


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


def hubert() -> nn.Module:
    """Sound through convolutions, one of them with its weight as length times direction."""
    convolutions = dict(conv_dim=(8, 8), conv_stride=(5, 4), conv_kernel=(10, 8), num_feat_extract_layers=2)
    places = dict(num_conv_pos_embeddings=6, num_conv_pos_embedding_groups=2, apply_spec_augment=False)
    return transformers.HubertModel(transformers.HubertConfig(**SIZES, **convolutions, **places))


def vits() -> nn.Module:
    """Text to sound, with a parametrized weight in nearly every layer and dropout behind transposed norms."""
    sizes = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, flow_size=16)
    upsampling = dict(upsample_initial_channel=8, upsample_rates=[4], upsample_kernel_sizes=[8])
    blocks = dict(resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]], prior_encoder_num_flows=1)
    depths = dict(prior_encoder_num_wavenet_layers=1, posterior_encoder_num_wavenet_layers=1)
    duration = dict(duration_predictor_num_flows=2, depth_separable_num_layers=1, duration_predictor_filter_channels=8)
    still = dict(noise_scale_duration=0.0, noise_scale=0.0, layerdrop=0.0, spectrogram_bins=9, vocab_size=30)
    return transformers.VitsModel(
        transformers.VitsConfig(**sizes, **upsampling, **blocks, **depths, **duration, **still)
    )


def encodec() -> nn.Module:
    """Sound to numbers and back, through an LSTM and convolutions with weight norm."""
    sizes = dict(num_filters=4, hidden_size=16, upsampling_ratios=[8, 5, 4, 2])
    return transformers.EncodecModel(transformers.EncodecConfig(**sizes))


def whisper() -> nn.Module:
    tokens = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)
    sizes = dict(vocab_size=30, num_mel_bins=8, d_model=16, max_source_positions=30, max_target_positions=20)
    return transformers.WhisperModel(transformers.WhisperConfig(**sizes, **HEADS, **FEEDS, **tokens))


def segformer() -> nn.Module:
    """Convolutions over the output of norms, whose channels lie last in memory, and dropout behind them."""
    sizes = dict(hidden_sizes=[8, 16], depths=[1, 1], num_attention_heads=[1, 2], num_encoder_blocks=2)
    strides = dict(sr_ratios=[2, 1], patch_sizes=[7, 3], strides=[4, 2], mlp_ratios=[2, 2])
    config = transformers.SegformerConfig(**sizes, **strides, decoder_hidden_size=16, hidden_dropout_prob=0.2)
    return transformers.SegformerForSemanticSegmentation(config)


def video_mae() -> nn.Module:
    sizes = dict(image_size=16, patch_size=8, num_frames=4, tubelet_size=2)
    return transformers.VideoMAEModel(transformers.VideoMAEConfig(**SIZES, **sizes))


def yolos() -> nn.Module:
    sizes = dict(image_size=[32, 32], patch_size=8, num_detection_tokens=5)
    return transformers.YolosForObjectDetection(transformers.YolosConfig(**SIZES, **sizes))


def mamba() -> nn.Module:
    """A state-space model."""
    sizes = dict(vocab_size=30, hidden_size=16, num_hidden_layers=2, state_size=4, use_cache=False)
    return transformers.MambaForCausalLM(transformers.MambaConfig(**sizes))


def switch() -> nn.Module:
    """A mixture of experts."""
    sizes = dict(vocab_size=30, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2)
    experts = dict(num_sparse_encoder_layers=1, num_sparse_decoder_layers=1, num_experts=4, expert_capacity=8)
    return transformers.SwitchTransformersModel(transformers.SwitchTransformersConfig(**sizes, **experts))


def bart() -> nn.Module:
    sizes = dict(vocab_size=30, d_model=16, max_position_embeddings=20)
    return transformers.BartModel(transformers.BartConfig(**sizes, **HEADS, **FEEDS))


def random(**shapes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Numbers, and words where the name says so."""
    is_words = {name: name.endswith("_ids") for name in shapes}
    return {
        name: torch.randint(3, 30, shape) if is_words[name] else torch.randn(shape, dtype=torch.float64)
        for name, shape in shapes.items()
    }


WORDS, IMAGES = dict(input_ids=(2, 7)), dict(pixel_values=(2, 3, 32, 32))
PAIRS = dict(input_ids=(2, 7), decoder_input_ids=(2, 5))
# what goes in, and the layers with a forward of their own, which are named in a warning
MODELS = [
    (bert, WORDS, set()),
    (gpt2, WORDS, set()),
    (vit, IMAGES, set()),
    (resnet, IMAGES, set()),
    (hubert, dict(input_values=(2, 400)), set()),
    (vits, dict(input_ids=(2, 5)), set()),
    (encodec, dict(input_values=(2, 1, 640)), set()),
    (whisper, dict(input_features=(2, 8, 60), decoder_input_ids=(2, 5)), {"WhisperPositionalEmbedding"}),
    (segformer, IMAGES, set()),
    (video_mae, dict(pixel_values=(2, 4, 3, 16, 16)), set()),
    (yolos, IMAGES, set()),
    (mamba, WORDS, set()),
    (switch, PAIRS, set()),
    (bart, WORDS, {"BartScaledWordEmbedding", "BartLearnedPositionalEmbedding"}),
]


def answers(model: nn.Module, shapes: dict[str, tuple[int, ...]]) -> list[torch.Tensor | None]:
    """All outputs, the gradients of all parameters, and the buffers afterwards."""
    torch.manual_seed(1)
    model.zero_grad()
    outputs = [output for output in tree_leaves(dict(model(**random(**shapes)))) if isinstance(output, torch.Tensor)]
    sum(output.square().sum() for output in outputs if output.requires_grad).backward()
    found = [*outputs, *(parameter.grad for parameter in model.parameters()), *model.buffers()]
    return [None if value is None else value.detach().clone() for value in found]


def kinds(names: list[str]) -> set[str]:
    return {name.split("(")[1].removesuffix(")") for name in names}


@pytest.mark.parametrize(("build", "own"), [(bert, {"GELUActivation"}), (gpt2, {"Conv1D", "NewGELUActivation"})])
def test_what_no_class_of_torch_stands_for_is_named(build, own):
    assert kinds(missing_layers(from_scratch(build()))) == own


@pytest.mark.parametrize(("build", "shapes", "warned"), MODELS)
def test_the_same_answers_there_and_back(build, shapes, warned):
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        models.append(build().double())
    theirs, ours = models
    with pytest.warns(UserWarning, match="from_scratch leaves") if warned else nullcontext():
        from_scratch(ours)
    assert kinds(torch_layers(ours)) == warned
    # a parametrized layer is pickled by torch no more than by us
    is_pickled = not any(map(parametrize.is_parametrized, theirs.modules()))
    pickled = pickle.dumps(ours) if is_pickled else None
    for training in (True, False):
        expected = answers(theirs.train(training), shapes)
        torch.testing.assert_close(answers(ours.train(training), shapes), expected)
        if pickled and training:
            torch.testing.assert_close(answers(pickle.loads(pickled), shapes), expected)
    torch.testing.assert_close(answers(copy.deepcopy(ours), shapes), expected)
    to_torch(ours)
    assert [type(layer).__mro__[-3:] for layer in ours.modules()] == [
        type(layer).__mro__[-3:] for layer in theirs.modules()
    ]
    assert not any(isinstance(layer, Layer) for layer in ours.modules())
    torch.testing.assert_close(answers(ours, shapes), expected)
