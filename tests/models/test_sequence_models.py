"""Every model of sequences, a row each: gradients, memory, padding, the future, a step at a time, from scratch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

import dongshou
from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models.attention import DotProductAttention
from dongshou.models.bag_of_words import BagOfWords
from dongshou.models.encoder_decoder import EncoderDecoder
from dongshou.models.gpt import GPT
from dongshou.models.name_classifier import RecurrentClassifier
from dongshou.models.recurrent import RecurrentLanguageModel
from dongshou.models.text_cnn import TextCNN
from dongshou.models.transformer import DecoderBlock, EncoderBlock, Memory, TransformerEncoder
from tests.bfloat16 import needs_bfloat16

BATCH, STEPS, SOURCE_STEPS, VOCABULARY = 3, 5, 6, 7
LENGTHS = torch.tensor([4, 6, 1])  # of the sources, in no order


class Case(NamedTuple):
    """How to make a model, and what it is for: that says how it is called with a batch."""

    make: Callable[[], nn.Module]
    kind: str  # "language", "translation" or "classification"
    sees_the_future: bool = False


def language_model(**settings: Any) -> RecurrentLanguageModel:
    return models.recurrent_language_model(VOCABULARY, 16, **settings)


def classifier(**settings: Any) -> RecurrentClassifier:
    return models.recurrent_classifier(9, VOCABULARY, embedding_size=8, num_hiddens=16, **settings)


def recurrent_pair(**settings: Any) -> EncoderDecoder:
    return models.seq2seq(9, VOCABULARY, embedding_size=8, num_hiddens=16, dropout=0.0, **settings)


def small_transformer(dropout: float = 0.0) -> EncoderDecoder:
    return models.transformer(9, VOCABULARY, num_hiddens=16, num_heads=4, ffn_size=24, dropout=dropout)


def small_gpt(**settings: Any) -> GPT:
    return models.gpt(VOCABULARY, num_layers=2, num_heads=4, num_hiddens=16, context=STEPS, **settings)


def small_bert_classifier(**settings: Any) -> nn.Module:
    sizes = dict(num_heads=4, num_hiddens=16, ffn_size=24, max_len=12)
    return models.bert_classifier(9, VOCABULARY, dropout=0.0, **sizes, **settings)


def cnn(**settings: Any) -> TextCNN:
    return models.text_cnn(9, VOCABULARY, embedding_size=8, num_channels=6, dropout=0.0, **settings)


def bag(**settings: Any) -> BagOfWords:
    model = models.bag_of_words(9, VOCABULARY, **settings)
    nn.init.normal_(model.output.weight, std=0.1)
    return model


CASES = {
    "recurrent_language_model": Case(language_model, "language"),
    "recurrent_language_model, gru": Case(lambda: language_model(kind="gru", embedding_size=8), "language"),
    "recurrent_language_model, lstm": Case(lambda: language_model(kind="lstm", num_layers=2), "language"),
    "recurrent_language_model, tied": Case(
        lambda: language_model(kind="lstm", embedding_size=16, tied=True), "language"
    ),
    "recurrent_language_model, bidirectional": Case(
        lambda: language_model(kind="lstm", bidirectional=True, embedding_size=8), "language", sees_the_future=True
    ),
    "gpt": Case(small_gpt, "language"),
    "recurrent_classifier": Case(classifier, "classification"),
    "recurrent_classifier, one way": Case(lambda: classifier(bidirectional=False, kind="rnn"), "classification"),
    "recurrent_classifier, deep": Case(lambda: classifier(kind="lstm", num_layers=2), "classification"),
    "bert_classifier": Case(small_bert_classifier, "classification"),
    "bert_classifier, mean": Case(lambda: small_bert_classifier(pooling="mean"), "classification"),
    "bert_classifier, relu": Case(lambda: small_bert_classifier(activation="relu"), "classification"),
    "text_cnn": Case(lambda: cnn(), "classification"),
    "text_cnn, two channels": Case(lambda: cnn(vectors=torch.randn(9, 8), embeddings="both"), "classification"),
    "recurrent_classifier, vectors": Case(lambda: classifier(vectors=torch.randn(9, 8)), "classification"),
    "bag_of_words": Case(lambda: bag(), "classification"),
    "bag_of_words, binary": Case(lambda: bag(values="binary"), "classification"),
    "seq2seq": Case(recurrent_pair, "translation"),
    "seq2seq, additive": Case(lambda: recurrent_pair(attention="additive"), "translation"),
    "seq2seq, dot": Case(lambda: recurrent_pair(attention="dot", num_layers=1), "translation"),
    "transformer": Case(small_transformer, "translation"),
}


def named(kinds: str, such_that: Callable[[str], bool] = lambda name: True) -> Any:
    chosen = {name: case for name, case in CASES.items() if case.kind in kinds.split() and such_that(name)}
    return pytest.mark.parametrize("case", chosen.values(), ids=chosen)


def batch(case: Case) -> tuple[Tensor, ...]:
    """What the model is called with."""
    source, tokens = torch.randint(9, (BATCH, SOURCE_STEPS)), torch.randint(VOCABULARY, (BATCH, STEPS))
    return {"language": (tokens,), "classification": (source, LENGTHS), "translation": (source, LENGTHS, tokens)}[
        case.kind
    ]


def logits(model: nn.Module, case: Case, inputs: tuple[Tensor, ...]) -> Tensor:
    if case.kind == "classification":
        return model(inputs)
    return model(*inputs)[0] if case.kind == "language" else model(*inputs)


def loss_of(model: nn.Module, case: Case, inputs: tuple[Tensor, ...]) -> Tensor:
    outputs = logits(model, case, inputs)
    classes = torch.arange(outputs[..., 0].numel()) % VOCABULARY
    return F.cross_entropy(outputs.flatten(0, -2), classes)


@named("language classification translation")
def test_the_shape_of_the_outputs(case: Case):
    inputs, model = batch(case), case.make()
    expected = (BATCH, VOCABULARY) if case.kind == "classification" else (BATCH, STEPS, VOCABULARY)
    for mode in (True, False):
        assert logits(model.train(mode), case, inputs).shape == expected


@named("language classification translation")
def test_every_parameter_gets_a_gradient(case: Case):
    model = case.make()
    loss_of(model, case, batch(case)).backward()
    learnt = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
    assert [name for name, gradient in learnt.items() if gradient is None or not gradient.any()] == []
    assert all(p.grad is None for name, p in model.named_parameters() if name not in learnt)


@named("language classification translation")
def test_one_batch_is_learnt_by_heart(case: Case):
    model, inputs = case.make(), batch(case)
    if case.kind == "classification":
        inputs[0][:, 0] = torch.arange(BATCH)  # sequences that differ from the first token on
    else:
        inputs[-1][:, 0] = torch.arange(BATCH)
    optimizer = Adam(model.parameters(), lr=0.01)
    loss = loss_of(model, case, inputs)
    for _ in range(300):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (loss := loss_of(model, case, inputs)) < 0.05:
            break
    assert loss < 0.05


@named("language classification translation")
def test_the_same_from_scratch(case: Case):
    theirs, inputs = case.make(), batch(case)
    ours = dongshou.from_scratch(copy.deepcopy(theirs), strict=True)
    torch.testing.assert_close(logits(ours, case, inputs), logits(theirs, case, inputs))
    loss_of(ours, case, inputs).backward()
    loss_of(theirs, case, inputs).backward()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    torch.testing.assert_close(logits(dongshou.to_torch(ours), case, inputs), logits(theirs, case, inputs))


@named("language classification translation")
def test_the_same_seed_gives_the_same_start_and_a_state_loads(case: Case):
    def start() -> nn.Module:
        torch.manual_seed(3)
        return case.make()

    model, again, inputs = start(), start(), batch(case)
    assert all(torch.equal(one, other) for one, other in zip(model.parameters(), again.parameters(), strict=True))
    other = case.make()
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(logits(other, case, inputs), logits(model, case, inputs))


@named("language classification translation")
def test_half_precision_stays_finite(case: Case):
    model, inputs = case.make(), batch(case)
    needs_bfloat16(model)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = logits(model, case, inputs)
    torch.testing.assert_close(outputs.float(), logits(model, case, inputs), atol=0.1, rtol=0.1)


@named("classification translation")
def test_padding_never_changes_an_output(case: Case):
    model, (source, *rest) = case.make(), batch(case)
    expected = logits(model, case, (source, *rest))
    behind = torch.arange(SOURCE_STEPS) >= LENGTHS[:, None]
    for _ in range(5):
        other = torch.where(behind, torch.randint(9, source.shape), source)
        assert torch.equal(logits(model, case, (other, *rest)), expected)
    longer = F.pad(source, (0, 4), value=8)
    torch.testing.assert_close(logits(model, case, (longer, *rest)), expected)


@named("classification translation")
def test_a_batch_is_its_rows_one_by_one_without_padding(case: Case):
    model, (source, lengths, *rest) = case.make(), batch(case)
    together = logits(model, case, (source, lengths, *rest))
    for row, length in enumerate(lengths.tolist()):
        alone = source[row : row + 1, :length], lengths[row : row + 1], *(part[row : row + 1] for part in rest)
        torch.testing.assert_close(logits(model, case, alone)[0], together[row])


@named("translation")
def test_the_padding_of_a_target_changes_nothing_before_it(case: Case):
    model, (source, lengths, tokens) = case.make(), batch(case)
    expected = model(source, lengths, tokens)
    tokens[:, 3:] = torch.randint(VOCABULARY, (BATCH, STEPS - 3))
    torch.testing.assert_close(model(source, lengths, tokens)[:, :3], expected[:, :3])


def embedding_of_tokens(model: nn.Module) -> nn.Module:
    """Where the tokens that a decoder is given become vectors."""
    part = model.decoder if isinstance(model, EncoderDecoder) else model
    return next(layer for layer in part.modules() if isinstance(layer, nn.Embedding))


@named("language translation")
def test_the_future_is_never_seen(case: Case):
    model, inputs = case.make(), batch(case)
    if isinstance(model, RecurrentLanguageModel) and model.embedding is None:
        model.embedding = nn.Embedding.from_pretrained(torch.eye(VOCABULARY))  # one-hot, as vectors that can vary
    embedding = embedding_of_tokens(model)

    def first_of_batch(vectors: Tensor) -> Tensor:
        handle = embedding.register_forward_hook(lambda *_: vectors)
        outputs = logits(model, case, inputs)
        handle.remove()
        return outputs[0]

    jacobian = torch.autograd.functional.jacobian(first_of_batch, embedding(inputs[-1]).detach())
    assert isinstance(jacobian, Tensor)  # (steps out, vocabulary, batch, steps in, embedding)
    depends = (jacobian != 0).any(-1).any(1)  # (steps out, batch, steps in)
    past = torch.ones(STEPS, STEPS, dtype=torch.bool).tril()
    assert torch.equal(depends[:, 0], torch.ones_like(past) if case.sees_the_future else past)
    assert not depends[:, 1:].any()  # nor another row of the batch


CHUNKS = [(1, 1, 1, 1, 1), (2, 3), (4, 1)]


@named("language", lambda name: not CASES[name].sees_the_future)  # of which no state knows enough
@pytest.mark.parametrize("chunks", CHUNKS)
def test_a_language_model_goes_on_where_it_stopped(case: Case, chunks: tuple[int, ...]):
    model, (tokens,) = case.make(), batch(case)
    whole, end = model(tokens)
    state, parts = None, []
    for part in tokens.split(chunks, dim=1):
        outputs, state = model(part, state)
        parts.append(outputs)
    torch.testing.assert_close(torch.cat(parts, 1), whole)
    torch.testing.assert_close(state, end)


@named("language")
def test_a_state_of_half_precision_is_carried_over(case: Case):
    model, (tokens,) = case.make(), batch(case)
    needs_bfloat16(model)
    with torch.autocast("cpu", torch.bfloat16):
        _, state = model(tokens[:, :3])
        outputs, _ = model(tokens[:, 3:], state)
    _, state = model(tokens[:, :3])
    torch.testing.assert_close(outputs.float(), model(tokens[:, 3:], state)[0], atol=0.1, rtol=0.1)


@named("translation")
@pytest.mark.parametrize("chunks", CHUNKS)
def test_a_decoder_goes_on_where_it_stopped(case: Case, chunks: tuple[int, ...]):
    model, (source, lengths, tokens) = case.make(), batch(case)
    assert isinstance(model, EncoderDecoder)
    whole = model(source, lengths, tokens)
    weights_of_whole = [layer.split(chunks, dim=2) for layer in model.attention_weights]
    memory, state, parts = model.encode(source, lengths), None, []
    for index, part in enumerate(tokens.split(chunks, dim=1)):
        outputs, state = model.decode(part, memory, state)
        parts.append(outputs)
        for layer, expected in zip(model.attention_weights, weights_of_whole, strict=True):
            torch.testing.assert_close(layer, expected[index])
    torch.testing.assert_close(torch.cat(parts, 1), whole)


@named("translation")
def test_the_rows_of_a_state_can_be_chosen(case: Case):
    model, (source, _, tokens) = case.make(), batch(case)
    assert isinstance(model, EncoderDecoder)
    source = source[:1].expand(BATCH, -1)  # beams share their source
    memory = model.encode(source, LENGTHS[:1].expand(BATCH))
    rows = torch.tensor([2, 2, 0])
    _, state = model.decode(tokens[:, :3], memory)
    chosen, _ = model.decode(tokens[rows, 3:], memory, model.reorder(state, rows))
    _, state = model.decode(tokens[rows, :3], memory)
    expected, _ = model.decode(tokens[rows, 3:], memory, state)
    torch.testing.assert_close(chosen, expected)


@named("translation")
def test_attention_weights_are_shares_of_the_source(case: Case):
    model, inputs = case.make(), batch(case)
    assert isinstance(model, EncoderDecoder)
    model(*inputs)
    for weights in model.attention_weights:  # (batch, heads, steps, source steps)
        assert weights.shape == (BATCH, weights.size(1), STEPS, SOURCE_STEPS) and not weights.requires_grad
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
        for row, length in enumerate(LENGTHS.tolist()):
            assert weights[row, ..., :length].all() and not weights[row, ..., length:].any()


def test_how_many_attention_weights_there_are():
    def shapes(model: EncoderDecoder) -> list[int]:
        model(*batch(CASES["transformer"]))
        return [layer.size(1) for layer in model.attention_weights]

    assert shapes(recurrent_pair()) == []
    assert shapes(recurrent_pair(attention="dot")) == [1]
    assert shapes(model := small_transformer()) == [4, 4]
    assert isinstance(model.encoder, TransformerEncoder)
    assert [layer.shape[-2:] for layer in model.encoder.attention_weights] == [(SOURCE_STEPS, SOURCE_STEPS)] * 2
    assert [layer.shape[-2:] for layer in model.decoder.self_attention_weights] == [(STEPS, STEPS)] * 2


@named("language", lambda name: name.startswith("recurrent"))
def test_fresh_rows_begin_anew(case: Case):
    model, (tokens,) = case.make(), batch(case)
    _, state = model(tokens)
    anew, carried = model(tokens)[0], model(tokens, state)[0]
    mixed, _ = model(tokens, state, torch.tensor([True, False, True]))
    torch.testing.assert_close(mixed, torch.stack((anew[0], carried[1], anew[2])))
    assert not torch.equal(anew[1], carried[1])


@pytest.mark.parametrize(
    ("kind", "cell"), [("rnn", nn.RNNCell), ("gru", nn.GRUCell), ("lstm", nn.LSTMCell)], ids=["rnn", "gru", "lstm"]
)
def test_a_recurrent_language_model_is_a_cell_and_a_linear_layer(kind: Any, cell: Callable[..., nn.Module]):
    model, tokens = language_model(kind=kind), torch.randint(VOCABULARY, (BATCH, STEPS))
    step = cell(VOCABULARY, 16)
    step.load_state_dict({key.removesuffix("_l0"): value for key, value in model.recurrent.state_dict().items()})
    state = None
    for t, outputs in enumerate(model(tokens)[0].unbind(1)):
        state = step(torch.eye(VOCABULARY)[tokens[:, t]], state)
        h = state[0] if kind == "lstm" else state
        torch.testing.assert_close(outputs, model.output(h))


def test_one_matrix_for_embedding_and_output():
    model = copy.deepcopy(language_model(embedding_size=16, tied=True))
    assert model.embedding is not None
    assert model.embedding.weight is model.output.weight
    assert 0.09 < float(model.output.weight.detach().abs().max()) <= 0.1


def test_one_hot_inputs_are_an_embedding_by_the_first_matrix():
    model, tokens = language_model(kind="gru"), torch.randint(VOCABULARY, (BATCH, STEPS))
    expected, _ = model(tokens)
    model.embedding = nn.Embedding.from_pretrained(torch.eye(VOCABULARY))
    torch.testing.assert_close(model(tokens)[0], expected)


def block_and_twin(ours: nn.Module, theirs: nn.Module, attentions: dict[str, str]) -> None:
    """Gives torch's layer the weights of our block; attentions names ours by torch's."""
    state = theirs.state_dict()
    for name, own in attentions.items():
        attention = getattr(ours, own)
        projections = attention.W_q, attention.W_k, attention.W_v
        state[f"{name}.in_proj_weight"] = torch.cat([layer.weight for layer in projections])
        state[f"{name}.out_proj.weight"] = attention.W_o.weight
        state[f"{name}.in_proj_bias"].zero_()  # the paper's projections have none
        state[f"{name}.out_proj.bias"].zero_()
    for name, own in (("linear1", "feed_forward.0"), ("linear2", "feed_forward.2")):
        for key in ("weight", "bias"):
            state[f"{name}.{key}"] = ours.get_parameter(f"{own}.{key}")
    theirs.load_state_dict(state)


def test_an_encoder_block_is_torchs():
    ours, theirs = EncoderBlock(12, 3, 20, 0.0), nn.TransformerEncoderLayer(12, 3, 20, 0.0, batch_first=True)
    block_and_twin(ours, theirs, {"self_attn": "attention"})
    x, visible = torch.randn(BATCH, SOURCE_STEPS, 12), torch.arange(SOURCE_STEPS) < LENGTHS[:, None]
    expected = theirs(x, src_key_padding_mask=~visible)
    torch.testing.assert_close(ours(x, visible[:, None, None]), expected)


def test_a_decoder_block_is_torchs():
    ours, theirs = DecoderBlock(12, 3, 20, 0.0), nn.TransformerDecoderLayer(12, 3, 20, 0.0, batch_first=True)
    block_and_twin(ours, theirs, {"self_attn": "self_attention", "multihead_attn": "memory_attention"})
    x, outputs = torch.randn(BATCH, STEPS, 12), torch.randn(BATCH, SOURCE_STEPS, 12)
    visible = torch.arange(SOURCE_STEPS) < LENGTHS[:, None]
    later = torch.ones(STEPS, STEPS, dtype=torch.bool).triu(1)
    expected = theirs(x, outputs, tgt_mask=later, memory_key_padding_mask=~visible)
    torch.testing.assert_close(ours(x, Memory(outputs, visible[:, None, None]))[0], expected)


def test_a_source_of_nothing_gives_numbers_all_the_same():
    model, (source, _, tokens) = small_transformer(), batch(CASES["transformer"])
    outputs = model(source, torch.tensor([0, 2, 0]), tokens)
    outputs.sum().backward()
    assert outputs.isfinite().all()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in model.parameters())


def test_gpt_is_transformers_gpt2():
    transformers = pytest.importorskip("transformers", reason="pip install transformers for its GPT-2")
    sizes = {"n_positions": 12, "n_embd": 16, "n_layer": 2, "n_head": 4, "bos_token_id": 0, "eos_token_id": 0}
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=30, **sizes)).eval()
    ours = models.gpt(30, num_layers=2, num_heads=4, num_hiddens=16, context=12).eval()
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.3)  # away from a start at which everything is near 0
    ours.load_state_dict(translated(theirs.transformer.state_dict()))
    tokens = torch.randint(30, (3, 12))
    torch.testing.assert_close(ours(tokens)[0], theirs(tokens).logits)
    _, cache = ours(tokens[:, :7])
    torch.testing.assert_close(ours(tokens[:, 7:], cache)[0], theirs(tokens).logits[:, 7:])


NAMES = {
    "wte": "token_embedding",
    "wpe": "position_embedding",
    "h": "blocks",
    "ln_1": "norm1",
    "ln_2": "norm2",
    "ln_f": "norm",
    "attn": "attention",
    "c_attn": "W_qkv",
    "mlp": "feed_forward",
    "c_fc": "0",
}


def translated(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """GPT-2's weights under our names; its layers hold their matrices the other way round."""
    ours = {}
    for key, tensor in state.items():
        projection = "W_o" if ".attn." in key else "2"
        name = ".".join(projection if part == "c_proj" else NAMES.get(part, part) for part in key.split("."))
        is_turned = tensor.dim() == 2 and ("c_" in key)
        ours[name] = tensor.T if is_turned else tensor
    return ours | {"output.weight": ours["token_embedding.weight"]}


def test_how_a_gpt_starts():
    model = models.gpt(1000, num_layers=8, num_hiddens=64)
    deviations = {name: float(parameter.detach().std()) for name, parameter in model.named_parameters()}
    assert deviations["token_embedding.weight"] == pytest.approx(0.02, rel=0.05)
    assert deviations["blocks.3.attention.W_qkv.weight"] == pytest.approx(0.02, rel=0.05)
    assert deviations["blocks.3.attention.W_o.weight"] == pytest.approx(0.02 / 4, rel=0.05)
    assert deviations["blocks.3.feed_forward.2.weight"] == pytest.approx(0.02 / 4, rel=0.05)
    assert model.output.weight is model.token_embedding.weight
    assert sum(p.numel() for p in models.gpt(65, num_layers=1, num_hiddens=8, context=4).parameters()) == (
        65 * 8 + 4 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (8 * 32 + 32) + (32 * 8 + 8) + 3 * 16
    )


def test_gpt_shows_its_attention_when_asked():
    model, (tokens,) = small_gpt(), batch(CASES["gpt"])
    fused, _ = model(tokens)
    assert model.attention_weights == []
    for layer in model.modules():
        if isinstance(layer, DotProductAttention):
            layer.need_weights = True
    written_out, _ = model(tokens)
    torch.testing.assert_close(written_out, fused)
    assert [layer.shape for layer in model.attention_weights] == [(BATCH, 4, STEPS, STEPS)] * 2


def test_dropout_falls_on_training_alone():
    for make in (lambda: small_gpt(dropout=0.5), lambda: language_model(dropout=0.5, num_layers=2)):
        model, (tokens,) = make(), batch(CASES["gpt"])
        assert not torch.equal(model.train()(tokens)[0], model(tokens)[0])
        assert torch.equal(model.eval()(tokens)[0], model(tokens)[0])


def test_a_state_of_another_batch_size():
    for kind in ("gru", "lstm"):
        model = language_model(kind=kind)
        _, state = model(torch.zeros(4, 2, dtype=torch.long))
        with pytest.raises(
            DongshouError, match=r"belongs to a batch of 4, and the tokens are a batch of 3\. Start over"
        ):
            model(torch.zeros(3, 2, dtype=torch.long), state)


def test_more_tokens_than_positions():
    model = small_gpt()
    with pytest.raises(DongshouError, match=r"knows 5 positions; got a sequence of 6\. .* context=6 or more\.$"):
        model(torch.zeros(1, 6, dtype=torch.long))
    _, cache = model(torch.zeros(1, 5, dtype=torch.long))
    with pytest.raises(DongshouError, match="got a sequence of 6"):
        model(torch.zeros(1, 1, dtype=torch.long), cache)
    pair = models.transformer(9, 9, max_len=4)
    with pytest.raises(DongshouError, match=r"knows 4 positions; got a sequence of 5\. .* max_len=5 or more\.$"):
        pair.encode(torch.zeros(1, 5, dtype=torch.long), torch.tensor([5]))


@pytest.mark.parametrize("lengths", [[0, 2], [2, 7]])
@pytest.mark.parametrize("name", ["recurrent_classifier", "seq2seq"])
def test_lengths_that_cannot_be(name: str, lengths: list[int]):
    model, tokens = CASES[name].make(), torch.zeros(2, SOURCE_STEPS, dtype=torch.long)
    inputs = tokens, torch.tensor(lengths)
    with pytest.raises(DongshouError, match=f"from 1 to 6 steps; got lengths from {lengths[0]} to {lengths[1]}"):
        model.encode(*inputs) if isinstance(model, EncoderDecoder) else model(inputs)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: language_model(kind="grru"), r"kind is one of rnn, gru, lstm; got 'grru'\. Did you mean gru\?"),
        (lambda: classifier(kind="cnn"), "kind is one of rnn, gru, lstm; got 'cnn'"),
        (lambda: recurrent_pair(attention="additve"), r"attention is one of additive, dot; .* mean additive\?"),
        (lambda: models.recurrent_language_model(9, 0), "at least 1; got num_hiddens=0"),
        (lambda: language_model(embedding_size=0), "at least 1; got embedding_size=0"),
        (lambda: language_model(num_layers=0), "at least 1; got num_layers=0"),
        (lambda: language_model(dropout=2.0), "from 0 to 1; got 2.0"),
        (lambda: language_model(tied=True), "needs embedding_size=16, .*; got one-hot inputs"),
        (lambda: language_model(tied=True, embedding_size=8), "needs embedding_size=16, .*; got embedding_size=8"),
        (lambda: models.gpt(0), "at least 1; got vocabulary_size=0"),
        (lambda: models.gpt(9, context=0), "at least 1; got context=0"),
        (lambda: models.gpt(9, num_heads=3), "got num_hiddens=128, num_heads=3"),
        (lambda: models.gpt(9, dropout=-1.0), "from 0 to 1; got -1.0"),
        (lambda: models.transformer(9, 9, num_heads=0), "at least 1; got num_heads=0"),
        (lambda: models.transformer(9, 9, max_len=0), "at least 1; got max_len=0"),
        (lambda: models.seq2seq(9, 9, num_layers=0), "at least 1; got num_layers=0"),
    ],
)
def test_settings_that_make_no_model(make: Callable[[], nn.Module], message: str):
    with pytest.raises(UsageError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


def test_dropout_of_vectors_is_in_training_alone():
    torch.manual_seed(0)
    model, inputs = cnn(embedding_dropout=0.5), (torch.randint(9, (3, 7)), torch.tensor([7, 4, 1]))
    assert not torch.equal(model.train()(inputs), model(inputs))
    torch.testing.assert_close(model.eval()(inputs), model(inputs))
    whole = cnn()
    whole.load_state_dict(model.state_dict())
    torch.testing.assert_close(whole.eval()(inputs), model(inputs))
    with pytest.raises(UsageError, match="dropout"):
        cnn(embedding_dropout=1.5)
