"""Our layers are found by torch's classes, and nothing of torch's layers is computed with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn as torch_nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.utils.rnn import pack_sequence

from dongshou.scratch import from_scratch, missing_layers, nn, proof
from dongshou.scratch.nn.linear import NonDynamicallyQuantizableLinear
from dongshou.scratch.proof.layers import _fresh

CONTAINERS = {"Module", "ModuleDict", "ModuleList", "Parameter", "Sequential"}
LAYERS = sorted(set(nn.__all__) - CONTAINERS - {"NLLLoss2d"})  # torch warns whoever makes a subclass of its NLLLoss2d

# methods of torch's classes that ours keep: they read states of an older torch, copy, hold the lists of weights that
# torch's own forward of a recurrent layer reads, compare shapes and dtypes, or reckon with sizes
BOOKKEEPING = {"__setstate__", "__getstate__", "__setattr__", "_apply", "_replicate_for_data_parallel"}
WEIGHT_LISTS = {"_init_flat_weights", "_update_flat_weights", "_weights_have_changed"}
CHECKS = {"check_input", "check_hidden_size", "check_forward_args", "_require_tuple_int"}
SIZES = {"get_expected_hidden_size", "get_expected_cell_size", "_output_padding", "_get_no_batch_dim"}
LAZY = {"_get_num_spatial_dims", "_get_in_channels"}
STUBS = {("_ConvNd", "_conv_forward")}  # no body; Conv1d to 3d have theirs
KEPT = BOOKKEEPING | WEIGHT_LISTS | CHECKS | SIZES | LAZY


def torchs_parents(layer_class: type) -> list[type]:
    """The classes of torch's layers that a class of ours comes from."""
    parents = [parent for parent in layer_class.__mro__ if parent.__module__.startswith("torch.nn.modules.")]
    return [parent for parent in parents if parent not in (torch_nn.Module, LazyModuleMixin)]


def methods(layer_class: type) -> Iterator[str]:
    kinds = property, staticmethod, classmethod
    return (name for name, value in vars(layer_class).items() if inspect.isfunction(value) or isinstance(value, kinds))


def test_our_classes_descend_from_torchs_as_torchs_do():
    for name in LAYERS:
        for other in LAYERS:
            expected = issubclass(getattr(torch_nn, name), getattr(torch_nn, other))
            # torch's lazy normalisations wait beside what they become, ours below it
            expected |= f"Lazy{other}" == name
            assert issubclass(getattr(nn, name), getattr(torch_nn, other)) == expected, (name, other)
    assert issubclass(NonDynamicallyQuantizableLinear, torch_nn.modules.linear.NonDynamicallyQuantizableLinear)
    assert issubclass(nn.NLLLoss2d, torch_nn.NLLLoss)
    assert issubclass(nn.BatchNorm2d, torch_nn.modules.batchnorm._BatchNorm)
    assert issubclass(nn.Conv2d, torch_nn.modules.conv._ConvNd)
    assert issubclass(nn.LSTM, torch_nn.RNNBase)


def test_no_method_that_computes_is_torchs():
    for name in LAYERS:
        ours = getattr(nn, name)
        for parent in torchs_parents(ours):
            for method in set(methods(parent)) - KEPT:
                first = next(one for one in ours.__mro__ if method in vars(one))
                is_torchs = first is parent and (parent.__name__, method) not in STUBS
                assert not is_torchs, f"{name}.{method} is that of {parent.__module__}.{parent.__name__}"


@pytest.fixture
def broken_torch(monkeypatch) -> None:
    """Every method that computes in a layer of torch's raises, its constructor too."""

    def refuse(*arguments, **keywords):
        raise AssertionError("a layer of torch's was computed with")

    every = [parent for name in LAYERS for parent in torchs_parents(getattr(nn, name))]
    for parent in dict.fromkeys(every):
        for name in set(methods(parent)) - KEPT:
            monkeypatch.setattr(parent, name, refuse)
    with pytest.raises(AssertionError, match="a layer of torch's"):
        torch_nn.Linear(2, 2)


def samples() -> Iterator[tuple[str, Callable, tuple, dict]]:
    """Two samples of every layer in PyTorch's database: how ours is made, and the inputs."""
    for info in proof.module_database():
        name = info.module_cls.__name__
        for training in (True, False):
            torch.manual_seed(0)
            inputs = info.module_inputs_func(
                info, device="cpu", dtype=torch.float32, requires_grad=True, training=training
            )
            for sample in inputs[:2] if hasattr(nn, name) else ():
                made = sample.constructor_input
                yield name, (made.args, made.kwargs, training), sample.forward_input.args, sample.forward_input.kwargs


@pytest.mark.filterwarnings("ignore")
def test_ours_compute_where_torchs_layers_are_broken(request):
    prepared = []
    for name, (arguments, keywords, training), inputs, more in samples():
        arguments = [from_scratch(item) if isinstance(item, torch_nn.Module) else item for item in arguments]
        prepared.append((name, arguments, keywords, training, _fresh(inputs, []), _fresh(more, [])))
    request.getfixturevalue("broken_torch")
    for name, arguments, keywords, training, inputs, more in prepared:
        getattr(nn, name)(*arguments, **keywords).train(training)(*inputs, **more)
    assert len({name for name, *_ in prepared}) > 110
    for name in ("RNN", "GRU", "LSTM"):
        getattr(nn, name)(3, 4, bidirectional=True)(pack_sequence([torch.ones(2, 3), torch.ones(1, 3)]))
    nn.AdaptiveLogSoftmaxWithLoss(16, 8, [2, 5]).predict(torch.ones(3, 16))


def test_a_helper_that_a_subclass_changes_is_used():
    class Standardized(torch_nn.Conv2d):
        def _conv_forward(self, input, weight, bias):
            return super()._conv_forward(input, weight - weight.mean(), bias)

    class Quiet(torch_nn.TransformerEncoderLayer):
        def _ff_block(self, x):
            return 0.5 * super()._ff_block(x)

    class Anywhere(torch_nn.BatchNorm2d):
        def _check_input_dim(self, input):
            pass

    layers = Standardized(3, 4, 3, padding=1), Quiet(8, 2, 12, 0.0), Anywhere(5)
    for layer, shape in zip(layers, ((2, 3, 6, 5), (4, 2, 8), (2, 5, 3)), strict=True):
        x = torch.randn(shape)
        expected = layer(x)
        assert missing_layers(from_scratch(layer, strict=True)) == []
        assert type(layer).forward is getattr(nn, type(layer).__bases__[1].__name__).forward
        torch.testing.assert_close(layer(x), expected)


def test_a_helper_that_only_torchs_layer_has_keeps_the_subclass_torchs():
    class Padded(torch_nn.ConvTranspose2d):
        def _output_padding(self, *arguments, **keywords):
            return [1, 1]

    layer, x = Padded(2, 3, 3, stride=2), torch.randn(1, 2, 4, 5)
    expected = layer(x)
    assert missing_layers(layer) == ["the model itself (Padded)"]
    with pytest.warns(UserWarning, match=r"the model itself \(Padded\)"):
        from_scratch(layer)
    assert type(layer) is Padded
    torch.testing.assert_close(layer(x), expected)


def test_an_encoder_of_torchs_that_holds_our_layer_keeps_off_its_fused_path():
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
    with pytest.warns(UserWarning, match="enable_nested_tensor"):
        encoder = torch_nn.TransformerEncoder(layer, 2).eval()
    x, padding = torch.randn(2, 4, 8), torch.tensor([[False] * 4, [False, False, True, True]])
    with torch.no_grad():
        expected = encoder(x, src_key_padding_mask=padding)
        answer = from_scratch(encoder)(x, src_key_padding_mask=padding)
    torch.testing.assert_close(answer, expected)
    assert vars(encoder.layers[0])["activation_relu_or_gelu"] == 1
