"""The summary of a network, against torch's counter of operations, published counts and measured gradients."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models.summary import Row, Summary, summarize

ALL = math.inf
COLOR, GRAY = (3, 224, 224), (1, 28, 28)


def row(summary: Summary, name: str) -> Row:
    return next(row for row in summary.rows if row.name == name)


def counted_by_torch(model: nn.Module, *inputs: Tensor) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(*inputs)
    return counter.get_total_flops() / 2  # a multiplication and an addition are two operations


def on_meta(name: str, **settings) -> nn.Module:
    with torch.device("meta"):
        return getattr(models, name)(**settings)


class Branches(nn.Module):
    """Several ways for one input, joined by a function of their outputs."""

    def __init__(self, join, *branches: nn.Module) -> None:
        super().__init__()
        self.join, self.branches = join, nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return self.join([branch(x) for branch in self.branches])


class Call(nn.Module):
    """A function as a layer."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


# counts


def test_the_table_of_the_course():
    inception = row(summarize(on_meta("googlenet"), COLOR), "inception3a")
    conv3x3 = summarize(nn.Conv2d(192, 256, 3, padding=1), (192, 28, 28))
    conv5x5 = summarize(nn.Conv2d(192, 256, 5, padding=2), (192, 28, 28))
    assert [each.output_shape for each in (inception, conv3x3.rows[0], conv5x5.rows[0])] == [(256, 28, 28)] * 3
    assert [each.parameters // 10_000 for each in (inception, conv3x3, conv5x5)] == [16, 44, 122]
    assert [int((each.multiply_adds or 0) / 1e6) for each in (inception, conv3x3, conv5x5)] == [128, 346, 963]


@pytest.mark.parametrize(
    ("name", "variant", "parameters", "giga"),
    [
        ("alexnet", {"variant": "torchvision"}, 61_100_840, 0.714),
        ("vgg16", {}, 138_357_544, 15.47),
        ("googlenet", {"variant": "torchvision"}, 13_004_888, 1.498),  # 6,624,904 without the auxiliary classifiers
        ("resnet18", {}, 11_689_512, 1.814),
        ("resnet34", {}, 21_797_672, 3.664),
        ("resnet50", {}, 25_557_032, 4.089),
        ("densenet121", {}, 7_978_856, 2.834),
    ],
)
def test_published_counts(name: str, variant: dict[str, str], parameters: int, giga: float):
    model = on_meta(name, **variant)
    summary = summarize(model, COLOR)
    assert summary.parameters == parameters
    assert summary.multiply_adds / 1e9 == pytest.approx(giga, abs=0.006)
    assert summary.multiply_adds == counted_by_torch(model, torch.zeros(1, *COLOR, device="meta"))
    assert all(row.receptive_field for row in summary.rows if row.output_shape)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(6, 4), (5, 6)),
        (nn.Conv1d(4, 6, 3, stride=2, groups=2), (4, 11)),
        (nn.Conv2d(4, 6, (3, 2), padding=1, dilation=2, bias=False), (4, 9, 8)),
        (nn.Conv3d(2, 3, 2), (2, 5, 6, 7)),
        (nn.ConvTranspose1d(4, 6, 3, groups=2), (4, 5)),
        (nn.ConvTranspose2d(4, 6, 4, stride=2, padding=1), (4, 5, 6)),
        (nn.GRU(4, 3, num_layers=2, bidirectional=True, batch_first=True), (7, 4)),
        (nn.RNN(4, 3, batch_first=True), (7, 4)),
        (nn.LSTM(4, 3, proj_size=2, batch_first=True), (7, 4)),
        (nn.LSTMCell(4, 3), (4,)),
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (5, 8)),
        (nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), (5, 8)),
        (nn.Sequential(nn.BatchNorm1d(4), nn.PReLU(), nn.AvgPool1d(2), nn.LayerNorm(3)), (4, 6)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "x".join(map(str, value)),
)
def test_multiply_adds_are_those_that_torch_counts(layer: nn.Module, shape: tuple[int, ...]):
    layer = layer.to("meta")  # where a recurrent layer is not hidden from torch's counter in one operator
    summary = summarize(layer, shape)
    assert summary.multiply_adds == counted_by_torch(layer, torch.zeros(1, *shape, device="meta"))
    assert summary.parameters == sum(parameter.numel() for parameter in layer.parameters())
    assert summary.uncounted == ()


def test_attention_with_keys_of_its_own():
    class Cross(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, kdim=6, vdim=4, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.attention(query=x, key=x.new_zeros(1, 3, 6), value=x.new_zeros(1, 3, 4))[0]

    model = Cross()
    assert summarize(model, (5, 8)).multiply_adds == counted_by_torch(model, torch.zeros(1, 5, 8))


def test_a_bilinear_layer_is_a_product_with_the_weight_for_each_pair():
    model = Call(nn.Bilinear(3, 4, 5))
    model.forward = lambda x: model.function(x[:, :3], x[:, 3:])
    assert summarize(model, (7,)).multiply_adds == 3 * 4 * 5


def test_what_is_shared_counts_once_and_works_twice():
    layer, tied = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)
    tied.weight = layer.weight
    summary = summarize(nn.Sequential(layer, nn.ReLU(), layer, tied), (4,))
    assert [each.name for each in summary.rows] == ["", "0", "1", "3"]
    assert [each.parameters for each in summary.rows] == [20, 20, 0, 0]
    assert [each.multiply_adds for each in summary.rows] == [48, 32, 0, 16]


def test_a_layer_of_ones_own_is_shown_but_not_counted():
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(5))

        def forward(self, x: Tensor) -> Tensor:
            return self.scale * x

    summary = summarize(nn.Sequential(nn.Linear(3, 5), Scale()), (3,))
    assert summary.rows[2] == Row("1", "Scale", 1, (5,), 5, None, None)
    assert (summary.parameters, summary.multiply_adds, summary.uncounted) == (25, 15, ("1",))


def test_blocks_hold_what_is_inside_of_them():
    model = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), nn.Flatten(), nn.Linear(8, 3))
    summary = summarize(model, (1, 4, 4))
    assert [(each.name, each.depth, each.output_shape) for each in summary.rows] == [
        ("", 0, (3,)),
        ("0", 1, (2, 2, 2)),
        ("0.0", 2, (2, 2, 2)),
        ("0.1", 2, (2, 2, 2)),
        ("1", 1, (8,)),
        ("2", 1, (3,)),
    ]
    assert row(summary, "0").parameters == 20 and row(summary, "0").multiply_adds == 72


def test_what_an_evaluation_leaves_out_has_parameters_only():
    summary = summarize(on_meta("googlenet", variant="torchvision"), COLOR)
    auxiliary = row(summary, "aux1")
    assert auxiliary.parameters > 0
    assert (auxiliary.output_shape, auxiliary.multiply_adds, auxiliary.receptive_field) == (None, 0, None)


# receptive fields


@pytest.mark.parametrize(
    ("name", "settings", "layer", "pixels"),
    [
        ("alexnet", {"variant": "torchvision"}, "avgpool", 195),
        ("alexnet", {"variant": "torchvision"}, "features", 195),
        ("vgg16", {}, "features", 212),
        ("resnet18", {}, "layer4", 435),
        ("resnet18", {}, "fc", ALL),
    ],
)
def test_published_receptive_fields(name: str, settings: dict[str, str], layer: str, pixels: float):
    """Araujo, Norris and Sim, 2019; the pooling to 6x6 behind AlexNet's features changes nothing at 224 pixels."""
    assert row(summarize(on_meta(name, **settings), COLOR), layer).receptive_field == (pixels, pixels)


def measured(model: nn.Module, shape: tuple[int, ...]) -> int:
    """The widest range of pixels along the last axis that an element of the output changes with."""
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.5)  # positive, so that no two ways cancel
    images = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    outputs = model.double().eval()(images)
    widest = 0
    for element in outputs.flatten(0, -2).sum(0):
        (gradient,) = torch.autograd.grad(element, images, retain_graph=True)
        touched = gradient.flatten(0, -2).sum(0).nonzero().flatten().tolist() or [1, 0]  # nothing, in the padding
        widest = max(widest, touched[-1] - touched[0] + 1)
    return widest


windows = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))


@settings(max_examples=25, deadline=None)
@given(st.lists(windows, min_size=1, max_size=3))
def test_the_receptive_field_is_what_the_gradient_reaches(layers: list[tuple[int, int, int]]):
    model = nn.Sequential(*(nn.Conv1d(1, 1, kernel, stride, dilation=dilation) for kernel, stride, dilation in layers))
    assert summarize(model, (1, 120)).rows[0].receptive_field == (measured(model, (1, 120)),)


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Conv1d(1, 2, 3, 2, padding=1), nn.AvgPool1d(3, 2), nn.Conv1d(2, 1, 2)),
        nn.Sequential(nn.Conv1d(1, 1, 3), Branches(sum, nn.Conv1d(1, 1, 5, padding=2), nn.Identity()), nn.ReLU()),
        Branches(lambda parts: torch.cat(parts, 1), nn.Conv1d(1, 2, 3, padding=1), nn.Conv1d(1, 1, 7, padding=3)),
        nn.Sequential(nn.Conv1d(1, 1, 3), nn.ConvTranspose1d(1, 1, 3, stride=2), nn.Conv1d(1, 1, 3)),
        nn.Sequential(nn.Conv1d(1, 1, 4, 2), nn.ConvTranspose1d(1, 1, 4, stride=2, padding=1)),
        nn.Sequential(nn.Conv1d(1, 1, 3, 2), nn.AdaptiveAvgPool1d(7)),
        nn.Sequential(nn.Conv1d(1, 1, 3, 2), nn.Upsample(scale_factor=2), nn.Conv1d(1, 1, 3)),
        nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.Dropout(0.5), nn.GELU(), nn.ConstantPad1d(2, 0.0)),
        nn.Sequential(nn.Conv1d(1, 4, 3), Call(lambda x: x[..., 1:].mT), nn.Linear(4, 2), Call(lambda x: x.mT)),
        nn.Sequential(nn.Conv1d(1, 1, 3), Call(lambda x: x[..., 2:-2:3]), nn.Conv1d(1, 1, 2)),
        nn.Sequential(nn.Conv1d(1, 4, 3), Call(lambda x: x.unflatten(1, (2, 2)).flatten(1, 2)), nn.AvgPool1d(2)),
    ],
    ids=[
        "padded",
        "residual",
        "cat",
        "transposed",
        "deconvolved",
        "adaptive",
        "upsampled",
        "pointwise",
        "1x1",
        "slice",
        "view",
    ],
)
def test_and_so_it_is_through_branches_and_functions(model: nn.Module):
    assert summarize(model, (1, 40)).rows[0].receptive_field == (measured(model, (1, 40)),)


@pytest.mark.parametrize(
    "last",
    [
        nn.AdaptiveAvgPool1d(1),
        nn.Sequential(nn.Flatten(), nn.Linear(76, 3)),
        nn.GroupNorm(1, 2),
        nn.InstanceNorm1d(2),
        nn.LayerNorm(38),
        nn.Softmax(2),
        Call(lambda x: x.mean(2)),
        Call(lambda x: x * x.amax(2, keepdim=True)),
        Call(lambda x: (x.mT @ x) @ x.mT),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_mixes_all_positions_sees_all(last: nn.Module):
    assert summarize(nn.Sequential(nn.Conv1d(1, 2, 3), last), (1, 40)).rows[0].receptive_field == (ALL,)


def test_each_axis_has_its_own():
    model = nn.Sequential(nn.Conv2d(1, 2, (3, 5), stride=(2, 1)), nn.MaxPool2d((2, 1)), Call(lambda x: x.mean(3)))
    assert [each.receptive_field for each in summarize(model, (1, 9, 12)).rows] == [(5, ALL), (3, 5), (5, 5), (5, ALL)]


@pytest.mark.parametrize(
    "unknown", [lambda x: x.cumsum(2), lambda x: x.unflatten(2, (2, -1)), lambda x: x.view(torch.uint8)]
)
def test_what_is_not_known_stays_unknown(unknown):
    model = nn.Sequential(nn.Conv1d(1, 2, 3), Call(unknown), nn.Identity())
    assert [each.receptive_field for each in summarize(model, (1, 40)).rows] == [None, (3,), None, None]


def test_a_network_without_windows_has_none():
    assert {each.receptive_field for each in summarize(models.mlp(784, (16,), 10), GRAY).rows} == {None}


def test_tokens():
    class Text(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.conv = nn.Embedding(10, 8), nn.Conv1d(8, 4, 3)

        def forward(self, tokens: Tensor) -> Tensor:
            return nn.functional.max_pool1d(self.conv(self.embedding(tokens).mT).relu(), 2)

    summary = summarize(Text(), (20,), dtype=torch.long)
    assert [each.receptive_field for each in summary.rows] == [(4,), (1,), (3,)]
    assert [each.multiply_adds for each in summary.rows] == [18 * 4 * 8 * 3, 0, 18 * 4 * 8 * 3]


# manners


def state_of(model: nn.Module) -> tuple[object, ...]:
    hooks = [len(each._forward_hooks) + len(each._forward_pre_hooks) for each in model.modules()]
    grads = [parameter.grad for parameter in model.parameters()]
    return [each.training for each in model.modules()], hooks, grads, torch.get_rng_state().tolist()


@pytest.mark.parametrize("shape", [(1, 28, 28), (2, 28, 28)], ids=["fits", "fails"])
def test_the_model_stays_as_it_was(shape: tuple[int, ...]):
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            return x

    model = nn.Sequential(Counting(), nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten())
    model[2].eval()
    before, state = copy.deepcopy(model.state_dict()), state_of(model)
    if shape[0] == 1:
        summarize(model, shape)
    else:
        with pytest.raises(UsageError):
            summarize(model, shape)
    assert state_of(model) == state
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_numbers_do_not_matter():
    assert summarize(models.mnist_residual(), GRAY) == summarize(on_meta("mnist_residual"), GRAY)
    assert summarize(models.mnist_residual().double(), GRAY) == summarize(on_meta("mnist_residual"), GRAY)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 28, 28), r"an input of 1x28x28 does not fit the network: 0 \(Conv2d\): .* 3 channels, but got 1 channels"),
        ((3, 2, 2), r"an input of 3x2x2 does not fit the network: 0 \(Conv2d\): .*Kernel size"),
        ((3, 9, 9), r"3x9x9 does not fit the network: 2 \(Linear\): .*\(1x196 and 100x10\)\. Give another shape\.$"),
        ((3, 0, 9), r"at least 1 of everything; got a shape of \(3, 0, 9\)"),
    ],
)
def test_an_input_that_does_not_fit(shape: tuple[int, ...], message: str):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(100, 10))
    with pytest.raises(UsageError, match=message) as caught:
        summarize(model, shape)
    assert "\n" not in str(caught.value)


def test_what_a_model_says_of_its_input_is_passed_on():
    with pytest.raises(DongshouError, match="DenseNet.* at least .* got 8x8"):
        summarize(on_meta("densenet121"), (3, 8, 8))


def test_layers_that_do_not_know_their_size():
    model = nn.Sequential(nn.LazyLinear(3))
    with pytest.raises(DongshouError, match="0.weight has no size before the first batch"):
        summarize(model, (4,))
    assert isinstance(model[0], nn.LazyLinear)


def test_what_is_no_module():
    with pytest.raises(UsageError, match=r"needs a torch.nn.Module; got function"):
        summarize(models.lenet, GRAY)  # pyright: ignore[reportArgumentType]
