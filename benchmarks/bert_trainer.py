"""The BERT of Hugging Face in the same size, pre-trained by its Trainer on pairs of sentences that are made beforehand.

Its collator pads each batch to its longest pair and draws the gaps; log, bar and checkpoints are off.
"""

from __future__ import annotations

import tempfile
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from torch.optim import AdamW
from torch.utils.data import Dataset
from transformers import (
    BertConfig,
    BertForPreTraining,
    DataCollatorForLanguageModeling,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)
from transformers.utils import logging

from benchmarks.language.gpt2 import Watch
from benchmarks.language.work import Clock
from dongshou.data.batches import seeded_generator
from dongshou.data.text.masked import RESERVED, SHARE, MaskedBatches
from dongshou.data.text.subwords.wordpiece import CLASSIFY, MASK, PAD, SEPARATOR
from dongshou.data.text.tokens import UNKNOWN
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError
from dongshou.models.bert_checkpoints import config_of
from dongshou.training import Experiment

logging.set_verbosity_error()

Example = dict[str, Any]


class PairExamples(Dataset):
    """The pairs of one pass, a dictionary of lists each, as a tokenizer leaves them."""

    def __init__(self, batches: MaskedBatches) -> None:
        special = {batches.ids[token] for token in RESERVED}
        self.examples: list[Example] = []
        for pairs in batches.pairs(seeded_generator()):
            columns = (pairs.tokens, pairs.segments, pairs.lengths, pairs.is_next)
            for tokens, segments, length, is_next in zip(*(column.tolist() for column in columns), strict=True):
                words = tokens[:length]
                self.examples.append(
                    {
                        "input_ids": words,
                        "token_type_ids": segments[:length],
                        "special_tokens_mask": [int(word in special) for word in words],
                        "next_sentence_label": 1 - is_next,  # 0 for neighbours
                    }
                )

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, number: int) -> Example:
        return dict(self.examples[number])


class Trained:
    """Turns of one Trainer on the work of an experiment.

    grouped  pairs of similar length share a batch, which it does on request
    """

    def __init__(self, experiment: Experiment, grouped: bool) -> None:
        data: Any = experiment.data
        batches = data.train()
        self.model = same_size(experiment)
        self.watch = Watch()
        self.trainer = Trainer(
            model=self.model,
            args=TrainingArguments(
                output_dir=tempfile.gettempdir(),  # into which nothing is written
                per_device_train_batch_size=batches.batch_size,
                max_grad_norm=experiment.clip or 0.0,
                train_sampling_strategy="group_by_length" if grouped else "random",
                logging_strategy="no",
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                use_cpu=True,
                dataloader_pin_memory=False,
            ),
            data_collator=DataCollatorForLanguageModeling(tokenizer_of(data.vocabulary), mlm_probability=SHARE),
            train_dataset=PairExamples(batches),
            optimizers=optimizer_and_schedule(self.model, experiment),
            callbacks=[self.watch],
        )
        self.trainer.remove_callback(PrinterCallback)

    def seconds(self, times: int, clock: Clock) -> float:
        """Of so many steps, after a first one."""
        self.watch.clock = clock
        self.watch.times.clear()
        self.trainer.args.max_steps = 1 + times
        self.trainer.train()
        first, last = self.watch.times
        return last - first


def tokenizer_of(vocabulary: Vocabulary) -> PreTrainedTokenizerFast:
    """Whole words by the same numbers, which is what the collator needs to know of them."""
    numbers = {token: number for number, token in enumerate(vocabulary.to_list())}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel(numbers, unk_token=UNKNOWN)),
        unk_token=UNKNOWN,
        pad_token=PAD,
        cls_token=CLASSIFY,
        sep_token=SEPARATOR,
        mask_token=MASK,
    )


def optimizer_and_schedule(model: BertForPreTraining, experiment: Experiment) -> tuple[Any, Any]:
    """As the experiment's; fused, as the Trainer itself makes it."""
    optimizer = AdamW(
        model.parameters(), fused=True, **{name: experiment.optimizer.defaults[name] for name in ("lr", "weight_decay")}
    )
    assert callable(experiment.schedule)
    return optimizer, experiment.schedule(optimizer)


def same_size(experiment: Experiment) -> BertForPreTraining:
    """Raises DongshouError when it has another number of parameters than ours."""
    ours: Any = experiment.model
    data: Any = experiment.data
    theirs = BertForPreTraining(BertConfig(**config_of(ours), pad_token_id=data.vocabulary[PAD]))
    numbers = [sum(parameter.numel() for parameter in model.parameters()) for model in (ours, theirs)]
    if numbers[0] != numbers[1]:
        raise DongshouError(f"Ours and theirs have {numbers[0]:,} and {numbers[1]:,} parameters, not the same work.")
    return theirs
