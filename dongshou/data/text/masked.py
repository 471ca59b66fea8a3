"""What BERT is pre-trained on: pairs of sentences, half of them neighbours, with gaps to be filled.

Everything is drawn in whole batches of numbers: no loop goes over pairs or words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data.batches import seeded_generator
from dongshou.data.text.sentences import Paragraph
from dongshou.data.text.subwords.wordpiece import CLASSIFY, MASK, PAD, SEPARATOR
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError

RESERVED = (PAD, CLASSIFY, SEPARATOR, MASK)
NUM_RESERVED = 1 + len(RESERVED)  # <unk> before them; random words are drawn from those after
IGNORED = -100  # the target of a slot without a word: nn.CrossEntropyLoss leaves it out

SHARE = 0.15  # of the words of a pair that are asked for
MASKED, CHANGED = 0.8, 0.1  # of those, behind [MASK] and replaced by any word; the rest stand there as they are


class Pairs(NamedTuple):
    """Pairs of sentences. tokens, segments (batch, steps), lengths (batch,), is_next (batch,): 1 where the second
    sentence follows the first one in the text."""

    tokens: Tensor
    segments: Tensor
    lengths: Tensor
    is_next: Tensor


class MaskedPairs(NamedTuple):
    """Pairs with gaps. tokens, segments (batch, steps), lengths (batch,), as the model reads them;
    positions, targets (batch, slots): where words are asked for, and which; is_next (batch,)."""

    tokens: Tensor
    segments: Tensor
    lengths: Tensor
    positions: Tensor
    targets: Tensor  # IGNORED in slots without a word, whose position is 0
    is_next: Tensor


class Sentences:
    """All sentences of a text one after the other. Raises DongshouError where no paragraph has two of them."""

    def __init__(self, paragraphs: list[Paragraph], vocabulary: Vocabulary) -> None:
        every = [sentence for paragraph in paragraphs for sentence in paragraph]
        if not every:
            raise DongshouError(
                "Pairs of sentences come from paragraphs of two sentences or more; this text has none. Paragraphs are"
                " separated by blank lines, sentences by . ! or ?"
            )
        self.vocabulary = vocabulary
        self.tokens = vocabulary.encode([word for sentence in every for word in sentence])
        self.lengths = torch.tensor([len(sentence) for sentence in every])
        self.starts = self.lengths.cumsum(0) - self.lengths
        ends = torch.tensor([len(paragraph) for paragraph in paragraphs]).cumsum(0) - 1
        has_next = torch.ones(len(every), dtype=torch.bool)
        has_next[ends] = False
        self.first = has_next.nonzero().flatten()  # the sentences that have a next one

    def to(self, device: torch.device) -> None:
        self.tokens = self.tokens.to(device)


class MaskedBatches:
    """Pairs of sentences with gaps, drawn anew in each pass: the second sentences, the order, the masks.

    max_len      tokens of a pair with [CLS] and both [SEP]; of longer ones the longer sentence is cut at its end
    num_batches  in a pass; without it as many as there are first sentences for
    bucketing    pairs of similar length share a batch, which is cut to its longest; else all are max_len long
    fixed        every pass is the same, to measure on

    A checkpoint keeps the state of the generator. Raises UsageError for sizes that make no batch.
    """

    def __init__(
        self,
        sentences: Sentences,
        *,
        batch_size: int,
        max_len: int,
        num_batches: int | None = None,
        bucketing: bool = True,
        fixed: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        if max_len < 5 or batch_size < 1:
            raise UsageError(f"A pair has at least 5 tokens, a batch one pair; got max_len={max_len}, {batch_size=}.")
        self.sentences = sentences
        self.batch_size = min(batch_size, len(sentences.first))
        self.max_len = max_len
        self.num_batches = num_batches
        self.bucketing = bucketing
        self.fixed = fixed
        self.generator = generator or seeded_generator()
        self.first = sentences.first
        self.ids = {token: sentences.vocabulary[token] for token in RESERVED}
        self.num_words = len(sentences.vocabulary)

    @property
    def num_examples(self) -> int:
        return len(self.first)

    def __len__(self) -> int:
        return self.num_batches or -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[MaskedPairs]:
        generator = torch.Generator().manual_seed(0) if self.fixed else self.generator
        for pairs in self.pairs(generator):
            yield masked(pairs, self.ids, self.num_words, generator)

    def pairs(self, generator: torch.Generator) -> Iterator[Pairs]:
        """The pairs of a pass, without gaps."""
        first, second, is_next = self._drawn(generator)
        lengths = torch.stack(fitting(self.sentences.lengths[first], self.sentences.lengths[second], self.max_len - 3))
        order = lengths.sum(0).argsort(stable=True) if self.bucketing else torch.arange(len(first))
        batches = order.split(self.batch_size)
        turns = torch.arange(len(batches)) if self.fixed else torch.randperm(len(batches), generator=generator)
        for turn in turns[: len(self)].tolist():
            rows = batches[turn]
            yield self._together(first[rows], second[rows], lengths[:, rows], is_next[rows])

    def _drawn(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """First and second sentences of all pairs of a pass, in random order, and whether they are neighbours: half of
        them are."""
        num_pairs = len(self) * self.batch_size if self.num_batches else self.num_examples
        rounds = range(-(-num_pairs // self.num_examples))  # each sentence once in each
        order = [torch.randperm(self.num_examples, generator=generator) for _ in rounds]
        first = self.first[torch.cat(order)[:num_pairs]]
        is_next = torch.rand(num_pairs, generator=generator) < 0.5
        anywhere = torch.randint(len(self.sentences.lengths), (num_pairs,), generator=generator)
        second = torch.where(is_next, first + 1, anywhere)
        return first, second, (second == first + 1).long()

    def _together(self, first: Tensor, second: Tensor, lengths: Tensor, is_next: Tensor) -> Pairs:
        """[CLS] first [SEP] second [SEP], padded."""
        device = self.sentences.tokens.device
        steps = int(lengths.sum(0).max()) + 3 if self.bucketing else self.max_len
        starts = self.sentences.starts[torch.stack((first, second))]
        (starts_a, starts_b), (a, b) = starts[..., None].to(device), lengths[..., None].to(device)  # (batch, 1) each
        place = torch.arange(steps, device=device)
        in_first, in_second = (place >= 1) & (place <= a), (place >= a + 2) & (place < a + b + 2)
        source = torch.where(in_second, starts_b + place - a - 2, starts_a + place - 1)
        tokens = self.sentences.tokens[torch.where(in_first | in_second, source, 0)]  # (batch, steps)
        tokens = torch.where((place == a + 1) | (place == a + b + 2), self.ids[SEPARATOR], tokens)
        tokens = torch.where(place > a + b + 2, self.ids[PAD], torch.where(place == 0, self.ids[CLASSIFY], tokens))
        segments = ((place >= a + 2) & (place <= a + b + 2)).long()
        return Pairs(tokens, segments, (a + b + 3).flatten(), is_next.to(device))

    def to(self, device: torch.device) -> None:
        self.sentences.to(device)

    def limit(self, num_examples: int) -> None:
        """Keep the first pairs only, for a quick try."""
        self.first = self.first[:num_examples]
        self.batch_size = min(self.batch_size, self.num_examples)
        if self.num_batches is not None:
            self.num_batches = min(self.num_batches, -(-num_examples // self.batch_size))

    def state_dict(self) -> dict[str, Tensor]:
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.generator.set_state(state["generator"].cpu())


def fitting(a: Tensor, b: Tensor, room: int) -> tuple[Tensor, Tensor]:
    """The lengths of both sentences once the longer one is cut until both fit.

    >>> [length.item() for length in fitting(torch.tensor(20), torch.tensor(3), 10)]
    [7, 3]
    """
    half = room // 2
    cut_a = torch.minimum(a, (room - b).clamp(min=room - half))
    return cut_a, torch.minimum(b, room - cut_a)


def masked(pairs: Pairs, ids: dict[str, int], num_words: int, generator: torch.Generator) -> MaskedPairs:
    """A word in seven is asked for, at least one in a pair: 80 % of them stand behind [MASK], 10 % are replaced by any
    other word, 10 % stay, so that every word may be a wrong one. Devlin et al., 2019, section 3.1."""
    tokens, segments, lengths, is_next = pairs
    device, steps = tokens.device, tokens.size(1)
    num_slots = max(1, round(SHARE * steps))  # words that a pair as long as the batch is asked for
    is_word = (tokens != ids[CLASSIFY]) & (tokens != ids[SEPARATOR]) & (tokens != ids[PAD])
    keys = torch.rand(tokens.shape, generator=generator).to(device)
    positions = keys.masked_fill(~is_word, 2.0).argsort(1)[:, :num_slots]  # (batch, slots), each another one
    slots = torch.arange(positions.size(1), device=device)
    num_asked = torch.minimum((SHARE * lengths).round().long().clamp(min=1), is_word.sum(1))  # (batch,)
    is_asked = slots < num_asked[:, None]  # (batch, slots)
    words = tokens.gather(1, positions)
    chance = torch.rand(words.shape, generator=generator).to(device)
    anything = torch.randint(min(NUM_RESERVED, num_words - 1), num_words, words.shape, generator=generator).to(device)
    shown = torch.where(chance < MASKED, ids[MASK], torch.where(chance < MASKED + CHANGED, anything, words))
    tokens = tokens.scatter(1, positions, torch.where(is_asked, shown, words))
    positions, targets = positions * is_asked, words.masked_fill(~is_asked, IGNORED)
    return MaskedPairs(tokens, segments, lengths, positions, targets, is_next)
