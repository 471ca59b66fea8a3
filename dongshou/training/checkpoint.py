"""Checkpoints: written whole or not at all, read without any code in them being run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from dongshou.errors import DongshouError
from dongshou.training.plain import join, separate

MODEL, STATE_TENSORS, STATE = "model.safetensors", "state.safetensors", "state.json"
EXTRA = "extra"  # in the state: what of the model is not an ordinary tensor


@dataclass
class Checkpoints:
    """The checkpoints of one run, in a directory each; the last and the best are kept, of several fits the best of the
    one under way and of the one that will be asked.

    asked      which of several fits that is
    to_resume  the state that a resumed run starts from; the first fit takes it
    part       which of several fits is under way, for the names of the directories
    former_rates  of a fit that goes on for more epochs than it was meant for: the learning rate of each that is over
    context    plain data of the code that drives several fits, stored in each checkpoint
    """

    directory: Path
    asked: int = 0
    to_resume: dict[str, Any] | None = None
    part: int = 0
    former_rates: list[Any] | None = None
    context: dict[str, Any] = field(default_factory=dict)
    best: Path | None = None
    best_asked: Path | None = None
    last: Path | None = None

    def save(self, step: int, model: dict[str, Any], state: dict[str, Any], is_best: bool) -> tuple[Path, str]:
        """Write a checkpoint; its path, and the SHA-256 over its files.

        Raises DongshouError when the disk is full or cannot be written; the former checkpoint stays whole.
        """
        path = self.directory / f"{self.part:02d}-{step:08d}"
        try:
            digest = write_checkpoint(path, model, {"training": state, "context": self.context})
        except OSError as error:
            kept = f"the last whole one is {self.last}" if self.last else "there is no earlier one"
            raise DongshouError(
                f"The checkpoint of step {step} could not be written ({error.strerror or error}); {kept}. "
                f"Free some space under {self.directory} and resume the run."
            ) from error
        self.note(path, is_best)
        return path, digest

    def note(self, path: Path, is_best: bool) -> None:
        """A checkpoint lies there: it is the last, and the best if it is better than those before it."""
        self.last = path
        self.best = path if is_best or self.best is None else self.best
        if path.name.startswith(f"{self.asked:02d}-"):
            self.best_asked = self.best

    def prune(self) -> None:
        """Delete all but the last and the best ones. Only once the record names the new one: until then a run
        that is killed goes on from the old one."""
        for path in self.directory.iterdir() if self.directory.is_dir() else ():
            if path not in (self.last, self.best, self.best_asked):
                shutil.rmtree(path, ignore_errors=True)

    def take(self) -> dict[str, Any] | None:
        """The state to go on from, once."""
        state, self.to_resume = self.to_resume, None
        return state


def write_checkpoint(path: Path, model: dict[str, Any], state: dict[str, Any]) -> str:
    """Write a checkpoint directory under another name, then rename it into place; the digest of its files.

    What a model keeps beside ordinary tensors (extra state, sparse and complex tensors) lies with the other state.
    """
    tensors: dict[str, Tensor] = {}
    ordinary = {name: own_copy(value) for name, value in model.items() if is_ordinary(value)}
    more = {name: value for name, value in model.items() if name not in ordinary}
    plain = separate(state | ({EXTRA: more} if more else {}), "state", tensors)
    contents = {
        MODEL: safetensors.torch.save(ordinary),
        STATE_TENSORS: safetensors.torch.save(tensors),
        STATE: json.dumps(plain).encode(),
    }
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name, content in contents.items():
            with open(unfinished / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        shutil.rmtree(path, ignore_errors=True)
        unfinished.rename(path)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return digest_of(contents)


def read_checkpoint(path: Path, sha256: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The model's tensors and extra state, and the rest of the state.

    Raises DongshouError when a file is missing, is not safetensors or JSON, or differs from its recorded digest.
    """
    try:
        contents = {name: (path / name).read_bytes() for name in (MODEL, STATE_TENSORS, STATE)}
    except OSError as error:
        raise DongshouError(f"The checkpoint {path} is not whole: {error.filename} cannot be read.") from error
    if sha256 is not None and digest_of(contents) != sha256:
        raise DongshouError(
            f"The checkpoint {path} is not the one that this run wrote (its SHA-256 differs from the record): "
            "it was changed or damaged. Restore it from a copy, or start a new run."
        )
    try:
        model = safetensors.torch.load(contents[MODEL])
        state = join(json.loads(contents[STATE]), safetensors.torch.load(contents[STATE_TENSORS]))
    except (SafetensorError, ValueError, KeyError) as error:
        raise DongshouError(f"The checkpoint {path} cannot be read: {error}. Start a new run.") from error
    return model | state.pop(EXTRA, {}), state


def is_ordinary(value: Any) -> bool:
    """A dense tensor of real numbers."""
    return (
        isinstance(value, Tensor) and value.layout == torch.strided and not (value.is_complex() or value.is_quantized)
    )


def own_copy(tensor: Tensor) -> Tensor:
    """In memory of its own: tied weights stand in a state_dict twice, and safetensors refuses shared memory."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def digest_of(contents: dict[str, bytes]) -> str:
    """One SHA-256 over all files, names included."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode())
        digest.update(hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()
