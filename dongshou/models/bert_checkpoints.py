"""BERT in the files of Hugging Face: config.json beside model.safetensors or pytorch_model.bin."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from dongshou.atomic import atomic_path
from dongshou.errors import DongshouError, UsageError
from dongshou.models.bert_layers import BERT, EPS, NUM_SEGMENTS, BertEncoder, Nonlinearity, draw_weights
from dongshou.models.weights import read_weights
from dongshou.notes import note

CONFIG, SAFETENSORS, PICKLED = "config.json", "model.safetensors", "pytorch_model.bin"
ACTIVATIONS: dict[str, Nonlinearity] = {
    "gelu": "gelu",
    "relu": "relu",
    "gelu_new": "gelu-tanh",
    "gelu_pytorch_tanh": "gelu-tanh",
}
REQUIRED = {"position_embedding_type": "absolute", "type_vocab_size": NUM_SEGMENTS, "tie_word_embeddings": True}
TIED = "masked_words.output.weight"  # the embedding of the tokens once more

# ours, and theirs without the "bert." that files with heads have in front of the encoder
NAMES = (
    ("encoder.token_embedding.", "embeddings.word_embeddings."),
    ("encoder.segment_embedding.", "embeddings.token_type_embeddings."),
    ("encoder.position_embedding.", "embeddings.position_embeddings."),
    ("encoder.norm.", "embeddings.LayerNorm."),
    ("pooler.0.", "pooler.dense."),
    ("masked_words.transform.0.", "cls.predictions.transform.dense."),
    ("masked_words.transform.2.", "cls.predictions.transform.LayerNorm."),
    ("masked_words.output.", "cls.predictions.decoder."),
    ("next_sentence.", "cls.seq_relationship."),
)
BLOCK, THEIR_BLOCK = "encoder.blocks.", "encoder.layer."
NAMES_IN_BLOCK = (
    ("attention.W_q.", "attention.self.query."),
    ("attention.W_k.", "attention.self.key."),
    ("attention.W_v.", "attention.self.value."),
    ("attention.W_o.", "attention.output.dense."),
    ("add_norm1.norm.", "attention.output.LayerNorm."),
    ("feed_forward.0.", "intermediate.dense."),
    ("feed_forward.2.", "output.dense."),
    ("add_norm2.norm.", "output.LayerNorm."),
)
HEADS = ("pooler.", "masked_words.", "next_sentence.")  # what a file may lack: such a part keeps its start
# counted, not learnt; the same again under another name; and the head of somebody's classifier
LEFT_OUT = re.compile(
    r"embeddings\.position_ids|cls\.predictions\.(decoder\.weight|bias)|classifier\..*|qa_outputs\..*"
)
OLD_NAMES = (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"))  # of the files of 2018


def from_huggingface(folder: str | Path, *, heads: bool = True) -> BERT:
    """The BERT of a folder in Hugging Face's layout, sizes and weights; nothing in it is executed.

    A head that the file lacks starts afresh, which a `DataNote` says unless `heads` is False. Raises UsageError where
    the files are not there, DongshouError for a config that is not a BERT's, or weights that do not fit it: which key,
    which shape.
    """
    folder = Path(folder).expanduser()
    config = read_config(folder / CONFIG)
    model = model_for(config, folder / CONFIG)
    file = weights_file(folder)
    weights = in_our_names(read_weights(file))
    own = model.state_dict()
    missing = [key for key in own if key not in weights and key != TIED]
    lacking = [head for head in HEADS if any(key.startswith(head) for key in missing)]
    weights = {key: own[key] for key in missing if key.startswith(HEADS)} | weights
    weights[TIED] = weights.get("encoder.token_embedding.weight", own[TIED])
    check_weights(file, weights, own)
    model.load_state_dict(weights)
    if lacking and heads:
        note(f"{file} holds no weights for {', '.join(head[:-1] for head in lacking)}: they start afresh.")
    return model


def to_huggingface(model: BERT, folder: str | Path, vocabulary: list[str] | None = None) -> Path:
    """Write a BERT as `transformers.BertForPreTraining.from_pretrained(folder)` opens it; the folder.

    vocabulary  its tokens in the order of their numbers, written as vocab.txt
    """
    folder = Path(folder).expanduser()
    tensors = {their_key(key): tensor.contiguous() for key, tensor in model.state_dict().items() if key != TIED}
    tensors["cls.predictions.bias"] = tensors.pop("cls.predictions.decoder.bias")
    with atomic_path(folder / SAFETENSORS) as path:
        save_file(tensors, path, metadata={"format": "pt"})
    if vocabulary is not None:
        with atomic_path(folder / "vocab.txt") as path:
            path.write_text("".join(f"{token}\n" for token in vocabulary), encoding="utf-8")
    with atomic_path(folder / CONFIG) as path:
        path.write_text(json.dumps(config_of(model), indent=2) + "\n", encoding="utf-8")
    return folder


def read_config(path: Path) -> dict[str, Any]:
    """Raises UsageError where there is none, DongshouError for one of another architecture."""
    if not path.is_file():
        raise UsageError(
            f"There is no file {path}: a checkpoint of Hugging Face is a folder with {CONFIG} and weights."
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DongshouError(f"{path} cannot be read as JSON: {error}.") from None
    if not isinstance(config, dict) or config.get("model_type", "bert") != "bert":
        kind = config.get("model_type") if isinstance(config, dict) else type(config).__name__
        raise DongshouError(f'{path} describes a model of type "{kind}"; this reads BERT alone ("bert").')
    return config


def model_for(config: Mapping[str, Any], path: Path) -> BERT:
    """An untrained BERT of the sizes in a config. Raises DongshouError for what is missing or of another kind."""
    activation = ACTIVATIONS.get(config.get("hidden_act", "gelu"))
    if activation is None:
        raise DongshouError(f'{path}: hidden_act is one of {", ".join(ACTIVATIONS)}; got "{config["hidden_act"]}".')
    for name, value in {
        "position_embedding_type": "absolute",
        "type_vocab_size": 2,
        "tie_word_embeddings": True,
    }.items():
        if config.get(name, value) != value:
            raise DongshouError(f"{path}: {name} has to be {value}, as in the published BERTs; got {config[name]}.")
    eps = config.get("layer_norm_eps", EPS)
    try:
        encoder = BertEncoder(
            config["vocab_size"],
            config["hidden_size"],
            config["num_attention_heads"],
            config["intermediate_size"],
            config["num_hidden_layers"],
            config.get("hidden_dropout_prob", 0.1),
            config["max_position_embeddings"],
            activation,
            eps,
        )
    except KeyError as error:
        raise DongshouError(f"{path} does not say {error.args[0]}, which the weights cannot be read without.") from None
    model = BERT(encoder, eps)
    draw_weights(model, config.get("initializer_range", 0.02))
    return model


def config_of(model: BERT) -> dict[str, Any]:
    """The sizes of a BERT in the words of Hugging Face."""
    encoder = model.encoder
    block: Any = encoder.blocks[0]
    return {
        "architectures": ["BertForPreTraining"],
        "model_type": "bert",
        "vocab_size": encoder.token_embedding.num_embeddings,
        "hidden_size": encoder.token_embedding.embedding_dim,
        "num_hidden_layers": len(encoder.blocks),
        "num_attention_heads": block.attention.num_heads,
        "intermediate_size": block.feed_forward[0].out_features,
        "max_position_embeddings": encoder.max_len,
        "type_vocab_size": NUM_SEGMENTS,
        "hidden_act": {ours: theirs for theirs, ours in reversed(ACTIVATIONS.items())}[encoder.activation],
        "hidden_dropout_prob": encoder.dropout.p,
        "attention_probs_dropout_prob": encoder.dropout.p,
        "layer_norm_eps": encoder.norm.eps,
        "tie_word_embeddings": True,
    }


def weights_file(folder: Path) -> Path:
    """Raises UsageError where the folder has no weights in one file."""
    for name in (SAFETENSORS, PICKLED):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"{folder} holds no weights: a checkpoint is a {SAFETENSORS} or a {PICKLED}.")


def in_our_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Their tensors under our names; what is not learnt, or lies there twice, is left out."""
    ours: dict[str, Tensor] = {}
    for key, tensor in weights.items():
        for old, new in OLD_NAMES:
            key = key.replace(old, new)
        key = key.removeprefix("bert.")
        if key == "cls.predictions.bias":
            ours["masked_words.output.bias"] = tensor
        elif not LEFT_OUT.fullmatch(key):
            ours[our_key(key)] = tensor.float() if tensor.is_floating_point() else tensor
    return ours


def our_key(key: str) -> str:
    """`encoder.layer.3.output.dense.bias` -> `encoder.blocks.3.feed_forward.2.bias`; as it is where it has no name."""
    if key.startswith(THEIR_BLOCK):
        number, _, rest = key.removeprefix(THEIR_BLOCK).partition(".")
        return f"{BLOCK}{number}.{renamed(rest, [(theirs, ours) for ours, theirs in NAMES_IN_BLOCK])}"
    return renamed(key, [(theirs, ours) for ours, theirs in NAMES])


def their_key(key: str) -> str:
    """The way back of `our_key`, with the "bert." of a file that has heads."""
    if key.startswith(BLOCK):
        number, _, rest = key.removeprefix(BLOCK).partition(".")
        return f"bert.{THEIR_BLOCK}{number}.{renamed(rest, NAMES_IN_BLOCK)}"
    name = renamed(key, NAMES)
    return name if name.startswith("cls.") else f"bert.{name}"


def renamed(key: str, names: Any) -> str:
    for before, after in names:
        if key.startswith(before):
            return after + key.removeprefix(before)
    return key


def check_weights(file: Path, weights: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> None:
    """Raises DongshouError at the first key on which config and weights disagree, in the words of the file."""
    for key, tensor in own.items():
        if key not in weights:
            raise DongshouError(f"{file} lacks {their_key(key)}, which its {CONFIG} asks for.")
        there, here = tuple(weights[key].shape), tuple(tensor.shape)
        if there != here:
            raise DongshouError(
                f"{file} does not fit its {CONFIG}: {their_key(key)} is {there} in the file, {here} by the sizes there."
            )
    if unknown := [key for key in weights if key not in own]:
        raise DongshouError(f"{file} holds {unknown[0]}, which a BERT of the sizes in its {CONFIG} has no place for.")
