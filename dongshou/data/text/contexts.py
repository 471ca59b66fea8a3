"""Words and the words around them, as word2vec learns from them (Mikolov et al., 2013): no loop over tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from dongshou.data.batches import seeded_generator
from dongshou.data.text.noise import Questions
from dongshou.errors import UsageError

Predicts = Literal["contexts", "center"]
NONE = -1  # where no word stands
CHUNK = 8192  # centers whose contexts are drawn at a time: what is drawn stays in the cache


class Contexts(NamedTuple):
    """A batch: groups of given words, each of which is asked for one word or several.

    Skip-gram: a group is a center, asked for each of its contexts. CBOW: a group is the contexts of a center, asked
    for it. What is asked of the output layer counts by its weight: with negatives the weights of a group add up to 1.
    """

    given: Tensor  # (groups, given) rows of the input layer
    is_given: Tensor  # (groups, given), bool: not padding
    group: Tensor  # (pairs,) the group that each pair belongs to
    asked: Tensor  # (pairs, asked) rows of the output layer
    labels: Tensor  # (pairs, asked), 0. or 1.
    weights: Tensor  # (pairs, asked)


class Pass(NamedTuple):
    """What is read in one pass: the words that were kept, and where the contexts of each begin and end among them."""

    tokens: Tensor  # (kept,)
    begins: Tensor  # (kept,)
    ends: Tensor  # (kept,)


class Once:
    """All groups of a pass, of which any can be taken as a batch."""

    def __init__(self, parts: Sequence[Contexts]) -> None:
        firsts = torch.tensor([0, *(len(part.given) for part in parts)]).cumsum(0)[:-1]
        numbered = (part._replace(group=part.group + first) for part, first in zip(parts, firsts.tolist(), strict=True))
        self.all = Contexts(*map(torch.cat, zip(*numbered, strict=True)))
        self.pairs = self.all.group.bincount(minlength=len(self))  # of each group, all beside each other
        self.first = self.pairs.cumsum(0) - self.pairs

    def __len__(self) -> int:
        return len(self.all.given)

    def __getitem__(self, groups: Tensor) -> Contexts:
        """The batch of these groups, in their order."""
        groups = groups.to(self.pairs.device)
        num_pairs = self.pairs[groups]
        group = torch.arange(len(groups), device=groups.device).repeat_interleave(num_pairs)
        begins = self.first[groups] - (num_pairs.cumsum(0) - num_pairs)
        pairs = begins[group] + torch.arange(len(group), device=groups.device)
        given, is_given, _, *asked = self.all
        of_pairs = (part.index_select(0, pairs) for part in asked)
        return Contexts(given[groups], is_given[groups], group, *of_pairs)


class ContextBatches:
    """Centers in random order, each with the words around it, drawn anew in every pass or once for all.

    tokens     of the corpus (n,), int64
    lines      the line of each (n,), not falling: a window does not reach into another line
    questions  how a word is asked for: `NegativeSampling` or a `HuffmanTree`
    window     the widest: each center has one of 1 to `window` words to each side, so that near words count more
    keep       the probability with which each word of the vocabulary (vocabulary,) is kept in a pass; None keeps all
    subwords   rows of the input layer for each word (vocabulary, most), padded with -1; without it a word is its row
    redraw     draw which words are kept, windows and negatives anew in every pass; else once for all, in memory.
    shuffle    centers in random order; else in that of the text, and nothing is drawn anew: to measure by

    A checkpoint keeps the state of the generator. Raises UsageError where no word has another beside it.
    """

    def __init__(
        self,
        tokens: Tensor,
        lines: Tensor,
        *,
        questions: Questions,
        batch_size: int,
        window: int = 5,
        predicts: Predicts = "contexts",
        keep: Tensor | None = None,
        subwords: Tensor | None = None,
        redraw: bool = True,
        shuffle: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        if window < 1 or batch_size < 1:
            raise UsageError(f"window and batch_size are 1 or more; got {window} and {batch_size}.")
        if predicts not in ("contexts", "center"):
            raise UsageError(f'What is predicted is "contexts" or "center"; got "{predicts}".')
        self.tokens, self.lines = tokens, lines
        self.questions = questions
        self.batch_size = batch_size
        self.window = window
        self.predicts = predicts
        self.keep = keep
        self.subwords = subwords
        self.redraw = redraw and shuffle
        self.shuffle = shuffle
        self.generator = generator or seeded_generator()
        self.device = tokens.device
        self._seed = self.generator.initial_seed() if shuffle else 0  # of what is drawn once
        self._once: Once | None = None
        check_corpus(tokens, lines, window)

    def __repr__(self) -> str:
        return f"ContextBatches(of {self.batch_size:,} centers from {self.num_examples:,} tokens, window {self.window})"

    @property
    def num_examples(self) -> int:
        """Tokens of the corpus; a pass keeps fewer."""
        return len(self.tokens)

    def __len__(self) -> int:
        """By the number of tokens that a pass keeps on average."""
        kept = self.num_examples if self.keep is None else float(self.keep[self.tokens].sum())
        return max(1, round(kept / self.batch_size))

    def __iter__(self) -> Iterator[Contexts]:
        if self.redraw:
            return self._drawn_batches(self._drawn(self.generator))
        once = self._once = self._once or self._drawn_once()
        return (once[some] for some in self._order(len(once)))

    def _drawn_batches(self, text: Pass) -> Iterator[Contexts]:
        """Some are drawn at a time: an operation on a few hundred centers costs almost as much as on thousands."""
        batches = self._order(len(text.tokens))
        while some := tuple(islice(batches, max(1, CHUNK // self.batch_size))):
            yield from cut(self._batch(text, torch.cat(some), self.generator), [len(one) for one in some])

    def _order(self, num_centers: int) -> Iterator[Tensor]:
        """The centers of each batch; of almost equal size, so that none is left out."""
        places = torch.randperm(num_centers, generator=self.generator) if self.shuffle else torch.arange(num_centers)
        return (some for some in places.tensor_split(len(self)) if len(some))

    def _drawn_once(self) -> Once:
        generator = torch.Generator().manual_seed(self._seed)
        text = self._drawn(generator)
        return Once([self._batch(text, some, generator) for some in torch.arange(len(text.tokens)).split(CHUNK)])

    def _drawn(self, generator: torch.Generator) -> Pass:
        """Sub-sampled, without words that are left alone on their line, and with a window for each."""
        tokens, lines = self.tokens, self.lines
        if self.keep is not None:
            is_kept = torch.rand(len(tokens), generator=generator) < self.keep[tokens]
            tokens, lines = tokens[is_kept], lines[is_kept]
        has_neighbor = neighbors(lines)
        if not has_neighbor.any():  # a tiny corpus: better whole than not at all
            tokens, lines = self.tokens, self.lines
            has_neighbor = neighbors(lines)
        windows = torch.randint(1, self.window + 1, (int(has_neighbor.sum()),), generator=generator)
        return pass_over(tokens[has_neighbor], lines[has_neighbor], windows)

    def _batch(self, text: Pass, positions: Tensor, generator: torch.Generator) -> Contexts:
        centers, contexts = text.tokens[positions], around(text, positions, self.window)  # (batch,), (2 window, batch)
        centers, contexts = centers.to(self.device), contexts.to(self.device)
        groups = torch.arange(len(centers), device=self.device)
        is_there = (contexts != NONE).T  # (batch, 2 window)
        if self.predicts == "center":
            asked = self.questions.ask(centers, groups, centers[None], generator)
            return Contexts(contexts.T.clamp(min=0), is_there, groups, *asked)
        num_contexts = (contexts != NONE).sum(0)
        group = groups.repeat_interleave(num_contexts)  # (pairs,)
        asked = self.questions.ask(contexts.T.masked_select(is_there), group, contexts, generator)
        weights = asked.weights * (1 / num_contexts)[group, None]  # each center weighs the same
        return Contexts(*self._rows(centers), group, *asked[:2], weights)

    def _rows(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """The rows of the input layer for each word, and which of them are there, (batch, rows)."""
        rows = words[:, None] if self.subwords is None else self.subwords[words]
        return rows.clamp(min=0), rows != NONE

    def to(self, device: torch.device) -> None:
        """Batches are made on the device; what is drawn is drawn on the CPU, the same for every device."""
        self.device, self._once = device, None
        self.questions.to(device)
        if self.subwords is not None:
            self.subwords = self.subwords.to(device)

    def limit(self, num_examples: int) -> None:
        """Keep the first tokens of the corpus only, for a quick try."""
        self.tokens, self.lines, self._once = self.tokens[:num_examples], self.lines[:num_examples], None
        check_corpus(self.tokens, self.lines, self.window)

    def state_dict(self) -> dict[str, Tensor]:
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.generator.set_state(state["generator"].cpu())


def pass_over(tokens: Tensor, lines: Tensor, windows: Tensor) -> Pass:
    """The contexts of a word are the others of its line in its window. All are (kept,); lines do not fall."""
    places = torch.arange(len(tokens))
    _, lengths = lines.unique_consecutive(return_counts=True)
    line_ends = lengths.cumsum(0).repeat_interleave(lengths)
    line_begins = line_ends - lengths.repeat_interleave(lengths)
    return Pass(
        tokens.int(), torch.maximum(places - windows, line_begins), torch.minimum(places + windows + 1, line_ends)
    )


def around(text: Pass, positions: Tensor, window: int) -> Tensor:
    """The words in the window of each center, then -1 where there are no more, (2 window, batch)."""
    places = text.begins[positions] + torch.arange(2 * window)[:, None]  # (2 window, batch)
    places += places >= positions  # the center is no context
    words = text.tokens.index_select(0, places.clamp(max=len(text.tokens) - 1).flatten())
    return words.view(places.shape).where(places < text.ends[positions], NONE)


def cut(contexts: Contexts, sizes: Sequence[int]) -> Iterator[Contexts]:
    """The first so many groups, the next, and so on; their pairs lie beside each other."""
    first_group = torch.tensor([0, *sizes]).cumsum(0)
    first_pair = torch.searchsorted(contexts.group, first_group.to(contexts.group.device)).tolist()
    first_group = first_group.tolist()
    for group, end, pair, last in zip(first_group, first_group[1:], first_pair, first_pair[1:], strict=False):
        given, is_given = (part[group:end] for part in contexts[:2])
        of_pairs, *asked = (part[pair:last] for part in contexts[2:])
        yield Contexts(given, is_given, of_pairs - group, *asked)


def neighbors(lines: Tensor) -> Tensor:
    """Whether the token before or after is of the same line, (n,)."""
    same = lines[1:] == lines[:-1]
    none = same.new_zeros(1)
    return torch.cat([none, same]) | torch.cat([same, none])


def keep_probabilities(frequencies: Tensor, threshold: float) -> Tensor:
    """P(keep w) = min(1, sqrt(threshold / f(w))), f(w) being the share of w in the corpus: of `the`, one in twenty.

    frequencies  counts of each word (vocabulary,). Mikolov et al., 2013, equation 5.
    """
    shares = frequencies.double() / frequencies.sum()
    return (threshold / shares).sqrt().clamp(max=1).float()  # a word that never occurs: infinity, clamped


def check_corpus(tokens: Tensor, lines: Tensor, window: int) -> None:
    """Raises UsageError for a corpus smaller than its window, or whose words all stand alone."""
    if len(tokens) <= window:
        raise UsageError(
            f"A window of {window} words needs a corpus of more than {window} words that are in the vocabulary; this"
            f" one has {len(tokens)}. Give it more text, a smaller window, or a smaller min_frequency."
        )
    if not neighbors(lines).any():
        raise UsageError(
            f"None of the {len(tokens):,} words has another on its line, so that none has a context. Give it lines of"
            " several words, or a smaller min_frequency."
        )
