"""torch's own tools on models with our layers: what works with torch's layers works with ours, or says what to do."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch import fx, nn
from torch.func import functional_call, grad, vmap
from torch.nn.utils import parametrizations, parametrize, prune, rnn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim.swa_utils import AveragedModel, update_bn

from dongshou import scratch
from dongshou.errors import DongshouError
from dongshou.models.summary import summarize
from dongshou.scratch import from_scratch, missing_layers, to_torch
from dongshou.scratch import fx as scratch_fx

SHAPE = (2, 3, 6, 5)


class Head(nn.Linear):
    """A user's layer that keeps the forward of torch's."""


def network() -> nn.Sequential:
    torch.manual_seed(0)
    convolutional = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()
    return nn.Sequential(*convolutional, nn.Linear(4 * 4 * 3, 6), nn.LayerNorm(6), Head(6, 5), nn.Softmax(-1))


def both() -> tuple[nn.Sequential, nn.Sequential]:
    """The same network with torch's layers and with ours."""
    return network().eval(), from_scratch(network()).eval()


def test_initializers_see_every_layer():
    def fill(layer: nn.Module) -> None:
        if isinstance(layer, (nn.Linear, nn.modules.conv._ConvNd)):
            nn.init.constant_(layer.weight, 0.5)

    ours = both()[1].apply(fill)
    assert all((ours[index].weight == 0.5).all() for index in (0, 4, 6))
    parameters = dict(ours.named_parameters())
    assert isinstance(ours[6], Head) and list(parameters) == list(dict(network().named_parameters()))


def test_averaged_weights_and_their_statistics():
    batches = [torch.randn(SHAPE) + number for number in range(3)]
    means = []
    for model in both():
        averaged = AveragedModel(model)
        averaged.update_parameters(model)
        update_bn(batches, averaged)
        means.append(averaged.module[1].running_mean)
    assert type(averaged.module[1]) is scratch.nn.BatchNorm2d and means[0].abs().max() > 0.1
    torch.testing.assert_close(*means)


def test_pruning():
    outputs = []
    for model in both():
        chosen = [(model[0], "weight"), (model[6], "weight")]
        prune.global_unstructured(chosen, prune.L1Unstructured, amount=0.4)
        prune.remove(model[0], "weight")
        outputs.append(model(torch.ones(SHAPE)))
    torch.testing.assert_close(*outputs)
    assert prune.is_pruned(model) and (model[0].weight == 0).any()


def test_a_convolution_and_its_norm_are_fused():
    theirs, ours = both()
    x = torch.randn(SHAPE)
    fused = fuse_conv_bn_eval(ours[0], ours[1])
    assert type(fused) is scratch.nn.Conv2d
    torch.testing.assert_close(fused(x), theirs[1](theirs[0](x)))


def test_the_summary_counts_the_same_multiply_adds():
    theirs, ours = (summarize(model, SHAPE[1:]) for model in both())
    assert sum(row.multiply_adds or 0 for row in theirs.rows) > 1000
    assert [row.multiply_adds for row in ours.rows] == [row.multiply_adds for row in theirs.rows]


@pytest.mark.parametrize("strip", [lambda model: copy.deepcopy(model), lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_and_pickles_are_ours_and_come_back(strip):
    theirs, ours = both()
    again, x = strip(ours), torch.randn(SHAPE)
    assert [type(layer) for layer in again.modules()] == [type(layer) for layer in ours.modules()]
    assert torch.equal(again(x), ours(x))
    again[6].weight.data.zero_()
    assert ours[6].weight.any()
    assert [type(layer) for layer in to_torch(again).modules()] == [type(layer) for layer in theirs.modules()]


def weight_norm_of_old(layer: nn.Module) -> nn.Module:
    with pytest.warns(FutureWarning, match="weight_norm"):
        return nn.utils.weight_norm(layer)


def spectral_norm_of_old(layer: nn.Module) -> nn.Module:
    return nn.utils.spectral_norm(layer)


PARAMETRIZED = [
    (lambda: parametrizations.weight_norm(nn.Conv1d(4, 3, 2), dim=2), (2, 4, 5), True),
    (lambda: parametrizations.spectral_norm(nn.ConvTranspose1d(4, 3, 2)), (2, 4, 5), True),
    (lambda: parametrizations.orthogonal(nn.Linear(4, 3)), (2, 4), True),
    (lambda: parametrizations.spectral_norm(parametrizations.weight_norm(Head(4, 3))), (2, 4), True),
    (lambda: parametrizations.weight_norm(nn.Embedding(4, 3)), None, True),
    (lambda: weight_norm_of_old(nn.Conv1d(4, 3, 2)), (2, 4, 5), False),
    (lambda: spectral_norm_of_old(Head(4, 3)), (2, 4), False),
]


@pytest.mark.parametrize(("build", "shape", "is_new"), PARAMETRIZED)
def test_parametrized_layers(build, shape, is_new):
    layer = build().eval()
    x = torch.tensor([[0, 3], [2, 2]]) if shape is None else torch.randn(shape)
    before, mro = layer(x), type(layer).__mro__
    expected = before, torch.autograd.grad(before.square().sum(), list(layer.parameters()))
    from_scratch(layer, strict=True)
    assert isinstance(layer, mro[1]) and isinstance(layer, scratch.nn.container.Layer)
    for trial in (layer, copy.deepcopy(layer)) if is_new else (layer,):
        output = trial(x)
        gradients = torch.autograd.grad(output.square().sum(), list(trial.parameters()))
        torch.testing.assert_close((output, gradients), expected)
        to_torch(trial)
        assert not isinstance(trial, scratch.nn.container.Layer) and type(trial).__mro__[1:] == mro[1:]
        torch.testing.assert_close(trial(x), before)
    if is_new:
        parametrize.remove_parametrizations(from_scratch(layer), "weight")
        assert type(to_torch(layer)) in mro


def test_parametrizing_ours():
    layer, x = from_scratch(Head(4, 3)), torch.randn(2, 4)
    expected = layer(x)
    parametrizations.weight_norm(layer)
    torch.testing.assert_close(to_torch(copy.deepcopy(layer))(x), expected)
    with pytest.raises(RuntimeError, match="state_dict"):  # as torch's
        pickle.dumps(layer)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_packed_sequences_through_copies_pickles_and_back(kind):
    theirs = kind(3, 4, 2, bidirectional=True, batch_first=True)
    ours = from_scratch(copy.deepcopy(theirs))
    packed = rnn.pack_sequence([torch.randn(length, 3) for length in (4, 2, 5)], enforce_sorted=False)
    expected, state = theirs(packed)
    for layer in (ours, copy.deepcopy(ours), pickle.loads(pickle.dumps(ours)), to_torch(copy.deepcopy(ours))):
        output, end = layer(packed, state)
        torch.testing.assert_close((output.data, end), (theirs(packed, state)[0].data, theirs(packed, state)[1]))
        padded = rnn.pad_packed_sequence(layer(packed)[0], batch_first=True)
        torch.testing.assert_close(padded, rnn.pad_packed_sequence(expected, batch_first=True))


def test_functional_call():
    layer, x = from_scratch(nn.LSTM(3, 4)), torch.randn(5, 2, 3)
    theirs = nn.LSTM(3, 4)
    weights = {name: weight.detach() for name, weight in theirs.named_parameters()}
    torch.testing.assert_close(functional_call(layer, weights, (x,)), theirs(x))
    gradients = grad(lambda weights: functional_call(layer, weights, (x,))[0].square().sum())(weights)
    theirs(x)[0].square().sum().backward()
    torch.testing.assert_close(gradients, {name: weight.grad for name, weight in theirs.named_parameters()})
    assert theirs.weight_ih_l0 is not layer.weight_ih_l0


PER_SAMPLE = [
    (lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.ReLU(), nn.MaxPool2d(2)), (2, 3, 6, 7)),
    (lambda: nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.GELU(), nn.Softmax(-1)), (5, 2, 4)),
    (lambda: nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True), (3, 4, 8)),
    (lambda: nn.LSTM(4, 3), (2, 5, 4)),
]


def test_gradients_of_every_example():
    for build, shape in PER_SAMPLE:
        theirs, x = build(), torch.randn(shape)
        ours = from_scratch(copy.deepcopy(theirs))

        def loss(weights, example, model):
            output = functional_call(model, weights, (example,))
            return (output[0] if isinstance(output, tuple) else output).square().sum()

        weights = {name: weight.detach() for name, weight in theirs.named_parameters()}
        batched = vmap(grad(loss), (None, 0, None))(weights, x, ours)
        for index, example in enumerate(x):
            expected = grad(loss)(weights, example, theirs)
            found = {name: gradients[index] for name, gradients in batched.items()}
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_graphs_of_torch_fx():
    theirs, ours = both()
    x = torch.randn(SHAPE)
    traced, swapped = scratch_fx.symbolic_trace(ours), from_scratch(fx.symbolic_trace(theirs))
    for graph, layers in ((traced, "01234567"), (swapped, "0123457")):  # torch's looks into a class of the user's
        assert [node.target for node in graph.graph.nodes if node.op == "call_module"] == list(layers)
        assert all(type(graph.get_submodule(index)) is type(ours[int(index)]) for index in layers)
        torch.testing.assert_close(graph(x), ours(x))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_refused_and_left():
    with pytest.raises(DongshouError, match=r"compile Conv2d of dongshou\.scratch: call to_torch\(model\) first"):
        torch.jit.script(both()[1])
    torch.jit.script(to_torch(both()[1])[0])
    compiled = torch.jit.script(nn.Sequential(nn.Linear(3, 2), nn.ReLU()))
    model, x = nn.Sequential(nn.Linear(3, 3), compiled), torch.randn(4, 3)
    expected, named = model(x), ["1 (RecursiveScriptModule)"]
    with pytest.warns(UserWarning, match=r"leaves the arithmetic of 1 \(RecursiveScriptModule\) as it is"):
        from_scratch(model)
    assert missing_layers(model) == named and type(model[0]) is scratch.nn.Linear
    torch.testing.assert_close(model(x), expected)
    assert type(to_torch(model)[0]) is nn.Linear


@pytest.mark.filterwarnings("ignore")
def test_torch_ao_goes_by_the_class_itself():
    """It prepares and converts what is exactly torch's: ours pass through it unchanged, and come back for it."""
    ours = both()[1]
    left = torch.ao.quantization.quantize_dynamic(ours, {nn.Linear})
    torch.testing.assert_close(left(torch.ones(SHAPE)), ours(torch.ones(SHAPE)))
    prepared = copy.deepcopy(ours)
    prepared.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    prepared = torch.ao.quantization.prepare(prepared)
    torch.testing.assert_close(prepared(torch.ones(SHAPE)), ours(torch.ones(SHAPE)))
    taken = torch.ao.quantization.quantize_dynamic(to_torch(ours), {nn.Linear})
    assert type(taken[4]) is torch.ao.nn.quantized.dynamic.Linear
