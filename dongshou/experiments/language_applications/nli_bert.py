"""A BERT reads both sentences at once, each word looking at all others, and says whether one follows from the other."""

from __future__ import annotations

from dongshou import models
from dongshou.data.sets.pretrained_bert import MINILM
from dongshou.experiments._shared.settings import BatchSize, Columns, Encoding, Epochs, HeldOutTest, LearningRate
from dongshou.experiments.language_applications._fine_tuning import checkpoint, fine_tuning, read_by
from dongshou.experiments.language_applications._pairs import (
    MORE_IS_BETTER,
    PairsSet,
    beats_baselines,
    beside_baselines,
    read_pairs,
)
from dongshou.experiments.language_applications.bert_finetune import MaxTokens, PoolingOf, Weights
from dongshou.training import Band, Experiment, Published

SECTIONS = {"zh": "15.7", "en": "16.7"}


@beats_baselines
@Published(
    "d2l-zh 2.0",  # the whole of SNLI, the book's own BERT of 2 layers x 256
    test_accuracy=Band.between(0.777, 0.781, 0.786),
)
def experiment(
    texts: PairsSet = "snli",
    weights: Weights = MINILM,
    pooling: PoolingOf = "mean",
    max_tokens: MaxTokens = 128,
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-4,
    epochs: Epochs = 3,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """[CLS] premise [SEP] hypothesis [SEP], all layers fine-tuned (Devlin et al., 2019); beside linear models.

    The whole SNLI where it is found, else the cut, which the notes of the run say.
    """
    pairs = read_pairs(texts, test, 0.0, columns, encoding)
    data = read_by(weights, pairs, batch_size, max_tokens)
    model = models.bert_fine_tuned(checkpoint(weights), len(data.classes), pooling=pooling)
    made = fine_tuning(data, model, lr, epochs, asked_with="pair", conclude=beside_baselines(pairs))
    made.higher_is_better = MORE_IS_BETTER
    return made
