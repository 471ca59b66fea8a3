"""Which class of ours stands for which of torch's, for subclasses and parametrized layers as well."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any

from torch import nn as torch_nn
from torch.jit import ScriptModule
from torch.nn import Module
from torch.nn.utils import parametrize

from dongshou.scratch import nn as scratch_nn
from dongshou.scratch.nn.container import Layer
from dongshou.scratch.nn.linear import NonDynamicallyQuantizableLinear

_TORCH_LAYERS = "torch.nn.modules."
_OUR_LAYERS = f"{scratch_nn.__name__}."
_ORIGINAL = "_class_before_from_scratch"  # on a class made here: the user's class that it stands for

# layers inside of layers, which neither `torch.nn` nor `scratch.nn` lists
_INNER: dict[type[Module], type[Module]] = {
    torch_nn.modules.linear.NonDynamicallyQuantizableLinear: NonDynamicallyQuantizableLinear,
}


def our_class(layer: Module) -> type[Module] | None:
    """The class that computes as `scratch.nn` does and keeps the rest; None where we have no counterpart.

    Of a model or a container, which compute nothing themselves, that is the class it has.
    """
    if isinstance(layer, ScriptModule):
        return None
    return _with_parametrization(layer, _our_class)


def torch_class(layer: Module) -> type[Module]:
    """The class that computes as torch.nn does and keeps the rest."""
    return _with_parametrization(layer, _torch_class) or type(layer)


def is_own_model(layer: Module) -> bool:
    """What it computes can only be its own: the library class that it comes from computes nothing."""
    return _library_class(type(layer)).forward is Module.forward and not isinstance(layer, ScriptModule)


def keeps_its_forward(layer: Module) -> bool:
    """A layer of torch's or of ours whose forward was replaced, in a subclass or on the layer itself."""
    base = _library_class(type(layer))
    if _computes_nothing(base):
        return False
    return type(layer).forward is not base.forward or "forward" in vars(layer)


def _with_parametrization(layer: Module, counterpart: Callable[[type[Module]], type[Module] | None]) -> Any:
    """The counterpart of the layer's class, or of the class below the one that torch made for its parametrization."""
    layer_class = type(layer)
    if not parametrize.is_parametrized(layer):
        return counterpart(layer_class)
    base = layer_class.__bases__[0]
    twin = counterpart(base)
    if twin is None or twin is base:
        return None if twin is None else layer_class
    return type(layer_class.__name__, (twin,), dict(vars(layer_class)))


def _our_class(layer_class: type[Module]) -> type[Module] | None:
    if issubclass(layer_class, Layer):
        return layer_class
    theirs = _library_class(layer_class)
    if _computes_nothing(theirs):
        return layer_class
    twin = _INNER.get(theirs) or getattr(scratch_nn, theirs.__name__, None)
    if twin is None or layer_class is theirs:
        return twin
    return None if _replaces_what_we_lack(layer_class, theirs, twin) else _derived(layer_class, twin)


def _torch_class(layer_class: type[Module]) -> type[Module]:
    if _ORIGINAL in vars(layer_class):
        return vars(layer_class)[_ORIGINAL]
    if not layer_class.__module__.startswith(_OUR_LAYERS):
        return layer_class
    inner = next((theirs for theirs, ours in _INNER.items() if ours is layer_class), None)
    return inner or getattr(torch_nn, layer_class.__name__)


def _library_class(layer_class: type[Module]) -> type[Module]:
    """The first class of torch.nn or of `scratch.nn` among those a class comes from; Module for a user's own."""
    modules = (parent for parent in layer_class.__mro__ if issubclass(parent, Module))
    return next(parent for parent in modules if parent.__module__.startswith((_TORCH_LAYERS, _OUR_LAYERS)))


def _computes_nothing(library_class: type[Module]) -> bool:
    """Module, what has no forward of its own, and the containers, which `scratch.nn` takes from torch."""
    is_container = library_class in (torch_nn.Sequential, torch_nn.ModuleList, torch_nn.ModuleDict)
    return is_container or library_class.forward is Module.forward


def _replaces_what_we_lack(layer_class: type[Module], theirs: type[Module], twin: type[Module]) -> bool:
    """A subclass that changes a helper of torch's forward, where ours has no helper of that name to be changed."""
    own = layer_class.__mro__[: layer_class.__mro__.index(theirs)]
    helpers = {name for parent in theirs.__mro__ for name in vars(parent) if name not in dir(Module)}
    ours = {name for parent in twin.__mro__ if parent.__module__.startswith(_OUR_LAYERS) for name in vars(parent)}
    return any(name in helpers - ours and callable(value) for parent in own for name, value in vars(parent).items())


@cache
def _derived(layer_class: type[Module], twin: type[Module]) -> type[Module] | None:
    """A subclass of the user's class with our layer below it: super() in its methods finds ours.

    None where the user's class does not allow it.
    """

    def fill(body: dict[str, Any]) -> None:
        body.update({"__module__": layer_class.__module__, "__qualname__": layer_class.__qualname__})
        body.update({"__reduce_ex__": _reduce, _ORIGINAL: layer_class})

    try:
        return types.new_class(layer_class.__name__, (layer_class, twin), exec_body=fill)
    except TypeError:
        return None


def _reduce(layer: Module, protocol: Any) -> Any:
    """What pickle and copy write down: the user's class, which can be imported, and that it is to be made ours."""
    made_here = next(parent for parent in type(layer).__mro__ if _ORIGINAL in vars(parent))
    make, arguments, *state = written = super(made_here, layer).__reduce_ex__(protocol)
    if not arguments or arguments[0] is not made_here:  # the user's class has a way of its own
        return written
    return (_restore, (vars(made_here)[_ORIGINAL], make, *arguments[1:]), *state)


def _restore(original: type[Module], make: Callable[..., Module], *arguments: Any) -> Module:
    return make(_our_class(original) or original, *arguments)
