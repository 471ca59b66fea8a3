"""What classifiers of texts share: the texts, the vectors that words begin with, the baselines beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import torch
from torch import Tensor, nn
from torch.optim import Adam

from dongshou.data import LabelledTexts, TextSplits, read_labelled_texts
from dongshou.data.sets.pretrained_vectors import find_pretrained
from dongshou.errors import UsageError
from dongshou.experiments.language_applications._bags import baselines
from dongshou.models.text_cnn import TextCNN
from dongshou.tasks import Classification
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.tasks.pictures.filters import draw_filters
from dongshou.training import Drew, Event, Experiment, Finished, Goal, Reported
from dongshou.training.early_stopping import EarlyStopping

if TYPE_CHECKING:
    from dongshou.training.experiment import Conclude

Vectors = Annotated[str, "what words begin with: random; glove; or a text file of vectors"]
Embeddings = Annotated[
    Literal["tuned", "frozen", "both"], "the vectors are learnt further, or stay, or both as two channels"
]
MaxTokens = Annotated[int, "words of a text that are read, from its beginning"]

RANDOM = "random"
SPREAD = 0.25  # half the width of the range of random vectors: about the variance of word2vec's (Kim, 2014)
ABOVE = "above_bag_of_words"
NETWORK = "this network"
MORE_IS_BETTER = (ABOVE, "accuracy")

beats_bags = Goal("above the best bag of words on the same texts", above_bag_of_words=Reported(0.0))


def read_texts(name: str, test: float, valid: float, columns: tuple[str, ...], encoding: str) -> LabelledTexts:
    """Labelled texts with a part to choose the best epoch by and one to test on.

    Raises UsageError for pairs of texts.
    """
    texts = read_labelled_texts(name, encoding, columns)
    if texts.is_pairs:
        raise UsageError(
            f"{texts.name} holds pairs of texts, and this network reads one: name its columns with --columns, or take"
            " nli-attention."
        )
    return texts.held_out(valid=valid, test=test)


def start_vectors(data: TextSplits, name: str, size: int) -> Tensor:
    """(words, size): random ones, or those of a set or file, which have their own size; <unk> is 0.

    Words that have none get random ones with the spread of the others (Kim, 2014). The hashes of the files of vectors
    are recorded with those of the texts. Raises UsageError where all have none.
    """
    vocabulary = data.vocabulary
    if name == RANDOM:
        start = torch.empty(len(vocabulary), size).uniform_(-SPREAD, SPREAD)
    else:
        pretrained = find_pretrained(name)
        data.add_files(pretrained.fingerprints)
        start, found = pretrained.vectors.for_vocabulary(vocabulary)
        if not found.any():
            raise UsageError(
                f"None of the {len(vocabulary):,} words of the texts has a vector in {name}: choose others."
            )
        spread = start[found].std() * 3**0.5  # of U(-a, a) the deviation is a / sqrt(3)
        start = torch.where(found[:, None], start, torch.empty_like(start).uniform_(-1, 1) * spread)
    start[vocabulary.unknown] = 0  # never learnt where every word of the training texts is known
    return start


def classifier_of(
    texts: LabelledTexts, data: TextSplits, model: nn.Module, lr: float, epochs: int, weight_decay: float = 0.0
) -> Experiment:
    """The network trained by Adam until the validation accuracy has its best; then the baselines beside it."""
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return Experiment(
        data=data,
        model=model,
        task=Classification(asked_with="text"),
        optimizer=Adam(learnt, lr=lr, weight_decay=weight_decay, fused=True),  # most are vectors: 8 times as fast
        epochs=epochs,
        early_stopping=EarlyStopping("valid_accuracy", patience=3) if texts.valid is not None else None,
        conclude=beside_bags(texts, data),
        higher_is_better=MORE_IS_BETTER,
    )


def beside_bags(texts: LabelledTexts, data: TextSplits) -> Conclude:
    """The accuracy of bags of words on the very same texts, in the picture and in the result; what filters look for."""

    def conclude(experiment: Experiment, finished: Finished) -> Iterator[Event]:
        num_examples = experiment.data.train().num_examples
        few = texts if num_examples == len(texts.train) else texts.limited(num_examples)
        bags = baselines(few)
        part = "test" if few.test is not None else "valid"
        accuracy = finished.metrics[f"{part}_accuracy"]
        yield Drew("beside-bags-of-words", picture_beside(accuracy, bags))
        if isinstance(model := experiment.model, TextCNN):
            batches = experiment.data.test() or experiment.data.train()
            yield Drew("filters", draw_filters(model, batches, data.vocabulary, data.classes))
        metrics = finished.metrics | {ABOVE: accuracy - max(bags.values())} | bags
        yield Finished(metrics, finished.best, finished.reading)

    return conclude


def picture_beside(accuracy: float, bags: dict[str, float]):
    """A bar for the network and one for each baseline."""
    named = {name.split("_test_")[0].split("_valid_")[0].replace("_", "-"): value for name, value in bags.items()}
    return draw_bars({NETWORK: accuracy} | named, "accuracy", "The network beside bags of words")
