"""Networks of sequences that are not the one named, and texts that are written wrongly."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ALIGNED = ("tests/models/test_decomposable_attention.py",)
SEQUENCES = ("tests/models/test_sequence_formulas.py",)
GENERATION = ("tests/tasks/test_generation.py",)


def sequence(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/models/{file}.py", old, new, SEQUENCES)


def aligned(what: str, old: str, new: str) -> Mutant:
    return Mutant(what, "dongshou/models/decomposable_attention.py", old, new, ALIGNED)


MUTANTS = [
    aligned("decomposable attention sums over padding", "* is_word[:, :, None]).sum(1)", ").sum(1)"),
    aligned(
        "the premise looks at padding of the hypothesis",
        "masked_softmax(scores, is_pair, self",
        "masked_softmax(scores, None, self",
    ),
    aligned(
        "the words of the hypothesis find nothing",
        "over_premise @ a, in_hypothesis",
        "over_premise @ a * 0, in_hypothesis",
    ),
    aligned("the product of a word and what it found is left out", "words * found]", "words + found]"),
    sequence(
        "the Transformer's embeddings not scaled",
        "transformer",
        "return embedding(tokens) * math.sqrt(embedding.embedding_dim)",
        "return embedding(tokens)",
    ),
    sequence(
        "the Transformer normalises before it adds",
        "transformer",
        "return self.norm(x + self.dropout(y))",
        "return x + self.norm(self.dropout(y))",
    ),
    sequence(
        "the decoder without its attention to the memory",
        "transformer",
        "x = self.add_norm2(x, self.memory_attention.attend(x, past.memory_keys, past.memory_values, memory.mask))",
        "x = self.add_norm2(x, 0 * self.memory_attention.attend(x, past.memory_keys, past.memory_values, memory.mask))",
    ),
    sequence(
        "the decoder looks at padding", "transformer", "past.memory_values, memory.mask))", "past.memory_values))"
    ),
    sequence("the decoder starts at another position", "transformer", "start=before)", "start=before + 1)"),
    sequence(
        "the Transformer's feed-forward part without its ReLU",
        "transformer",
        "nn.Linear(num_hiddens, ffn_size), nn.ReLU(), nn.Linear",
        "nn.Linear(num_hiddens, ffn_size), nn.Linear",
    ),
    sequence(
        "scores divided by the features, not their root",
        "attention",
        "keys.mT / math.sqrt(queries.size(-1))",
        "keys.mT / queries.size(-1)",
    ),
    sequence(
        "heads merged in another order",
        "attention",
        "return heads.transpose(1, 2).flatten(2)",
        "return heads.transpose(1, 2).transpose(2, 3).flatten(2)",
    ),
    sequence(
        "additive attention without its tanh",
        "attention",
        "features = self.tanh(self.W_q(queries)[:, :, None] + self.W_k(keys)[:, None])",
        "features = self.W_q(queries)[:, :, None] + self.W_k(keys)[:, None]",
    ),
    sequence(
        "dropout on the scores of attention is missing",
        "attention",
        "self.attention_weights = weights.detach() if self.need_weights else None\n        return self.dropout(weights) @ values",
        "self.attention_weights = weights.detach() if self.need_weights else None\n        return weights @ values",
    ),
    sequence(
        "sines and cosines the wrong way round",
        "attention",
        "torch.stack((angles.sin(), angles.cos()), -1)",
        "torch.stack((angles.cos(), angles.sin()), -1)",
    ),
    sequence(
        "the decoder's context from the encoder's first layer",
        "encoder_decoder",
        "context = memory.state[-1][:, None]",
        "context = memory.state[0][:, None]",
    ),
    sequence(
        "the decoder's context behind the token",
        "encoder_decoder",
        "self.recurrent(torch.cat((context, embedded), -1)",
        "self.recurrent(torch.cat((embedded, context), -1)",
    ),
    sequence(
        "attention asked by the first layer", "encoder_decoder", "query = end[-1][:, None]", "query = end[0][:, None]"
    ),
    sequence(
        "attention asked by the encoder's end at every step",
        "encoder_decoder",
        "query = end[-1][:, None]",
        "query = memory.state[-1][:, None]",
    ),
    sequence(
        "the decoder starts from nothing",
        "encoder_decoder",
        "memory.state if state is None else state)\n",
        "torch.zeros_like(memory.state) if state is None else state)\n",
    ),
    sequence("a classifier reads the wrong layer's end", "name_classifier", "ends = [*h[-2:]]", "ends = [*h[:2]]"),
    sequence(
        "a classifier drops its inputs twice",
        "name_classifier",
        "x = self.dropout(self.embedding(tokens))",
        "x = self.dropout(self.dropout(self.embedding(tokens)))",
    ),
    sequence(
        "a language model drops nothing of its last h", "recurrent", "self.output(self.dropout(h))", "self.output(h)"
    ),
    sequence(
        "GPT normalises behind its attention",
        "gpt",
        "seen, now = self.attention(self.norm1(x), past)\n        x = x + self.dropout(seen)",
        "seen, now = self.attention(x, past)\n        x = x + self.dropout(self.norm1(seen))",
    ),
    sequence(
        "GPT without its last norm",
        "gpt",
        "return self.output(self.norm(x)), tuple(now)",
        "self.norm(x)\n        return self.output(x), tuple(now)",
    ),
    sequence("GPT with the exact GELU", "gpt", 'nn.GELU("tanh")', "nn.GELU()"),
    sequence(
        "GPT sees the future",
        "gpt",
        "DotProductAttention(dropout, causal=True, need_weights=False)",
        "DotProductAttention(dropout, causal=False, need_weights=False)",
    ),
    Mutant(
        "generation reads its tokens twice",
        "dongshou/tasks/generation.py",
        "unread = chosen(last, temperature, top_k, top_p, generator)  # (batch, 1)\n            text = torch.cat([text, unread], 1)",
        "unread = chosen(last, temperature, top_k, top_p, generator)\n            text = torch.cat([text, unread], 1)\n            unread = text",
        GENERATION,
    ),
    Mutant(
        "generation forgets its state",
        "dongshou/tasks/generation.py",
        "logits, state = model.forward(unread, state)",
        "logits, _ = model.forward(unread, state)",
        GENERATION,
    ),
    Mutant(
        "generation with dropout",
        "dongshou/tasks/generation.py",
        "with evaluating(model), torch.inference_mode():",
        "with torch.inference_mode():",
        GENERATION,
    ),
    Mutant(
        "a warmer temperature is colder",
        "dongshou/tasks/generation.py",
        "(below_best / temperature)",
        "(below_best * temperature)",
        GENERATION,
    ),
]
