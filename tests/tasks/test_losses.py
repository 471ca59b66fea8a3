"""Loss and accuracy of a set are the same whatever the size of the batches, and those of torch for the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou import from_scratch
from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError, UsageError
from dongshou.tasks import BinaryClassification, Classification, LanguageModeling, Regression
from dongshou.tasks.losses import check_loss
from dongshou.training import Experiment, Session, fit
from dongshou.training.look import measure
from dongshou.training.progress import Progress

NUM, CLASSES = 100, 4
CPU = Session(device="cpu")


def drawn(*shape: int, seed: int = 3) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


LOGITS = drawn(NUM, CLASSES)
CLASS = (drawn(NUM, seed=1).abs() * 3).long().clamp(max=CLASSES - 1)  # far from evenly spread
SOME = CLASS.where(drawn(NUM, seed=2) > -0.7, -100)
FIRST_CLASS_IGNORED = CLASS.where(torch.arange(NUM) >= 20, 0)  # whole batches of it
SHARES = drawn(NUM, CLASSES, seed=4).softmax(1)
WEIGHT = torch.tensor([0.1, 2.0, 1.0, 5.0])
PIXELS, PIXEL_CLASS = drawn(NUM, CLASSES, 3, 5), (drawn(NUM, 3, 5, seed=5).abs() * 3).long().clamp(max=CLASSES - 1)
MANY_YES = (drawn(NUM, CLASSES, seed=6) > 0.3).float()
NUMBERS = drawn(NUM, CLASSES, seed=7)
SIGNS = MANY_YES * 2 - 1

CASES: dict[str, tuple[Callable[..., Any], Callable[..., nn.Module], Tensor, Tensor]] = {
    "classes": (Classification, nn.CrossEntropyLoss, LOGITS, CLASS),
    "class weights": (Classification, lambda **more: nn.CrossEntropyLoss(WEIGHT, **more), LOGITS, CLASS),
    "ignored": (Classification, nn.CrossEntropyLoss, LOGITS, SOME),
    "a class ignored": (
        Classification,
        lambda **more: nn.CrossEntropyLoss(ignore_index=0, **more),
        LOGITS,
        FIRST_CLASS_IGNORED,
    ),
    "weighted, ignored, smoothed": (
        Classification,
        lambda **more: nn.CrossEntropyLoss(WEIGHT, label_smoothing=0.2, **more),
        LOGITS,
        SOME,
    ),
    "shares": (Classification, nn.CrossEntropyLoss, LOGITS, SHARES),
    "weighted shares, smoothed": (
        Classification,
        lambda **more: nn.CrossEntropyLoss(WEIGHT, label_smoothing=0.2, **more),
        LOGITS,
        SHARES,
    ),
    "pixels": (Classification, nn.CrossEntropyLoss, PIXELS, PIXEL_CLASS),
    "weighted pixels, ignored": (
        Classification,
        lambda **more: nn.CrossEntropyLoss(WEIGHT, ignore_index=1, **more),
        PIXELS,
        PIXEL_CLASS,
    ),
    "log probabilities": (Classification, lambda **more: nn.NLLLoss(WEIGHT, **more), LOGITS.log_softmax(1), SOME),
    "margins": (Classification, lambda **more: nn.MultiMarginLoss(weight=WEIGHT, **more), LOGITS, CLASS),
    "yes": (BinaryClassification, nn.BCELoss, LOGITS.sigmoid(), MANY_YES),
    "logits of yes": (BinaryClassification, lambda **more: nn.BCEWithLogitsLoss(WEIGHT, **more), LOGITS, MANY_YES),
    "more weight on yes": (
        BinaryClassification,
        lambda **more: nn.BCEWithLogitsLoss(pos_weight=WEIGHT, **more),
        LOGITS,
        MANY_YES,
    ),
    "several labels": (BinaryClassification, nn.MultiLabelSoftMarginLoss, LOGITS, MANY_YES),
    "squares": (Regression, nn.MSELoss, LOGITS, NUMBERS),
    "absolute": (Regression, nn.L1Loss, LOGITS, NUMBERS),
    "Huber": (Regression, lambda **more: nn.HuberLoss(delta=0.3, **more), LOGITS, NUMBERS),
    "smooth": (Regression, nn.SmoothL1Loss, LOGITS, NUMBERS),
    "Poisson": (Regression, nn.PoissonNLLLoss, LOGITS, NUMBERS.exp()),
    "divergence": (Regression, nn.KLDivLoss, LOGITS.log_softmax(1), SHARES),
    "signs": (Regression, nn.SoftMarginLoss, LOGITS, SIGNS),
    "hinges": (Regression, nn.HingeEmbeddingLoss, LOGITS, SIGNS),
    "numbers of steps": (Regression, nn.MSELoss, PIXELS, PIXELS.roll(1, 0)),
}


def expected(make_loss: Callable[..., nn.Module], outputs: Tensor, targets: Tensor) -> float:
    return float(make_loss()(outputs.double(), targets.double() if targets.is_floating_point() else targets))


def doubled(make_loss: Callable[..., nn.Module], **more: Any) -> nn.Module:
    return make_loss(**more).double()


@pytest.mark.filterwarnings("ignore::UserWarning")  # the divergence warns of its own mean
@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", CASES)
def test_batches_of_any_size_measure_the_same(name: str, reduction: str, engine: str):
    make_task, make_loss, outputs, targets = CASES[name]
    loss = make_loss(reduction=reduction)
    task = make_task(from_scratch(loss) if engine == "scratch" else loss)
    found = [
        measure(nn.Identity(), task, Batches(outputs, targets, batch_size=size), CPU) for size in (NUM, 33, 10, 7, 1)
    ]
    for metrics in found:
        assert metrics == pytest.approx(found[0], rel=2e-6)
        assert all(0 <= value <= 1 for key, value in metrics.items() if key == "accuracy")
    assert found[0]["loss"] == pytest.approx(expected(lambda: doubled(make_loss), outputs, targets), rel=2e-6)


def test_the_batches_of_a_divergence_by_its_own_mean():
    task = Regression(nn.KLDivLoss(reduction="batchmean"))
    found = [measure(nn.Identity(), task, Batches(LOGITS.log_softmax(1), SHARES, batch_size=b), CPU) for b in (NUM, 7)]
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    whole = nn.functional.kl_div(LOGITS.double().log_softmax(1), SHARES.double(), reduction="batchmean")
    assert found[0]["loss"] == pytest.approx(float(whole), rel=1e-6)


def test_accuracy_counts_what_the_loss_counts():
    guesses = LOGITS.argmax(1)
    kept = SOME != -100
    found = measure(nn.Identity(), Classification(), Batches(LOGITS, SOME, batch_size=7), CPU)
    assert found["accuracy"] == pytest.approx(float((guesses == SOME)[kept].double().mean()))
    task = Classification(nn.CrossEntropyLoss(ignore_index=0))
    found = measure(nn.Identity(), task, Batches(LOGITS, FIRST_CLASS_IGNORED, batch_size=7), CPU)
    kept = FIRST_CLASS_IGNORED != 0
    assert found["accuracy"] == pytest.approx(float((guesses == FIRST_CLASS_IGNORED)[kept].double().mean()))
    found = measure(nn.Identity(), Classification(), Batches(PIXELS, PIXEL_CLASS, batch_size=7), CPU)
    assert found["accuracy"] == pytest.approx(float((PIXELS.argmax(1) == PIXEL_CLASS).double().mean()))
    found = measure(nn.Identity(), Classification(), Batches(LOGITS, SHARES, batch_size=7), CPU)
    assert found["accuracy"] == pytest.approx(float((guesses == SHARES.argmax(1)).double().mean()))


def test_half_is_the_border_of_a_probability_and_nought_that_of_a_logit():
    outputs, labels = torch.tensor([[0.2], [0.4], [-0.1], [0.6]]), torch.tensor([[1.0], [1.0], [0.0], [1.0]])
    for loss in (nn.BCEWithLogitsLoss(), from_scratch(nn.BCEWithLogitsLoss())):
        found = measure(nn.Identity(), BinaryClassification(loss), Batches(outputs, labels, batch_size=3), CPU)
        assert found["accuracy"] == 1
    found = measure(nn.Identity(), BinaryClassification(), Batches(outputs.clamp(min=0), labels, batch_size=3), CPU)
    assert found["accuracy"] == 2 / 4


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("settings", [{}, {"weight": WEIGHT, "label_smoothing": 0.1}, {"reduction": "none"}])
def test_a_batch_of_ignored_labels_alone_teaches_nothing(settings: dict[str, Any], engine: Any):
    labels = CLASS[:12].clone()
    labels[4:8] = -100  # the second batch of three
    data = Splits(Batches(drawn(12, 5), labels, batch_size=4), Batches(drawn(12, 5), labels, batch_size=4))
    model = nn.Linear(5, CLASSES)
    task = Classification(nn.CrossEntropyLoss(**settings))
    before = [p.detach().clone() for p in model.parameters()]
    progress, steps = Progress(), []
    work = Experiment(data, model, task, SGD(model.parameters(), lr=0.1), epochs=1, draw=False)
    for _ in fit(work, Session(device="cpu", engine=engine), progress=progress):
        steps.append([p.detach().clone() for p in model.parameters()])
    assert all(map(torch.equal, steps[0], steps[1])) and not all(map(torch.equal, before, steps[0]))
    assert all(value == value for value in progress.history[0].values())


def test_training_measures_the_same_for_any_batch():
    found = []
    for size in (NUM, 7):
        model = nn.Linear(CLASSES, CLASSES)
        nn.init.eye_(model.weight)
        nn.init.zeros_(model.bias)
        data = Splits(Batches(LOGITS, SOME, batch_size=size))
        task = Classification(nn.CrossEntropyLoss(WEIGHT))
        progress = Progress()
        list(fit(Experiment(data, model, task, SGD(model.parameters(), lr=0.0), epochs=1), CPU, progress=progress))
        found.append(progress.history[0])
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    assert found[0]["train_loss"] == pytest.approx(
        expected(lambda: doubled(nn.CrossEntropyLoss, weight=WEIGHT), LOGITS, SOME)
    )


class Said(nn.Module):
    """Logits by heart, for a language model."""

    def forward(self, tokens: Tensor) -> tuple[Tensor, None]:
        return LOGITS[tokens], None


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(WEIGHT, ignore_index=2), nn.CrossEntropyLoss(reduction="sum")])
def test_perplexity_too(loss: nn.Module):
    tokens, fresh = torch.arange(NUM).view(20, 5), torch.ones(20, dtype=torch.bool)
    task = LanguageModeling(loss, carries_state=False)
    found = [measure(Said(), task, Batches(tokens, CLASS.view(20, 5), fresh, batch_size=b), CPU) for b in (20, 3, 1)]
    assert found[1] == pytest.approx(found[0], rel=1e-6) and found[2] == pytest.approx(found[0], rel=1e-6)


def pictures(task: Any, outputs: Tensor, targets: Tensor, shape: tuple[int, ...]) -> Iterator[str]:
    data = Splits(Batches(outputs, targets, batch_size=9), test=Batches(outputs, targets, batch_size=9), shape=shape)
    return (name for name, _ in task.figures(nn.Identity(), data))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[0] is Classification])
def test_pictures_take_what_the_loss_takes(name: str):
    _, make_loss, outputs, targets = CASES[name]
    task = Classification(make_loss())
    assert "confusion" in [*pictures(task, outputs, targets, tuple(outputs.shape[1:]))][:1]


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (nn.TripletMarginLoss(), "TripletMarginLoss takes anchor, positive, negative: write a task"),
        (nn.GaussianNLLLoss(), "GaussianNLLLoss takes input, target, var"),
        (nn.CTCLoss(), "takes log_probs, targets, input_lengths, target_lengths"),
        (nn.MSELoss, "write MSELoss()"),
        (3, "A loss is a module such as"),
    ],
)
def test_a_loss_of_something_else(loss: Any, message: str):
    with pytest.raises(UsageError, match=message):
        check_loss(loss)


def test_labels_of_no_known_kind():
    work = Classification(nn.MultiLabelMarginLoss())
    with pytest.raises(DongshouError, match=r"Labels are classes \(batch, ...\) or shares of them; got \(2, 4\)"):
        work.measure(nn.Identity(), (LOGITS[:2], torch.tensor([[0, 2, -1, -1], [3, -1, -1, -1]])))


def test_what_gives_no_tensor():
    loss = nn.AdaptiveLogSoftmaxWithLoss(CLASSES, 10, [4])
    with pytest.raises(DongshouError, match="AdaptiveLogSoftmaxWithLoss gives a"):
        Classification(loss).measure(nn.Identity(), (LOGITS, CLASS))
