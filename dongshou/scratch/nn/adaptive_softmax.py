"""A softmax over very many classes that is seldom computed in full: words of a language, most of them rare."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.container import Layer, ModuleList, Sequential, torch_nn
from dongshou.scratch.nn.convolution import Device
from dongshou.scratch.nn.linear import Linear


class OutputAndLoss(NamedTuple):
    """output: log p(target) of every example; loss: the mean of -output."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Layer, torch_nn.AdaptiveLogSoftmaxWithLoss):
    """log p(y) = log p(cluster of y) + log p(y | cluster), for classes sorted from frequent to rare.

    The head knows the classes below cutoffs[0], and a cluster for each later stretch between two cutoffs; the
    i-th has in_features / div_value^i features, and is computed only for the examples that need it.
    input (batch, in_features), target (batch): output (batch) and loss; or one example, without the batch.
    Grave et al., Efficient softmax approximation for GPUs, 2017. Raises ValueError for cutoffs that do not rise
    between 1 and n_classes - 1, RuntimeError when shapes do not fit or a target is not a class.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        _require_cutoffs(cutoffs, n_classes)
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for number, (first, end) in enumerate(pairwise(self.cutoffs), start=1):
            features = int(in_features // div_value**number)
            down = Linear(in_features, features, False, device, dtype)
            self.tail.append(Sequential(down, Linear(features, end - first, False, device, dtype)))

    def reset_parameters(self) -> None:
        """All weights as at the start."""
        for layer in self.modules():
            if isinstance(layer, Linear):
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> OutputAndLoss:
        _require_examples(input_, target_, self.n_classes)
        input, target = torch.atleast_2d(input_), torch.atleast_1d(target_)
        cluster = (target.unsqueeze(1) >= target.new_tensor(self.cutoffs[:-1])).sum(1)  # (batch), 0 for the shortlist
        entry = torch.where(cluster == 0, target, self.shortlist_size + cluster - 1)  # (batch), of the head
        output = _chosen(self.head(input), entry)  # (batch)
        for number, layers in enumerate(self.tail, start=1):
            rows = cluster == number
            if rows.any():
                within = _chosen(layers(input[rows]), target[rows] - self.cutoffs[number - 1])
                output = output.index_put((rows,), within, accumulate=True)
        return OutputAndLoss(output.reshape(target_.shape), -output.mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """log p of every class: (batch, in_features) -> (batch, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def _get_full_log_prob(self, input: Tensor, head_output: Tensor) -> Tensor:
        head = F.log_softmax(head_output, 1)  # (batch, shortlist + clusters)
        shortlist, *clusters = head.split([self.shortlist_size, *[1] * self.n_clusters], 1)
        within = (F.log_softmax(layers(input), 1) for layers in self.tail)
        return torch.cat([shortlist, *(one + other for one, other in zip(clusters, within, strict=True))], dim=1)

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class: (batch, in_features) -> (batch)."""
        log_prob = self.log_prob(input)
        is_largest = log_prob == log_prob.amax(1, keepdim=True)
        return (is_largest.cumsum(1) == 0).sum(1)  # as many classes come before the first of the largest


def _chosen(logits: Tensor, index: Tensor) -> Tensor:
    """log p of one class an example: logits (batch, classes), index (batch) -> (batch)."""
    return F.log_softmax(logits, 1).gather(1, index.unsqueeze(1)).squeeze(1)


def _require_cutoffs(cutoffs: Sequence[int], n_classes: int) -> None:
    bounds = [0, *cutoffs, n_classes]
    if len(cutoffs) == 0 or any(int(end) != end or first >= end for first, end in pairwise(bounds)):
        raise ValueError(f"cutoffs must be rising integers from 1 to n_classes - 1 = {n_classes - 1}, got {cutoffs}")


def _require_examples(input: Tensor, target: Tensor, n_classes: int) -> None:
    """One input for every target, and targets that are classes."""
    if target.dim() > 1 or input.dim() != target.dim() + 1 or input.shape[:-1] != target.shape:
        shapes = f"input {list(input.shape)} and target {list(target.shape)}"
        raise RuntimeError(f"expected input (batch, in_features) and target (batch), or one example, got {shapes}")
    if ((target < 0) | (target >= n_classes)).any():
        found = f"{int(target.min())} to {int(target.max())}"
        raise RuntimeError(f"Target values should be in [0, {n_classes - 1}], got {found}")
