"""A user's file as a module: run once, as Python runs a script, and again only when its text has changed."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import ModuleType

from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.own.source import Source

_loaded: dict[Path, tuple[bytes | None, ModuleType]] = {}


def load(source: Source) -> ModuleType:
    """The module of a user's file. What stands beside the file can be imported in it, as in a script.

    Raises DongshouError for an import that fails and for a file that ends Python; any other error of the file's own
    is let through.
    """
    content, module = _loaded.get(source.path, (None, None))
    if module is None or content != source.content:
        module = executed(source.path, source)
        _loaded[source.path] = source.content, module
    return module


def loaded_folders() -> frozenset[Path]:
    """Where the files lie that were run so far."""
    return frozenset(path.parent for path in _loaded)


def executed(path: Path, source: Source) -> ModuleType:
    put_first(path.parent)
    module = ModuleType(free_name(path))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
    _loaded[path] = None, module  # an error in it is the user's own from here on
    try:
        exec(compile(source.content, str(path), "exec", dont_inherit=True), module.__dict__)
    except BaseException as error:
        del sys.modules[module.__name__]
        if isinstance(error, ImportError):
            raise DongshouError(f"{source.given}{line_of(error, path)}: {error}.") from error
        if isinstance(error, SystemExit):
            raise UsageError(
                f"{source.given} ends Python while it is read (exit {error.code}): let it do so under"
                ' `if __name__ == "__main__":` alone.'
            ) from error
        raise
    return module


def put_first(folder: Path) -> None:
    """What is imported from now on is looked for here first, even where a file of that name in the folder of another
    experiment has been imported."""
    sys.path[:] = [str(folder), *(entry for entry in sys.path if entry != str(folder))]
    for file in folder.glob("*.py"):
        other = file_of(sys.modules.get(file.stem))
        if other is not None and other.parent in loaded_folders() - {folder} and other not in _loaded:
            del sys.modules[file.stem]


def free_name(path: Path) -> str:
    """The file's own name, as `import` would have it, unless another module has it already."""
    taken = sys.modules.get(path.stem)
    return path.stem if taken is None or file_of(taken) == path else f"{path.stem} ({path.parent})"


def file_of(module: ModuleType | None) -> Path | None:
    """Where a module was read; None for one that was not."""
    file = getattr(module, "__file__", None)
    return None if file is None else Path(file).resolve()


def line_of(error: BaseException, path: Path) -> str:
    """`, line 3`: where in the file it came up."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""
