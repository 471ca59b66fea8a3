"""The alignment of two sentences: which words decomposable attention laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import color_bar, new_panels
from dongshou.models import DecomposableAttention
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.pictures.attention import shown, size_for
from dongshou.tasks.pictures.shares import draw_shares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Split, TextSplits

FOUND_BY_HYPOTHESIS = "what each word of the hypothesis found"  # rows that sum to 1
FOUND_BY_PREMISE = "what each word of the premise found"  # columns that sum to 1


@torch.no_grad()
def of_alignment(
    model: DecomposableAttention, data: TextSplits, inputs: Sequence[Tensor], said: str
) -> Iterator[tuple[str, Figure]]:
    """Both softmaxes over the words of one pair, inputs (1, m), (1,), (1, n), (1,); `said` is what it is taken for."""
    with evaluating(model):
        model((inputs[0], inputs[1], inputs[2], inputs[3]))
    assert model.alignment is not None, "it has just been made"
    m, n = int(inputs[1]), int(inputs[3])  # what follows is padding
    over_hypothesis, over_premise = (weights[0].float().cpu() for weights in model.alignment)
    premise, hypothesis = (data.vocabulary.tokens(inputs[side][0, :end].tolist()) for side, end in ((0, m), (2, n)))
    yield "alignment", draw_alignment(over_premise[:n, :m], over_hypothesis[:m, :n].T, premise, hypothesis, said)


def draw_alignment(
    over_premise: Tensor, over_hypothesis: Tensor, premise: Sequence[str], hypothesis: Sequence[str], said: str
) -> Figure:
    """Two heat maps of hypothesis by premise, weights (n, m) each."""
    figure, panels = new_panels(
        (FOUND_BY_HYPOTHESIS, FOUND_BY_PREMISE),
        heading=f"Alignment of a pair: {said}",
        columns=2,
        panel=size_for(hypothesis, premise),
        xlabel="premise",
        ylabel="hypothesis",
    )
    largest = float(torch.stack([over_premise, over_hypothesis]).max())
    images = []
    for axes, weights in zip(panels, (over_premise, over_hypothesis), strict=True):
        images.append(draw_shares(axes, weights, largest))
        axes.set_xticks(range(len(premise)), map(shown, premise), rotation=90)
        axes.set_yticks(range(len(hypothesis)), map(shown, hypothesis))
    color_bar(images[0], panels, label="attention weight")
    return figure


def one_of_each_class(model: DecomposableAttention, data: TextSplits, batches: Split) -> Iterator[tuple[str, Figure]]:
    """The alignment of one pair of each class, from a batch of pairs of middling length."""
    inputs, labels = list(batches)[len(batches) // 2]
    for number, name in enumerate(data.classes):
        if len(rows := (labels == number).nonzero()[:, 0]):
            for _, figure in of_alignment(model, data, [part[rows[:1]] for part in inputs], name):
                yield f"alignment-{number}", figure
