"""What the fine-tuning of a BERT needs, whatever is asked of a text."""

from __future__ import annotations

from pathlib import Path

from torch import nn
from torch.optim import AdamW

from dongshou.data import LabelledTexts, TextSplits
from dongshou.data.sets.pretrained_bert import bert_folder
from dongshou.data.sources.download import hash_of
from dongshou.data.text.bert_texts import asked_about, bert_splits, between_marks
from dongshou.data.text.subwords.wordpiece_files import wordpiece_in
from dongshou.errors import DongshouError
from dongshou.experiments._shared.schedule import cosine
from dongshou.models import BERT, BertClassifier
from dongshou.models.bert_checkpoints import CONFIG, from_huggingface, read_config
from dongshou.models.bert_layers import draw_weights, starting_std
from dongshou.tasks import Classification
from dongshou.tasks.asking import AskedWith
from dongshou.training import Experiment
from dongshou.training.experiment import Conclude

WEIGHT_DECAY, CLIP, WARMUP = 0.01, 1.0, 0.1  # of the published fine-tunings; the warm-up as a share of the steps


BAGS = ("naive_bayes_test_accuracy", "logistic_test_accuracy", "nb_logistic_test_accuracy")
HIGHER = (*BAGS, "above_bags")  # is better


def checkpoint(weights: str) -> BERT:
    """The BERT of a folder or of the extra `pretrained`; of its heads none is needed."""
    return from_huggingface(bert_folder(weights), heads=False)


def read_by(weights: str, texts: LabelledTexts, batch_size: int, max_tokens: int) -> TextSplits:
    """The texts as that BERT reads them, cut to its positions at most; the hash of its weights is recorded beside those
    of the texts. Raises DongshouError for a vocabulary that is not the one of the weights."""
    folder = bert_folder(weights)
    pieces, config = wordpiece_in(folder), read_config(folder / CONFIG)
    if len(pieces) > (size := config.get("vocab_size", len(pieces))):
        raise DongshouError(f"{folder} has {len(pieces):,} tokens in its vocabulary, {size:,} by its {CONFIG}.")
    data = bert_splits(texts, pieces, batch_size, min(max_tokens, config.get("max_position_embeddings", max_tokens)))
    data.add_files(lambda: {path.name: hash_of(path) for path in weights_in(folder)})
    return data


def own_splits(texts: LabelledTexts, pretraining: TextSplits, batch_size: int, max_len: int) -> TextSplits:
    """The texts in the words of a run of bert-pretrain: [CLS] words [SEP], numbered as there."""

    def tokenize(text: str) -> list[str]:
        return between_marks(list(pretraining.tokenize(text)), max_len)

    data = texts.splits(batch_size, tokenize=tokenize, vocabulary=pretraining.vocabulary)
    data.tokenize = lambda text: asked_about(list(pretraining.tokenize(text)), max_len)
    return data


def weights_in(folder: Path) -> list[Path]:
    return [path for name in ("model.safetensors", "pytorch_model.bin") if (path := folder / name).is_file()][:1]


def fine_tuning(
    data: TextSplits,
    model: BertClassifier,
    lr: float,
    epochs: int,
    asked_with: AskedWith = "text",
    conclude: Conclude | None = None,
) -> Experiment:
    """All layers learn at one small rate, which climbs for a tenth of the steps and falls along a cosine."""
    num_steps = epochs * len(data.train())
    return Experiment(
        data=data,
        model=model,
        task=Classification(asked_with=asked_with),
        optimizer=AdamW(model.parameters(), lr=lr, weight_decay=WEIGHT_DECAY, fused=True),
        epochs=epochs,
        schedule=cosine(num_steps, round(WARMUP * num_steps)),
        schedule_every="step",
        clip=CLIP,
        conclude=conclude,
        higher_is_better=HIGHER,
    )


def afresh(model: BertClassifier) -> BertClassifier:
    """The same network as if it had learnt nothing, its norms as they start."""
    draw_weights(model, starting_std(model.output.in_features))
    for layer in model.modules():
        if isinstance(layer, nn.LayerNorm):
            layer.reset_parameters()
    return model
