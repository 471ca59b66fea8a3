"""dongshou (动手, "hands-on"): the deep-learning course as real software.

>>> from dongshou import experiments
>>> run = experiments.mlp(data="digits", epochs=2).run()  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

SUBPACKAGES = ("autograd", "data", "experiments", "models", "runs", "scratch", "tasks", "training")
FUNCTIONS = {
    "compare": "dongshou.runs",
    "experiment": "dongshou.experiments.own.decorator",
    "from_scratch": "dongshou.scratch.swap",
    "to_torch": "dongshou.scratch.swap",
}

__all__ = ["__version__", *SUBPACKAGES, *FUNCTIONS]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Heavy parts are imported when they are first used, so that `import dongshou` costs nothing."""
    if name in SUBPACKAGES:
        return importlib.import_module(f"dongshou.{name}")
    if name in FUNCTIONS:
        return getattr(importlib.import_module(FUNCTIONS[name]), name)
    raise AttributeError(f"module 'dongshou' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
