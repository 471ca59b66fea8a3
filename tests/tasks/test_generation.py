"""Writing with a language model, against transformers' rules of drawing and against reading everything again."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from dongshou import models
from dongshou.data.text.batches import TextBatches
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError
from dongshou.tasks.generation import continue_text, filtered, generate

TEXT = "the quick brown fox jumps over the lazy dog. " * 4
VOCABULARY = Vocabulary(TEXT)
SIZE = len(VOCABULARY)
DATA = TextSplits(TextBatches(VOCABULARY.encode(TEXT), batch_size=2, num_steps=8), vocabulary=VOCABULARY, name="fox")
PROMPT = torch.tensor([[3, 1, 4, 1], [5, 9, 2, 6]])


def recurrent(kind: str = "lstm", **more) -> nn.Module:
    return models.recurrent_language_model(SIZE, 16, kind=kind, **more)


def gpt(context: int = 64) -> nn.Module:
    """Its weights start small, and all its tokens nearly equally probable: larger ones make it choose."""
    network = models.gpt(SIZE, num_layers=2, num_heads=2, num_hiddens=16, context=context)
    for parameter in network.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.5)
    return network


MODELS = {
    "rnn": lambda: recurrent("rnn"),
    "gru": lambda: recurrent("gru", num_layers=2),
    "lstm": lambda: recurrent("lstm", embedding_size=8),
    "gpt": gpt,
}


def read_again(network: nn.Module, tokens: Tensor, num_tokens: int) -> Tensor:
    """The most probable tokens, everything read anew for each."""
    network.eval()
    with torch.no_grad():
        for _ in range(num_tokens):
            tokens = torch.cat([tokens, network(tokens)[0][:, -1].argmax(1, keepdim=True)], 1)
    return tokens[:, -num_tokens:]


@pytest.mark.parametrize("name", MODELS)
def test_state_and_cache_stand_for_all_tokens_before(name: str):
    network = MODELS[name]()
    written = generate(network, PROMPT, 20, temperature=0)
    assert written.tolist() == read_again(network, PROMPT, 20).tolist()


def test_a_full_context_goes_on_from_its_latter_half():
    network = gpt(context=8)
    written = generate(network, PROMPT, 5, temperature=0)  # the prompt and 4 of them fill the context
    assert written.tolist() == read_again(network, PROMPT, 5).tolist()
    longer = generate(network, PROMPT, 9, temperature=0)
    latter_half = torch.cat([PROMPT, written], 1)[:, -4:]
    assert longer[:, :5].tolist() == written.tolist()
    assert longer[:, 5:].tolist() == read_again(network, latter_half, 4).tolist()


def test_a_prompt_longer_than_the_context():
    network = gpt(context=8)
    prompt = torch.randint(SIZE, (1, 30))
    assert generate(network, prompt, 3, temperature=0).tolist() == read_again(network, prompt[:, -4:], 3).tolist()


def test_the_most_probable_tokens_are_those_of_transformers():
    warpers = pytest.importorskip("transformers.generation.logits_process")
    logits = 3 * torch.randn(8, 50)
    for k in (1, 5, 50, 80):
        assert torch.equal(filtered(logits, top_k=k), warpers.TopKLogitsWarper(k)(None, logits))
    for p in (0.1, 0.5, 0.9, 0.999):
        assert torch.equal(filtered(logits, top_p=p), warpers.TopPLogitsWarper(p)(None, logits))
    both = warpers.TopPLogitsWarper(0.8)(None, warpers.TopKLogitsWarper(9)(None, logits))
    assert torch.equal(filtered(logits, top_k=9, top_p=0.8), both)


def test_greedy_generation_is_that_of_transformers():
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        vocab_size=SIZE, n_positions=40, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=None
    )
    theirs = transformers.GPT2LMHeadModel(config).eval()

    class AsOurs(nn.Module):
        """tokens, cache -> logits, cache"""

        def forward(self, tokens: Tensor, cache=None):
            output = theirs(tokens, past_key_values=cache, use_cache=True)
            return output.logits, output.past_key_values

    expected = theirs.generate(
        PROMPT, attention_mask=torch.ones_like(PROMPT), max_new_tokens=20, do_sample=False, pad_token_id=0
    )
    assert generate(AsOurs(), PROMPT, 20, temperature=0).tolist() == expected[:, 4:].tolist()


def test_tokens_are_drawn_as_often_as_they_are_probable():
    network = recurrent()
    prompt = PROMPT[:1].expand(20_000, -1)
    generator = torch.Generator().manual_seed(1)
    drawn = generate(network, prompt, 1, temperature=0.5, generator=generator)[:, 0]
    with torch.no_grad():
        logits, _ = network(PROMPT[:1])
    expected = (logits[0, -1] / 0.5).softmax(0)
    torch.testing.assert_close(drawn.bincount(minlength=SIZE) / len(drawn), expected, rtol=0, atol=0.012)


def test_nothing_outside_of_the_choice_is_drawn():
    network = gpt()
    prompt = PROMPT[:1].expand(500, -1)
    with torch.no_grad():
        logits = network(PROMPT[:1])[0][:, -1]
    for choice in (dict(top_k=3), dict(top_p=0.4)):
        allowed = set(filtered(logits, **choice)[0].isfinite().nonzero()[:, 0].tolist())
        assert set(generate(network, prompt, 1, **choice)[:, 0].tolist()) <= allowed


@pytest.mark.parametrize("temperature", [0.0, 5.0])
def test_what_stands_for_unknown_tokens_is_never_written(temperature):
    network = gpt()
    likeliest = int(generate(network, PROMPT[:1], 1, temperature=0))
    written = generate(network, PROMPT[:1], 60, temperature=temperature, never=likeliest)
    assert likeliest not in written
    assert "<unk>" not in continue_text(network, DATA, "the ", 200, seed=0, temperature=50.0)


def test_a_probability_of_1_forbids_nothing():
    torch.manual_seed(1)
    logits = 20 * torch.randn(50, 500)  # most probabilities are lost in rounding beside the largest
    assert torch.equal(filtered(logits, top_p=1.0), logits)
    assert torch.equal(filtered(torch.zeros(1, 7), top_p=1.0), torch.zeros(1, 7))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_of_equally_probable_tokens_no_more_than_k_are_left(k: int):
    logits = torch.tensor([[1.0, 1.0, 0.0, 1.0], [0.0, 2.0, 0.0, 0.0], [-torch.inf, 3.0, 3.0, 3.0]])
    left = filtered(logits, top_k=k)
    assert left.isfinite().sum(1).tolist() == [k, k, k]
    kept = left.isfinite()
    assert torch.equal(left[kept], logits[kept])
    for row, of_row in zip(left, logits, strict=True):  # none that is left is less probable than one that is not
        assert row[row.isfinite()].min() >= of_row[~row.isfinite()].max()


@pytest.mark.parametrize("temperature", [1e-6, 1e-40, 5e-324])
def test_a_tiny_temperature_is_greedy(temperature: float):
    for network in (recurrent(), gpt()):
        cold = generate(network, PROMPT, 15, temperature=temperature, never=0)
        assert torch.equal(cold, generate(network, PROMPT, 15, temperature=0, never=0))


@pytest.mark.parametrize("name", MODELS)
def test_no_token_is_read_twice(name: str):
    """What the model is given, call by call: the prompt, then one token each, those that were written."""
    network, given = MODELS[name](), []

    class Watched(nn.Module):
        def forward(self, tokens: Tensor, state=None):
            given.append(tokens.clone())
            return network(tokens, state)

    written = generate(Watched(), PROMPT, 6, temperature=0)
    assert [tokens.shape[1] for tokens in given] == [4, 1, 1, 1, 1, 1]
    assert torch.equal(torch.cat(given, 1), torch.cat([PROMPT, written[:, :-1]], 1))


def test_a_generator_makes_it_repeatable_and_leaves_torch_alone():
    network = recurrent()
    before = torch.get_rng_state()
    first, second = (continue_text(network, DATA, "the ", 30, seed=3) for _ in range(2))
    assert first == second and first.startswith("the ")
    assert torch.equal(torch.get_rng_state(), before)
    assert continue_text(network, DATA, "the ", 30, seed=4) != first


def test_the_mode_of_the_model_stays_and_dropout_is_off():
    network = recurrent(dropout=0.9).train()
    first, second = (generate(network, PROMPT, 10, temperature=0) for _ in range(2))
    assert torch.equal(first, second) and network.training


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(num_tokens=0), "At least 1 token is to be written; got 0"),
        (dict(temperature=-1.0), "temperature must be at least 0"),
        (dict(temperature=float("nan")), "temperature must be at least 0"),
        (dict(top_k=0), "top_k leaves at least 1 token to draw from; got 0"),
        (dict(top_p=0.0), "top_p is a probability above 0 and up to 1; got 0.0"),
        (dict(top_p=1.5), "top_p is a probability above 0 and up to 1; got 1.5"),
        (dict(tokens=torch.zeros(1, 0, dtype=torch.int64)), r"at least one; got \(1, 0\)"),
    ],
)
def test_numbers_that_choose_nothing(wrong: dict, said: str):
    with pytest.raises(UsageError, match=said):
        generate(recurrent(), **dict(tokens=PROMPT, num_tokens=5) | wrong)


@pytest.mark.parametrize(("prompt", "said"), [("", "at least one token"), ("Über", "does not contain 'Ü'")])
def test_a_prompt_that_cannot_be_read(prompt: str, said: str):
    with pytest.raises(UsageError, match=said):
        continue_text(recurrent(), DATA, prompt)
