"""The experiments on translation and attention: settings as published, every one in small, on both engines."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
import torch
from safetensors.torch import load_file
from sklearn.neighbors import KNeighborsRegressor

from dongshou import experiments
from dongshou.data.text.translation import load_pairs
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments._shared.translation import held_out, start_as_in_the_book
from dongshou.experiments.attention.kernel_regression import KernelRegression, truth
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.registry import find_declaration
from dongshou.models.encoder_decoder import seq2seq
from dongshou.models.transformer import transformer
from dongshou.runs import predict
from dongshou.runs.judge import beside_stated
from dongshou.training import Session

# the small files of these tests are cut on purpose; what is said of it is tested with the data
pytestmark = pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")

TRANSLATION = ("seq2seq", "seq2seq-attention", "transformer-mt")
SMALL = {  # a few seconds for all of them
    "": dict(max_examples=40, batch_size=16, epochs=1),
    ":full": dict(batch_size=16, num_hiddens=16, num_layers=1, epochs=1),
    ":small": dict(batch_size=16, epochs=1),
    ":dates": dict(max_examples=60, batch_size=16, num_hiddens=16, epochs=1),
}
NAMES = [name + variant for name in TRANSLATION for variant in SMALL]


PEOPLE = ("tom", "he", "she", "mary", "john", "anne")
STATES = {
    "calm": "calme",
    "home": "chez moi",
    "lost": "perdu",
    "rich": "riche",
    "sick": "malade",
    "weak": "faible",
    "young": "jeune",
    "free": "libre",
    "here": "ici",
    "late": "en retard",
}


@pytest.fixture
def pair_file(tmp_path: Path) -> str:
    """Sixty sentences in a file of your own, every second of them with two translations."""
    path = tmp_path / "pairs.tsv"
    pairs = [(f"{who} is {state} .", f"{who} est {etat} .") for state, etat in STATES.items() for who in PEOPLE]
    more = [(source, f"oui {target}") for source, target in pairs[::2]]
    path.write_text("\n".join("\t".join(pair) for pair in pairs + more), encoding="utf-8")
    return str(path)


def small(name: str, data: str, **others: str):
    """The work on a few sentences."""
    variant = name.partition(":")[2]
    settings = SMALL[variant and f":{variant}"]
    if variant != "dates":
        settings = settings | {"data": data} | others
    if name == "transformer-mt:full":
        settings = settings | {"num_heads": 2, "ffn_size": 16}
    return find_declaration(name)(**settings)


def test_every_experiment_on_translation_is_among_those_tested():
    entries = {entry.name: entry for entry in list_experiments()}
    assert all(set(entries[name].variants) == {"full", "small", "dates"} for name in TRANSLATION)
    assert entries["kernel-regression"].variants == {}


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_learn_alike(name, pair_file):
    results = []
    for engine in ("torch", "scratch"):
        torch.manual_seed(0)
        *_, finished = small(name, pair_file).events(Session(engine=engine, device="cpu"))
        results.append(finished.metrics)
    ours, theirs = results
    assert ours["train_loss"] == pytest.approx(theirs["train_loss"], rel=1e-3)
    assert ("test_beam_bleu" in ours) == (name.partition(":")[2] != "")  # the book holds nothing out


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(":dates")])
def test_pairs_in_another_encoding(name, pair_file, tmp_path):
    path = tmp_path / "pairs-gbk.tsv"
    path.write_bytes(Path(pair_file).read_text(encoding="utf-8").replace(" est ", " 是 ").encode("gbk"))
    assert "是" in small(name, str(path), encoding="gbk").data.target_vocabulary
    with pytest.raises(DongshouError, match=r"pairs-gbk.tsv is not utf-8: .*, such as --encoding gbk.$"):
        small(name, str(path))


@pytest.mark.parametrize("name", TRANSLATION)
def test_dates_are_in_one_of_two_languages(name, pair_file):
    with pytest.raises(UsageError, match="language is one of dates, dates-zh; got"):
        find_declaration(f"{name}:dates")(language=pair_file)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith((":full", ":small"))])
@pytest.mark.parametrize(("gained", "verdict"), [(0.0, "reached"), (1.5, "reached"), (-0.1, "missed")])
def test_a_beam_is_to_be_no_worse_than_greedy_search(name, gained, verdict, pair_file):
    (goal,) = small(name, pair_file).stated
    (source,) = beside_stated([goal.plain()], {"gained_bleu": gained})
    assert source["metrics"]["gained_bleu"]["verdict"] == verdict


BOOK = {  # parameters, epochs, median of the loss
    "seq2seq": (300, 0.19),
    "seq2seq-attention": (250, 0.20),
    "transformer-mt": (200, 0.32),
}


@pytest.mark.parametrize("name", BOOK)
def test_the_settings_are_the_books(name, real_data):
    real_data("fra-eng")
    work = find_declaration(name)()
    epochs, loss = BOOK[name]
    assert (work.epochs, work.optimizer.param_groups[0]["lr"]) == (epochs, 0.005)
    vocabularies = work.data.source_vocabulary, work.data.target_vocabulary
    assert [len(vocabulary) for vocabulary in vocabularies] == [184, 201]  # as the book prints them
    assert [tuple(tensor.shape) for tensor in next(iter(work.data.train()))] == [(64, 10), (64,), (64, 10), (64,)]
    assert work.data.train().num_examples == 600
    (published,) = work.stated
    assert published.figures["train_loss"].median == loss
    assert "loss x 10" in published.source
    assert set(published.figures) - set(published.secondary) == {"train_loss"}


def test_the_first_epochs_stand_beside_the_book(real_data):
    real_data("fra-eng")
    run = experiments.seq2seq(epochs=12).run(device="cpu")
    assert run.result["train_loss"] < 2.5
    (source,) = run.record["published"]
    assert {metric for metric, figure in source["metrics"].items() if "measured" in figure} == set(source["metrics"])
    assert [line.split("\t")[0] for line in (run.path / "translations.tsv").read_text().splitlines()[1:]] == [
        "go .",
        "i lost .",
        "he's calm .",
        "i'm home .",
    ]
    samples = [line for line in run.lines() if line["event"] == "sample"]
    assert samples[-1]["epoch"] == 12 and samples[-1]["text"].startswith("go . -> ")


def test_the_start_is_the_books():
    model = start_as_in_the_book(seq2seq(5, 7, num_hiddens=32))
    weight = model.encoder.recurrent.weight_hh_l1  # (3 gates of 32, 32)
    bound = (6 / (32 + 3 * 32)) ** 0.5  # Glorot and Bengio, 2010, equation 16
    assert 0.95 * bound < weight.abs().max() <= bound
    assert model.decoder.output.weight.abs().max() <= (6 / (32 + 7)) ** 0.5
    bias = start_as_in_the_book(transformer(5, 7)).decoder.output.bias
    assert 0 < bias.abs().max() <= 32**-0.5  # torch's own


def test_the_sentences_held_out_have_all_their_translations(pair_file):
    pairs = load_pairs(pair_file, batch_size=8, max_examples=None, test=0.2)
    sentences = held_out(pairs)
    assert len(sentences) == 12  # a fifth of 60
    assert sum(len(sentence.references) for sentence in sentences) == pairs.test().num_examples
    for words, (first, *more) in sentences:
        who, _, state, _ = words
        assert " ".join(first) == f"{who} est {STATES[state]} ."
        assert all(other == ["oui", *first] for other in more)


def test_a_word_that_nobody_could_know_is_never_right(tmp_path):
    path = tmp_path / "rare.tsv"
    path.write_text("".join(f"once{i}\tune fois{i}\n" for i in range(10)), encoding="utf-8")
    sentences = held_out(load_pairs(str(path), batch_size=4, test=0.3))
    assert sentences == 3 * [(["<unk>"], [["une", "<rare>"]])]


def test_the_score_of_a_corpus_is_that_of_its_table(pair_file):
    run = experiments.seq2seq.full(data=pair_file, batch_size=8, num_hiddens=32, num_layers=1, lr=0.01, epochs=25).run(
        device="cpu"
    )
    with (run.path / "translations.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    references = [row["references"].split(" / ") for row in rows]
    streams = [[some[i] if i < len(some) else None for some in references] for i in range(2)]
    for column, metric in (("greedy", "test_bleu"), ("beam", "test_beam_bleu")):
        judge = sacrebleu.BLEU(tokenize="none", force=True)
        assert run.result[metric] == pytest.approx(judge.corpus_score([row[column] for row in rows], streams).score)
    assert run.result["test_bleu"] > 50
    assert run.result["gained_bleu"] == run.result["test_beam_bleu"] - run.result["test_bleu"]


def test_dates_are_translated_without_a_download():
    run = experiments.seq2seq_attention.dates(max_examples=1500, num_hiddens=32, lr=0.02, epochs=6).run(device="cpu")
    assert run.result["test_sentence_accuracy"] > 0.25 and run.result["test_bleu"] > 50
    assert {"attention.png", "curves.png"} <= {figure.name for figure in run.figures}
    (prediction,) = predict(run, "Friday, June 5, 2015", width=2, explain=True)
    assert {"5", "juin"} & set(str(prediction.answer).split())
    assert [path.name for path in prediction.explanations] == ["Friday-June-5-2015-attention.png"]
    assert prediction.explanations[0].read_bytes().startswith(b"\x89PNG")


def test_a_translation_without_attention_cannot_be_explained():
    run = experiments.seq2seq.dates(**SMALL[":dates"]).run(device="cpu")
    with pytest.raises(UsageError, match="no convolutions, attention or gates"):
        predict(run, "June 5, 2015", explain=True)


@pytest.mark.parametrize("w", [0.0, 1.0, 3.5])
def test_kernel_regression_is_the_mean_of_all_neighbors_by_their_kernel(w: float):
    x, queries = 5 * torch.rand(20, 1), torch.linspace(0, 5, 7)[:, None]
    y = torch.randn(20, 1)
    by_neighbors = KNeighborsRegressor(len(x), weights=lambda distances: np.exp(-((distances * w) ** 2) / 2))
    expected = by_neighbors.fit(x.numpy(), y.numpy()).predict(queries.numpy())
    found = KernelRegression(x, y, w).eval()(queries)
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-4, atol=1e-6)


def test_no_point_sees_itself_while_the_kernel_is_learnt():
    x, y = torch.arange(5.0)[:, None], torch.randn(5, 1)
    model = KernelRegression(x, y, 1.0)
    model(x)
    assert model.attention_weights.diagonal().eq(0).all()
    torch.testing.assert_close(model.attention_weights.sum(1), torch.ones(5))


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("seed", [0, 1])
def test_looking_around_is_better_than_the_average_and_learning_where_is_better_still(seed, engine):
    run = experiments.kernel_regression().run(seed=seed, engine=engine, device="cpu")
    losses = [run.result[f"{name}_test_loss"] for name in ("average", "kernel", "learnt")]
    assert losses == sorted(losses, reverse=True)
    curve = truth(torch.linspace(0, 5, 50))
    assert losses[0] >= float(curve.var(correction=0)) - 1e-6  # no constant does better
    assert run.result["learnt_w"] > 1
    assert {"curves.png", "attention.png"} <= {figure.name for figure in run.figures}
    (file,) = (run.path / "tensors").glob("*-kernel.safetensors")
    tensors = load_file(file)
    torch.testing.assert_close(tensors["average_attention"], torch.full((50, 50), 1 / 50))


@pytest.mark.parametrize("settings", [{"num_train": 1}, {"num_test": 1}])
def test_a_curve_needs_points(settings):
    with pytest.raises(UsageError, match="num_train and num_test must be at least 2; got"):
        experiments.kernel_regression(**settings)
