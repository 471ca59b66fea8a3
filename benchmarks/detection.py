"""Suppression, assignment, average precision and a training step of SSD beside others, as ratios within a round."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn.functional import cross_entropy, smooth_l1_loss
from torch.optim import SGD

from benchmarks import course_boxes
from benchmarks.contenders import Target
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, ratios, show, spread, summary, write
from dongshou import models
from dongshou.data import load_scenes
from dongshou.data.targets import Boxes
from dongshou.errors import DongshouError, UsageError
from dongshou.models.detection import encode, hard_negatives, match_anchors, nms
from dongshou.models.detection.detections import Detections
from dongshou.tasks import Detection
from dongshou.tasks.detection.average_precision import AveragePrecision
from dongshou.tasks.detection.single_shot import of_matched

ANCHORS, TRUTHS, PICTURES = 10_000, 20, 16
SCENES, CLASSES = 100, 10
COLUMNS = ("work", "theirs ms", "ours ms", "ratio", "min-max", "target", "verdict")
NUMBERS = COLUMNS[1:5]

Work = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """The same work done twice.

    target  how many times as long as ours theirs takes, at least
    agree   whether two results are the same
    """

    work: str
    target: Target
    theirs: Work
    ours: Work
    agree: Callable[[Any, Any], bool]


def benchmark(rounds: int = 5) -> None:
    """Time both sides of each case in turn, by one thread, in processor time.

    Args:
        rounds: How often each side has its turn.
    """
    if rounds < 1:
        raise UsageError(f"rounds must be at least 1; got {rounds}.")
    if find_spec("pycocotools") is None:
        raise DongshouError("There is nothing to compare with: pip install pycocotools.")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        cases = [suppression(), assignment(), precision(), training_step()]
        rows = [measure(case, rounds) for case in track(cases, "measuring", console=Console(stderr=True))]
    finally:
        torch.set_num_threads(threads)
    content = circumstances() | {"rounds": rounds, "rows": rows}
    show(sheet(rows))
    write(RESULTS, "detection", content, in_markdown(content))


def measure(case: Case, rounds: int) -> dict[str, Any]:
    """Milliseconds of both sides, and how many times as long theirs took within a round.

    Raises DongshouError when they do other work.
    """
    if not case.agree(case.theirs(), case.ours()):
        raise DongshouError(f"{case.work}: ours and {case.target.against} come to different results.")
    times: dict[str, list[float]] = {"theirs": [], "ours": []}
    for _ in range(rounds):
        for side, work in (("theirs", case.theirs), ("ours", case.ours)):
            start = time.process_time()
            work()
            times[side].append(1000 * (time.process_time() - start))
    ratio = summary(ratios(times["theirs"], times["ours"]))
    return {
        "work": case.work,
        "theirs": summary(times["theirs"]),
        "ours": summary(times["ours"]),
        "ratio": ratio,
        "target": str(case.target),
        "reached": case.target.is_reached(ratio["median"]),
    }


def suppression() -> Case:
    boxes, scores = random_boxes(ANCHORS, seed=0), torch.rand(ANCHORS, generator=torch.Generator().manual_seed(1))
    return Case(
        f"suppression, {ANCHORS:,} boxes",
        Target("the course's loop", at_least=20.0),
        lambda: course_boxes.nms(boxes, scores, 0.5),
        lambda: nms(boxes, scores, 0.5),
        torch.equal,
    )


def assignment() -> Case:
    anchors = random_boxes(ANCHORS, seed=2)
    truths = [random_boxes(TRUTHS, seed=10 + index, low=0.1, high=0.5) for index in range(PICTURES)]
    boxes = Boxes.of(truths, [[0] * TRUTHS] * PICTURES)
    return Case(
        f"assignment, {ANCHORS:,} anchors",
        Target("the course's loop", at_least=20.0),
        lambda: torch.stack([course_boxes.assign(one, anchors, 0.5) for one in truths]),
        lambda: match_anchors(anchors, boxes, 0.5),
        torch.equal,
    )


def precision() -> Case:
    """Detections near the true boxes of scenes."""
    generator = torch.Generator().manual_seed(3)
    corners = torch.stack([100 * random_boxes(TRUTHS, seed=100 + index) for index in range(SCENES)]).double()
    labels = torch.randint(CLASSES, (SCENES, TRUTHS), generator=generator)
    found = corners.repeat(1, 3, 1) + torch.randn(SCENES, 3 * TRUTHS, 4, generator=generator)
    scores = torch.rand(SCENES, 3 * TRUTHS, generator=generator).double()
    detections = Detections(found, labels.repeat(1, 3), scores)

    def ours() -> float:
        score = AveragePrecision(CLASSES)
        score.update((detections, Boxes(corners, labels)))
        return score.finish()["map"]

    return Case(
        f"precision, {SCENES} pictures",
        Target("pycocotools", at_least=1.0),
        lambda: judged_by_pycocotools(detections, corners, labels),
        ours,
        lambda theirs, mine: abs(theirs - mine) < 1e-12,
    )


def judged_by_pycocotools(found: Detections, corners: Tensor, labels: Tensor) -> float:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def rows(several: Tensor, names: Tensor, scores: Tensor | None) -> list[dict[str, Any]]:
        boxes = torch.cat([several[..., :2], several[..., 2:] - several[..., :2]], -1)
        listed = []
        for picture, (each, kinds) in enumerate(zip(boxes.tolist(), names.tolist(), strict=True)):
            for index, (box, kind) in enumerate(zip(each, kinds, strict=True)):
                row = {"id": len(listed) + 1, "image_id": picture, "category_id": kind + 1, "bbox": box, "iscrowd": 0}
                score = {} if scores is None else {"score": float(scores[picture, index])}
                listed.append(row | {"area": box[2] * box[3]} | score)
        return listed

    several = COCO(), COCO()
    with contextlib.redirect_stdout(io.StringIO()):
        for coco, annotations in zip(several, (rows(corners, labels, None), rows(*found)), strict=True):
            images, categories = [{"id": n} for n in range(len(labels))], [{"id": n + 1} for n in range(CLASSES)]
            coco.dataset = {"images": images, "categories": categories, "annotations": annotations}
            coco.createIndex()
        evaluation = COCOeval(*several, "bbox")
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]  # what ours computes, too
        evaluation.evaluate()
        evaluation.accumulate()
    each = evaluation.eval["precision"][:, :, :, 0, -1]
    return float(each[each > -1].mean())


def training_step() -> Case:
    """The same step of SGD by the task and as one would write it down, each on a model of its own."""
    torch.manual_seed(0)
    batch = next(iter(load_scenes(batch_size=16, num_train=16, num_test=1).train()))
    model, twin = models.small_ssd(CLASSES), models.small_ssd(CLASSES)
    twin.load_state_dict(model.state_dict())
    task = Detection(CLASSES)
    one, other = (SGD(each.parameters(), lr=1e-3) for each in (model, twin))

    def plain() -> float:
        images, boxes = batch
        anchors, logits, offsets = twin(images)
        matched = match_anchors(anchors, boxes)
        has_box = matched >= 0
        labels, corners = of_matched(boxes, matched)
        losses = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)
        counts = has_box | hard_negatives(losses, has_box)
        wanted = encode(corners[has_box], anchors.expand(len(matched), -1, 4)[has_box])
        total = (losses * counts).sum() + smooth_l1_loss(offsets[has_box], wanted, reduction="sum")
        loss = total / has_box.sum().clamp(min=1)
        other.zero_grad(set_to_none=True)
        loss.backward()
        other.step()
        return float(loss.detach())

    def ours() -> float:
        loss = task.step(model, batch, one)["loss"]
        return float(loss.total / loss.weight)

    target = Target("the same written plainly", at_least=0.95)
    return Case("step of SSD", target, plain, ours, lambda theirs, mine: abs(theirs - mine) < 1e-3 * theirs)


def random_boxes(num: int, seed: int, low: float = 0.05, high: float = 0.3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand(num, 2, generator=generator)
    return torch.cat([first, first + low + (high - low) * torch.rand(num, 2, generator=generator)], 1)


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "Processor time of one thread, median of the rounds; both sides take turns, and a ratio is that within a round:"
        " how many times as long theirs took. Both come to the same result, which is checked first. The course's loops"
        " go over boxes, each turn a few tensor operations (`benchmarks/course_boxes.py`). pycocotools judges boxes of"
        " any size alone, as ours does; as it is called by default it judges three ranges of size besides.",
    ]
    return markdown("Detection", paragraphs, content, [sheet(content["rows"])])


def sheet(rows: Sequence[dict[str, Any]]) -> Sheet:
    return Sheet("Detection", COLUMNS, [*map(in_words, rows)], NUMBERS)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    times = [f"{row[side]['median']:.1f}" for side in ("theirs", "ours")]
    ratio = row["ratio"]
    return [row["work"], *times, f"{ratio['median']:.2f}", spread(ratio), row["target"], VERDICTS[row["reached"]]]
