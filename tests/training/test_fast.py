"""`--fast`: what is chosen computes the same function, is recorded, and holds on resume. Never the time itself."""

from __future__ import annotations

import dataclasses
import itertools
import json

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam

from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, execute
from dongshou.runs.execute import Interrupted
from dongshou.tasks import Classification
from dongshou.training import Experiment, Session, Stepped, fit
from dongshou.training.fast import choose, trial
from dongshou.training.fast.apply import apply, can_fuse, threads_of
from dongshou.training.fast.choice import Choice
from dongshou.training.fast.choose import layouts, with_choice
from dongshou.training.fast.formulations import Reformulated, reformulate
from dongshou.training.fast.phases import SpaceToDepth
from dongshou.training.fast.trial import Trial, agrees, challenger
from dongshou.training.one_batch import first_of, shapes, size_of
from tests.runs.same_run import assert_same
from tests.training import toys

CHOSEN = Choice("bf16", channels_last=True, reformulated=True, fused=True, threads=1, speedup=2.0)


def convolutional(pooling: type[nn.Module] = nn.AvgPool2d) -> nn.Sequential:
    """Both formulations of a pooling, and dropout, whose random numbers have to stay in order."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.Sigmoid() if pooling is nn.AvgPool2d else nn.ReLU(),
        pooling(2),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(4 * 3 * 3, 3),
    )


def experiment(epochs: int = 2, **more) -> Experiment:
    images, labels = torch.rand(24, 1, 6, 6, generator=torch.Generator().manual_seed(3)), torch.arange(24) % 3
    data = Splits(Batches(images, labels, batch_size=8, shuffle=True), test=Batches(images, labels, batch_size=24))
    model = convolutional()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    settings = {"data": data, "model": model, "task": Classification(), "optimizer": optimizer, "draw": False}
    return Experiment(epochs=epochs, **settings | more)  # pyright: ignore[reportArgumentType]


# The same function


def outputs_and_gradients(model: nn.Module, images: Tensor) -> list[Tensor]:
    """What the model says, and the gradients of its input and its parameters."""
    images = images.clone().requires_grad_()
    outputs = model(images)
    model.zero_grad()
    (outputs * torch.linspace(-1, 1, outputs.numel(), dtype=outputs.dtype).view_as(outputs)).sum().backward()
    assert images.grad is not None
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    return [outputs, images.grad, *gradients]


def both_ways(layers: list[nn.Module], images: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """By torch's layers and reformulated, which the layers have to be."""
    model = nn.Sequential(*layers).to(images.dtype)
    expected = outputs_and_gradients(model, images)
    assert reformulate(model)
    assert type(model) is Reformulated
    return expected, outputs_and_gradients(model, images)


KERNELS = [(5, 2), (5, 0), (3, 1), (2, 0), ((3, 4), (1, 2)), ((2, 7), (0, 3))]
PHASED = [
    (kernel, size, channels)
    for (kernel, size), channels in itertools.product(itertools.product(KERNELS, [(12, 12), (11, 14), (13, 9)]), (1, 3))
]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(("kernel", "size", "channels"), PHASED)
def test_the_average_of_phases_is_that_of_the_convolution(kernel, size, channels: int, dtype: torch.dtype):
    convolution = nn.Conv2d(channels, 5, kernel_size=kernel[0], padding=kernel[1])
    images = torch.randn(3, channels, *size, dtype=dtype)
    expected, found = both_ways([convolution, nn.Sigmoid(), nn.AvgPool2d(2)], images)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, **({"rtol": 1e-12, "atol": 1e-13} if dtype == torch.float64 else {}))


BLOCKS = {
    "no activation": [nn.Conv2d(3, 4, 3), nn.AvgPool2d(2)],
    "no bias": [nn.Conv2d(3, 4, 3, bias=False), nn.Tanh(), nn.AvgPool2d((2, 2))],
    "1x1 convolution": [nn.Conv2d(3, 4, 1), nn.AvgPool2d(2)],
    "ReLU and maximum": [nn.ReLU(), nn.MaxPool2d(2)],
    "maximum of overlapping, padded windows": [nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)],
    "two blocks": [nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(4, 2, 2), nn.Tanh(), nn.AvgPool2d(2)],
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_every_formulation_computes_the_same(name: str, memory_format: torch.memory_format):
    images = torch.randn(2, 3, 11, 12, dtype=torch.float64).contiguous(memory_format=memory_format)
    expected, found = both_ways(BLOCKS[name], images)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-13)


def test_in_bfloat16_the_average_of_phases_is_as_near_as_torchs_own():
    model, images = convolutional().eval(), torch.rand(8, 1, 6, 6)
    exact = model(images)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(images)
        reformulate(model.train())
        model[4].eval()  # no dropout
        phased = model(images)
    assert (phased - exact).abs().max() <= 2 * (rough - exact).abs().max() + 1e-3


OTHERS = {
    "stride": [nn.Conv2d(1, 2, 3, stride=2), nn.Sigmoid(), nn.AvgPool2d(2)],
    "dilation": [nn.Conv2d(1, 2, 3, dilation=2), nn.Sigmoid(), nn.AvgPool2d(2)],
    "groups": [nn.Conv2d(2, 2, 3, groups=2), nn.Sigmoid(), nn.AvgPool2d(2)],
    "reflected padding": [nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), nn.Sigmoid(), nn.AvgPool2d(2)],
    "padding by name": [nn.Conv2d(1, 2, 3, padding="same"), nn.Sigmoid(), nn.AvgPool2d(2)],
    "another average": [nn.Conv2d(1, 2, 3), nn.Sigmoid(), nn.AvgPool2d(3, 2)],
    "rounded up": [nn.Conv2d(1, 2, 3), nn.Sigmoid(), nn.AvgPool2d(2, ceil_mode=True)],
    "divided by something else": [nn.Conv2d(1, 2, 3), nn.Sigmoid(), nn.AvgPool2d(2, divisor_override=3)],
    "many channels": [nn.Conv2d(64, 2, 3), nn.Sigmoid(), nn.AvgPool2d(2)],
    "another activation": [nn.Conv2d(1, 2, 3), nn.Softmax(1), nn.AvgPool2d(2)],
    "the indices are wanted": [nn.ReLU(), nn.MaxPool2d(2, return_indices=True)],
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_no_faster_formulation_stays(name: str):
    assert not reformulate(nn.Sequential(*OTHERS[name]))


def test_a_layer_that_somebody_made_or_listens_to_runs_as_it_stands():
    class Louder(nn.Conv2d):
        def forward(self, input: Tensor) -> Tensor:
            return 2 * super().forward(input)

    assert not reformulate(nn.Sequential(Louder(1, 2, 3), nn.Sigmoid(), nn.AvgPool2d(2)))
    model = convolutional()
    reformulate(model)
    heard: list[Tensor] = []
    handle = model[1].register_forward_hook(lambda layer, inputs, output: heard.append(output))
    model(torch.rand(2, 1, 6, 6))
    assert len(heard) == 1
    handle.remove()
    model(torch.rand(2, 1, 6, 6))
    assert len(heard) == 1


def test_a_model_that_is_measured_runs_every_layer():
    model = convolutional()
    names = [*model.state_dict()]
    reformulate(model.eval())
    heard: list[Tensor] = []
    model[2].register_forward_hook(lambda layer, inputs, output: heard.append(output))
    model(torch.rand(2, 1, 6, 6))
    assert (len(heard), [*model.state_dict()]) == (1, names)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("channels", [1, 2, 3, 6])
def test_blocks_of_pixels_are_those_of_pixel_unshuffle(channels: int, dtype: torch.dtype):
    images = torch.randn(2, channels, 4, 6).to(dtype)
    pixels = images.permute(0, 2, 3, 1).contiguous().requires_grad_()
    blocks: Tensor = SpaceToDepth.apply(pixels)  # pyright: ignore[reportAssignmentType]
    unshuffled = nn.functional.pixel_unshuffle(images, 2)  # (batch, channels 2 2, height/2, width/2)
    expected = unshuffled.unflatten(1, (channels, 4)).permute(0, 3, 4, 2, 1).flatten(3)
    assert torch.equal(blocks, expected)
    weights = torch.randn_like(blocks)
    (blocks * weights).sum().backward()
    assert pixels.grad is not None
    assert torch.equal(SpaceToDepth.apply(pixels.grad), weights)


def test_a_fused_optimizer_takes_the_same_steps():
    images, labels = torch.rand(8, 1, 6, 6), torch.arange(8) % 3
    for make in (lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-3), lambda p: Adam(p, lr=0.01)):
        ended = []
        for is_fused in (False, True):
            torch.manual_seed(1)
            model = convolutional()
            optimizer = make(model.parameters())
            assert can_fuse(optimizer)
            apply(Choice(fused=is_fused), model, optimizer)
            for _ in range(3):
                Classification().step(model, (images, labels), optimizer)
            ended.append(toys.weights(model))
        for name, tensor in ended[0].items():
            torch.testing.assert_close(ended[1][name], tensor)


# The choice


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Choice:
    """Whatever is measured here, this is what comes out."""
    monkeypatch.setattr(choose, "choose", lambda experiment, session: CHOSEN)
    return CHOSEN


def test_choosing_leaves_the_experiment_and_all_random_numbers_as_they_were():
    work = experiment()
    before, data, numbers = toys.weights(work.model), work.data.state_dict(), torch.get_rng_state()
    session = with_choice(work, Session(device="cpu", fast=True))
    assert session.choice is not None
    assert (session.precision, session.compile) == (session.choice.precision, session.choice.compile)
    assert all(torch.equal(before[name], tensor) for name, tensor in work.model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), numbers)
    assert all(
        torch.equal(data[name]["generator"], now["generator"])
        for name, now in work.data.state_dict().items()
        if "generator" in now
    )
    assert not work.optimizer.state
    assert type(work.model) is nn.Sequential


def test_what_wins_is_what_measured_faster(monkeypatch: pytest.MonkeyPatch):
    preferred = Choice("bf16", channels_last=True, reformulated=True, threads=torch.get_num_threads())
    monkeypatch.setattr(choose, "gain", lambda champion, rival: 2.0 if rival.choice == preferred else 1.0)
    choice = choose.choose(experiment(), Session(device="cpu", fast=True))
    assert choice == dataclasses.replace(preferred, speedup=2.0)
    assert str(choice).startswith("bf16, channels last, layers reformulated")


def test_nothing_is_changed_where_nothing_is_faster(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choose, "gain", lambda champion, rival: 1.0)
    choice = choose.choose(experiment(), Session(device="cpu", fast=True))
    assert choice == Choice(threads=torch.get_num_threads())
    assert str(choice).endswith("nothing measured was faster")


def test_what_the_session_asks_for_holds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choose, "gain", lambda champion, rival: 1.0)
    choice = choose.choose(experiment(), Session(device="cpu", fast=True, precision="bf16"))
    assert choice.precision == "bf16"
    work = experiment()
    start = Trial(choice, work, next(iter(work.data.train())))
    assert {rival.precision for rival in layouts(start, work)} == {"bf16"}


def test_compiling_that_was_asked_for_is_not_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choose, "gain", lambda champion, rival: 1.0)
    assert choose.choose(experiment(), Session(device="cpu", fast=True, compile=True)).compile


def test_compiling_is_tried_only_where_the_training_is_long(monkeypatch: pytest.MonkeyPatch):
    tried: list[Choice] = []

    def failing(choice: Choice, *rest) -> None:
        tried.append(choice)

    monkeypatch.setattr(choose, "challenger", failing)
    for worth, expected in ((1e9, 0), (0.0, 1)):
        tried.clear()
        monkeypatch.setattr(choose, "WORTH_COMPILING", worth)
        assert choose.choose(experiment(), Session(device="cpu", fast=True)) == Choice(threads=torch.get_num_threads())
        assert sum(choice.compile for choice in tried) == expected


def test_a_candidate_that_fails_is_skipped(monkeypatch: pytest.MonkeyPatch):
    def no_compiler(model: nn.Module) -> None:
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr("dongshou.training.fast.apply.compile_for", no_compiler)
    batch = next(iter(experiment().data.train()))
    assert challenger(Choice(compile=True), experiment(), batch, loss=1.1) is None


def test_a_candidate_that_computes_something_else_is_skipped():
    batch = next(iter(experiment().data.train()))
    loss = Trial(Choice(), experiment(), batch).loss()
    torch.manual_seed(0)
    work = experiment()
    right = Trial(Choice(), work, batch).loss()
    assert challenger(Choice(), work, batch, right) is not None
    assert challenger(Choice(), work, batch, 1.1 * right) is None
    assert agrees(loss, loss * 1.0005, trial.NEAR["fp32"])
    assert not agrees(float("nan"), loss, trial.NEAR["bf16"])


def test_a_long_step_is_measured_on_fewer_examples(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choose, "LONG_STEP", 0.0)
    inputs, labels = torch.rand(64, 1, 6, 6), torch.arange(64) % 3
    work = experiment(data=Splits(Batches(inputs, labels, batch_size=64)))
    assert size_of(choose.first_batch(work, Choice())) == 8
    assert [len(part) for part in first_of((inputs, labels), 32)] == [32, 32]
    assert size_of({"a": inputs, "b": (labels,)}) == 64
    assert size_of((inputs, 3)) == size_of((inputs, labels[:9])) == size_of(torch.zeros(())) == 1
    assert shapes(first_of({"a": inputs, "b": (labels,)}, 5)) == "a dict of a (5, 1, 6, 6), b ((5,))"


def test_the_threads_are_those_chosen_and_then_as_before():
    before = torch.get_num_threads()
    with threads_of(Choice(threads=before + 1)):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_a_batch_that_does_not_fit_is_told_in_one_line(tmp_path):
    images, labels = torch.rand(24, 1, 7, 9), torch.arange(24) % 3
    work = experiment(data=Splits(Batches(images, labels, batch_size=8)))
    with pytest.raises(DongshouError, match=r"The first batch does not fit the model: inputs \(8, 1, 7, 9\)") as error:
        execute(work, fast=True, runs=tmp_path / "none")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "none").exists()


def test_with_the_scratch_engine_it_is_refused():
    with pytest.raises(UsageError, match="fast chooses among torch's own layers, engine scratch has ours"):
        Session(engine="scratch", fast=True)


# The record


def declared(epochs: int = 2):
    return toys.declared(lambda: experiment(epochs), epochs=epochs)


def interrupted(step: int, fast: bool = True) -> Run:
    """A run that was stopped there; an epoch has 3 steps."""

    def stop(event) -> None:
        if isinstance(event, Stepped) and event.step == step:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        execute(declared(), fast=fast, device="cpu", watch=[stop])
    return stopped.value.run


@pytest.mark.parametrize("step", [2, 4, 5])
def test_a_resumed_run_keeps_the_choice_and_ends_in_the_same_bits(settled: Choice, step: int, monkeypatch):
    whole = execute(declared(), fast=True, device="cpu")
    run = interrupted(step)
    monkeypatch.setattr(choose, "choose", lambda *rest: pytest.fail("what was recorded holds"))
    assert_same(whole, execute(declared(), resume=run.path))


def test_the_choice_is_on_record(settled: Choice):
    run = execute(declared(), fast=True, device="cpu")
    assert (run.config["fast"], run.config["precision"], run.config["compile"]) == (True, "bf16", False)
    assert Choice(**run.config["choice"]) == settled


def test_the_choice_is_told_in_one_line(settled: Choice, capsys: pytest.CaptureFixture):
    execute(declared(), fast=True, device="cpu", progress=True)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("fast: ")]
    assert lines == [f"fast: {settled}"]


def test_without_it_nothing_is_chosen_and_nothing_changes():
    run = execute(declared(), device="cpu")
    assert (run.config["fast"], run.config["choice"]) == (False, None)


def test_a_record_made_before_there_was_a_choice_goes_on():
    whole = execute(declared(), device="cpu")
    path = interrupted(4, fast=False).path
    config = json.loads((path / "config.json").read_text())
    del config["fast"], config["choice"]
    (path / "config.json").write_text(json.dumps(config))
    assert_same(whole, execute(declared(), resume=path))


def test_each_fit_of_a_series_is_computed_as_the_first_was_measured(settled: Choice):
    run = execute(toys.series(epochs=1), fast=True, device="cpu")
    assert Choice(**run.config["choice"]) == settled


def test_a_fit_on_its_own_chooses_too():
    work = experiment(epochs=1)
    assert len([event for event in fit(work, Session(device="cpu", fast=True)) if isinstance(event, Stepped)]) == 3
