"""The three databases that PyTorch tests itself with."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any
from unittest.mock import patch

import torch

from dongshou.errors import DongshouError

ALSO_IN_TORCH = {"softmax", "log_softmax", "sigmoid", "tanh"}  # listed under torch, not under torch.nn.functional


def module_database() -> list[Any]:
    """A ModuleInfo for every layer and loss: arguments and inputs, good ones and bad ones.

    Raises DongshouError where the databases cannot be imported.
    """
    return list(_internal("common_modules").module_db)


def optimizer_database() -> list[Any]:
    """An OptimizerInfo for every optimiser: hyper-parameters, good ones and bad ones.

    Raises DongshouError where the databases cannot be imported.
    """
    return list(_internal("common_optimizers").optim_db)


def operator_database() -> dict[str, list[Any]]:
    """The OpInfos of every function of torch.nn.functional by its name: one for each variant.

    Raises DongshouError where the databases cannot be imported.
    """
    entries: dict[str, list[Any]] = {}
    for info in _internal("common_methods_invocations").op_db:
        name = info.name.removeprefix("nn.functional.")
        if name != info.name or name in ALSO_IN_TORCH:
            entries.setdefault(name, []).append(info)
    return entries


def _internal(name: str) -> Any:
    # The import of torch's tests freezes the flags of torch.backends, sets variables and changes the warnings. Whatever
    # gives samples then looks for the test of torch's that asks, in every frame of the stack and its source: there is
    # none, and to look for it takes ten times as long as all else.
    frozen = patch.object(torch.backends, "disable_global_flags")
    try:
        with frozen, patch.dict(os.environ), warnings.catch_warnings():
            module = importlib.import_module(f"torch.testing._internal.{name}")
            common_utils: Any = importlib.import_module("torch.testing._internal.common_utils")
            common_utils.extract_test_fn = lambda: None
            return module
    except ImportError as error:
        cure = "pip install expecttest, then try again"
        raise DongshouError(f"PyTorch's test databases cannot be imported ({error}): {cure}.") from None
