"""Our layers under anybody's model, and torch's back again.

A layer is its attributes (parameters, buffers, hooks, flags) and its class (the arithmetic). Ours have the
attributes of torch's, so a layer changes hands by changing its class: whoever holds it goes on holding it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

from torch import nn as torch_nn
from torch import optim as torch_optim
from torch.nn import Module
from torch.nn.utils import parametrize
from torch.optim import Optimizer

from dongshou.errors import DongshouError, UsageError, kind_of
from dongshou.scratch import nn as scratch_nn
from dongshou.scratch import optim as scratch_optim
from dongshou.scratch.nn.linear import NonDynamicallyQuantizableLinear

AnyModule = TypeVar("AnyModule", bound=Module)

_TORCH_LAYERS = "torch.nn.modules."
_OUR_LAYERS = f"{scratch_nn.__name__}."
_ORIGINAL = "_class_before_from_scratch"  # on a class made here: the user's class that it stands for

# layers inside of layers, which neither `torch.nn` nor `scratch.nn` lists
_INNER: dict[type[Module], type[Module]] = {
    torch_nn.modules.linear.NonDynamicallyQuantizableLinear: NonDynamicallyQuantizableLinear,
}


def from_scratch(model: AnyModule, strict: bool = False) -> AnyModule:
    """Makes every layer of torch.nn in the model the one of `scratch.nn`, in place; returns the model.

    Parameters, tied weights, hooks, training flags and optimisers already built stay as they are. What we have no
    counterpart of stays as it is; with strict=True that is a DongshouError, and nothing is changed.
    What a model's own modules take from torch.nn.functional is out of reach.
    Raises UsageError for what is no module.
    """
    _check_module(model)
    if strict and (missing := missing_layers(model)):
        names = ", ".join(missing)
        raise DongshouError(f"dongshou.scratch.nn has no twin for {names}: leave out strict=True to keep them.")
    for layer in model.modules():
        layer.__class__ = _ours(layer) or type(layer)
    return model


def to_torch(model: AnyModule) -> AnyModule:
    """Undoes `from_scratch`: every layer of ours becomes torch's, in place."""
    _check_module(model)
    for layer in model.modules():
        layer.__class__ = _theirs(layer)
    return model


def missing_layers(model: Module) -> list[str]:
    """What `from_scratch` leaves as it is, each as "path (class)".

    A layer of torch's without counterpart; a layer of the user's class that overrides the forward of torch's; a
    module of the model's own that holds no layers and so computes by itself, be it plain arithmetic.
    """
    return [name for name, layer in _named(model) if _ours(layer) is None or _computes_by_itself(layer)]


def torch_layers(model: Module) -> list[str]:
    """The first kind of `missing_layers` alone: those whose arithmetic stays torch's."""
    return [name for name, layer in _named(model) if _ours(layer) is None]


def optimizer_from_scratch(optimizer: Optimizer) -> Optimizer:
    """The optimiser of the same name from `scratch.optim`, with the same parameters, settings and state.

    It takes over: step this one from now on, and build schedules on it. DongshouError where we lack it.
    """
    name = type(optimizer).__name__
    twin = getattr(scratch_optim, name, None)
    if twin is None or type(optimizer) not in (twin, getattr(torch_optim, name, None)):
        known = ", ".join(scratch_optim.__all__)
        raise DongshouError(f"No optimiser of dongshou.scratch.optim stands for {name}: use one of {known}.")
    if type(optimizer) is twin:
        return optimizer
    ours = twin([dict(group) for group in optimizer.param_groups])
    ours.defaults = dict(optimizer.defaults)
    ours.load_state_dict(optimizer.state_dict())
    return ours


def _check_module(model: object) -> None:
    if not isinstance(model, Module):
        raise UsageError(f"Layers are swapped inside a model, a torch.nn.Module; got {kind_of(model)}.")


def _named(model: Module) -> Iterator[tuple[str, Module]]:
    """Every module but parametrizations, which make a parameter and are no layers; with what an error calls it."""
    for path, layer in model.named_modules():
        if "parametrizations" in path.split("."):
            continue
        yield f"{path or 'the model itself'} ({type(layer).__name__})", layer


def _computes_by_itself(layer: Module) -> bool:
    """A module of neither torch's nor ours that has a forward and no children."""
    is_own = _torch_parent(type(layer)) is Module and _theirs(layer) is type(layer)
    return is_own and type(layer).forward is not Module.forward and not any(layer.children())


def _ours(layer: Module) -> type[Module] | None:
    """The class that computes as `scratch.nn` does and keeps the rest; None where we have no counterpart."""
    layer_class = type(layer)
    if not parametrize.is_parametrized(layer):
        return _our_class(layer_class)
    base = layer_class.__bases__[0]
    twin = _our_class(base)
    return _on_base(layer_class, twin) if twin is not None else None


def _theirs(layer: Module) -> type[Module]:
    """The class that computes as torch.nn does and keeps the rest."""
    layer_class = type(layer)
    if not parametrize.is_parametrized(layer):
        return _torch_class(layer_class)
    return _on_base(layer_class, _torch_class(layer_class.__bases__[0]))


def _our_class(layer_class: type[Module]) -> type[Module] | None:
    if _ORIGINAL in vars(layer_class):
        return layer_class
    theirs = _torch_parent(layer_class)
    twin = _INNER.get(theirs) or getattr(scratch_nn, theirs.__name__, None)
    if theirs.forward is Module.forward or theirs is twin:
        return layer_class  # a model or a container: torch computes nothing here
    if layer_class is theirs:
        return twin
    if twin is None or layer_class.forward is not theirs.forward:
        return None
    return _derived(layer_class, twin)


def _torch_class(layer_class: type[Module]) -> type[Module]:
    if _ORIGINAL in vars(layer_class):
        return vars(layer_class)[_ORIGINAL]
    if not layer_class.__module__.startswith(_OUR_LAYERS):
        return layer_class
    inner = next((theirs for theirs, ours in _INNER.items() if ours is layer_class), None)
    return inner or getattr(torch_nn, layer_class.__name__)


def _torch_parent(layer_class: type[Module]) -> type[Module]:
    """The class of torch.nn that a class is, or comes from; Module for the classes of a user's own."""
    modules = (parent for parent in layer_class.__mro__ if issubclass(parent, Module))
    return next(parent for parent in modules if parent.__module__.startswith(_TORCH_LAYERS))


@cache
def _derived(layer_class: type[Module], twin: type[Module]) -> type[Module]:
    """A subclass of the user's class with our forward: its methods, and super() in them, go on working."""
    body = {"forward": twin.forward, "__module__": layer_class.__module__, _ORIGINAL: layer_class}
    return type(layer_class.__name__, (layer_class, twin), body)


def _on_base(parametrized: type[Module], base: type[Module]) -> type[Module]:
    """The class that torch made to hold the parametrized properties of one layer, on another base."""
    if base is parametrized.__bases__[0]:
        return parametrized
    return type(parametrized.__name__, (base,), dict(vars(parametrized)))
