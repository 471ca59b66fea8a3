"""Weights from a file, into a model that they fit to the last key and shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeGuard, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from dongshou.errors import DongshouError, UsageError

AnyModule = TypeVar("AnyModule", bound=nn.Module)

# DenseNet's published file was written when layers were numbered with a dot: denselayer1.norm.1.weight
DOTTED_NUMBER = re.compile(r"(denselayer\d+\.(?:norm|conv))\.(\d)")
# what training scripts put the state_dict under, beside the epoch and the state of the optimiser
ENTRIES = ("state_dict", "model_state_dict", "model")
WRAPPER, COMPILED = "module.", "_orig_mod."  # in front of the keys of a parallel and of a compiled model
COUNTER = ".num_batches_tracked"  # of batch normalisation; older files lack it and nothing learnt depends on it


def load_weights(model: AnyModule, file: str | Path, *, skip_head: bool = False) -> AnyModule:
    """Put the weights of a .pth (tensors only: nothing in it is executed) or .safetensors file into a model.

    Every key and every shape must be the model's; else the model stays as it is. The file may be that of a model
    in DataParallel, DistributedDataParallel or torch.compile, or a checkpoint with a state_dict in it; so may the
    model be wrapped. `skip_head=True` leaves the model its own last layer, for other classes than those of the file.
    Returns the model.
    Raises UsageError when there is no such file, DongshouError when it holds no weights or those of another model.
    """
    path = Path(file)
    own_names = dict(zip(unwrapped(model.state_dict()), model.state_dict(), strict=True))
    weights = {own_names.get(key, key): tensor for key, tensor in read_weights(path).items()}
    head = head_of(model)
    if skip_head:
        weights |= {key: tensor for key, tensor in model.state_dict().items() if key in head}
    _check(path, weights, model, head)
    model.load_state_dict(weights)
    return model


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by their keys, on the CPU, under the names in use today, those of a wrapped or compiled
    model by their names in the model itself. Raises as `load_weights`."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}: weights are read from a .pth or .safetensors file.")
    try:
        weights = load(path.read_bytes()) if path.suffix == ".safetensors" else _state_dict_in(_unpickled(path))
    except OSError as error:
        raise DongshouError(f"{path} cannot be read: {error.strerror}.") from None
    except SafetensorError:
        weights = None
    if not _are_weights(weights):
        raise DongshouError(
            f"{path} is not a file of weights: it needs a model's state_dict, tensors by name, as .pth or .safetensors."
        )
    return {DOTTED_NUMBER.sub(r"\1\2", key): tensor for key, tensor in unwrapped(weights).items()}


def unwrapped(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors by their names in the model itself, out of DataParallel, DistributedDataParallel, torch.compile.

    >>> list(unwrapped({"module._orig_mod.0.weight": torch.ones(1), "module._orig_mod.0.bias": torch.ones(1)}))
    ['0.weight', '0.bias']
    """
    plain = {key.replace(COMPILED, ""): tensor for key, tensor in weights.items()}
    while plain and all(key.startswith(WRAPPER) for key in plain):
        plain = {key.removeprefix(WRAPPER): tensor for key, tensor in plain.items()}
    return plain


def head_of(model: nn.Module) -> list[str]:
    """The keys of the layers whose outputs are the classes: the last linear one, and those of auxiliary classifiers."""
    linear = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear)}
    last_of_part = {name.rpartition(".")[0]: name for name in linear}  # a later layer of the same part replaces it
    num_classes = [layer.out_features for layer in linear.values()][-1:]
    names = [name for name in last_of_part.values() if [linear[name].out_features] == num_classes]
    return [f"{name}.{key}" for name in names for key in linear[name].state_dict()]


def _unpickled(path: Path) -> object:
    """What a .pth file holds, None for any other file."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception:  # a file that is none makes the reader stumble in many ways
        return None


def _state_dict_in(content: object) -> object:
    """The model's part of a training script's checkpoint; anything else as it is."""
    if isinstance(content, Mapping):
        for entry in ENTRIES:
            if isinstance(content.get(entry), Mapping):
                return content[entry]
    return content


def _are_weights(weights: object) -> TypeGuard[Mapping[str, Tensor]]:
    return isinstance(weights, Mapping) and all(isinstance(tensor, Tensor) for tensor in weights.values())


def _check(path: Path, weights: Mapping[str, Tensor], model: nn.Module, head: list[str]) -> None:
    """Raises DongshouError when the weights are not the model's: where they first differ, and how often."""
    faults = dict(_differences(weights, model.state_dict()))
    if not faults:
        return
    if set(faults) <= set(head):
        raise DongshouError(
            f"{path} and the model differ in their classes: {next(iter(faults.values()))}."
            " skip_head=True loads all but the last layer, which then has to be trained."
        )
    more = f" and {len(faults) - 1} more keys differ" if len(faults) > 1 else ""
    raise DongshouError(
        f"{path} holds the weights of another architecture: {next(iter(faults.values()))}{more}."
        " Make the model that they were saved from."
    )


def _differences(weights: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> Iterator[tuple[str, str]]:
    """Every key in which the file differs from the model, and how, in the model's order."""
    for key, tensor in own.items():
        if key not in weights:
            if not key.endswith(COUNTER):
                yield key, f"{key} is missing from the file"
        elif weights[key].shape != tensor.shape:
            there, here = (tuple(shape) for shape in (weights[key].shape, tensor.shape))
            yield key, f"{key} is {there} in the file and {here} in the model"
    for key in weights:
        if key not in own:
            yield key, f"the model has no {key}"
