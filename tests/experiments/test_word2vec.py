"""skip-gram, cbow and fasttext in small, on two kinds of sentences: learnt, asked, resumed, written out."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from dongshou import experiments
from dongshou.data.text.contexts import ContextBatches
from dongshou.data.text.noise import NegativeSampling
from dongshou.data.text.word_contexts import ContextSplits
from dongshou.errors import DongshouError
from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run
from tests.runs.same_run import assert_same

ANIMALS, METALS = "cat dog bird horse mouse".split(), "iron gold silver copper zinc".split()
NAMES = ["skip-gram", "skip-gram:hierarchical", "cbow", "fasttext"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Sentences of animals, sentences of metals."""
    draw = random.Random(0)
    lines = [" ".join(draw.choices(kind, k=8)) for kind in (ANIMALS, METALS) for _ in range(40)]
    path = tmp_path_factory.mktemp("texts") / "things.txt"
    path.write_text("\n\n".join(lines))
    return str(path)


def made(name: str, text: str, **settings):
    known = find_declaration(name).defaults
    small = {"size": 8, "batch_size": 40, "subsample": 0.0, "buckets": 500, "lr": 0.05, "words": ("cat", "gold")}
    given = {"text": text, "epochs": 2} | small | settings
    return find_declaration(name)(**{setting: value for setting, value in given.items() if setting in known})


def small_run(name: str, text: str, **how) -> Run:
    return made(name, text, epochs=4).run(seed=0, device="cpu", progress=False, **how)


@pytest.fixture(scope="module")
def runs(text: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return {name: small_run(name, text, runs=tmp_path_factory.mktemp("runs")) for name in NAMES}


def test_the_book_s_settings():
    assert find_declaration("skip-gram").defaults == {
        "text": "ptb", "size": 100, "window": 5, "num_negatives": 5, "subsample": 1e-4, "min_frequency": 10,
        "redraw": False, "batch_size": 512, "lr": 0.002, "epochs": 5, "encoding": "utf-8",
        "words": ("chip", "bank", "president"),
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_each_of_them_learns(name: str, runs: dict[str, Run]):
    run = runs[name]
    assert run.result["train_loss"] < run.result["loss_over_epochs"]
    rows = list(csv.DictReader((run.path / "neighbors.csv").read_text().splitlines()))
    first = {row["word"]: row["neighbor"] for row in reversed(rows)}
    for word, near in first.items():
        assert (word in ANIMALS) == (near in ANIMALS)
    assert run.config["asked_with"] == "word" and (run.path / "figures" / "map.png").is_file()


def test_a_word_and_a_sum_of_words_are_asked(runs: dict[str, Run]):
    answer = runs["skip-gram"].predict("dog")
    assert set(list(answer.similarities)[:3]) <= set(ANIMALS) - {"dog"}
    answer = runs["skip-gram"].predict("gold - silver + zinc")
    assert not {"gold", "silver", "zinc"} & set(answer.similarities)
    with pytest.raises(DongshouError, match='no vector for "horses".*horse'):
        runs["skip-gram"].predict("horses")


def test_a_word_that_was_never_seen_is_near_those_that_share_its_parts(runs: dict[str, Run]):
    near = runs["fasttext"].predict("coppery").similarities
    assert next(iter(near)) == "copper" and set(list(near)[:4]) <= set(METALS)
    with pytest.raises(DongshouError, match='no vector for "horses"'):
        runs["cbow"].predict("horses")


def test_words_that_were_never_seen_are_measured_by_their_parts(real_data, text: str, runs: dict[str, Run]):
    real_data("word-similarity")
    result = runs["fasttext"].result
    assert result["rare_words_unseen_pairs"] > 2000 and -1 < result["rare_words_unseen"] < 1
    assert "rare_words_unseen" not in runs["skip-gram"].result


@pytest.mark.parametrize("name", ["skip-gram", "fasttext", "cbow"])
def test_written_out_it_learns_the_same(name: str, text: str, tmp_path: Path):
    torchs, ours = (
        made(name, text).run(seed=0, engine=engine, device="cpu", progress=False, runs=tmp_path / engine).result
        for engine in ("torch", "scratch")
    )
    assert ours["loss_over_epochs"] == pytest.approx(torchs["loss_over_epochs"], rel=1e-4)


@pytest.mark.parametrize("redraw", [False, True])
def test_trained_further_it_is_the_run_from_the_start(redraw: bool, text: str, tmp_path: Path):
    def work(epochs: int):
        return made("skip-gram", text, epochs=epochs, redraw=redraw)

    whole = work(3).run(seed=3, device="cpu", progress=False, runs=tmp_path / "whole")
    run = work(2).run(seed=3, device="cpu", progress=False, runs=tmp_path / "further")
    further = work(3).run(resume=run, device="cpu", progress=False, runs=tmp_path / "further")
    assert_same(whole, further)


def test_the_tree_has_a_fork_fewer_than_words_and_a_loss_in_nats(text: str, runs: dict[str, Run]):
    data = made("skip-gram:hierarchical", text).data
    assert isinstance(data, ContextSplits) and data.questions.num_outputs == len(data.vocabulary) - 1
    # the words of a line are drawn evenly from five: no model does better than log 5
    assert 1.6 < runs["skip-gram:hierarchical"].result["train_loss"] < 2.3


def test_the_settings_reach_the_batches(text: str):
    data = made("skip-gram", text, window=3, num_negatives=2, subsample=0.01, min_frequency=1, batch_size=7).data
    train = data.train()
    assert isinstance(train, ContextBatches) and isinstance(train.questions, NegativeSampling)
    assert (train.window, train.batch_size, train.questions.num_negatives) == (3, 7, 2)
    assert train.keep is not None and train.keep.min() < 1 and not train.redraw
    assert experiments.cbow.manual().data.train().predicts == "center"
