"""Our layers under torch models, and torch's back again."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

from dongshou import scratch
from dongshou.errors import DongshouError, UsageError
from dongshou.scratch import from_scratch, missing_layers, optimizer_from_scratch, to_torch
from dongshou.scratch.permitted import OnlyPermitted


class Tied(nn.Module):
    """Two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4, bias=False)
        self.second.weight = self.first.weight
        self.again = self.first

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.again(self.second(self.first(x)))


class Named(nn.Linear):
    """A user's layer that keeps the forward of torch's, and calls super() elsewhere."""

    def __init__(self, name: str) -> None:
        super().__init__(3, 2)
        self.name = name

    def extra_repr(self) -> str:
        return f"{self.name}, {super().extra_repr()}"


class Doubled(nn.Linear):
    """A user's layer with a forward of its own."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(input)


def mlp() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Dropout(0.4), nn.Sequential(nn.Linear(5, 3), nn.Softmax(1))
    )


def classes(model: nn.Module) -> list[type]:
    return [type(layer) for layer in model.modules()]


def test_every_layer_is_ours_and_draws_the_same_curve():
    curves = []
    for engine in (lambda model: model, from_scratch):
        torch.manual_seed(0)
        model, loss = engine(mlp().double()), engine(nn.CrossEntropyLoss())
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        for _ in range(10):
            optimizer.zero_grad()
            value = loss(model(torch.randn(8, 2, 3).double()), torch.randint(3, (8,)))
            value.backward()
            optimizer.step()
            curves.append(value.detach())
    torch.testing.assert_close(curves[:10], curves[10:], rtol=1e-12, atol=1e-12)
    assert isinstance(model[1], scratch.nn.Linear) and isinstance(model[4][1], scratch.nn.Softmax)
    assert type(model) is nn.Sequential
    assert missing_layers(model) == []


def test_there_and_back_is_exact():
    model = mlp()
    before, state, attributes = classes(model), copy.deepcopy(model.state_dict()), repr(model)
    assert to_torch(from_scratch(model)) is model
    assert classes(model) == before
    assert repr(model) == attributes == repr(from_scratch(model))
    assert all(torch.equal(model.state_dict()[name], value) for name, value in state.items())


def test_twice_is_once():
    model = from_scratch(nn.Sequential(nn.Linear(3, 2), Named("a")))
    before = classes(model)
    assert classes(from_scratch(model)) == before
    assert classes(to_torch(to_torch(model))) == [nn.Sequential, nn.Linear, Named]


def test_the_model_itself_may_be_a_layer():
    layer = nn.Linear(3, 2)
    assert from_scratch(layer) is layer
    assert type(layer) is scratch.nn.Linear
    assert type(to_torch(layer)) is nn.Linear
    assert type(from_scratch(nn.CrossEntropyLoss())) is scratch.nn.CrossEntropyLoss


def test_tied_weights_stay_tied():
    model = Tied()
    x = torch.randn(2, 4)
    expected = model(x)
    from_scratch(model)
    assert model.first.weight is model.second.weight and model.first is model.again
    assert type(model) is Tied and type(model.again) is scratch.nn.Linear
    torch.testing.assert_close(model(x), expected)


def test_hooks_flags_names_and_dtype_stay():
    model = mlp().to(torch.bfloat16).eval()
    model[1].weight.requires_grad_(False)
    seen = []
    model[1].register_forward_hook(lambda layer, inputs, output: seen.append(type(layer)))
    names = [name for name, _ in model.named_modules()]
    from_scratch(model)
    model(torch.ones(1, 6, dtype=torch.bfloat16))
    assert seen == [scratch.nn.Linear]
    assert [name for name, _ in model.named_modules()] == names
    assert not model[3].training and not model[1].weight.requires_grad
    assert model[1].weight.dtype == torch.bfloat16


def test_an_optimizer_built_before_goes_on_working():
    model = nn.Sequential(nn.Linear(3, 1))
    optimizer = torch.optim.Adam(model.parameters())
    before = model[0].weight.clone()
    from_scratch(model)(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    assert not torch.equal(model[0].weight, before)


def test_a_parametrized_layer_keeps_its_parametrization():
    layer = parametrizations.weight_norm(nn.Linear(3, 2))
    x = torch.randn(4, 3)
    expected = layer(x)
    from_scratch(layer)
    assert isinstance(layer, scratch.nn.Linear)
    assert sorted(layer.state_dict()) == sorted(parametrizations.weight_norm(nn.Linear(3, 2)).state_dict())
    torch.testing.assert_close(layer(x), expected)
    to_torch(layer)
    assert isinstance(layer, nn.Linear) and not isinstance(layer, scratch.nn.Linear)
    torch.testing.assert_close(layer(x), expected)
    parametrize.remove_parametrizations(from_scratch(layer), "weight")
    assert type(layer) is scratch.nn.Linear
    torch.testing.assert_close(layer(x), expected)


def test_a_pruned_layer_stays_pruned():
    layer = prune.l1_unstructured(nn.Linear(3, 2), "weight", amount=2)
    x = torch.randn(4, 3)
    expected = layer(x)
    torch.testing.assert_close(from_scratch(layer)(x), expected)


def test_a_subclass_that_keeps_the_forward_gets_ours():
    layer = Named("head")
    shown, x = repr(layer), torch.randn(4, 3)
    expected = layer(x)
    from_scratch(layer, strict=True)
    assert type(layer).forward is scratch.nn.Linear.forward
    assert isinstance(layer, Named) and isinstance(layer, scratch.nn.Linear)
    assert repr(layer) == shown
    torch.testing.assert_close(layer(x), expected)
    torch.testing.assert_close(copy.deepcopy(layer)(x), expected)
    assert type(to_torch(layer)) is Named


def test_a_subclass_with_a_forward_of_its_own_is_named_and_finds_ours_by_super():
    model, x = nn.Sequential(Doubled(3, 2)), torch.randn(4, 3)
    expected = model(x)
    assert missing_layers(model) == ["0 (Doubled)"]
    with pytest.raises(DongshouError, match=r"no twin for 0 \(Doubled\)"):
        from_scratch(model, strict=True)
    with pytest.warns(UserWarning, match=r"^from_scratch leaves the arithmetic of 0 \(Doubled\) as it is\.$"):
        from_scratch(model)
    assert missing_layers(model) == ["0 (Doubled)"] and isinstance(model[0], Doubled)
    with OnlyPermitted():  # 2 * is plain arithmetic, and super() leads to ours
        torch.testing.assert_close(model(x), expected)
    assert type(to_torch(model)[0]) is Doubled


def test_what_we_lack_stays_torchs_or_is_an_error_that_changes_nothing(monkeypatch):
    monkeypatch.delattr(scratch.nn, "Hardshrink", raising=False)
    model = nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.Hardshrink()))
    with pytest.raises(DongshouError, match=r"no twin for 1\.0 \(Hardshrink\)"):
        from_scratch(model, strict=True)
    assert type(model[0]) is nn.Linear
    with pytest.warns(UserWarning, match=r"leaves the arithmetic of 1\.0 \(Hardshrink\)"):
        assert from_scratch(model) is model
    assert type(model[0]) is scratch.nn.Linear and type(model[1][0]) is nn.Hardshrink
    assert missing_layers(model) == ["1.0 (Hardshrink)"]
    with pytest.raises(DongshouError, match="the model itself"):
        from_scratch(nn.Hardshrink(), strict=True)


def test_a_lazy_layer_becomes_ours_before_its_first_batch_or_after():
    model = nn.Sequential(nn.LazyConv2d(2, 3), nn.Flatten(), nn.LazyLinear(2))
    from_scratch(from_scratch(model, strict=True))
    assert type(model[0]) is scratch.nn.LazyConv2d
    model(torch.ones(1, 3, 4, 4))
    assert classes(model[0]) == [scratch.nn.Conv2d] and type(model[2]) is scratch.nn.Linear
    assert type(to_torch(model)[0]) is nn.Conv2d
    assert type(to_torch(from_scratch(nn.LazyLinear(2)))) is nn.LazyLinear


@pytest.mark.parametrize("name", sorted(set(scratch.optim.__all__) - {"LBFGS", "Muon", "SparseAdam"}))
def test_an_optimizer_is_taken_over_in_mid_course(name):
    parameters = []
    for change in (lambda optimizer: optimizer, optimizer_from_scratch):
        torch.manual_seed(0)
        model = nn.Linear(3, 2).double()
        groups = [dict(params=[model.weight], lr=0.1), dict(params=[model.bias], weight_decay=0.3)]
        optimizer = getattr(torch.optim, name)(groups, lr=0.5, maximize=True)
        for _ in range(3):
            for _ in range(2):
                optimizer.zero_grad()
                model(torch.randn(4, 3).double()).square().mean().backward()
                optimizer.step()
            optimizer = change(optimizer)
        parameters.append([model.weight, model.bias])
    assert type(optimizer) is getattr(scratch.optim, name)
    assert optimizer.defaults["lr"] == 0.5
    torch.testing.assert_close(*parameters, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "settings"), [("LBFGS", dict(lr=0.1, max_iter=3)), ("Muon", {})])
def test_an_optimizer_of_one_group_is_taken_over_in_mid_course(name, settings):
    weights = []
    for change in (lambda optimizer: optimizer, optimizer_from_scratch):
        weight = torch.arange(6.0, dtype=torch.float64).reshape(3, 2).requires_grad_()
        optimizer = getattr(torch.optim, name)([weight], **settings)

        def closure(weight=weight):
            weight.grad = None
            loss = (weight - 1).pow(4).sum()
            loss.backward()
            return loss

        for _ in range(3):
            optimizer.step(closure)
            optimizer = change(optimizer)
        weights.append(weight)
    torch.testing.assert_close(*weights)


def test_named_parameters_are_taken_over():
    optimizer = torch.optim.SGD(nn.Linear(3, 2).named_parameters(), lr=0.1)
    assert optimizer_from_scratch(optimizer).param_groups[0]["param_names"] == ["weight", "bias"]


def test_an_optimizer_we_lack_is_an_error():
    class Own(torch.optim.SGD):
        pass

    class Named(torch.optim.SGD):
        pass

    Named.__name__ = "SGD"
    for optimizer_class in (Own, Named):
        with pytest.raises(DongshouError, match="stands for"):
            optimizer_from_scratch(optimizer_class([torch.ones(1, requires_grad=True)]))


class Sequences(nn.LSTM):
    """A user's recurrent layer that keeps the forward of torch's."""


class Attention(nn.MultiheadAttention):
    """A user's attention that keeps the forward of torch's."""


class Scale(nn.Module):
    """A user's module that computes and holds no layers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


def answers(layer: nn.Module, *inputs: torch.Tensor) -> list[torch.Tensor]:
    """Output and gradients, with the same dropout every time."""
    torch.manual_seed(1)
    output = layer(*inputs)
    output = output[0] if isinstance(output, tuple) else output
    return [output, *torch.autograd.grad(output.square().sum(), list(layer.parameters()))]


HEADED = dict(d_model=8, nhead=2, dim_feedforward=12, dropout=0.3)
STACKED = [
    (lambda: nn.LSTM(8, 4, 2, dropout=0.3, bidirectional=True), 1),
    (lambda: nn.GRU(8, 4), 1),
    (lambda: nn.RNN(8, 4, batch_first=True), 1),
    (lambda: Sequences(8, 4, 2), 1),
    (lambda: nn.GRUCell(8, 4), 1),
    (lambda: nn.MultiheadAttention(8, 2, dropout=0.3), 3),
    (lambda: Attention(8, 2), 3),
    (lambda: nn.TransformerEncoderLayer(**HEADED), 1),
    (lambda: nn.TransformerDecoderLayer(**HEADED, activation="gelu"), 2),
    (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(**HEADED, batch_first=True), 2), 1),
    (lambda: nn.Transformer(**HEADED, num_encoder_layers=1, num_decoder_layers=1, batch_first=True), 2),
]


@pytest.mark.parametrize(("build", "inputs"), STACKED)
def test_recurrent_layers_and_transformers(build, inputs, tmp_path):
    layer = build().double()
    before, shown, parameters = classes(layer), repr(layer), list(layer.parameters())
    shape = (2, 8) if isinstance(layer, nn.GRUCell) else (4, 2, 8)
    x = [torch.randn(shape).double() for _ in range(inputs)]
    expected = answers(layer, *x)

    from_scratch(layer, strict=True)
    assert missing_layers(layer) == [] and repr(layer) == shown
    assert all(new is old for new, old in zip(layer.parameters(), parameters, strict=True))
    torch.testing.assert_close(answers(layer, *x), expected)
    with OnlyPermitted():
        answers(layer, *x)
    torch.testing.assert_close(answers(copy.deepcopy(layer), *x), expected)
    layer.to(torch.float32).to(torch.float64)

    assert classes(to_torch(layer)) == before
    torch.testing.assert_close(answers(layer, *x), expected, rtol=1e-4, atol=1e-5)


def test_weights_changed_while_ours_are_seen_by_torchs():
    layer = from_scratch(nn.LSTM(3, 2))
    layer.weight_hh_l0 = nn.Parameter(torch.ones(8, 2))
    x = torch.randn(4, 1, 3)
    torch.testing.assert_close(layer(x)[0], to_torch(layer)(x)[0])


def test_a_parametrized_recurrent_layer():
    layer = parametrizations.weight_norm(nn.LSTM(3, 2), "weight_hh_l0")
    x = torch.randn(4, 1, 3)
    expected = layer(x)[0]
    torch.testing.assert_close(from_scratch(layer)(x)[0], expected)
    assert isinstance(layer, scratch.nn.LSTM)
    torch.testing.assert_close(to_torch(layer)(x)[0], expected)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_layers_made_by_us_become_torchs():
    for name, arguments in (("LSTM", (8, 4, 2)), ("MultiheadAttention", (8, 2)), ("Transformer", (8, 2, 1, 1, 12))):
        ours = getattr(scratch.nn, name)(*arguments).eval()
        x = [torch.randn(4, 2, 8)] * {"LSTM": 1, "MultiheadAttention": 3, "Transformer": 2}[name]
        with torch.no_grad():
            expected = ours(*x)
            torch.testing.assert_close(to_torch(ours)(*x), expected)
        assert classes(ours) == classes(getattr(nn, name)(*arguments))


@pytest.mark.parametrize("masked", [{}, {"src_mask"}, {"src_key_padding_mask"}, {"src_mask", "src_key_padding_mask"}])
def test_a_layer_of_torchs_takes_our_attention_in_its_fast_path(masked):
    layer, x = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True).eval(), torch.randn(2, 4, 8)
    masks = dict(src_mask=torch.ones(4, 4).triu(1) > 0, src_key_padding_mask=torch.tensor([[False] * 4] * 2))
    masks["src_key_padding_mask"][0, 3] = True
    masks = {name: mask for name, mask in masks.items() if name in masked}
    with torch.no_grad():
        expected = layer(x, **masks)
        from_scratch(layer.self_attn)
        torch.testing.assert_close(layer(x, **masks), expected)


def test_what_a_model_computes_by_itself_is_listed_and_an_error_only_where_strict():
    model = nn.Sequential(nn.Linear(3, 2), Scale(), nn.Sequential())
    with pytest.raises(DongshouError, match=r"no twin for 1 \(Scale\)"):
        from_scratch(model, strict=True)
    assert classes(model) == [nn.Sequential, nn.Linear, Scale, nn.Sequential]
    from_scratch(model)
    assert missing_layers(model) == ["1 (Scale)"]
    assert classes(to_torch(model)) == [nn.Sequential, nn.Linear, Scale, nn.Sequential]


@pytest.mark.parametrize(("wrong", "words"), [(3, "got int"), (nn.Linear, "got the class Linear")])
def test_only_a_model_can_be_swapped(wrong, words: str):
    for swap in (from_scratch, to_torch):
        with pytest.raises(UsageError, match=f"a torch.nn.Module; {words}"):
            swap(wrong)
