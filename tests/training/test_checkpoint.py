"""Checkpoints: whole or not there, the very state that was stored, and never code."""

from __future__ import annotations

import ast
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dongshou
from dongshou.errors import DongshouError
from dongshou.training.checkpoint import Checkpoints, own_copy, read_checkpoint, write_checkpoint
from dongshou.training.plain import join, separate

MODEL = {"weight": torch.arange(6.0).view(2, 3), "count": torch.tensor(3)}
STATE = {
    "training": {"step": 7, "optimizer": {"state": {0: {"momentum": torch.ones(2), "step": torch.tensor(2.0)}}}},
    "context": {"betas": (0.9, 0.999), "name": "数据", "nothing": None, "rate": 0.1 + 0.2},
}
FILES = ("model.safetensors", "state.safetensors", "state.json")

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(trees)
def test_any_tree_comes_back_as_it_was(tree: Any):
    tensors: dict[str, torch.Tensor] = {}
    back = join(json.loads(json.dumps(separate(tree, "state", tensors))), tensors)
    assert back == tree and repr(back) == repr(tree)


def test_tensors_of_every_kind_come_back(tmp_path: Path):
    kinds = [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
    ones = [torch.ones(2, dtype=kind) for kind in kinds]
    state = {"all": ones, "empty": torch.zeros(0, 3), "scalar": torch.tensor(1)}
    write_checkpoint(tmp_path / "a", MODEL, state)
    model, back = read_checkpoint(tmp_path / "a")
    assert all(torch.equal(model[name], tensor) for name, tensor in MODEL.items())
    assert [tensor.dtype for tensor in back["all"]] == kinds
    assert (back["empty"].shape, back["scalar"].shape) == ((0, 3), ())


def test_tied_and_transposed_weights(tmp_path: Path):
    weight = torch.arange(6.0).view(2, 3)
    tied = {"one": weight, "tied": weight, "transposed": weight.T}
    write_checkpoint(tmp_path / "a", tied, {"same": [weight, weight]})
    model, state = read_checkpoint(tmp_path / "a")
    assert torch.equal(model["one"], model["tied"]) and torch.equal(model["transposed"], weight.T)
    assert torch.equal(state["same"][0], state["same"][1])
    assert own_copy(weight).data_ptr() != weight.data_ptr()


def test_what_is_no_number_text_or_tensor_is_refused(tmp_path: Path):
    with pytest.raises(DongshouError, match="state.rule is a function"):
        write_checkpoint(tmp_path / "a", MODEL, {"rule": lambda x: x})
    assert list(tmp_path.iterdir()) == []


def test_the_digest_is_that_of_the_content(tmp_path: Path):
    first, second = write_checkpoint(tmp_path / "a", MODEL, STATE), write_checkpoint(tmp_path / "b", MODEL, STATE)
    other = write_checkpoint(tmp_path / "c", MODEL | {"weight": torch.zeros(2, 3)}, STATE)
    assert first == second != other


def tampered(path: Path, kind: str) -> None:
    content = bytearray(path.read_bytes())
    if kind == "deleted":
        path.unlink()
        return
    if kind == "flipped":
        content[len(content) // 2] ^= 1
    path.write_bytes(content[:-1] if kind == "truncated" else content + b" " if kind == "longer" else content)


@pytest.mark.parametrize("kind", ["flipped", "truncated", "longer", "deleted"])
@pytest.mark.parametrize("file", FILES)
def test_a_file_that_was_tampered_with_is_one_error(file: str, kind: str, tmp_path: Path):
    digest = write_checkpoint(tmp_path / "a", MODEL, STATE)
    tampered(tmp_path / "a" / file, kind)
    with pytest.raises(DongshouError, match="is not whole" if kind == "deleted" else "SHA-256 differs") as error:
        read_checkpoint(tmp_path / "a", digest)
    assert "\n" not in str(error.value) and str(tmp_path / "a") in str(error.value)


@pytest.mark.parametrize("kind", ["truncated", "empty", "text"])
@pytest.mark.parametrize("file", FILES)
def test_without_a_digest_a_broken_file_is_one_error_too(file: str, kind: str, tmp_path: Path):
    write_checkpoint(tmp_path / "a", MODEL, STATE)
    path = tmp_path / "a" / file
    path.write_bytes({"truncated": path.read_bytes()[:20], "empty": b"", "text": b"no checkpoint at all"}[kind])
    with pytest.raises(DongshouError, match="cannot be read"):
        read_checkpoint(tmp_path / "a")


def full_disk(monkeypatch: pytest.MonkeyPatch, at_call: int) -> None:
    """The disk is full at the given call of fsync."""
    calls = iter(range(1, 1000))

    def fsync(descriptor: int) -> None:
        if next(calls) == at_call:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("at_call", [1, 2, 3])
def test_on_a_full_disk_the_former_checkpoint_stays_whole(at_call: int, tmp_path: Path, monkeypatch):
    checkpoints = Checkpoints(tmp_path)
    former, digest = checkpoints.save(10, MODEL, {"step": 10}, is_best=True)
    full_disk(monkeypatch, at_call)
    with pytest.raises(DongshouError, match=r"step 20 could not be written \(No space left on device\)") as error:
        checkpoints.save(20, MODEL, {"step": 20}, is_best=True)
    assert f"the last whole one is {former}. Free some space under {tmp_path}" in str(error.value)
    assert (checkpoints.last, checkpoints.best) == (former, former)
    assert list(tmp_path.iterdir()) == [former]
    assert read_checkpoint(former, digest)[1]["training"] == {"step": 10}


def test_a_full_disk_at_the_first_checkpoint(tmp_path: Path, monkeypatch):
    full_disk(monkeypatch, 1)
    with pytest.raises(DongshouError, match="there is no earlier one"):
        Checkpoints(tmp_path).save(1, MODEL, {}, is_best=True)
    assert list(tmp_path.iterdir()) == []


def test_only_the_last_and_the_best_are_kept(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path)
    for step, is_best in [(1, True), (2, True), (3, False), (4, False)]:
        checkpoints.save(step, MODEL, {}, is_best)
        checkpoints.prune()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00-00000002", "00-00000004"]


def test_of_several_fits_the_best_of_the_one_that_is_asked_is_kept_too(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path, asked=1)
    kept = []
    for part in range(3):
        checkpoints.part = part
        for step, is_best in [(1, True), (2, True), (3, False)]:
            checkpoints.save(step, MODEL, {}, is_best)
            checkpoints.prune()
        kept.append(sorted(path.name for path in tmp_path.iterdir()))
    first, second, third = (([f"{part:02d}-0000000{step}" for step in (2, 3)]) for part in range(3))
    assert kept == [first, second, [second[0], *third]]


def test_no_code_can_come_out_of_a_file():
    """Nothing in the package unpickles or evaluates; torch.load reads weights alone, np.load numbers. What is run is
    the file of experiments that the user names, as Python would run it."""
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
    package = Path(dongshou.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name.partition(".")[0] for alias in node.names}
                module = (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else ""
                assert not forbidden & (names | {module}), path
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called == "torch.load":
                    assert "weights_only=True" in ast.unparse(node), path
                    continue
                if called == "exec" and path == package / "experiments/own/loading.py":
                    continue
                if called in {"np.load", "numpy.load"}:  # which reads numbers alone unless it is allowed more
                    assert "allow_pickle=False" in ast.unparse(node), path
                    continue
                assert called not in {"torch.save", "eval", "exec"}, path
                assert not called.endswith(("read_pickle", "load_state_dict_from_url")), path
