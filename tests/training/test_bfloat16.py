"""Layers that a machine cannot compute in bfloat16: found out by trial, computed in float32, and said."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from dongshou import from_scratch, models
from dongshou.cli import main
from dongshou.errors import DongshouError
from dongshou.runs import execute
from dongshou.runs.run import find_run_to_resume
from dongshou.training import Session, bfloat16, fit
from dongshou.training.prepare import prepare
from tests.training.toys import classifier, declared

WEAKER_PROCESSOR = Path(__file__).with_name("weaker_processor.py")
why_not = bfloat16.why_not


@pytest.fixture
def without_lstm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose trial of the LSTM failed."""
    patched = lambda kind, device_type: "no such primitive" if kind is nn.LSTM else why_not(kind, device_type)
    monkeypatch.setattr(bfloat16, "why_not", patched)


class LastStep(nn.Module):
    """Reads four numbers one after another; three classes."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, 8, batch_first=True)
        self.output = nn.Linear(8, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        self.hiddens = self.lstm(inputs[:, :, None])[0]
        self.outputs = self.output(self.hiddens[:, -1])
        return self.outputs


def recurrent(**more: Any) -> Any:
    work = classifier(epochs=1, **more)
    work.model = LastStep()
    work.optimizer = torch.optim.SGD(work.model.parameters(), lr=0.1)
    return work


def test_a_trial_says_what_this_processor_says():
    for kind, (make, shape) in bfloat16.TRIALS.items():
        with torch.autocast("cpu", torch.bfloat16):
            try:
                make()(torch.randn(shape))
                fails = False
            except RuntimeError:
                fails = True
        assert bool(why_not(kind, "cpu")) == fails
    assert bfloat16.by_layer("cpu")["Linear"]


def test_a_trial_that_fails_is_told_and_disturbs_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(bfloat16.TRIALS, nn.Bilinear, (lambda: nn.Linear(3, 2), (2, 4)))
    before = torch.get_rng_state()
    with torch.inference_mode():
        assert "shapes cannot be multiplied" in why_not(nn.Bilinear, "cpu")
        assert why_not(nn.Linear, "cpu") == ""
    assert torch.equal(torch.get_rng_state(), before)


def test_only_the_layer_that_is_lacking_computes_in_float32(without_lstm: None):
    work = recurrent()
    session = Session(device="cpu", precision="bf16")
    prepare(work, session)
    inputs = torch.randn(5, 4)
    with session.autocast():
        work.model(inputs)
    assert work.model.hiddens.dtype == torch.float32
    assert work.model.outputs.dtype == torch.bfloat16
    torch.testing.assert_close(work.model.hiddens, work.model.lstm(inputs[:, :, None])[0])


@pytest.mark.parametrize("options", [{}, {"engine": "scratch"}, {"precision": "fp32"}])
def test_what_a_machine_can_compute_stays_as_it_is(options: dict, monkeypatch: pytest.MonkeyPatch):
    lacks = "no such primitive" if options else ""
    monkeypatch.setattr(bfloat16, "why_not", lambda kind, device_type: lacks)
    work = recurrent()
    prepare(work, Session(**{"device": "cpu", "precision": "bf16"} | options))
    assert not any("forward" in vars(layer) for layer in work.model.modules())


def test_a_layer_that_fell_back_takes_packed_sequences_and_short_states(without_lstm: None):
    layer = nn.LSTM(3, 4)
    packed = pack_padded_sequence(torch.randn(5, 2, 3).bfloat16(), [5, 2])
    state = (torch.randn(1, 2, 4).bfloat16(), torch.randn(1, 2, 4).bfloat16())
    expected = layer(packed.to(torch.float32), tuple(part.float() for part in state))
    bfloat16.fall_back(layer, "cpu")
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(layer(packed, state), expected)
        torch.testing.assert_close(layer(packed, hx=state), expected)
    double = copy.deepcopy(layer).double()
    assert double(torch.ones(5, 2, 3, dtype=torch.float64))[0].dtype == torch.float64


def test_layers_written_out_need_no_kernel_of_the_machine(without_lstm: None):
    assert bfloat16.lacking(LastStep(), "cpu") == ["LSTM"]
    assert bfloat16.lacking(from_scratch(LastStep()), "cpu") == []


def test_copies_of_a_layer_that_fell_back_compute_with_their_own_weights(without_lstm: None):
    layer, inputs = nn.LSTM(3, 4), torch.randn(5, 2, 3)
    bfloat16.fall_back(layer, "cpu")
    for copied in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        with torch.no_grad():
            for weight in copied.parameters():
                weight.zero_()
        with torch.autocast("cpu", torch.bfloat16):
            assert not copied(inputs)[0].any() and layer(inputs)[0].any()


def test_the_run_says_once_what_fell_back(without_lstm: None, capsys: pytest.CaptureFixture[str]):
    run = execute(declared(recurrent), precision="bf16", progress=True)
    assert run.config["float32_layers"] == ["LSTM"]
    assert capsys.readouterr().err.count("bf16: LSTM is computed in float32, as this machine has no bfloat16") == 1
    for options in ({"precision": "fp32"}, {"precision": "bf16", "engine": "scratch"}):
        assert execute(declared(recurrent), **options).config["float32_layers"] == []


def test_the_fastest_way_is_looked_for_with_what_fell_back(without_lstm: None):
    run = execute(declared(recurrent), precision="bf16", fast=True)
    assert (run.config["choice"]["precision"], run.config["float32_layers"]) == ("bf16", ["LSTM"])


def test_a_run_is_not_resumed_in_another_mixture_of_precisions(without_lstm: None, monkeypatch: pytest.MonkeyPatch):
    def stop(event: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(DongshouError, match="Interrupted"):
        execute(declared(recurrent), precision="bf16", watch=[stop])
    run = find_run_to_resume("toy")
    monkeypatch.setattr(bfloat16, "why_not", lambda kind, device_type: "")
    with pytest.raises(DongshouError, match="computes LSTM in float32 under bf16, this one no layer: go on where"):
        execute(declared(recurrent), resume=run.path)


class NoShortNumbers(nn.Module):
    """A model whose own arithmetic has no kernel in bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(4, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = self.output(inputs)
        if outputs.dtype == torch.bfloat16:
            raise RuntimeError("could not create a primitive")
        return outputs


def test_what_bfloat16_alone_is_to_blame_for_is_not_said_of_the_batch():
    work = classifier()
    work.model = NoShortNumbers()
    work.optimizer = torch.optim.SGD(work.model.parameters(), lr=0.1)
    before = copy.deepcopy(work.model.state_dict())
    with pytest.raises(DongshouError) as caught:
        list(fit(work, Session(device="cpu", precision="bf16")))
    assert str(caught.value) == (
        "This machine cannot compute the model in bfloat16 (could not create a primitive). Use --precision fp32."
    )
    torch.testing.assert_close(work.model.state_dict(), before, rtol=0, atol=0)
    work.model = models.mlp(7, (8,), 3)
    with pytest.raises(DongshouError, match="does not fit the model"):
        list(fit(work, Session(device="cpu", precision="bf16")))


def test_doctor_says_it_by_layer(without_lstm: None, capsys: pytest.CaptureFixture[str]):
    main(["doctor", "--json"])
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert "Linear yes" in findings["bf16"]["found"] and "LSTM no" in findings["bf16"]["found"]
    assert not findings["bf16"]["good"] and not findings["bf16"]["broken"]


def test_a_language_model_of_lstms_trains_in_bfloat16_on_a_weaker_processor(tmp_path: Path):
    finished = subprocess.run(
        [sys.executable, str(WEAKER_PROCESSOR), str(tmp_path)],
        env=os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0 and "Traceback" not in finished.stderr, finished.stderr
    *said, last = finished.stdout.splitlines()
    found = json.loads(last)
    assert found["codes"] == [0, 0] and found["lacks"] == found["fails"]
    doctor = next(line for line in said if " bf16: " in line)
    run = json.loads(next(tmp_path.glob("*/config.json")).read_text())
    if found["fails"]:  # where there is no oneDNN to hold back, as on ARM, the LSTM works
        assert doctor.startswith("✗") and "LSTM no" in doctor
        assert run["float32_layers"] == ["LSTM"]
        assert finished.stderr.count("LSTM is computed in float32") == 1
    else:
        assert doctor.startswith("✓") and run["float32_layers"] == []
