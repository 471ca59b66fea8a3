"""Our layers under anybody's model, and torch's back again.

A layer is its attributes (parameters, buffers, hooks, flags) and its class (the arithmetic). Ours have the
attributes of torch's, so a layer changes hands by changing its class: whoever holds it goes on holding it. Our class
is a subclass of torch's with every method that computes written anew (`nn/container.py`), so what looks for layers by
class still finds them: `isinstance(layer, torch.nn.Linear)` holds, and only `type(layer) is torch.nn.Linear` does not.
What goes by the class itself or by its module has to be met half-way: `to_torch` before torch.ao quantises or
torch.jit.script compiles a model, `scratch.fx.symbolic_trace` in the place of torch.fx's.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TypeVar

from torch.jit import ScriptModule
from torch.nn import Module, RNNBase

from dongshou.errors import DongshouError, UsageError, kind_of
from dongshou.scratch.twins import is_own_model, keeps_its_forward, our_class, torch_class

AnyModule = TypeVar("AnyModule", bound=Module)


def from_scratch(model: AnyModule, strict: bool = False) -> AnyModule:
    """Makes every layer of torch.nn in the model the one of `scratch.nn`, in place; returns the model.

    Parameters, tied weights, hooks, training flags and optimisers already built stay as they are. A subclass keeps
    its methods, and `super()` in them leads to ours. Layers that go on computing by themselves, because they have a
    forward of their own, are compiled by TorchScript or have no counterpart here, are named in one warning, and all
    that stays by `missing_layers`; with strict=True that is a DongshouError instead, and nothing is changed.
    What a model's own modules take from torch.nn.functional is out of reach.
    Raises UsageError for what is not a module.
    """
    _check_module(model)
    if strict and (missing := missing_layers(model)):
        names = ", ".join(missing)
        raise DongshouError(f"dongshou.scratch.nn has no twin for {names}: leave out strict=True to keep them.")
    for layer in model.modules():
        _become(layer, our_class(layer))
    if left := torch_layers(model):
        warnings.warn(f"from_scratch leaves the arithmetic of {_shortened(left)} as it is.", stacklevel=2)
    return model


def to_torch(model: AnyModule) -> AnyModule:
    """Undoes `from_scratch`: every layer of ours becomes torch's, in place; returns the model.

    Classes that were derived from ours by hand, as `class Own(scratch.nn.Linear)`, stay what they are.
    """
    _check_module(model)
    for layer in model.modules():
        _become(layer, torch_class(layer))
        if isinstance(layer, RNNBase):
            layer.flatten_parameters()  # side by side in memory, as cuDNN wants them
    return model


def missing_layers(model: Module) -> list[str]:
    """What `from_scratch` leaves as it is, each as "path (class)".

    A layer of torch's without counterpart; a layer of the user's class that overrides the forward of torch's; a
    module that TorchScript has compiled; a module of the model's own that holds no layers and so computes by itself,
    be it plain arithmetic.
    """
    return [name for name, layer in _named(model) if _is_left(layer) or _computes_by_itself(layer)]


def torch_layers(model: Module) -> list[str]:
    """All kinds of `missing_layers` but the last: those whose arithmetic stays torch's, or their own."""
    return [name for name, layer in _named(model) if _is_left(layer)]


def _check_module(model: object) -> None:
    if not isinstance(model, Module):
        raise UsageError(f"Layers are swapped inside a model, a torch.nn.Module; got {kind_of(model)}.")


def _become(layer: Module, layer_class: type[Module] | None) -> None:
    if layer_class is not None and layer_class is not type(layer):
        layer.__class__ = layer_class


def _named(model: Module) -> Iterator[tuple[str, Module]]:
    """Every layer with what an error calls it.

    Without parametrizations, which make a parameter and are not layers, and without what a compiled module holds.
    """
    compiled: list[str] = []
    for path, layer in model.named_modules():
        if "parametrizations" in path.split(".") or path.startswith(tuple(compiled)):
            continue
        if isinstance(layer, ScriptModule):
            compiled.append(f"{path}." if path else "")
        yield f"{path or 'the model itself'} ({type(layer).__name__})", layer


def _is_left(layer: Module) -> bool:
    return our_class(layer) is None or keeps_its_forward(layer)


def _computes_by_itself(layer: Module) -> bool:
    """A module of neither torch's nor ours that has a forward and no children."""
    return is_own_model(layer) and type(layer).forward is not Module.forward and not any(layer.children())


def _shortened(names: list[str], most: int = 8) -> str:
    """The names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
