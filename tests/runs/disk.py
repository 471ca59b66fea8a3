"""A disk with little room: what is written through `open` finds no more than so many bytes."""

from __future__ import annotations

import builtins
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest


class Disk:
    """Everything under a directory; `room` is what is left of it in bytes, None without end.

    With read_only nothing there can be opened for writing, made, renamed or removed, whoever asks.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = str(root)
        self.room: int | None = None
        self.read_only = False
        self.written = 0
        self._open = io.open
        for module in (builtins, io):
            monkeypatch.setattr(module, "open", self.open)
        for name in ("open", "mkdir", "replace", "rename", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name), name))

    def open(self, file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        if self.holds(file) and set(mode) & set("wax+"):
            if self.read_only:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(file))
            return Limited(self._open(file, mode, *args, **more), self)
        return self._open(file, mode, *args, **more)

    def guarded(self, function: Any, name: str) -> Any:
        def call(path: Any, *args: Any, **more: Any) -> Any:
            writes = name != "open" or (args and args[0] & (os.O_WRONLY | os.O_RDWR))
            if self.read_only and writes and self.holds(path):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return function(path, *args, **more)

        return call

    def holds(self, path: Any) -> bool:
        return isinstance(path, (str, os.PathLike)) and os.path.abspath(os.fspath(path)).startswith(self.root)

    def take(self, num_bytes: int) -> None:
        if self.room is not None and self.written + num_bytes > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.written += num_bytes


class Limited:
    """A file on that disk."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self.file, self.disk = file, disk

    def write(self, content: Any) -> int:
        self.disk.take(len(content))
        return self.file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> Limited:
        return self

    def __exit__(self, *error: Any) -> None:
        self.file.close()
