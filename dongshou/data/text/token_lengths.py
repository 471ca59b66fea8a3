"""How many characters of text each token stands for: what makes the losses of different tokens comparable."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dongshou.data.text.vocabulary import Vocabulary


def token_lengths(vocabulary: Vocabulary, num_characters: Callable[[str], int]) -> Tensor:
    """The number of characters of each token, float32 (vocabulary,); <unk> has the mean of those that it stands for.

    A text of n tokens and m characters whose tokens have a mean loss of l nats costs n l / (m ln 2) bits a character.
    """
    lengths = torch.tensor([num_characters(token) for token in vocabulary.to_list()], dtype=torch.float32)
    rare = {token: times for token, times in vocabulary.frequencies.items() if vocabulary[token] == vocabulary.unknown}
    if rare:
        num_tokens = sum(rare.values())
        lengths[vocabulary.unknown] = sum(num_characters(token) * times for token, times in rare.items()) / num_tokens
    return lengths
