"""word2vec as courses write it: contexts by loops over the words, padded batches, a matrix product for each center."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Example = tuple[int, list[int], list[int]]  # a center, its contexts, its negatives


def subsampled(lines: Sequence[Sequence[int]], threshold: float) -> list[list[int]]:
    counts = Counter(word for line in lines for word in line)
    total = sum(counts.values())
    return [[word for word in line if random.random() < math.sqrt(threshold * total / counts[word])] for line in lines]


def examples(lines: Sequence[Sequence[int]], window: int, num_negatives: int) -> list[Example]:
    """Each word of each line with the words around it, and as many times words from the noise."""
    counts = Counter(word for line in lines for word in line)
    words, weights = list(counts), [count**0.75 for count in counts.values()]
    drawn: list[int] = []
    made = []
    for line in lines:
        if len(line) < 2:
            continue
        for place, center in enumerate(line):
            size = random.randint(1, window)
            around = range(max(0, place - size), min(len(line), place + size + 1))
            contexts = [line[other] for other in around if other != place]
            negatives: list[int] = []
            while len(negatives) < num_negatives * len(contexts):
                if not drawn:
                    drawn = random.choices(words, weights, k=10_000)
                word = drawn.pop()
                if word not in contexts:
                    negatives.append(word)
            made.append((center, contexts, negatives))
    return made


def collate(batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Centers (batch, 1); contexts and negatives, the mask and the labels of these (batch, longest)."""
    longest = max(len(contexts) + len(negatives) for _, contexts, negatives in batch)
    centers, asked, masks, labels = [], [], [], []
    for center, contexts, negatives in batch:
        number = len(contexts) + len(negatives)
        centers.append([center])
        asked.append(contexts + negatives + [0] * (longest - number))
        masks.append([1] * number + [0] * (longest - number))
        labels.append([1] * len(contexts) + [0] * (longest - len(contexts)))
    return torch.tensor(centers), torch.tensor(asked), torch.tensor(masks), torch.tensor(labels)


class LoopedWord2Vec(nn.Module):
    def __init__(self, num_words: int, size: int) -> None:
        super().__init__()
        self.center, self.context = nn.Embedding(num_words, size), nn.Embedding(num_words, size)

    def forward(self, centers: Tensor, asked: Tensor) -> Tensor:
        return torch.bmm(self.center(centers), self.context(asked).permute(0, 2, 1)).squeeze(1)  # (batch, longest)


def train(model: LoopedWord2Vec, made: list[Example], batch_size: int, optimizer: torch.optim.Optimizer) -> None:
    """A pass over the examples in random order."""
    for centers, asked, masks, labels in torch.utils.data.DataLoader(
        made,  # pyright: ignore[reportArgumentType]
        batch_size,
        shuffle=True,
        collate_fn=collate,
    ):
        optimizer.zero_grad()
        scores = model(centers, asked)
        loss = F.binary_cross_entropy_with_logits(scores, labels.float(), weight=masks, reduction="none").mean(1)
        (loss / masks.float().sum(1) * masks.shape[1]).sum().backward()
        optimizer.step()
