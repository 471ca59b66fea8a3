"""The experiments of the course, a file each, in folders named after its units. The folder is the registry.

`experiments.mlp(hidden=(256,), lr=0.1)` is an `Experiment`; `.run()` trains it and returns its `Run`.
A variant is another function of the same file: `experiments.mlp.deep()`, on the command line `mlp:deep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dongshou.experiments.registry import Declaration


def __getattr__(name: str) -> Declaration:
    from dongshou.errors import UsageError
    from dongshou.experiments.registry import find_declaration

    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return find_declaration(name.replace("_", "-"))
    except UsageError as error:
        raise AttributeError(str(error)) from None


def __dir__() -> list[str]:
    from dongshou.experiments.catalog import list_experiments

    return sorted(entry.name.replace("-", "_") for entry in list_experiments())
