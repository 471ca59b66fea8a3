"""Weights into models: sound files of either kind, and every way in which a file can be the wrong one."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models.weights import head_of


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Write the weights of a model, or any other object, into a file of this name."""

    def save(content: object, name: str = "weights.pth") -> Path:
        state = content.state_dict() if isinstance(content, nn.Module) else content
        if name.endswith(".safetensors"):
            save_file(state, tmp_path / name)
        else:
            torch.save(state, tmp_path / name)
        return tmp_path / name

    return save


def refusal(model: nn.Module, file: Path, **settings: bool) -> str:
    """The message of the error, which is one line, and after which the model is what it was."""
    before = [tensor.clone() for tensor in model.state_dict().values()]
    with pytest.raises(DongshouError) as caught:
        models.load_weights(model, file, **settings)
    assert "\n" not in str(caught.value)
    assert all(map(torch.equal, before, model.state_dict().values()))
    return str(caught.value)


def are_equal(one: nn.Module, other: nn.Module) -> bool:
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


@pytest.mark.parametrize("name", ["lenet.pth", "lenet.pt", "lenet.safetensors"])
def test_either_kind_of_file(saved: Callable[..., Path], name: str):
    theirs, ours = models.lenet(batch_norm=True), models.lenet(batch_norm=True)
    assert not are_equal(theirs, ours)
    assert models.load_weights(ours, str(saved(theirs, name))) is ours
    assert are_equal(theirs, ours)


def test_densenet_by_the_names_of_its_published_file(saved: Callable[..., Path]):
    theirs = models.densenet(1, 5, growth_rate=4, block_config=(2, 2), bottleneck=True)
    old = {re.sub(r"(denselayer\d+\.[a-z]+)(\d)", r"\1.\2", key): t for key, t in theirs.state_dict().items()}
    old = {key: tensor for key, tensor in old.items() if not key.endswith("num_batches_tracked")}
    assert "features.denseblock1.denselayer2.norm.1.weight" in old
    ours = models.densenet(1, 5, growth_rate=4, block_config=(2, 2), bottleneck=True)
    models.load_weights(ours, saved(old))
    assert are_equal(theirs, ours)


def wrappings() -> dict[str, Callable[[nn.Module], nn.Module]]:
    parallel, compiled = nn.DataParallel, lambda model: torch.compile(model, backend="eager")
    return {
        "parallel": parallel,
        "compiled": compiled,
        "both": lambda model: parallel(compiled(model)),
        "a compiled block": lambda model: nn.Sequential(*(compiled(layer) for layer in model)),
    }


@pytest.mark.parametrize("wrapping", wrappings())
@pytest.mark.parametrize("entry", [None, "state_dict", "model_state_dict", "model"])
def test_weights_of_a_wrapped_model_and_out_of_a_checkpoint(
    saved: Callable[..., Path], wrapping: str, entry: str | None
):
    theirs, ours = models.lenet(batch_norm=True), models.lenet(batch_norm=True)
    state = wrappings()[wrapping](theirs).state_dict()
    assert not set(state) & set(theirs.state_dict())
    file = saved(state if entry is None else {"epoch": 3, "optimizer": {"lr": 0.1}, entry: state})
    models.load_weights(ours, file)
    assert are_equal(theirs, ours)
    other = models.lenet(batch_norm=True)
    models.load_weights(wrappings()["both"](other), file)  # the model may be wrapped too
    assert are_equal(theirs, other)


def test_a_part_called_module_is_no_wrapper(saved: Callable[..., Path]):
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = nn.Linear(3, 2)

    theirs, ours = Model(), Model()
    models.load_weights(ours, saved(theirs))
    assert are_equal(theirs, ours)
    models.load_weights(ours, saved(nn.DataParallel(theirs := Model())))
    assert are_equal(theirs, ours)
    assert "architecture: 11.weight is missing from the file" in refusal(
        nn.Sequential(*[nn.ReLU()] * 11, nn.Linear(3, 2)), saved(theirs)
    )


def test_no_file(tmp_path: Path):
    with pytest.raises(UsageError, match=r"There is no file .*absent\.pth: weights are read from"):
        models.load_weights(models.lenet(), tmp_path / "absent.pth")
    with pytest.raises(UsageError, match="There is no file"):
        models.load_weights(models.lenet(), tmp_path)


@pytest.mark.parametrize("name", ["picture.pth", "picture.safetensors", "picture.jpg"])
@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 no weights", b"PK\x03\x04 no zip either", b"{}" * 40])
def test_a_file_that_holds_no_weights(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    assert f"{name} is not a file of weights" in refusal(models.lenet(), tmp_path / name)


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {"model": {"weight": 2}}, torch.zeros(3)])
def test_a_file_that_holds_something_else(saved: Callable[..., Path], content: object):
    assert "needs a model's state_dict" in refusal(models.lenet(), saved(content))


def test_a_damaged_file(saved: Callable[..., Path]):
    path = saved(models.lenet())
    path.write_bytes(path.read_bytes()[:-2000])
    assert "is not a file of weights" in refusal(models.lenet(), path)


def test_nothing_in_a_file_is_executed(tmp_path: Path):
    class Touch:
        def __reduce__(self):
            return Path.touch, (tmp_path / "touched",)

    (tmp_path / "weights.pth").write_bytes(pickle.dumps({"weight": Touch()}))
    assert "is not a file of weights" in refusal(models.lenet(), tmp_path / "weights.pth")
    assert not (tmp_path / "touched").exists()


def test_weights_of_another_architecture(saved: Callable[..., Path]):
    said = refusal(models.resnet34(1, 5), saved(models.resnet18(1, 5)))
    assert "weights of another architecture: layer1.2.conv1.weight is missing from the file and 79 more" in said
    said = refusal(models.resnet18(1, 5), saved(models.resnet34(1, 5)))
    assert "the model has no layer1.2.conv1.weight and 95 more keys differ" in said


def test_weights_for_another_number_of_channels(saved: Callable[..., Path]):
    said = refusal(models.resnet18(1, 5), saved(models.resnet18(3, 5)))
    assert "conv1.weight is (64, 3, 7, 7) in the file and (64, 1, 7, 7) in the model." in said


MAKERS: dict[str, tuple[Callable[[int], nn.Module], list[str]]] = {
    "lenet": (lambda classes: models.lenet(1, classes), ["11"]),
    "resnet18": (lambda classes: models.resnet18(1, classes), ["fc"]),
    "mlp": (lambda classes: models.mlp(4, (3, 3), classes), ["5"]),
    "vgg11": (lambda classes: models.vgg11(1, classes, size=32, divide_channels_by=32), ["classifier.6"]),
    "densenet": (lambda classes: models.densenet(1, classes, growth_rate=4), ["classifier"]),
    "googlenet": (lambda n: models.googlenet(3, n, variant="torchvision"), ["fc", "aux1.fc2", "aux2.fc2"]),
}


@pytest.mark.parametrize(("make", "layers"), MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("num_classes", [3, 7])
def test_other_classes(
    saved: Callable[..., Path], make: Callable[[int], nn.Module], layers: list[str], num_classes: int
):
    theirs, ours = make(7), make(num_classes)
    file, head = saved(theirs), {f"{layer}.{key}" for layer in layers for key in ("weight", "bias")}
    assert {*head_of(ours)} == head
    if num_classes != 7:
        said = refusal(ours, file)
        assert "differ in their classes" in said and "skip_head=True" in said
    own = {key: tensor.clone() for key, tensor in ours.state_dict().items()}
    models.load_weights(ours, file, skip_head=True)
    expected: dict[str, Tensor] = theirs.state_dict() | {key: own[key] for key in head}
    for key, tensor in ours.state_dict().items():
        assert torch.equal(tensor, expected[key]), key


def test_another_start():
    model = models.lenet(batch_norm=True)
    biases = [layer.bias.clone() for layer in model if isinstance(layer, (nn.Linear, nn.Conv2d))]
    models.initialize(model, nn.init.ones_)
    layers = [layer for layer in model if isinstance(layer, (nn.Linear, nn.Conv2d))]
    assert all(layer.weight.eq(1).all() for layer in layers)
    assert all(torch.equal(layer.bias, bias) for layer, bias in zip(layers, biases, strict=True))
    assert isinstance(model[1], nn.BatchNorm2d) and model[1].running_var.eq(1).all()


def test_xaviers_start():
    layer = models.initialize(nn.Linear(300, 500))
    assert float(layer.weight.detach().std()) == pytest.approx((2 / (300 + 500)) ** 0.5, rel=0.02)
