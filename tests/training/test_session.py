"""How to run: what the machine cannot do or nobody has heard of is said at once."""

from __future__ import annotations

import pytest
import torch

from dongshou.errors import UsageError
from dongshou.training import Session
from dongshou.training.session import find_device


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "jax"}, "engine must be one of torch, scratch; got jax"),
        ({"precision": "fp64"}, "precision must be one of fp32, bf16; got fp64"),
        ({"seed": -1}, r"seed must be at least 0 and below 2\^63; got -1"),
        ({"seed": 2**70}, "seed must be at least 0"),
        ({"limit": 0}, "limit must be at least 1 example; got 0"),
        ({"limit": -3}, "limit must be at least 1 example; got -3"),
    ],
)
def test_wrong_options(options: dict, message: str):
    with pytest.raises(UsageError, match=message):
        Session(**options)


def test_devices():
    assert find_device("cpu") == torch.device("cpu")
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert Session().torch_device().type == best
    missing = next(name for name in ("mps", "cuda") if name != best)
    for name in (missing, "tpu"):
        with pytest.raises(UsageError, match=f"No {name} device is available here; use --device auto or one of: .*cpu"):
            find_device(name)  # pyright: ignore[reportArgumentType]


def test_the_precision_of_the_forward_pass():
    layer = torch.nn.Linear(2, 2)
    for precision, kind in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        with Session(device="cpu", precision=precision).autocast():
            assert layer(torch.ones(1, 2)).dtype == kind
