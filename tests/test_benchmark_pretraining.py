"""The benchmark of BERT's pre-training in small: Hugging Face's contender does the work that ours does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import pretraining
from dongshou.data.batches import seeded_generator
from dongshou.errors import DongshouError, UsageError


def test_both_are_given_the_same_pairs_and_have_the_same_network():
    trainer = pytest.importorskip("benchmarks.bert_trainer", reason="needs transformers", exc_type=ImportError)
    experiment: Any = pretraining.work("python-manual", 24)
    assert experiment.data.test() is None  # a measurement in between would be timed as training
    batches: Any = experiment.data.train()
    examples = trainer.PairExamples(batches)
    (pairs,) = batches.pairs(seeded_generator())
    assert len(examples) == len(pairs.tokens) == 24
    for number, example in enumerate(examples):
        length = int(pairs.lengths[number])
        assert example["input_ids"] == pairs.tokens[number, :length].tolist()
        assert example["token_type_ids"] == pairs.segments[number, :length].tolist()
        assert example["next_sentence_label"] == 1 - pairs.is_next[number]  # theirs is 0 for neighbours
        assert example["special_tokens_mask"].count(1) == 3
    assert 0 < sum(example["next_sentence_label"] for example in examples) < 24
    theirs = trainer.same_size(experiment)
    experiment.model.encoder.blocks[0].feed_forward.append(torch.nn.Linear(3, 3))
    with pytest.raises(DongshouError, match="not the same work"):
        trainer.same_size(experiment)
    tokenizer = trainer.tokenizer_of(experiment.data.vocabulary)
    collator = trainer.DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15)
    batch = collator([examples[0], examples[23]])
    assert batch["labels"].shape == batch["input_ids"].shape and theirs(**batch).loss > 0
    assert tokenizer.mask_token_id == experiment.data.vocabulary["[MASK]"]


def test_a_table_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pretraining, "RESULTS", tmp_path)
    monkeypatch.setattr(pretraining, "find_spec", lambda name: None)
    pretraining.benchmark("python-manual", rounds=2, num_pairs=8)
    content = json.loads((tmp_path / "pretraining.json").read_text())
    (row,) = content["rows"]
    assert row["contender"] == "ours" and row["ours_to_it"]["median"] == 1 and row["pairs_a_second"]["min"] > 0
    assert {*content["left_out"]} == {"trainer", "trainer-grouped"} and "first 8 pairs" in content["work"]
    assert "| ours |" in (tmp_path / "pretraining.md").read_text()
    assert pretraining.row("trainer", {"ours": [3.0, 2.0], "trainer": [2.0, 2.0]})["reached"] is False
    with pytest.raises(UsageError, match="got 0 and 1"):
        pretraining.benchmark(rounds=0)
