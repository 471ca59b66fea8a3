"""The experiments on texts and other sequences: settings as published, every one in small, on both engines."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from dongshou import experiments
from dongshou.data.text.ngrams import count_ngrams
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments._shared.text_measures import regular_lines, without_future
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.recurrent_networks.autoregressive_sine import predicted_ahead
from dongshou.experiments.recurrent_networks.hello_rnn import CellModel, EmbeddingCellModel
from dongshou.experiments.recurrent_networks.ngram import BackOff, laplace
from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run
from dongshou.runs.judge import beside_stated
from dongshou.runs.predict import predict
from dongshou.training import Progress, Session, fit
from dongshou.training.events import Metrics

DEEPER = [f"{kind}-lm:{variant}" for kind in ("rnn", "gru", "lstm") for variant in ("deep", "bidirectional", "random")]
OF_TEXTS = ["rnn-lm", "rnn-lm:wide", "rnn-lm:manual", "gru-lm", "gru-lm:manual"]
OF_TEXTS += ["lstm-lm", "lstm-lm:poems", "lstm-lm:text", *DEEPER]
OF_WORDS = ["word-lm", "word-lm:medium", "word-lm:manual"]
OF_NAMES = ["name-classification", "name-classification:countries"]
SMALL = ["ngram", "ngram:manual", "autoregressive-sine", "hello-rnn", "hello-rnn:embedding"]
TRANSFORMERS = ["transformer-lm", "transformer-lm:subwords", "transformer-lm:large", "transformer-lm:manual"]

EMBEDDED = [*SMALL[1:], "rnn-lm:manual", "gru-lm:manual", "lstm-lm:text", "word-lm:manual"]
EMBEDDED += ["name-classification:countries", "transformer-lm:manual"]

BOOK = {  # kind, units, layers, learning rate, median perplexity
    "rnn-lm": ("RNN", 256, 1, 1.0, 1.3),
    "rnn-lm:wide": ("RNN", 512, 1, 1.0, 1.0),
    "rnn-lm:random": ("RNN", 512, 1, 1.0, 1.4),
    "gru-lm": ("GRU", 256, 1, 1.0, 1.0),
    "lstm-lm": ("LSTM", 256, 1, 1.0, 1.1),
    "lstm-lm:deep": ("LSTM", 256, 2, 2.0, 1.0),
    "lstm-lm:bidirectional": ("LSTM", 256, 2, 1.0, 1.1),
}


OWN_TEXTS = [name for name in OF_TEXTS + OF_WORDS + SMALL + TRANSFORMERS if "text" in find_declaration(name).defaults]

SONG = "ten green bottles hanging on the wall and if one green bottle should accidentally fall "


def made(name: str, **settings):
    return find_declaration(name)(**settings)


def first_event(name: str, path: Path, **settings):
    """What an experiment tells first, once it has read a text of your own."""
    prompt = {"prompt": "ten "} if "prompt" in find_declaration(name).defaults else {}
    return next(iter(made(name, text=str(path), **prompt, **settings).events(Session(device="cpu"))))


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A text that takes seconds to learn."""
    path = tmp_path_factory.mktemp("texts") / "song.txt"
    path.write_text(SONG * 20)
    return str(path)


def test_every_variant_is_among_those_tested():
    mine = {"recurrent_networks", "attention"}
    names = {
        f"{entry.name}:{variant}".removesuffix(":")
        for entry in list_experiments()
        if entry.unit in mine and not entry.name.startswith(("seq2seq", "kernel", "transformer-mt"))
        for variant in ("", *entry.variants)
    }
    assert names == {*OF_TEXTS, *OF_WORDS, *OF_NAMES, *SMALL, *TRANSFORMERS}


@pytest.mark.parametrize("name", BOOK)
def test_the_settings_are_those_that_were_published(name: str, real_data):
    real_data("time-machine")
    work = made(name)
    kind, units, num_layers, lr, median = BOOK[name]
    layers = work.model.recurrent
    assert (type(layers).__name__, layers.hidden_size, layers.num_layers) == (kind, units, num_layers)
    assert (work.optimizer.param_groups[0]["lr"], work.clip, work.epochs) == (lr, 1.0, 500)
    assert work.stated[0].figures["train_perplexity"].median == median
    assert work.stated[0].source.endswith("(± 0.05: printed to one decimal)")
    train = work.data.train()
    assert (len(train.tokens), train.batch_size, train.num_steps) == (10_000, 32, 35)
    assert train.sampling == ("random" if name.endswith("random") else "sequential")


@pytest.mark.parametrize("name", DEEPER)
def test_the_variants_of_all_three_models(name: str, real_data):
    real_data("time-machine")
    work = made(name)
    variant = name.partition(":")[2]
    layers = work.model.recurrent
    assert (layers.num_layers, layers.bidirectional) == (1 if variant == "random" else 2, variant == "bidirectional")
    assert work.data.train().sampling == ("random" if variant == "random" else "sequential")
    assert (work.measure_model is not None) == (variant == "bidirectional")


@pytest.mark.parametrize("name", [name for name in OF_TEXTS + OF_WORDS + TRANSFORMERS if name not in EMBEDDED])
def test_one_epoch_of_every_text(name: str, real_data):
    sets = {"word": "ptb", "transformer": "tiny-shakespeare"}
    real_data("tang-poems" if "poems" in name else sets.get(name.partition("-")[0], "time-machine"))
    if name in ("word-lm:medium", "transformer-lm:large"):
        pytest.skip("is too large for a test; its settings differ, its code does not")
    few = {"steps_per_epoch": 4} if "steps_per_epoch" in find_declaration(name).defaults else {}
    run = made(name, epochs=1, **few).run(device="cpu", limit=40)
    assert run.result["train_perplexity"] > 1 and run.record["limited"]
    (sample,) = [line for line in run.lines() if line["event"] == "sample"]
    assert len(sample["text"]) > 40


@pytest.mark.parametrize("name", EMBEDDED)
def test_what_needs_no_download(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)
    declaration = find_declaration(name)
    work = declaration(epochs=1) if "epochs" in declaration.defaults else declaration()
    run = work.run(device="cpu", limit=400)
    assert run.result and all(map(math.isfinite, run.result.values()))


@pytest.mark.parametrize("name", ["rnn-lm", "gru-lm", "lstm-lm"])
def test_both_engines_learn_the_same(name: str, song: str):
    perplexities = []
    for engine in ("torch", "scratch"):
        history: list[Metrics] = []
        torch.manual_seed(0)
        work = made(name, text=song, num_hiddens=24, lr=2.0, epochs=3, prompt="ten ")
        for _ in fit(work, Session(device="cpu", engine=engine), progress=Progress(history)):
            pass
        perplexities.append([metrics["train_perplexity"] for metrics in history])
    assert perplexities[1] == pytest.approx(perplexities[0], rel=1e-3)


def test_the_text_is_learnt_by_heart(song: str):
    run = experiments.gru_lm(text=song, num_hiddens=48, lr=4.0, epochs=60, prompt="ten ").run(device="cpu")
    assert run.result["train_perplexity"] < 1.3
    *_, last = [line["text"] for line in run.lines() if line["event"] == "sample"]
    assert last.startswith("ten green bottles hanging")


def test_a_prompt_that_is_not_in_the_text(song: str):
    with pytest.raises(UsageError, match="does not contain 'ü'"):
        experiments.rnn_lm(text=song, prompt="für")


def test_without_a_prompt_the_text_itself_is_the_prompt(song: str):
    work = made("lstm-lm:text", text=song, num_hiddens=8, batch_size=2, num_steps=8)
    assert work.sample.keywords["prompt"] == Path(song).read_text(encoding="utf-8")[:12]


def test_a_text_that_is_too_short(tmp_path: Path):
    (tmp_path / "short.txt").write_text("ten green bottles")
    with pytest.raises(UsageError, match="needs a text of 1,155 tokens; this one has 17"):
        experiments.rnn_lm(text=str(tmp_path / "short.txt"))


def test_every_experiment_that_reads_a_text_of_ones_own():
    assert OWN_TEXTS == ["rnn-lm", "gru-lm", "lstm-lm", "lstm-lm:text", "word-lm", "ngram", "transformer-lm"]


@pytest.mark.parametrize("name", OWN_TEXTS)
def test_a_text_in_another_encoding(name: str, tmp_path: Path):
    path = tmp_path / "song.txt"
    path.write_bytes((50 * f"{SONG} 十个绿瓶子").encode("gbk"))
    first_event(name, path, encoding="gbk")
    with pytest.raises(DongshouError, match=r"song.txt is not utf-8: .*, such as --encoding gbk.$"):
        first_event(name, path)


def test_without_the_future_both_directions_know_nothing(song: str):
    """And a model that reads one way loses nothing."""
    found = {}
    for both in (False, True):
        work = made("lstm-lm", text=song, num_hiddens=24, bidirectional=both, lr=2.0, epochs=120, prompt="ten ")
        history: list[Metrics] = []
        for _ in fit(work, Session(device="cpu"), progress=Progress(history)):
            pass
        measured = without_future(work.model, work.data.train())["perplexity_without_future"]
        found[both] = history[-1]["train_perplexity"], measured
    assert found[True][1] > 2 * found[True][0]
    assert found[False][1] == pytest.approx(found[False][0], rel=0.5)


def test_measuring_leaves_the_next_batches_as_they_were(song: str):
    work = made("lstm-lm", text=song, num_hiddens=4, prompt="ten ")
    before = work.data.train().state_dict()["generator"]
    without_future(work.model, work.data.train())
    assert torch.equal(work.data.train().state_dict()["generator"], before)


def test_lines_of_five_or_seven_characters_are_regular(real_data):
    real_data("tang-poems")
    work = made("lstm-lm:poems", num_hiddens=4, embedding_size=4)
    vocabulary = work.data.vocabulary

    class Reciter(torch.nn.Module):
        """Always the same text: lines of 5, 7 and 3 characters."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))
            self.text = vocabulary.ids("白日依山盡，黃河入海流也也。也也也\n")

        def forward(self, tokens, read=0):
            logits = torch.full((len(tokens), 1, len(vocabulary)), -1e9)
            logits[..., self.text[read % len(self.text)]] = 0
            return logits, (read or 0) + 1

    reciter = Reciter()
    reciter.forward = lambda tokens, read=None: Reciter.forward(reciter, tokens, read or 0)
    assert regular_lines(reciter, work.data, num_tokens=18 * 5) == {"regular_lines": pytest.approx(2 / 3)}


@pytest.mark.parametrize(("share", "verdict"), [(1.0, "reached"), (0.2, "missed")])
def test_more_regular_lines_are_better(share: float, verdict: str, real_data):
    real_data("tang-poems")
    (source,) = beside_stated([made("lstm-lm:poems").stated[0].plain()], {"regular_lines": share})
    assert source["metrics"]["regular_lines"]["verdict"] == verdict


# words


def test_the_rate_falls_after_the_full_epochs(real_data):
    real_data("ptb")
    work = made("word-lm")
    scheduler = work.schedule(work.optimizer)
    rates = []
    for _ in range(8):
        rates.append(work.optimizer.param_groups[0]["lr"])
        work.optimizer.step()
        scheduler.step()
    assert rates == [20, 20, 20, 20, 20, 10, 5, 2.5]
    assert work.model.output.weight is work.model.embedding.weight
    assert work.model.vocabulary_size == 10_000
    assert (work.data.valid() is None, work.data.test() is None) == (False, False)


# names


def test_most_names_are_told_apart(real_data):
    real_data("names")
    run = made("name-classification", num_hiddens=32, lr=0.01, epochs=1).run(device="cpu")
    assert run.result["test_accuracy"] > 0.7
    assert len(run.config["classes"]) == 18
    assert (run.path / "figures" / "confusion.png").is_file()


# n-grams


def distribution(model, history: tuple[str, ...], words: list[str]) -> float:
    return math.fsum(model((*history, word)) for word in words)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_probabilities_sum_to_one_after_any_history(n: int):
    tokens = "a rose is a rose is a rose and so is a flower by no other name a rose".split()
    words = sorted({*tokens, "never", "seen"})
    counts = count_ngrams(tokens, n)
    seen = [*{ngram[:-1] for ngram in counts}]
    for model in (laplace(counts, len(words), 0.5), BackOff(counts, len(words))):
        for history in (*seen, ("never", "seen")[: n - 1], ("rose", "seen")[: n - 1]):
            assert distribution(model, history, words) == pytest.approx(1)
            assert all(model((*history, word)) > 0 for word in words)


def test_laplace_is_the_formula():
    counts = Counter({("a", "b"): 3, ("a", "c"): 1, ("b", "a"): 2})
    model = laplace(counts, 5, 1.0)
    assert model(("a", "b")) == pytest.approx(4 / 9) and model(("c", "a")) == pytest.approx(1 / 5)


def test_the_trigram_that_backs_off_is_best():
    run = experiments.ngram.manual().run()
    perplexities = {name: value for name, value in run.result.items() if name.endswith("perplexity")}
    assert min(perplexities, key=perplexities.__getitem__) == "backoff_trigram_perplexity"
    assert len(perplexities) == 6
    assert run.result["zipf_exponent"] == pytest.approx(1, abs=0.25)
    assert [figure.stem for figure in run.figures] == ["zipf"]


def test_ngrams_are_judged_by_words_they_have_not_counted(tmp_path: Path):
    words = [f"w{chr(97 + i % 12)}" for i in range(400)]  # counted: each word follows another for sure
    unlike = [f"w{chr(97 + (7 * i) % 12)}" for i in range(100)]  # held out: the same words in an order never seen
    (tmp_path / "turned.txt").write_text(" ".join([*words, *unlike]))
    result = experiments.ngram(text=str(tmp_path / "turned.txt"), held_out=0.2, added=1.0).run(runs=tmp_path).result
    assert result["laplace_unigram_perplexity"] == pytest.approx(12, rel=0.15)  # 12 words, all as common
    # P(word | previous) = 1 / (count of previous + number of words) but for chance pairs: above 40 to choose from
    assert result["laplace_bigram_perplexity"] > 30 and result["backoff_bigram_perplexity"] > 12


def test_shares_that_are_none():
    with pytest.raises(UsageError, match="0 < held-out < 1 and added > 0 must hold; got held-out 1.0"):
        experiments.ngram(held_out=1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one two three", "needs 3 words held out; got 0 of 3. Take a longer text"),
        ("one two three " * 20, "more than 10 different words; got 3. Take a longer text"),
    ],
)
def test_a_text_that_is_too_short_to_count(text: str, message: str, tmp_path: Path):
    (tmp_path / "short.txt").write_text(text)
    with pytest.raises(UsageError, match=message):
        first_event("ngram", tmp_path / "short.txt")


# the sine and the word


@pytest.fixture(scope="module")
def run_of_sine(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return experiments.autoregressive_sine().run(device="cpu", runs=tmp_path_factory.mktemp("runs"))


def test_the_error_grows_with_the_horizon(run_of_sine: Run):
    assert 0.0456 <= run_of_sine.result["train_loss"] <= 0.0805
    errors = [run_of_sine.result[f"ahead_{k}_error"] for k in (1, 4, 16, 64)]
    assert errors == sorted(errors) and errors[-1] > 1.5 * errors[0]


def test_predictions_ahead_stand_at_their_own_time(run_of_sine: Run):
    (path,) = (run_of_sine.path / "tensors").glob("*series*")
    tensors = load_file(path)
    assert {k: len(tensors[f"ahead-{k}"]) for k in (1, 4, 16, 64)} == {1: 996, 4: 993, 16: 981, 64: 933}


def test_what_knows_the_rule_is_right_at_every_horizon():
    class NextNumber(torch.nn.Linear):
        """x_(t+1) = x_t + 1"""

        def forward(self, windows):
            return windows[:, -1:] + 1

    series = torch.arange(200.0)
    for values in predicted_ahead(NextNumber(1, 1), series, num_lags=4).values():
        assert torch.equal(values, series[-len(values) :])


def test_too_few_steps_to_look_ahead():
    with pytest.raises(
        UsageError, match="need num_train below num_steps - num_lags - 64; got 600 of 650 steps, 4 lags"
    ):
        experiments.autoregressive_sine(num_steps=650)


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("name", ["hello-rnn", "hello-rnn:embedding"])
def test_hello_is_read_and_ohlol_written(name: str, engine: str):
    run = made(name).run(device="cpu", engine=engine)
    assert run.result["accuracy"] == 1.0
    *_, last = [line["text"] for line in run.lines() if line["event"] == "sample"]
    assert last == "hello -> ohlol"
    assert [str(one.answer) for one in predict(run, ["hello", "hell"])] == ["ohlol", "ohlo"]


def test_weight_decay_keeps_the_cell_out_of_where_tanh_is_flat():
    for weight_decay, accuracy in ((0.03, 1.0), (0.0, 0.8)):
        run = made("hello-rnn", weight_decay=weight_decay).run(device="cpu", seed=28)
        assert run.result["accuracy"] == pytest.approx(accuracy)


@pytest.mark.parametrize("model", [CellModel(4), EmbeddingCellModel(4, 3, 5)])
def test_a_word_in_two_parts_is_read_as_the_whole_word(model):
    word = torch.tensor([[0, 1, 2, 2, 3], [3, 2, 1, 0, 0]])
    whole, end = model(word)
    first, state = model(word[:, :2])
    second, same_end = model(word[:, 2:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(same_end, end)
    afresh, _ = model(word[:, 2:], state, torch.tensor([False, True]))
    torch.testing.assert_close(afresh, torch.stack([second[0], model(word[:, 2:])[0][1]]))


# the Transformer


def test_the_rate_warms_up_and_falls_to_a_tenth():
    work = made("transformer-lm:manual")
    scheduler = work.schedule(work.optimizer)
    rates = []
    for _ in range(4 * 250):
        rates.append(work.optimizer.param_groups[0]["lr"])
        work.optimizer.step()
        scheduler.step()
    assert max(rates) == rates[100] == pytest.approx(2e-3)
    assert rates[0] == pytest.approx(2e-5) and rates[-1] == pytest.approx(2e-4, rel=0.01)


def test_the_settings_of_the_transformer(real_data):
    real_data("tiny-shakespeare")
    work = made("transformer-lm")
    assert len(work.model.blocks) == 4 and work.model.context == 64
    assert (len(work.data.train()), work.epochs) == (250, 8)
    inputs, _, _ = next(iter(work.data.train()))
    assert inputs.shape == (12, 64)
    decayed, others = work.optimizer.param_groups
    assert (decayed["weight_decay"], others["weight_decay"]) == (0.1, 0.0)
    counted = sum(parameter.numel() for group in work.optimizer.param_groups for parameter in group["params"])
    assert counted == sum(parameter.numel() for parameter in work.model.parameters())
