"""Everything in scratch is made of the permitted operators, forward and backward."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import pytest
import torch
from torch import nn as torch_nn
from torch.nn.utils.rnn import pack_sequence

from dongshou.scratch import functional, init, nn, optim, proof
from dongshou.scratch.permitted import FUSED_PRODUCT, PERMITTED, OnlyPermitted


def positive(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 0.8 + 0.1


CLASSES = torch.tensor([0, 2, 1])
OFFSETS = torch.tensor([0, 2])
AXES = (1, 2, 3)
PADDINGS = ("Zero", "Reflection", "Replication", "Circular")
LAYERS: dict[str, list[tuple[tuple, dict, list]]] = {
    "Identity": [((), {}, [(3, 4)])],
    "Linear": [((4, 2), {}, [(3, 4)]), ((4, 2), {}, [(4,)]), ((4, 2, False), {}, [(2, 3, 4)])],
    "Flatten": [((), {}, [(3, 4, 2)])],
    "Unflatten": [((1, (2, 2)), {}, [(3, 4)])],
    "ReLU": [((), {}, [(3, 4)]), ((True,), {}, [(3, 4)])],
    "LeakyReLU": [((), {}, [(3, 4)]), ((0.1, True), {}, [(3, 4)])],
    "Sigmoid": [((), {}, [(3, 4)])],
    "Tanh": [((), {}, [(3, 4)])],
    "GELU": [((), {}, [(3, 4)]), (("tanh",), {}, [(3, 4)])],
    "Softmax": [((1,), {}, [(3, 4)])],
    "LogSoftmax": [((1,), {}, [(3, 4)])],
    "Dropout": [((p, inplace), {}, [(3, 4)]) for p in (0.0, 0.5, 1.0) for inplace in (True, False)],
    "MSELoss": [((), dict(reduction=way), [(3, 4), (3, 4)]) for way in ("none", "mean", "sum")],
    "L1Loss": [((), dict(reduction=way), [(3, 4), (3, 4)]) for way in ("none", "mean", "sum")],
    "BCELoss": [
        ((), {}, [positive(3), positive(3)]),
        ((torch.ones(3),), {}, [positive(3), torch.ones(3)]),
    ],
    "BCEWithLogitsLoss": [((torch.ones(3),), dict(pos_weight=torch.ones(3)), [(3,), torch.ones(3)])],
    "NLLLoss": [((), {}, [(3, 4), CLASSES]), ((torch.ones(4),), {}, [(3, 4, 2), CLASSES[:, None].expand(3, 2)])],
    "CrossEntropyLoss": [
        ((), {}, [(3, 4), CLASSES]),
        ((torch.ones(4),), dict(label_smoothing=0.1, ignore_index=2), [(3, 4), CLASSES]),
        ((torch.ones(4),), dict(label_smoothing=0.1), [(3, 4), positive(3, 4)]),
    ],
    **{f"Conv{n}d": [((2, 4, 2, 2, 1, 1, 2), {}, [(1, 2, *[5] * n)])] for n in AXES},
    **{f"ConvTranspose{n}d": [((2, 4, 2, 2, 1, 1, 2), {}, [(1, 2, *[3] * n)])] for n in AXES},
    **{f"LazyConv{n}d": [((4, 2), {}, [(1, 2, *[3] * n)])] for n in AXES},
    **{f"LazyConvTranspose{n}d": [((4, 2), {}, [(1, 2, *[3] * n)])] for n in AXES},
    **{f"Lazy{name}Norm{n}d": [((), {}, [(2, 3, *[2] * n)])] for n in AXES for name in ("Batch", "Instance")},
    "LazyLinear": [((2,), {}, [(3, 4)])],
    **{f"MaxPool{n}d": [((3, 2, 1), {}, [(1, 2, *[5] * n)])] for n in AXES},
    **{f"MaxUnpool{n}d": [((2,), {}, [(1, 1, *[2] * n), torch.arange(2**n).view(1, 1, *[2] * n)])] for n in AXES},
    **{f"AvgPool{n}d": [((2,), {}, [(1, 2, *[4] * n)]), ((3, 2, 1, True), {}, [(1, 2, *[5] * n)])] for n in AXES},
    **{f"LPPool{n}d": [((2, 2), {}, [(1, 2, *[4] * n)]), ((math.inf, 2), {}, [(1, 2, *[4] * n)])] for n in AXES},
    **{f"AdaptiveAvgPool{n}d": [((size,), {}, [(1, 2, *[4] * n)]) for size in (2, 3)] for n in AXES},
    **{f"AdaptiveMaxPool{n}d": [((3,), {}, [(1, 2, *[4] * n)])] for n in AXES},
    **{f"FractionalMaxPool{n}d": [((2, 3), {}, [(1, 2, *[5] * n)])] for n in (2, 3)},
    **{f"{name}Pad{n}d": [((1,), {}, [(1, 2, *[3] * n)])] for n in AXES for name in PADDINGS},
    **{f"ConstantPad{n}d": [((1, 2.5), {}, [(1, 2, *[3] * n)])] for n in AXES},
    "Unfold": [((2,), {}, [(1, 2, 3, 3)])],
    "Fold": [(((3, 3), 2), {}, [(1, 8, 4)])],
    "Upsample": [((7, None, mode), {}, [(1, 2, 4, 4)]) for mode in ("nearest", "nearest-exact", "bilinear", "bicubic")],
    "UpsamplingNearest2d": [((7,), {}, [(1, 2, 4, 4)])],
    "UpsamplingBilinear2d": [((7,), {}, [(1, 2, 4, 4)])],
    "AdaptiveLogSoftmaxWithLoss": [((16, 8, [2, 5]), {}, [(3, 16), torch.tensor([1, 7, 3])])],
    "ChannelShuffle": [((2,), {}, [(1, 4, 3, 3)])],
    "CrossMapLRN2d": [((3,), {}, [(1, 4, 3, 3)])],
    "PixelShuffle": [((2,), {}, [(1, 4, 3, 3)])],
    "PixelUnshuffle": [((2,), {}, [(1, 1, 4, 4)])],
    **{f"Dropout{n}d": [((0.5, inplace), {}, [(3, 4, *[2] * n)]) for inplace in (True, False)] for n in AXES},
    **{name: [((p,), {}, [(3, 4, 2)]) for p in (0.5, 1.0)] for name in ("AlphaDropout", "FeatureAlphaDropout")},
    "Hardsigmoid": [((), {}, [(3, 4)]), ((True,), {}, [(3, 4)])],
    "RReLU": [((), {}, [(3, 4)]), ((0.1, 0.3, True), {}, [(3, 4)])],
    "Embedding": [
        ((5, 2), {}, [CLASSES]),
        ((5, 2), dict(padding_idx=2, max_norm=0.5, scale_grad_by_freq=True), [CLASSES]),
    ],
    "EmbeddingBag": [((5, 2), dict(mode=mode), [CLASSES, OFFSETS]) for mode in ("sum", "mean", "max")],
    "CosineSimilarity": [((), {}, [(3, 4), (3, 4)])],
    "PairwiseDistance": [((p,), {}, [(3, 4), (3, 4)]) for p in (1.0, 2.0, 3.0, math.inf)],
    "TripletMarginLoss": [((), dict(swap=True), [(3, 4)] * 3)],
    "TripletMarginWithDistanceLoss": [((), dict(swap=True), [(3, 4)] * 3)],
    "NLLLoss2d": [((), {}, [(3, 4, 1, 2), CLASSES[:, None, None].expand(3, 1, 2)])],
    "TransformerDecoder": [((nn.TransformerDecoderLayer(4, 2, 8), 2), {}, [(3, 2, 4), (5, 2, 4)])],
}
CASES = [(name, *case) for name, cases in LAYERS.items() for case in cases]
CONTAINERS = {"Module", "ModuleDict", "ModuleList", "Parameter", "Sequential"}


def run(layer: Callable, inputs: list) -> None:
    """Forward and backward, with every floating input wanting a gradient."""
    tensors = [item if isinstance(item, torch.Tensor) else torch.randn(item) for item in inputs]
    tensors = [item.clone().requires_grad_(item.is_floating_point()) * 1 for item in tensors]
    with OnlyPermitted():
        output = layer(*tensors)
        getattr(output, "loss", output).sum().backward()


def test_every_layer_has_a_case_here_or_in_pytorchs_database():
    database = {info.module_cls.__name__ for info in proof.module_database()}  # held to the list by the proof
    assert set(nn.__all__) - CONTAINERS <= set(LAYERS) | database
    assert set(LAYERS) <= set(nn.__all__)


@pytest.mark.parametrize(("name", "arguments", "keywords", "inputs"), CASES)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.filterwarnings("ignore:`NLLLoss2d`:FutureWarning")
def test_layers(name, arguments, keywords, inputs, training):
    run(getattr(nn, name)(*arguments, **keywords).train(training), inputs)


@pytest.mark.parametrize("layer", [torch_nn.Linear(4, 2), torch_nn.ReLU(), torch_nn.Softmax(1), torch_nn.GELU()])
def test_torchs_own_are_refused(layer):
    with pytest.raises(AssertionError, match="not permitted"):
        run(layer, [(3, 4)])


def test_functions_that_are_no_layers():
    run(functional.logsigmoid, [(3, 4)])
    weight = positive(3, 4)
    for loss in (functional.mse_loss, functional.l1_loss):
        run(functools.partial(loss, weight=weight), [(3, 4), (3, 4)])
    attention = functional.scaled_dot_product_attention
    mask = torch.ones(5, 5, dtype=torch.bool)
    for keywords in (dict(is_causal=True, enable_gqa=True), dict(attn_mask=mask, dropout_p=0.5, enable_gqa=True)):
        run(functools.partial(attention, **keywords), [(2, 4, 5, 3), (2, 2, 5, 3), (2, 2, 5, 3)])


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_packed_sequences(name):
    layer = getattr(nn, name)(3, 4, 2, dropout=0.5, bidirectional=True)
    packed = pack_sequence([torch.randn(length, 3) for length in (2, 4, 1)], enforce_sorted=False)
    with OnlyPermitted():
        layer(packed)[0].data.sum().backward()


@pytest.mark.parametrize("name", [name for name in dir(init) if name.endswith("_") and not name.startswith("_")])
def test_initializers(name):
    arguments = (0.5,) if name in ("constant_", "sparse_") else ()
    for shape in ((3, 4, 5), (4, 3, 5)) if name == "dirac_" else ((3, 4), (4, 3)):
        with OnlyPermitted():
            getattr(init, name)(torch.empty(shape), *arguments)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("SGD", dict(momentum=0.9, nesterov=True, weight_decay=0.1, maximize=True)),
        ("Adagrad", dict(weight_decay=0.1, lr_decay=0.1)),
        ("RMSprop", dict(momentum=0.9, centered=True, weight_decay=0.1)),
        ("Adam", dict(weight_decay=0.1, amsgrad=True)),
        ("AdamW", {}),
        ("Adadelta", dict(weight_decay=0.1)),
        ("Adafactor", dict(weight_decay=0.1)),
        ("Adamax", dict(weight_decay=0.1)),
        ("ASGD", dict(weight_decay=0.1, t0=1)),
        ("LBFGS", {}),
        ("LBFGS", dict(line_search_fn="strong_wolfe")),
        ("Muon", {}),
        ("NAdam", dict(weight_decay=0.1)),
        ("RAdam", dict(weight_decay=0.1, betas=(0.5, 0.9))),
        ("Rprop", {}),
    ],
)
def test_optimizers(name, keywords):
    weight = torch.ones((3, 2), requires_grad=True)
    with OnlyPermitted(FUSED_PRODUCT if name == "Muon" else frozenset()):
        optimizer = getattr(optim, name)([weight], **keywords)
        for _ in range(3):
            optimizer.step(functools.partial(loss_of, weight, optimizer))


def loss_of(weight: torch.Tensor, optimizer: torch.optim.Optimizer) -> torch.Tensor:
    optimizer.zero_grad()
    loss = weight.pow(4).sum()
    loss.backward()
    return loss


def test_sparse_steps():
    for name in ("SGD", "Adagrad", "SparseAdam"):
        weight = torch.ones(3, 2, requires_grad=True)
        weight.grad = torch.ones(3, 2).to_sparse(1)
        with OnlyPermitted():
            getattr(optim, name)([weight]).step()


def test_no_layer_is_on_the_list():
    layers = {"linear", "addmm", "relu", "sigmoid", "gelu", "_softmax", "_log_softmax", "nll_loss_forward"}
    losses = {"mse_loss", "binary_cross_entropy", "native_dropout", "threshold_backward", "log_sigmoid_forward"}
    windows = {"convolution", "im2col", "col2im", "constant_pad_nd", "reflection_pad2d", "max_pool2d_with_indices"}
    pooling = {"avg_pool2d", "_adaptive_avg_pool2d", "upsample_bilinear2d", "pixel_shuffle", "unfold_backward"}
    assert not PERMITTED & (layers | losses | windows | pooling)
