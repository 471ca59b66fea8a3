"""A BERT from a folder is fine-tuned on a set and on a user's own texts, asked, and set beside bags of words."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from dongshou import models
from dongshou.data import LabelledTexts, load_masked, read_labelled_texts
from dongshou.data.text.labelled import Examples
from dongshou.data.text.subwords.wordpiece import SPECIAL
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments import bert_finetune
from dongshou.experiments.language_applications import bert_finetune as bert
from dongshou.experiments.language_applications._fine_tuning import afresh, checkpoint, read_by
from dongshou.experiments.word_representations import bert_pretrain
from dongshou.notes import DataNote


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """An untrained BERT that knows the words of the invented reviews."""
    words = read_labelled_texts("invented-reviews").vocabulary().to_list()[2:]
    tokens = [*SPECIAL, *words]
    model = models.bert(len(tokens), num_layers=1, num_hiddens=16, ffn_size=16, max_len=40)
    return str(models.bert.to_huggingface(model, tmp_path / "bert", vocabulary=tokens))


def test_a_checkpoint_is_where_it_starts(folder: str):
    made = bert_finetune(texts="invented-reviews", weights=folder, epochs=1, pooling="first")
    pretrained = models.bert.from_huggingface(folder)
    for name in ("encoder", "pooler"):
        ours, theirs = made.model.get_submodule(name).state_dict(), pretrained.get_submodule(name).state_dict()
        assert all(torch.equal(tensor, theirs[key]) for key, tensor in ours.items())
    assert bert_finetune(texts="invented-reviews", weights=folder, epochs=1).model.pooler is None
    assert {"model.safetensors"} < {*made.fingerprints()}
    again = afresh(models.bert_fine_tuned(checkpoint(folder), 2))
    assert not torch.equal(
        again.encoder.blocks[0].attention.W_q.weight, pretrained.encoder.blocks[0].attention.W_q.weight
    )
    nn.init.constant_(again.encoder.norm.weight, 3.0)
    assert (afresh(again).encoder.norm.weight == 1).all()


def test_texts_are_cut_to_the_positions_of_the_checkpoint(folder: str):
    with pytest.warns(DataNote, match=r"texts are cut to 40 tokens \(max_tokens\)"):
        data = read_by(folder, labelled_like("a wonderful film " * 20), batch_size=2, max_tokens=64)
    assert next(iter(data.train()))[0][0].shape == (2, 40)
    (Path(folder) / "vocab.txt").write_text("\n".join([*SPECIAL, *map(str, range(400))]))
    with pytest.raises(DongshouError, match=r"has 405 tokens in its vocabulary, \d+ by its config.json"):
        read_by(folder, labelled_like("a film"), batch_size=2, max_tokens=64)


def labelled_like(text: str) -> LabelledTexts:
    return LabelledTexts(Examples([text, text], torch.tensor([0, 1])), ("bad", "good"))


def test_it_learns_is_asked_and_stands_beside_bags(folder: str):
    run = bert_finetune(texts="invented-reviews", weights=folder, lr=1e-2, epochs=2).run(limit=200, progress=False)
    result = run.result
    best = max(
        value for name, value in result.items() if name.endswith(("bayes_test_accuracy", "logistic_test_accuracy"))
    )
    assert result["above_bags"] == pytest.approx(result["test_accuracy"] - best)
    assert (run.path / "figures" / "beside-bags.png").is_file()
    answer = run.predict("a wonderful film nobody zzzz forgets")
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    with pytest.raises(UsageError, match="this one is empty"):
        run.predict(" ")


def test_few_labels_of_your_own_with_and_without_what_was_read(folder: str, tmp_path: Path):
    own = tmp_path / "mine.csv"
    own.write_text("text,label\n" + "".join(f'"a {w} film {n}",{w}\n' for n in range(20) for w in ("good", "bad")))
    made = bert.few(str(own), folder, num_labels=16, batch_size=8, epochs=1, test=0.25)
    result = made.run(progress=False).result
    assert result["gained_accuracy"] == pytest.approx(
        result["pretrained_test_accuracy"] - result["from_scratch_test_accuracy"]
    )
    with pytest.raises(UsageError, match=r"has 30 labels to learn from; got num_labels=31"):
        bert.first_labels(read_labelled_texts(str(own)).held_out(test=0.25), 31)


def test_your_own_bert_goes_on_from_its_run(tmp_path: Path):
    text = tmp_path / "read.txt"
    text.write_text("\n\n".join(f"The film {word} is good. A {word} is bad." for word in "abcdefgh"))
    sizes = dict(num_layers=1, num_heads=2, num_hiddens=8, ffn_size=8, max_len=16, min_frequency=1, epochs=1)
    run = bert_pretrain.small(str(text), batch_size=4, **sizes).run(progress=False)
    own = dict(texts="invented-reviews", pretraining_text=str(text), num_labels=32, lr=0.0, **sizes)
    made = bert.own(**own)
    fine = made.run(progress=False, start_from=run.path, part="encoder", limit=32)
    assert torch.equal(run.model.encoder.token_embedding.weight, fine.model.encoder.token_embedding.weight)
    assert [*made.data.tokenize("The good film!")] == ["[CLS]", "the", "good", "film", "[SEP]"]
    with pytest.warns(DataNote, match="reads 16 tokens at once: of 22"):
        assert len(made.data.tokenize("good " * 20)) == 16
    assert made.data.vocabulary.to_list() == load_masked(str(text), min_frequency=1).vocabulary.to_list()
    with pytest.raises(DongshouError, match="does not fit encoder"):
        bert.own(**own | {"num_hiddens": 16}).run(progress=False, start_from=run.path, part="encoder", limit=32)
