"""What the experiments on translation share: the book's sentences and start, and scores once a model is trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from torch import nn
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.data import PairSplits, load_pairs
from dongshou.data.text.tokens import UNKNOWN
from dongshou.models import EncoderDecoder
from dongshou.scratch.optim.lr_scheduler import LambdaLR, cosine_with_warmup
from dongshou.tasks import Translation
from dongshou.tasks.bleu import bleu, corpus_bleu
from dongshou.tasks.translate import sentence_of, translations
from dongshou.training import Band, Event, Experiment, Finished, Goal, Published, Reported, Wrote
from dongshou.training.events import Metrics

Dates = Literal["dates", "dates-zh"]

WIDTH = 4  # of the beam
BOOK_CLIP = 0.03  # the book clips the gradient of a sum at 1: of 64 sentences of five words, by their 10 steps each
WARMUP = 400  # steps
RARE = "<rare>"
# what two cores learn in a quarter of an hour: too short a time to overfit
SMALL: dict[str, Any] = {"max_words": 8, "min_frequency": 5, "num_hiddens": 128, "dropout": 0.0}
SAMPLES = 4  # sentences that are translated as the epochs go by

BOOK = {  # the sentences of the book, by the name of their score
    "go_bleu": ("go .", "va !"),
    "i_lost_bleu": ("i lost .", "j'ai perdu ."),
    "hes_calm_bleu": ("he's calm .", "il est calme ."),
    "im_home_bleu": ("i'm home .", "je suis chez moi ."),
}


class Sentence(NamedTuple):
    """The words of a sentence, and of each translation that people made of it."""

    words: list[str]
    references: list[list[str]]


def judged(trained: Experiment, finished: Finished) -> Iterator[Event]:
    """The end of an experiment that translates what it has not learnt from: translations.tsv and the scores."""
    pairs, model = trained.data, trained.model
    assert isinstance(pairs, PairSplits) and isinstance(model, EncoderDecoder)
    if sentences := sentences_for(pairs):
        sources = [sentence.words for sentence in sentences]
        greedy, beam = (translations(model, pairs, sources, width) for width in (1, WIDTH))
        yield Wrote("translations.tsv", as_table(pairs, sentences, greedy, beam))
        finished = replace(finished, metrics=finished.metrics | scores(pairs, sentences, greedy, beam))
    yield finished


# a beam, which looks further than one word ahead, is to be no worse than greedy search
BEAM_NO_WORSE = Goal("a beam is no worse than greedy search", gained_bleu=Reported(0))


def wired(
    pairs: PairSplits,
    model: EncoderDecoder,
    lr: float,
    epochs: int,
    clip: float = 1.0,
) -> Experiment:
    """A model that translates, under Adam; what it makes of a few sentences is recorded as the epochs go by."""
    (num_steps,) = pairs.shape
    return Experiment(
        data=pairs,
        model=model,
        task=Translation(pairs.target_vocabulary, max_len=num_steps),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        clip=clip,
        sample=lambda model: in_lines(model, pairs),  # pyright: ignore[reportArgumentType]
        conclude=judged,
        higher_is_better=("bleu",),
    )


def wired_for_all(pairs: PairSplits, model: EncoderDecoder, lr: float, epochs: int) -> Experiment:
    """The same where there is much to learn from: the rate climbs for 400 steps, then falls along a cosine."""
    num_steps = len(pairs.train()) * epochs

    def schedule(optimizer: Optimizer) -> LRScheduler:
        return LambdaLR(optimizer, cosine_with_warmup(min(WARMUP, num_steps - 1), num_steps, start=0.01, end=0.02))

    return replace(wired(pairs, model, lr, epochs), schedule=schedule, schedule_every="step")


def all_pairs(data: str, encoding: str, max_words: int, min_frequency: int, batch_size: int) -> PairSplits:
    """Every pair of up to so many words, a tenth of the sentences for the test, sentences of one length together."""
    return load_pairs(
        data,
        batch_size,
        num_steps=max_words + 1,  # and <eos>
        max_examples=None,
        max_words=max_words,
        min_frequency=min_frequency,
        test=0.1,
        bucketing=True,
        encoding=encoding,
    )


def date_pairs(language: Dates, max_examples: int, batch_size: int) -> PairSplits:
    """Some of the dates, a tenth of them for the test."""
    return load_pairs(language, batch_size, max_examples=max_examples, test=0.1)


def start_as_in_the_book(model: EncoderDecoder) -> EncoderDecoder:
    """Xavier initialization of linear and recurrent layers (Glorot and Bengio, 2010), in place; the model.

    Biases start as torch starts them, in a Transformer too.
    """
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.GRU)):
            layer.reset_parameters()
            for name, parameter in layer.named_parameters():
                if "weight" in name:
                    nn.init.xavier_uniform_(parameter)
    return model


def as_in_the_book(train_loss: Band, **bleus: Band) -> Published:
    """What the book prints after training on its 600 pairs.

    Its loss is the sum over all words by their number and by the 10 steps that a sentence is padded to; the band is
    ten times that, the mean over the words. The four scores of single sentences go from 0 to 1 between its builds.
    """
    source = "d2l-zh 2.0, 2021-2023 (loss x 10: the book divides by its 10 steps too)"
    return Published(source, secondary=tuple(bleus), train_loss=train_loss, **bleus)


def sentences_for(pairs: PairSplits) -> list[Sentence]:
    """What a model is judged by: the sentences held out; without any, those of the book for its language."""
    if pairs.test() is not None:
        return held_out(pairs)
    if pairs.name == "fra-eng":
        return [Sentence(source.split(), [target.split()]) for source, target in BOOK.values()]
    return []


def held_out(pairs: PairSplits) -> list[Sentence]:
    """Each sentence of the test with all its translations.

    A word that the vocabulary lacks stands as RARE in a translation: the model cannot write it, and to say <unk> is
    not to know it. Sentences with unknown words may differ in them, and are never taken for one.
    """
    found: dict[tuple[str, ...], Sentence] = {}
    for source, _, target, _ in pairs.test() or ():
        for ids, target_ids in zip(source.tolist(), target.tolist(), strict=True):
            words = sentence_of(ids, pairs.source_vocabulary)
            reference = [RARE if word == UNKNOWN else word for word in sentence_of(target_ids, pairs.target_vocabulary)]
            key = (*words, str(len(found))) if UNKNOWN in words else tuple(words)
            found.setdefault(key, Sentence(words, [])).references.append(reference)
    return list(found.values())


def scores(
    pairs: PairSplits, sentences: Sequence[Sentence], greedy: Sequence[list[str]], beam: Sequence[list[str]]
) -> Metrics:
    """BLEU: of the corpus that was held out, greedily and with a beam, 0 to 100; else of each sentence, 0 to 1.

    `gained_bleu` is what the beam adds.
    """
    references = [sentence.references for sentence in sentences]
    if pairs.test() is not None:
        by_greedy, by_beam = (corpus_bleu(written, references) for written in (greedy, beam))
        return {"test_bleu": by_greedy, "test_beam_bleu": by_beam, "gained_bleu": by_beam - by_greedy}
    each = zip(BOOK, greedy, references, strict=True)
    return {name: bleu(words, reference) for name, words, (reference,) in each}


def as_table(
    pairs: PairSplits, sentences: Sequence[Sentence], greedy: Sequence[list[str]], beam: Sequence[list[str]]
) -> str:
    """A line for each sentence: it, its translations by people, by greedy search and with a beam."""
    lines = ["sentence\treferences\tgreedy\tbeam"]
    for (words, references), *written in zip(sentences, greedy, beam, strict=True):
        people = " / ".join(map(pairs.join, references))
        lines.append("\t".join([pairs.join(words), people, *map(pairs.join, written)]))
    return "\n".join(lines) + "\n"


def in_lines(model: EncoderDecoder, pairs: PairSplits) -> str:
    """`go . -> va !`: a few sentences and their translations."""
    sources = [sentence.words for sentence in sentences_for(pairs)[:SAMPLES]]
    written = translations(model, pairs, sources)
    return "\n".join(f"{pairs.join(words)} -> {pairs.join(one)}" for words, one in zip(sources, written, strict=True))
