"""Hierarchical softmax: a word is found by yes or no at each fork of a Huffman tree (Morin and Bengio, 2005)."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data.text.noise import Asked
from dongshou.errors import UsageError


class Paths(NamedTuple):
    """The way from the root to each word: the forks on it, and whether it takes the second branch there."""

    forks: Tensor  # (vocabulary, depth), the root being the last fork; padded with 0
    turns: Tensor  # (vocabulary, depth), 0. or 1.
    is_there: Tensor  # (vocabulary, depth), bool: not padding


class HuffmanTree:
    """Asks log2(vocabulary) questions or fewer for a word: -log P(word) is the sum of their losses.

    P(word | h) = product over its path of sigma(+-u_fork . h), minus where it takes the first branch. The
    probabilities of all words add up to 1. Frequent words have short paths.
    """

    def __init__(self, frequencies: Tensor) -> None:
        if len(frequencies) < 2:
            raise UsageError(f"A tree needs at least two words; got a vocabulary of {len(frequencies)}.")
        self.num_outputs = len(frequencies) - 1
        self.paths = huffman_paths(frequencies.tolist())

    def ask(self, words: Tensor, group: Tensor, avoided: Tensor, generator: torch.Generator) -> Asked:
        forks, turns, is_there = (part[words] for part in self.paths)
        return Asked(forks, turns, is_there.float())

    def to(self, device: torch.device) -> None:
        self.paths = Paths(*(part.to(device) for part in self.paths))


def huffman_paths(frequencies: list[float]) -> Paths:
    """The two rarest are joined until one is left (Huffman, 1952): no other binary code is shorter on average.

    Words and forks of equal frequency are joined in the order of their numbers, so that the tree is always the same.
    """
    num_words = len(frequencies)
    waiting = [(frequency, word) for word, frequency in enumerate(frequencies)]
    heapq.heapify(waiting)
    parent, turn = [0] * (2 * num_words - 1), [0.0] * (2 * num_words - 1)
    for node in range(num_words, 2 * num_words - 1):
        (first, left), (second, right) = heapq.heappop(waiting), heapq.heappop(waiting)
        parent[left] = parent[right] = node
        turn[right] = 1.0
        heapq.heappush(waiting, (first + second, node))
    return padded([path_of(word, parent, turn, num_words) for word in range(num_words)])


def path_of(word: int, parent: list[int], turn: list[float], num_words: int) -> list[tuple[int, float]]:
    """(fork, turn) from the root down; forks are numbered from 0."""
    path, node = [], word
    while node != len(parent) - 1:
        path.append((parent[node] - num_words, turn[node]))
        node = parent[node]
    return path[::-1]


def padded(paths: list[list[tuple[int, float]]]) -> Paths:
    depth = torch.tensor([len(path) for path in paths])
    is_there = torch.arange(int(depth.max())) < depth[:, None]
    forks, turns = torch.zeros(is_there.shape, dtype=torch.long), torch.zeros(is_there.shape)
    forks[is_there] = torch.tensor([fork for path in paths for fork, _ in path])
    turns[is_there] = torch.tensor([turn for path in paths for _, turn in path])
    return Paths(forks, turns, is_there)
